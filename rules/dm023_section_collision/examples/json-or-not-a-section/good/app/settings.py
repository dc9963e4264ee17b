from typing import Annotated

from pydantic import BaseModel, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Database(BaseModel):
    host: str = "localhost"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True)

    database: Database = Database()
    cache: Database | str = "memory"
    queue: Annotated[Database, NoDecode] = Database()
    mail: Database = Database()
    search: Database = Database()

    @field_validator("queue", mode="before")
    @classmethod
    def parse_queue(cls, value: object) -> object:
        return {"host": value} if isinstance(value, str) else value
