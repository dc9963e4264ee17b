from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MARINA_")

    secret_key: SecretStr
    db_password: SecretStr
    log_level: str = "info"
    berth_limit: int = 20
