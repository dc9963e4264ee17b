from fastapi import FastAPI

from harbour.settings import settings

app = FastAPI(title=settings.name)
