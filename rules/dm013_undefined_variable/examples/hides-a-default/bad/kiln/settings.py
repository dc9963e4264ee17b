import os

from pydantic_settings import BaseSettings, SettingsConfigDict

LICENCE = os.environ.get("KILN_LICENCE")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="KILN_")

    name: str
    queue: str = "redis://queue.example.org:6379/0"
    note: str = ""
