from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=("base.env", ".env"), extra="ignore")

    stock_level: str = "debug"
