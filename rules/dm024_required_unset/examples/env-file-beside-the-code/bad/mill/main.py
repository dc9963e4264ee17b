from pydantic_settings import BaseSettings, SettingsConfigDict

from mill.places import ROOT


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=(ROOT / ".env", f"{ROOT}/.env.local"), env_prefix="MILL_")

    name: str
    grain: str


settings = Settings()
