from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")

    environment: str = "development"
    greeting: str = "hi"
    signing_key: SecretStr = SecretStr("not-so-secret")
    cache_host: str = "localhost"
    cache_password: str = "cache"
    database_url: str = ""
    database_password: str = "only where the URL has none"
    mail_token: str = ""


settings = Settings()
