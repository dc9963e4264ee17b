from pathlib import Path

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    grain: str = "rye"

    class Config:
        env_file = str(Path(__file__).resolve().parents[1].joinpath("env", ".env"))
