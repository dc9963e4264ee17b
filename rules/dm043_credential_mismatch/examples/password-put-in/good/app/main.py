import os

urls = [os.environ["REDIS_URL"], os.getenv("REDIS_PASSWORD"), os.getenv("CELERY_BROKER_URL")]
urls += [os.environ["DATABASE_URL"], os.environ["POSTGRES_PASSWORD"]]
