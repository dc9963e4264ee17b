from fastapi import FastAPI

from harbour.secrets import load
from harbour.settings import settings

load()
settings.check()
app = FastAPI()
