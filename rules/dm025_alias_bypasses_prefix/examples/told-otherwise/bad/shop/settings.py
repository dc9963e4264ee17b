from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    pool_size: int = Field(
        5,
        description="Connections kept open (override with PG_POOL_SIZE)",
        validation_alias="PG_POOL_SIZE",
    )


class Settings(BaseSettings):
    """Set SHOP_DATABASE__POOL_SIZE=20 for a busy shop, SHOP_TITLE for another title."""

    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")

    database: Database = Database()
    title: str = "Shop"
