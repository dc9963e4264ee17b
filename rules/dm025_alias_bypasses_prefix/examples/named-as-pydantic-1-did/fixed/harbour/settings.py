from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_user: str = Field("admin", validation_alias="POSTGRES_USER")
    port: int = Field(8000, env="PORT")


class PilotSettings(BaseSettings):
    key: str = Field(..., validation_alias="PILOT_API_KEY")
    url: str = Field("http://pilot", env=["PILOT_URL", "PILOT_ADDRESS"])
    timeout: int = Field(5, validation_alias="PILOT_TIMEOUT")
