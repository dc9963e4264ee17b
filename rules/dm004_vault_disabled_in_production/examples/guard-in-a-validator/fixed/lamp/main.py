from fastapi import FastAPI

from lamp.settings import settings

app = FastAPI(title=settings.environment)
