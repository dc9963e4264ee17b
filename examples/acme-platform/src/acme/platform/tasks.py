"""The Celery application."""

from celery import Celery

from acme.platform.settings import settings

celery_app = Celery("acme", broker=settings.celery.broker_url)
