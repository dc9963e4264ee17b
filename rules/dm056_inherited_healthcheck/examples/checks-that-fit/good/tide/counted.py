from celery import Celery
from celery.signals import worker_ready
from prometheus_client import start_http_server

app = Celery("tide", broker="redis://redis:6379/0")


@worker_ready.connect
def serve(**_: object) -> None:
    start_http_server(8000)
