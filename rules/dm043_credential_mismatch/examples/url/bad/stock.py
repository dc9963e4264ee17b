import os

DATABASE = os.environ["DATABASE_URL"]
BROKER = os.environ["BROKER_URL"]
CACHE = os.environ["CACHE_URL"]
