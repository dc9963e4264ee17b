from functools import lru_cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    app_env: str = "development"
    debug: bool = False
    greeting: str = "hi"
    home_port: str = ""


@lru_cache
def get_settings() -> Settings:
    return Settings()
