from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    signing: SecretStr = SecretStr("")
    pepper: str = "kT4vQ9zLm2Xw8RbN6yHc"
    mail_token: str = ""
