from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseModel):
    host: str = "localhost"
    database: str = "shop"
    username: str = "shop"


class LogSettings(BaseModel):
    log_level: str = "INFO"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")

    database: DatabaseSettings = DatabaseSettings()
    logs: LogSettings = LogSettings()


settings = Settings()
