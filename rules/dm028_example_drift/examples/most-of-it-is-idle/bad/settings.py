from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Storage(BaseModel):
    bucket: str = "parcels"
    region: str = "eu"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")

    storage: Storage = Storage()
    smtp_host: str = "mail"
