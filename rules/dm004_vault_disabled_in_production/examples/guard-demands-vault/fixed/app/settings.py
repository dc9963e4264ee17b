from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class VaultSettings(BaseModel):
    enabled: bool = False
    url: str = "http://localhost:8200"
    token: str = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    environment: str = "development"
    vault: VaultSettings = VaultSettings()

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    def check(self) -> None:
        if self.is_production and not self.vault.enabled:
            raise ValueError("Vault must be enabled in production")
