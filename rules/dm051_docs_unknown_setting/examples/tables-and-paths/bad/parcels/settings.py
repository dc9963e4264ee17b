from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mail(BaseModel):
    host: str = "mail"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")

    mail: Mail = Mail()
    parcel_cache_host: str = "cache"
