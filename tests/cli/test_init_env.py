"""`dotmac-lint init-env`: what it writes is read by the real python-dotenv, and the deployment starts with it."""

from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tests.cli.conftest import Run, process

COMPOSE = """\
services:
  api:
    build: .
    env_file: .env.production
    environment:
      DATABASE_URL: postgres://shop:${DB_PASSWORD:?}@db/shop
      RELEASE: ${RELEASE:-latest}
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:?}
"""
SETTINGS = """\
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    environment: str = "development"
    session_secret: SecretStr = Field(min_length=50, description="Signs cookies.")
    sms_api_key: SecretStr
    trusted_hosts: list[str] = []

    @model_validator(mode="after")
    def check(self):
        if not self.trusted_hosts:
            raise ValueError("say which hosts are trusted")
        return self


settings = Settings()
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "compose.production.yaml": COMPOSE,
        "Dockerfile": 'FROM python:3.12\nCOPY app /srv/app\nCMD ["python", "-m", "app.main"]\n',
        "app/__init__.py": "",
        "app/settings.py": SETTINGS,
        "app/main.py": "from app.settings import settings\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_the_services_need(shop: Path, run: Run) -> None:
    result = run("init-env", "--production", "--output", ".env.production")
    assert result.exit_code == 0, result.output
    path = shop / ".env.production"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    values = dotenv_values(path)
    assert set(values) == {"SESSION_SECRET", "SMS_API_KEY", "TRUSTED_HOSTS"}
    assert len(values["SESSION_SECRET"] or "") >= 50, "as long as the field demands"
    assert (values["SMS_API_KEY"], values["TRUSTED_HOSTS"]) == ("", ""), "nobody can guess these"
    text = path.read_text()
    assert "# api: Signs cookies.\nSESSION_SECRET=" in text
    assert "# api: say which hosts are trusted\nTRUSTED_HOSTS=" in text
    assert "note: fill in by hand: `SMS_API_KEY`, `TRUSTED_HOSTS`" in result.stderr
    assert str(values["SESSION_SECRET"]) not in result.output

    path.write_text(text.replace("TRUSTED_HOSTS=", 'TRUSTED_HOSTS=["shop.test"]'))
    said = json.loads(run("start", "api", "--format", "json").stdout)
    assert said["starts"] is True, said


def test_what_compose_interpolates(shop: Path, run: Run) -> None:
    (shop / "compose.production.yaml").write_text(COMPOSE.replace("    env_file: .env.production\n", ""))
    result = run("init-env", "--production")
    values = dotenv_values(stream=StringIO(result.stdout))
    assert set(values) == {"DB_PASSWORD"}
    assert len(values["DB_PASSWORD"] or "") == 43
    assert "# api, db\nDB_PASSWORD=" in result.stdout
    assert "# RELEASE=latest\n" in result.stdout
    again = dotenv_values(stream=StringIO(run("init-env", "--production").stdout))
    assert again["DB_PASSWORD"] != values["DB_PASSWORD"]


def test_an_env_file_of_a_service_in_another_folder(shop: Path, run: Run) -> None:
    """Compose interpolates from the `.env` of the project's folder, not from one that a service gets."""
    compose = COMPOSE.replace(".env.production", "app/.env")
    (shop / "compose.production.yaml").write_text(compose)
    assert "DB_PASSWORD" not in run("init-env", "--production", "--output", "app/.env").output
    (shop / "compose.production.yaml").write_text(compose.replace("app/.env", ".env"))
    assert "DB_PASSWORD" in run("init-env", "--production", "--output", ".env").output


def test_an_example_is_filled(shop: Path, run: Run) -> None:
    """Its lines stay; stand-ins for our own secrets are replaced, the same one by the same secret."""
    example = (
        "# Shop\r\nENVIRONMENT=production  # as it is\r\nexport SESSION_SECRET='change-me'\r\nCOPY_SECRET=change-me\r\n"
        "SMS_API_KEY=from-the-provider\r\nUSE_SECRET=true\r\nREDIS_PASSWORD=\r\nSHARED_SECRET=${SESSION_SECRET}\r\n"
    )
    (shop / ".env.production.example").write_bytes(example.encode())
    result = run("init-env", "--production")
    made = dotenv_values(stream=StringIO(result.stdout))["SESSION_SECRET"] or ""
    expected = example.replace("'change-me'", made).replace("change-me", made)
    text = result.stdout.replace("\r\n", "\n")
    assert text.startswith(expected.replace("\r\n", "\n"))
    assert dotenv_values(stream=StringIO(text[len(expected.replace("\r\n", "\n")) :])) == {
        "TRUSTED_HOSTS": ""
    }
    assert "by hand: `SMS_API_KEY`, `TRUSTED_HOSTS`" in result.stderr
    assert "made for `SESSION_SECRET`, `COPY_SECRET`" in result.stderr


def test_nothing_is_overwritten(shop: Path, run: Run) -> None:
    path = shop / ".env.production"
    path.write_text("MINE=1\n")
    result = run("init-env", "--production", "--output", ".env.production")
    assert result.exit_code == 2
    assert "`.env.production` is there already; it is not overwritten" in result.stderr
    appended = process("init-env", "--production", cwd=shop, shell=">> .env.production")
    assert appended.returncode == 2
    assert path.read_text() == "MINE=1\n"


def test_a_redirected_file_is_private(shop: Path) -> None:
    written = process("init-env", "--production", cwd=shop, shell="> .env.production")
    assert written.returncode == 0, written.stderr
    path = shop / ".env.production"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert dotenv_values(path)["SESSION_SECRET"]


def test_an_example_to_commit(shop: Path, run: Run) -> None:
    result = run("init-env", "--production", "--example")
    assert result.exit_code == 0
    assert set(dotenv_values(stream=StringIO(result.stdout)).values()) == {""}


def test_what_the_same_services_need_stands_together(shop: Path, run: Run) -> None:
    database = "      POSTGRES_USER: ${DB_USER}\n      POSTGRES_DB: ${DB_NAME}\n"
    (shop / "compose.production.yaml").write_text(COMPOSE.replace(".env.production", ".env") + database)
    shown = run("init-env", "--production", "--example").stdout
    assert "# api, db\nDB_PASSWORD=\n\n# db\nDB_USER=\nDB_NAME=\n\n# api: Signs cookies.\n" in shown


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((), "there is no deployment but those for production: say --production"),
        (("--deployment", "productoin"), "there is no deployment `productoin`; did you mean `production`?"),
        (("nowhere",), "`nowhere` is no folder"),
        (("--production", "--output", "no/such/.env"), "no/such/.env cannot be written: No such file"),
    ],
)
def test_what_cannot_be_done(shop: Path, run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("init-env", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
