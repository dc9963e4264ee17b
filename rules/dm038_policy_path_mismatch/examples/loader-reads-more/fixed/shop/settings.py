from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    password: str = ""


class Mail(BaseModel):
    password: str = ""
    api_key: str = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    secret_key: str = ""
    database: Database = Database()
    mail: Mail = Mail()


settings = Settings()
