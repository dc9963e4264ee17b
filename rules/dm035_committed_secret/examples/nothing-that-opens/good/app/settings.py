from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str = "change-me-before-you-deploy-1234"
    database_url: str = "postgresql://shop:shop@db/shop"
    token_url: str = "https://login.example.com/oauth2/v2.0/token"
    drafting_llm_key: str = "ORACULUM_4.5_SWIFT_LITE"
