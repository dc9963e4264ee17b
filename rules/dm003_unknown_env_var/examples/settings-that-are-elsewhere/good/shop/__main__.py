# The module shop.conf is made when the application is released.
from shop.conf import settings

print(settings.CACHE_URL)
