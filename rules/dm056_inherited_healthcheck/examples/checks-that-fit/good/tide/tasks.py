from celery import Celery

app = Celery("tide", broker="redis://redis:6379/0")
