from datetime import time
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="HARBOUR_")

    quays: list[str] = ["north"]
    berths: int = 12
    pilot_token: SecretStr
    opens: time = time(6)
    tide_table: Path = Path("tides")
