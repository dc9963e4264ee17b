import os

from pydantic_settings import BaseSettings


class Settings(BaseSettings, env_prefix="PARCELS_"):
    page_limit: int = 20


def feature(name: str) -> bool:
    return os.environ.get(f"FEATURE_{name}", "") == "on"


DSN = os.environ["PARCELS_DSN"]
