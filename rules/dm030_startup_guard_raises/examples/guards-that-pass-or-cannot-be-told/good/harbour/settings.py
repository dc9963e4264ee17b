from pydantic import field_validator, model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    name: str = "harbour"
    environment: str = "development"
    allowed_hosts: list[str] = []
    berths: int = 12
    signing_key: str = "unsafe"
    queue_url: str = ""

    @field_validator("berths")
    @classmethod
    def even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("berths come in pairs")
        return value

    @model_validator(mode="after")
    def safe(self) -> "Settings":
        if self.is_production and len(self.signing_key) < 32:
            raise ValueError("SIGNING_KEY is too short for production")
        return self

    @property
    def is_production(self) -> bool:
        return self.environment.lower() in ("production", "prod")

    def check(self) -> None:
        if self.is_production and not self.allowed_hosts:
            raise RuntimeError("ALLOWED_HOSTS must be set in production")


settings = Settings()
