import sys

from fastapi import FastAPI

from harbour.settings import get_settings

settings = get_settings()
if settings.app_env == "production" and settings.debug:
    sys.exit("DEBUG must be off in production")

app = FastAPI()
