from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    host: str = "localhost"
    pool_size: int = 5


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")

    database: Database = Database()
    log_level: str = "info"
