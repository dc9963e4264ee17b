from contextlib import asynccontextmanager

from harbour.settings import settings


@asynccontextmanager
async def channel():
    if not settings.queue_url:
        raise RuntimeError("there is no queue")
    yield settings.queue_url
