from kiln.settings import Settings

print(Settings().queue)
