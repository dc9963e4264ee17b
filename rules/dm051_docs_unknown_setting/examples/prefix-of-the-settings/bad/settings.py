from pydantic_settings import BaseSettings, SettingsConfigDict


class Socket(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="QUAY_", extra="ignore")

    heartbeat_seconds: int = 30
    compression_enabled: bool = False
    auth_required: bool = True
