from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    app_env: str = "development"
    key_store: str = "vault"
    key_pages: int = 2
