"""`dotmac-lint start`: the simulated start, as data and as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

COMPOSE = """\
services:
  api:
    build: .
    environment:
      APP_ENV: production
      DATABASE_URL: postgres://owner:hunter2hunter2@db/app
      SIGNING_KEY: hunter2hunter2hunter2
      ALLOWED_HOSTS: ""
      WORKERS: ${WORKERS}
  db:
    image: postgres:17
"""
SETTINGS = """\
from pydantic import field_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    app_env: str = "development"
    database_url: str
    signing_key: str = ""
    allowed_hosts: str = "*"
    workers: int = 1
    loaded_later: str = ""

    @field_validator("workers")
    @classmethod
    def check_workers(cls, value: int) -> int:
        if value < 1:
            raise ValueError("at least one worker")
        return value

    def refuse_the_unsafe(self) -> None:
        if self.app_env == "production" and len(self.signing_key) < 32:
            raise RuntimeError(f"the key {self.signing_key} is short")
        if not self.loaded_later:
            raise RuntimeError("never reached")

    def never_called(self) -> None:
        if self.app_env == "production":
            raise RuntimeError("not at the start")


settings = Settings()
"""
MAIN = """\
from app.settings import settings


def lifespan(app):
    settings.refuse_the_unsafe()
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "compose.yaml": COMPOSE,
        "Dockerfile": "FROM python:3.12\nCOPY app /srv/app\n",
        "app/__init__.py": "",
        "app/settings.py": SETTINGS,
        "app/main.py": MAIN,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def started(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("start", "api", "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = json.loads(result.stdout)
    return said


def test_the_start_as_data(repository: Path, run: Run) -> None:
    said = started(run)
    assert (said["service"], said["deployment"], said["settings"], said["starts"]) == (
        "api", "default", "app.settings:Settings", False,
    )  # fmt: skip
    fields = {field["field"]: field for field in said["fields"]}
    assert fields["app_env"] == {
        "settings": "app.settings:Settings",
        "field": "app_env",
        "state": "known",
        "value": "production",
        "reason": None,
        "names": ["APP_ENV"],
        "variable": "APP_ENV",
        "example": False,
        "from": {"path": "compose.yaml", "line": 5},
    }
    assert fields["allowed_hosts"]["value"] == ""
    assert fields["workers"]["state"] == "unknown"
    assert fields["loaded_later"]["variable"] is None
    assert fields["loaded_later"]["from"] == {"path": "app/settings.py", "line": 11}
    guards = {(guard["line"], guard["outcome"]) for guard in said["guards"]}
    assert guards == {(17, "undecided"), (22, "raises"), (28, "undecided")}
    raising = next(guard for guard in said["guards"] if guard["outcome"] == "raises")
    assert raising["path"] == "app/settings.py"
    assert raising["message"] == "the key *** is short"
    assert raising["reason"] == 'app_env is "production", signing_key is "***"'
    assert raising["called_from"] == [{"path": "app/main.py", "line": 5}]


def test_a_check_that_nothing_calls_decides_nothing(repository: Path, run: Run) -> None:
    Path("app/main.py").write_text("", "utf-8")
    said = started(run)
    assert said["starts"] is None  # WORKERS may be refused
    assert {guard["reason"] for guard in said["guards"] if guard["line"] in (22, 28)} == {
        "nothing that was found calls it at the start"
    }


def test_secrets_are_masked_unless_revealed(repository: Path, run: Run) -> None:
    for form in ("json", "table"):
        assert "hunter2" not in run("start", "api", "--format", form).output
        revealed = run("start", "api", "--format", form, "--reveal").output
        assert "postgres://owner:hunter2hunter2@db/app" in revealed
    assert "postgres://owner:***@db/app" in run("start", "api").output


def test_the_table(repository: Path, run: Run) -> None:
    lines = run("start", "api").output.splitlines()
    assert lines[:3] == ["api (default): does not start", "settings: app.settings:Settings", ""]
    assert "raises    app/settings.py:22 Settings.refuse_the_unsafe" in lines
    assert any(line.startswith("workers ") and "unknown" in line for line in lines)


def test_what_is_refused_and_what_is_missing(repository: Path, run: Run) -> None:
    text = COMPOSE.replace("${WORKERS}", "many").replace("DATABASE_URL", "DATABASE_URI")
    Path("compose.yaml").write_text(text, "utf-8")
    said = started(run)
    fields = {field["field"]: field for field in said["fields"]}
    assert said["starts"] is False
    assert (fields["workers"]["state"], fields["workers"]["reason"]) == ("invalid", "is not an integer")
    assert (fields["database_url"]["state"], fields["database_url"]["names"]) == ("missing", ["DATABASE_URL"])
    table = run("start", "api").output
    assert "missing: it is required" in table
    assert "set DATABASE_URL" in table


def test_a_service_without_settings(repository: Path, run: Run) -> None:
    result = run("start", "db")
    assert result.exit_code == 0
    assert result.output == "db (default): runs no settings class that was found\n"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("start", "apu"), "error: there is no service `apu`; did you mean `api`?\n"),
        (("start", "zzz"), "error: there is no service `zzz`; there is `api`, `db`\n"),
        (
            ("start", "zzz", "--deployment", "default"),
            "error: there is no service `zzz` in the deployment `default`; there is `api`, `db`\n",
        ),
        (
            ("start", "api", "--deployment", "defualt"),
            "error: there is no deployment `defualt`; did you mean `default`?\n",
        ),
        (("start", "api", "compose.yaml"), "error: `compose.yaml` is no folder\n"),
        (("start", "api", "app"), "error: no Compose file was found here: there is no deployment\n"),
    ],
)
def test_what_there_is_not(repository: Path, run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stderr, result.stdout) == (2, said, "")


def test_production_is_meant_where_several_deployments_have_the_service(repository: Path, run: Run) -> None:
    Path("compose.prod.yaml").write_text(COMPOSE.replace("production", "staging"), "utf-8")
    result = run("start", "api")
    assert result.stdout.startswith("api (production): ")
    assert result.stderr == (
        "note: this is the deployment `production`; `api` is also in `default` (--deployment)\n"
    )
    assert run("start", "api", "--deployment", "default").stderr == ""
