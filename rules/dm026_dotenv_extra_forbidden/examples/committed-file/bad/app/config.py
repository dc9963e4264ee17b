from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "Shop"

    class Config:
        env_file = ".env"
