from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mail(BaseModel):
    sender: str = "shop@example.com"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file="../.env", extra="ignore")

    title: str = "Shop"


class Worker(BaseSettings):
    model_config = SettingsConfigDict(env_file="worker.env", env_nested_delimiter="__")

    mail: Mail = Mail()


worker = Worker()
