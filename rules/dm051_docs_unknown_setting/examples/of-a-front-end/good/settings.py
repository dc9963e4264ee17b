from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = "postgresql://db/parcels"
    broker_url: str = "amqp://broker"
    secret_key: str = "secret"
    allowed_origins: str = "*"
    parcel_limit: int = 10
    label_format: str = "a6"
    carrier_name: str = "acme"
    carrier_token: str = "token"
