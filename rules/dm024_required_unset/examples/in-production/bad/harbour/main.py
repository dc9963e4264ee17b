from functools import lru_cache

from fastapi import Depends, FastAPI

from harbour.settings import Settings

app = FastAPI()


@lru_cache
def get_settings() -> Settings:
    return Settings()


@app.get("/pilots")
def pilots(settings: Settings = Depends(get_settings)) -> str:
    return settings.pilot_url
