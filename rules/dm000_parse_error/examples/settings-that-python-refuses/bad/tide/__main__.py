from tide.settings import Settings

print(Settings().harbour)
