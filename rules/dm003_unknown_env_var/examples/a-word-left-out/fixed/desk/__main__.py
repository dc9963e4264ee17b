from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    tides_service_url: str = "http://localhost:8008"


print(Settings().tides_service_url)
