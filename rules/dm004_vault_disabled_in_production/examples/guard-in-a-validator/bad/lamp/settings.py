from typing import Self

from pydantic import BaseModel, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Vault(BaseModel):
    enabled: bool = False
    token: str = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    environment: str = "development"
    vault: Vault = Vault()

    @model_validator(mode="after")
    def needs_vault(self) -> Self:
        if self.environment == "production" and not self.vault.enabled:
            raise ValueError("In production the secrets come from Vault")
        return self


settings = Settings()
