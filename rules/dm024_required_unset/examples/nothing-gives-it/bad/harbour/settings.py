from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    name: str = "harbour"
    pilot_url: str
    pilot_token: SecretStr
    register: str | None


settings = Settings()
