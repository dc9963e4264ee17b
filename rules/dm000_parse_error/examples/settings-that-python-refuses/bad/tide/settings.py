from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    harbour: str = "north"
    depth: float = = 2.5
