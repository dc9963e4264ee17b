from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Vault(BaseModel):
    enabled: bool = False
    token: str = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    environment: str = "development"
    vault: Vault = Vault()
    allowed_hosts: list[str] = []
    ticket_key: str = ""

    def check(self) -> None:
        if self.environment != "production":
            return
        if not self.vault.enabled:
            raise ValueError("Vault must be on in production")
        if not self.allowed_hosts:
            raise ValueError("ALLOWED_HOSTS must be set in production")
        if self.vault.enabled and not self.ticket_key:
            raise ValueError("with Vault there must be a TICKET_KEY")


settings = Settings()
