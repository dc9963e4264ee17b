from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    pool_size: int = Field(5, validation_alias="PG_POOL_SIZE")
    timeout: int = Field(30, validation_alias="PG_TIMEOUT")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    database: Database = Database()
