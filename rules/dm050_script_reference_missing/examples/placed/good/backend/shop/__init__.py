from shop.main import celery
