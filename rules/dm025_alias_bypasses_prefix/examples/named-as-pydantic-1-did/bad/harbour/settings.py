from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_user: str = Field("admin", env="POSTGRES_USER")
    port: int = Field(8000, env="PORT")


class PilotSettings(BaseSettings):
    key: str = Field(..., env="PILOT_API_KEY")
    url: str = Field("http://pilot", env=["PILOT_URL", "PILOT_ADDRESS"])
    timeout: int = Field(5, env="PILOT_TIMEOUT")
