"""Makes repositories of any size: teams of ten services, each with its image, settings, code, scripts and documents.

    python benchmarks/monorepo.py FOLDER SERVICES

Everything grows in proportion: ten files a service, a Compose project, an env file and a policy a team. One service
of each team is wrong in three ways, so that findings grow as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

TEAM = 10
"""Services of a Compose project."""

_DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY {name}/ {name}/
COPY scripts/ scripts/
ENV {prefix}_WORKERS=2
ENTRYPOINT ["{entrypoint}"]
"""
_ENTRYPOINT = """\
#!/bin/sh
set -eu
exec uvicorn {name}.main:app --host 0.0.0.0 --port "${{{prefix}_PORT:-8000}}"
"""
_SETTINGS = '''\
"""What {name} reads from its environment."""

from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    host: str = "localhost"
    port: int = Field(5432, ge=1)
    name: str = "postgres"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="{prefix}_", env_nested_delimiter="__")

    environment: str = "development"
    port: int = 8000
    workers: int = 1
    secret_key: str = ""
    peer_url: str = ""
    database: Database = Database()

    def check(self) -> None:
        if self.environment == "production" and not self.secret_key:
            raise ValueError("{prefix}_SECRET_KEY is required in production")


settings = Settings()
'''
_MAIN = """\
from fastapi import FastAPI

from {name}.clients import peer
from {name}.orders import router
from {name}.settings import settings

settings.check()
app = FastAPI(title="{name}")
app.include_router(router)


@app.get("/health")
def health() -> dict[str, str]:
    return {{"peer": peer.url, "environment": settings.environment}}
"""
_CLIENTS = """\
import os

from {name}.settings import settings


class Peer:
    def __init__(self, url: str) -> None:
        self.url = url
        self.timeout = float(os.environ.get("{prefix}_TIMEOUT", "3"))


peer = Peer(settings.peer_url)
"""
_ORDERS = """\
from fastapi import APIRouter

from {name}.clients import peer

router = APIRouter(prefix="/orders")


def total_{number}(prices: list[float]) -> float:
    return sum(prices)


@router.get("/{{order}}")
def read_order_{number}(order: int) -> dict[str, object]:
    return {{"order": order, "total": total_{number}([1.0, 2.0]), "peer": peer.url}}
"""
_README = """\
# {name}

Listens on `{prefix}_PORT`. Start all services of the team:

    docker compose -f {team}/compose.yaml up -d
"""
_SERVICE = """\
  {name}:
    build:
      context: ./{name}
    environment:
      {prefix}_ENVIRONMENT: production
      {prefix}_PORT: "8000"
      {prefix}_SECRET_KEY: ${{{prefix}_SECRET_KEY:?set it}}
      {prefix}_DATABASE__HOST: postgres
      {prefix}_PEER_URL: http://{peer}:8000
{wrong}    ports:
      - "{port}:8000"
    depends_on:
      - postgres
    volumes:
      - ./{name}/scripts:/srv/scripts:ro
"""
_POSTGRES = """\
  postgres:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: ${TEAM_POSTGRES_PASSWORD:?set it}
"""
_POLICY = """\
path "secret/data/{team}/*" {{
  capabilities = ["read"]
}}
"""


def generate(folder: Path, services: int) -> int:
    """Writes a monorepo of that many services into `folder`; returns the number of files."""
    files = 0

    def write(path: str, text: str) -> None:
        nonlocal files
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
        if path.endswith(".sh"):
            target.chmod(0o755)
        files += 1

    for first in range(0, services, TEAM):
        team = f"team{first // TEAM:04}"
        numbers = range(first, min(first + TEAM, services))
        compose = ["services:\n"]
        for number in numbers:
            name, prefix, wrong = f"service{number:05}", f"SERVICE{number:05}", number % TEAM == TEAM - 1
            values = {
                "name": name,
                "prefix": prefix,
                "team": team,
                "number": number,
                "peer": f"service{first + (number + 1 - first) % len(numbers):05}",
                "port": 10_000 + number,
                "entrypoint": "/srv/start.sh" if wrong else "/srv/scripts/entrypoint.sh",
                "wrong": f"      {prefix}_DATABASE_PORT: five\n      {prefix}_WORKERS: many\n"
                if wrong
                else "",
            }
            for path, text in (
                ("Dockerfile", _DOCKERFILE),
                (".dockerignore", "tests/\n"),
                ("requirements.txt", "fastapi\npydantic-settings\nuvicorn\n"),
                ("README.md", _README),
                ("scripts/entrypoint.sh", _ENTRYPOINT),
                (f"{name}/__init__.py", ""),
                (f"{name}/settings.py", _SETTINGS),
                (f"{name}/main.py", _MAIN),
                (f"{name}/clients.py", _CLIENTS),
                (f"{name}/orders.py", _ORDERS),
            ):
                write(f"{team}/{name}/{path}", text.format(**values))
            compose.append(_SERVICE.format(**values))
        write(f"{team}/compose.yaml", "".join((*compose, _POSTGRES)))
        example = [f"SERVICE{number:05}_SECRET_KEY=\n" for number in numbers]
        write(f"{team}/.env.example", "".join((*example, "TEAM_POSTGRES_PASSWORD=\n")))
        write(f"{team}/policies/{team}.hcl", _POLICY.format(team=team))
    return files


if __name__ == "__main__":
    print(generate(Path(sys.argv[1]), int(sys.argv[2])), "files")
