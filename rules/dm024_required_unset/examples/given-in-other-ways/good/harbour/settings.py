from functools import lru_cache

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    name: str = "harbour"
    pilot_url: str
    pilot_token: SecretStr
    register: str | None


class Tides(BaseSettings):
    almanac_url: str


class Weather(BaseSettings):
    station: str


@lru_cache
def get_tides() -> Tides:
    """Nobody calls it any more."""
    return Tides()


settings = Settings()

try:
    weather = Weather()
except ValidationError:
    weather = None  # the harbour does without
