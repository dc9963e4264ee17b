from shop.settings import settings

print(settings.signing_key, settings.cache_password)
