from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    depot_index_user: str = ""
    depot_regions: list[str] = []


settings = Settings()
