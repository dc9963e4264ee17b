import os

from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    """DATABASE__PG_POOL_SIZE opens more connections, PG_TIMEOUT waits longer."""

    pool_size: int = Field(5, validation_alias="PG_POOL_SIZE")
    timeout: int = Field(int(os.getenv("PG_TIMEOUT", "30")), validation_alias="PG_TIMEOUT")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    database: Database = Database()
    secret_key: str = Field("", alias="SHOP_KEY", description="SECRET_KEY of the shop")
