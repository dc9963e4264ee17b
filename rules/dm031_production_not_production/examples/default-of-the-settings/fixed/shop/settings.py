from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP__")

    debug: bool = True
    environment: str = "development"
    greeting: str = "hi"


settings = Settings()
