from depot.settings import settings

print(settings.environment)
