from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    environment: str = "development"
    signing_key: str = ""

    def check(self) -> None:
        if self.environment == "production" and not self.signing_key:
            raise RuntimeError("there is no signing key")


settings = Settings()
