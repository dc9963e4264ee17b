from ferry.settings import Settings

print(Settings())
