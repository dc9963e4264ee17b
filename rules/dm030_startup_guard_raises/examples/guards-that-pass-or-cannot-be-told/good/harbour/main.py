from contextlib import asynccontextmanager

from fastapi import FastAPI

from harbour.queue import channel
from harbour.settings import settings


@asynccontextmanager
async def lifespan(app: FastAPI):
    settings.check()
    yield


app = FastAPI(title=settings.name, lifespan=lifespan)


@app.post("/arrivals")
async def arrive():
    async with channel() as queue:
        return queue
