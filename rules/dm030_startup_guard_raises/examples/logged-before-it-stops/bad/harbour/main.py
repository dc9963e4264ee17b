from fastapi import FastAPI

from harbour.checks import check
from harbour.settings import Settings

settings = Settings()
check(settings)

app = FastAPI()
