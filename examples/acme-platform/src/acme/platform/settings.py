"""All settings of the platform, read from the environment."""

from enum import Enum

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(str, Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DatabaseSettings(BaseModel):
    host: str = "localhost"
    port: int = 5432
    database: str = "acme"
    username: str = "acme"
    password: SecretStr = SecretStr("")

    @property
    def dsn(self) -> str:
        secret = self.password.get_secret_value()
        return f"postgresql+psycopg://{self.username}:{secret}@{self.host}:{self.port}/{self.database}"


class VaultSettings(BaseModel):
    enabled: bool = Field(False, description="Load secrets from Vault/OpenBao")
    url: str = "http://localhost:8200"
    token: SecretStr | None = None
    mount_path: str = "secret"


class CelerySettings(BaseModel):
    broker_url: str = "redis://localhost:6379/0"


class ObservabilitySettings(BaseModel):
    log_level: str = "INFO"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")

    environment: Environment = Environment.DEVELOPMENT
    secret_key: SecretStr = SecretStr("")

    class JWTSettings(BaseModel):
        secret_key: str = ""
        algorithm: str = "HS256"

        @property
        def is_secure(self) -> bool:
            return len(self.secret_key) >= 32

    database: DatabaseSettings = DatabaseSettings()
    vault: VaultSettings = VaultSettings()
    jwt: JWTSettings = JWTSettings()
    celery: CelerySettings = CelerySettings()
    observability: ObservabilitySettings = ObservabilitySettings()

    def validate_production(self) -> None:
        """Refuse to start in production with settings that are only fit for a laptop."""
        if self.environment == Environment.PRODUCTION:
            if not self.vault.enabled:
                raise ValueError("Vault must be enabled in production: set VAULT__ENABLED=true")
            if not self.jwt.is_secure:
                raise ValueError("JWT__SECRET_KEY must have at least 32 characters in production")


settings = Settings()
