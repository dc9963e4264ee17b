import json

from pydantic import field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource


class CommaSource(EnvSettingsSource):
    def decode_complex_value(self, field_name, field, value):
        try:
            return json.loads(value)
        except ValueError:
            return value.split(",")


class Settings(BaseSettings):
    origins: list[str] = []
    hosts: list[str] = []

    @field_validator("origins", mode="before")
    @classmethod
    def split(cls, value):
        return value.split(",") if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, **rest):
        return init_settings, CommaSource(settings_cls)


settings = Settings()
