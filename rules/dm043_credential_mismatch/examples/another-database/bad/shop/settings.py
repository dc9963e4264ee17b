from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    host: str = "localhost"
    user: str = "shop"
    password: str = ""
    name: str = "shop"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")

    db: Database = Database()
    cache_url: str = "redis://localhost:6379/0"
