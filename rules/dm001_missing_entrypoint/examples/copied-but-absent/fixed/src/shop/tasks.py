from celery import Celery

from shop.settings import Settings

queue = Celery("shop", broker=Settings().broker_url)
