from celery import Celery

from harbour.settings import settings

app = Celery(settings.name)
