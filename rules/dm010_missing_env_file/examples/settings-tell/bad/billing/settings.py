from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = Field(description="Where the invoices are kept.")
    session_secret: SecretStr
    invoice_prefix: str = "INV-"


settings = Settings()
