from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP__")

    environment: str = "development"
    greeting: str = "hi"


settings = Settings()
