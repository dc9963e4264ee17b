from typing import Annotated

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode

WORDS = {"few": 3, "many": 40}


class Settings(BaseSettings):
    name: str = "harbour"
    quays: Annotated[list[str], NoDecode] = []
    berths: int = 12

    @field_validator("quays", mode="before")
    @classmethod
    def split(cls, value: str | list[str]) -> list[str]:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("berths", mode="before")
    @classmethod
    def count(cls, value: str | int) -> int:
        return WORDS.get(value, value)


class OldSettings(BaseSettings):
    """Nothing makes these any more."""

    old_berths: int = 12


settings = Settings()
