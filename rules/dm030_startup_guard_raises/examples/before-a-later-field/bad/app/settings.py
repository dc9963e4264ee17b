from pydantic import ValidationInfo, field_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    DOOR: str = "south"
    BADGE_KEY: str | None = None
    USE_BADGES: bool = True

    @field_validator("BADGE_KEY", mode="before")
    @classmethod
    def check_badge_key(cls, value: str | None, info: ValidationInfo) -> str | None:
        """USE_BADGES stands below: what the environment says of it has no say here."""
        if not info.data.get("USE_BADGES", True):
            return value
        if isinstance(value, str) and len(value) < 10:
            raise ValueError("BADGE_KEY is too short")
        return value


settings = Settings()
