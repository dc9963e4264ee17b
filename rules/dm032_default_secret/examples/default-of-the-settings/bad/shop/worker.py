from shop.settings import settings

print(settings.signing_key)
