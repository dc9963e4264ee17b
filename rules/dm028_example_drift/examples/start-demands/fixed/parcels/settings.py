from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PARCELS_")

    host: str
    days: int = 1
    zone: str
    depot_token: str
