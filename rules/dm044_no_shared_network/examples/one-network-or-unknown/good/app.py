import os

DATABASE_URL = os.environ["DATABASE_URL"]
REDIS = (os.environ["REDIS_HOST"], os.environ["REDIS_PORT"])
SEARCH_URL = os.environ["SEARCH_URL"]
METRICS_URL = os.environ["METRICS_URL"]
