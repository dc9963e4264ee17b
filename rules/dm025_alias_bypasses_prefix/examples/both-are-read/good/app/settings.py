from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", populate_by_name=True)

    database_url: str = Field("sqlite://", alias="DATABASE_URL")
    cache_url: str = Field("redis://", validation_alias=AliasChoices("SHOP_CACHE_URL", "CACHE_URL"))
