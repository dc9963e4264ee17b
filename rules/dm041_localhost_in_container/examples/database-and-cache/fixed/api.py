import os

DATABASE_URL = os.environ["DATABASE_URL"]
CACHE = os.environ["CACHE_HOST"], os.environ["CACHE_PORT"]
REDIS = os.environ["REDIS_HOST"]
