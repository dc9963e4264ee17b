from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Outbox(BaseModel):
    host: str = "localhost"
    username: str = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    outbox: Outbox = Outbox()
    post_batch_size: int = 10
