from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    tide_depth: float = 1.0
