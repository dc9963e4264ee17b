from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MARINA_")

    secret_key: SecretStr
    db_password: SecretStr
    db_host: str = "db"
    log_level: str = "info"
    backup_keep: int = 3
    berth_limit: int = 20
    theme: str = "dark"
