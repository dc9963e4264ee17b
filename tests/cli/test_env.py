"""`dotmac-lint env`: the environment of a service, the settings reference, and what `--check` says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dotmac_lint.readers.dotenv import evaluate, read_dotenv
from tests.cli.conftest import Run

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme-platform"

SETTINGS = """\
from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mail(BaseModel):
    host: str = "mail | relay"
    sender: str
    headers: dict[str, str] = {"X-From": "it's"}


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")

    title: str = Field("The $shop #1", description="Shown on <every> page.\\nIn its | head.")
    token: SecretStr = SecretStr("hunter2-hunter2")
    broker: str = "amqp://shop:pepper@queue:5672/"
    workers: int = Field(4, validation_alias=AliasChoices("WORKERS", "WEB_CONCURRENCY"))
    mail: Mail
"""
COMPOSE = """\
services:
  web:
    build: .
    env_file: [defaults.env, extra.env]
    environment:
      SHOP_TITLE: Shop
      SHOP_TOKEN: ${TOKEN}
      SHOP_BROKER: amqp://shop:pepper@queue:5672/
      FROM_HOST:
  queue:
    image: rabbitmq:4
    profiles: [queue]
    environment: [RABBITMQ_DEFAULT_PASS=pepper]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "compose.yaml": COMPOSE,
        "Dockerfile": "FROM python:3.12\nENV SHOP_TITLE=image\nCOPY shop /app/shop\n",
        "defaults.env": "SHOP_TITLE=defaults\nSHOP_MAIL__SENDER=a@b.example\n",
        ".env.example": "TOKEN=replace-me\n",
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(run: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    result = run("env", "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    return {row["name"]: row for row in json.loads(result.stdout)}


# ---- a service


def test_environment_of_a_service(shop: Path, run: Run) -> None:
    found = rows(run, "web")
    assert list(found) == sorted(found)
    assert found["SHOP_TITLE"] == {
        "name": "SHOP_TITLE",
        "value": "Shop",
        "known": True,
        "secret": False,
        "field": "title",
        "path": "compose.yaml",
        "line": 6,
        "overrides": [
            {"value": "image", "path": "Dockerfile", "line": 2},
            {"value": "defaults", "path": "defaults.env", "line": 1},
        ],
    }
    assert found["SHOP_MAIL__SENDER"]["field"] == "mail.sender"
    host = found["FROM_HOST"]
    assert (host["value"], host["known"], host["field"]) == (None, False, None)
    assert not found["SHOP_TOKEN"]["known"], "an example file gives it"


@pytest.mark.parametrize("form", ["json", "table"])
def test_secrets_need_reveal(shop: Path, run: Run, form: str) -> None:
    masked = run("env", "web", "--format", form).stdout
    assert "pepper" not in masked
    assert "replace-me" not in masked
    shown = run("env", "web", "--format", form, "--reveal").stdout
    assert "amqp://shop:pepper@queue" in shown
    assert "replace-me" in shown
    reference = run("env", "--format", form).stdout
    assert "pepper" not in reference
    assert "hunter2" not in reference
    assert "hunter2-hunter2" in run("env", "--format", form, "--reveal").stdout


def test_table_of_a_service(shop: Path, run: Run) -> None:
    result = run("env", "web")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["VARIABLE"].split() == ["VARIABLE", "VALUE", "SETTING", "FROM", "OVERRIDES"]
    assert lines["SHOP_TITLE"].split()[1:4] == ["Shop", "title", "compose.yaml:6"]
    assert lines["SHOP_TITLE"].endswith("Dockerfile:2, defaults.env:1")
    assert "*** (from an example)" in lines["SHOP_TOKEN"]
    assert "(passed on from the host)" in lines["FROM_HOST"]
    assert "the env file extra.env is not in the repository" in result.stderr


def test_inactive_services_can_be_asked_for(shop: Path, run: Run) -> None:
    assert rows(run, "queue")["RABBITMQ_DEFAULT_PASS"]["secret"]


def test_which_deployment(shop: Path, run: Run) -> None:
    (shop / "compose.production.yaml").write_text(
        "services: {web: {image: shop, environment: {SHOP_TITLE: live}}}"
    )
    (shop / "Makefile").write_text(
        "up:\n\tdocker compose up\nlive:\n\tdocker compose -f compose.production.yaml up\n"
    )
    result = run("env", "web")
    assert "live" in result.stdout, "production comes first"
    assert "note: this is the deployment `production`" in result.stderr
    others = [line for line in result.stderr.split("`") if line not in ("production", "web")]
    other = next(name for name in others if f"`{name}` (--deployment)" in result.stderr)
    assert rows(run, "web", "--deployment", other)["SHOP_TITLE"]["value"] == "Shop"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("wbe",), "there is no service `wbe`; did you mean `web`?"),
        (("postgres",), "there is no service `postgres`; there is `queue`, `web`"),
        (("web", "--deployment", "nope"), "there is no deployment `nope`; there is `"),
        (("web", "--format", "dotenv"), "leave the service away"),
        (("web", "--check", ".env.example"), "leave the service away"),
        (("--deployment", "x"), "--deployment needs a service"),
        (("--settings", "Setings"), "there is no settings class `Setings`; did you mean `Settings`?"),
        (("--check", "nope.env"), "nope.env cannot be read: No such file"),
        (("--check", "nope.env", "--format", "json"), "--format dotenv or markdown"),
    ],
)
def test_what_cannot_be_done(shop: Path, run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("env", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_no_deployment_and_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no Compose file was found" in run("env", "web").stderr
    result = run("env", "--format", "json")
    assert (result.exit_code, result.stdout) == (0, "[]\n")
    assert "no settings class was found" in result.stderr


# ---- the reference


def test_reference(shop: Path, run: Run) -> None:
    found = rows(run)
    assert list(found) == [
        "SHOP_TITLE", "SHOP_TOKEN", "SHOP_BROKER", "WORKERS",
        "SHOP_MAIL", "SHOP_MAIL__HOST", "SHOP_MAIL__SENDER", "SHOP_MAIL__HEADERS",
    ]  # fmt: skip
    assert found["WORKERS"] == {
        "name": "WORKERS",
        "names": ["WORKERS", "WEB_CONCURRENCY"],
        "field": "workers",
        "type": "int",
        "default": 4,
        "required": False,
        "secret": False,
        "description": "",
        "settings": "shop.settings:Settings",
        "path": "shop/settings.py",
        "line": 17,
    }
    assert [name for name, row in found.items() if row["required"]] == ["SHOP_MAIL", "SHOP_MAIL__SENDER"]
    assert [name for name, row in found.items() if row["secret"]] == ["SHOP_TOKEN"]
    assert found["SHOP_MAIL__HEADERS"]["default"] == {"X-From": "it's"}
    assert found["SHOP_TITLE"]["description"].startswith("Shown on")
    assert rows(run, "--settings", "shop.settings:Settings") == found


def test_an_env_file_of_the_reference_is_read_back(shop: Path, run: Run) -> None:
    text = run("env", "--format", "dotenv", "--reveal").stdout
    assert "\nSHOP_MAIL__SENDER=\n" in text, "what is required is no comment"
    assignments = "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line)
    expected = {
        "SHOP_TITLE": "The $shop #1",
        "SHOP_TOKEN": "hunter2-hunter2",
        "SHOP_BROKER": "amqp://shop:pepper@queue:5672/",
        "WORKERS": "4",
        "SHOP_MAIL__HOST": "mail | relay",
        "SHOP_MAIL__SENDER": "",
        "SHOP_MAIL__HEADERS": '{"X-From": "it\'s"}',
    }
    for dialect in ("compose", "python"):
        assert evaluate(read_dotenv(assignments, dialect), {}) == expected


@pytest.mark.parametrize("form, name", [("dotenv", ".env.example"), ("markdown", "settings.md")])
def test_what_is_printed_is_not_stale(shop: Path, run: Run, form: str, name: str) -> None:
    (shop / name).write_text(run("env", "--format", form).stdout, "utf-8")
    result = run("env", "--check", name)
    assert (result.exit_code, result.output) == (0, "")


def test_stale_env_file(shop: Path, run: Run) -> None:
    (shop / ".env.example").write_text(
        "TOKEN=x\nSHOP_TITEL=Shop\n# SHOP_TOKEN=\nWEB_CONCURRENCY=2\nexport SHOP_MAIL={}\nOLD_FLAG=1\n"
    )
    result = run("env", "--check", ".env.example")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        ".env.example:2: `SHOP_TITEL` is read by no setting; did you mean `SHOP_TITLE`?",
        ".env.example:6: `OLD_FLAG` is read by no setting",
        ".env.example: the variable `SHOP_TITLE` of `shop.settings:Settings` is missing",
        ".env.example: the variable `SHOP_BROKER` of `shop.settings:Settings` is missing",
    ]


def test_stale_table_by_hand(shop: Path, run: Run) -> None:
    (shop / "CONFIG.md").write_text(
        "| Name | Default | What |\n|---|---|---|\n"
        "| `SHOP_TITLE` | a good name | x |\n| SHOP_BROKER | ask us | |\n| SHOP_TOKEN | secret | |\n"
        "| `WORKERS` | `8` | |\n| `SHOP_MAIL__HOST` | `mail \\| relay` | |\n| `SHOP_COLOUR` | red | |\n\n"
        "| Variable | Of |\n|---|---|\n| `OTHER` | another program |\n"
    )
    result = run("env", "--check", "CONFIG.md")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "CONFIG.md:6: the default of `WORKERS` is `4`, not `8`",
        "CONFIG.md:8: `SHOP_COLOUR` is read by no setting",
        "CONFIG.md: the required variable `SHOP_MAIL__SENDER` of `shop.settings:Settings` is missing",
        "CONFIG.md: the variable `SHOP_MAIL__HEADERS` of `shop.settings:Settings` is missing",
    ]


