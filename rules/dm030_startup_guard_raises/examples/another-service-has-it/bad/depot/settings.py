from pydantic import model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    environment: str = "development"
    signing_key: str = ""

    @model_validator(mode="after")
    def refuse_unsigned(self):
        if self.environment == "production" and not self.signing_key:
            raise ValueError("SIGNING_KEY is needed in production")
        return self


settings = Settings()
