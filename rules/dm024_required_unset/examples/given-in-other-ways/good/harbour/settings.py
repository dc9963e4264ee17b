from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    name: str = "harbour"
    pilot_url: str
    pilot_token: SecretStr
    register: str | None


settings = Settings()
