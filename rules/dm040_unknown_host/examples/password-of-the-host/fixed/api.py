import os

for name in ("DATABASE_URL", "BROKER_URL", "SEARCH_URL", "MIRROR_URL", "CACHE_URL"):
    print(os.environ[name])
