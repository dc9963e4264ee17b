from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    ferry_landing_url: str = ""
    ferry_ticket_validity_days: int = 14
    ferry_model_cache_seconds: int = 60
