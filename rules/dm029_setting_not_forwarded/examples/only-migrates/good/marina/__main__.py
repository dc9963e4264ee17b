from marina.settings import Settings

print(Settings().berth_limit)
