from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(case_sensitive=True)

    orders_url: str = "sqlite://"
    REDIS_URL: str = "redis://"