def test_open_settings_make_no_name_stale(shop: Path, run: Run) -> None:
    path = shop / "shop" / "settings.py"
    path.write_text(
        SETTINGS.replace("Settings(BaseSettings)", "Settings(Base, BaseSettings)").replace(
            "\n\nclass Mail", "\nfrom elsewhere import Base\n\nclass Mail", 1
        )
    )
    result = run("env", "--format", "dotenv")
    assert "may read other variables as well" in result.stderr
    (shop / ".env.example").write_text(result.stdout + "SHOP_COLOUR=red\n")
    assert run("env", "--check", ".env.example").exit_code == 0


def test_settings_of_which_no_name_is_known(shop: Path, run: Run) -> None:
    path = shop / "shop" / "settings.py"
    path.write_text(SETTINGS.replace("SettingsConfigDict(env_prefix", "configured(env_prefix"))
    result = run("env", "--format", "dotenv")
    assert result.stdout == ""
    assert "`shop.settings:Settings` may read variables that are not known: " in result.stderr
    assert "no settings class" not in result.stderr
    (shop / ".env.example").write_text("SHOP_COLOUR=red\n")
    assert run("env", "--check", ".env.example").exit_code == 0


# ---- the example


def test_the_example_documents_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    root = shutil.copytree(EXAMPLE, tmp_path / "acme")
    monkeypatch.chdir(root)
    document = root / "docs" / "settings.md"
    text = document.read_text("utf-8")
    assert text.endswith("\n\n" + run("env", "--format", "markdown").stdout)
    assert run("env", "--check", "docs/settings.md").exit_code == 0

    settings = root / "src" / "acme" / "platform" / "settings.py"
    settings.write_text(settings.read_text("utf-8").replace("port: int = 5432", "port: int = 6432"), "utf-8")
    result = run("env", "--check", "docs/settings.md")
    assert (result.exit_code, result.stdout) == (
        1,
        "docs/settings.md:11: the default of `DATABASE__PORT` is `6432`, not `5432`\n",
    )
