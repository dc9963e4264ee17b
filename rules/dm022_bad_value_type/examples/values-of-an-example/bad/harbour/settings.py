from enum import Enum

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Tide(str, Enum):
    HIGH = "high"
    LOW = "low"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HARBOUR_")

    name: str = "harbour"
    berths: int = Field(12, ge=1, le=400)
    night_shift: bool = False
    tide: Tide = Tide.HIGH
    quays: list[str] = ["north"]
    pilot_url: str = "http://pilot"


settings = Settings()
