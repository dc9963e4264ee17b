from tide.settings import Settings

print(Settings().tide_depth)
