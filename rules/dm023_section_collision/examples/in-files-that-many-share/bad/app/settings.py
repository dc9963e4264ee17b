from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    host: str = "localhost"
    name: str = "shop"


class Mail(BaseModel):
    sender: str = "shop@example.com"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    database: Database = Database()
    mail: Mail | None = None
