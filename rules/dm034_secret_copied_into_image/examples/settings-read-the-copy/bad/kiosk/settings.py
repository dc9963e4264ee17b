from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    kiosk_token: str
    kiosk_title: str = "Kiosk"


settings = Settings()
