from fastapi import FastAPI

from harbour.settings import get_settings

settings = get_settings()
if settings.app_env == "production":
    if settings.debug:
        raise RuntimeError("DEBUG must be off in production")
    if not settings.home_port:
        raise RuntimeError("HOME_PORT must be set in production")

app = FastAPI()
