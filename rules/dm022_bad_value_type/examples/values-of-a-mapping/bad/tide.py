from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TIDE_", env_nested_delimiter="__")

    limits: dict[str, int] = {}
    names: dict[str, str] = {}
    gates: dict[str, dict[str, bool]] = {}
    rounded: dict[str, int] = {}

    @field_validator("rounded", mode="before")
    @classmethod
    def whole(cls, value: dict[str, str]) -> dict[str, int]:
        return {key: round(float(number)) for key, number in value.items()}


print(Settings())
