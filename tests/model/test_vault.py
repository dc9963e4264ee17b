"""Wherever start-up code tests the switch of Vault, the finding names the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.config import Settings
from dotmac_lint.engine import lint
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import load_rules

CODE = """
from functools import cache

from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Vault(BaseModel):
    enabled: bool = False
    token: str = ""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    environment: str = "development"
    vault: Vault = Vault()

    def check(self):
        if self.environment == "production" and not self.vault.enabled:
            raise ValueError("Vault must be on")


def check_settings(given):
    if given.environment == "production" and not given.vault.enabled:
        raise RuntimeError("Vault must be on")


def load():
    loaded = Settings()
    loaded.check()
    return loaded


@cache
def get_settings():
    return Settings()


settings = Settings()
"""
IMPORTS = """
import sys
from contextlib import asynccontextmanager

from fastapi import FastAPI

from quay.settings import Settings, check_settings, get_settings, load, settings
"""
LIFESPAN = """
@asynccontextmanager
async def lifespan(app):
    {}
    yield

app = FastAPI(lifespan=lifespan)
"""
METHOD = "`Settings.check`"


@pytest.mark.parametrize(
    ("main", "check"),
    [
        (LIFESPAN.format("settings.check()"), METHOD),
        (LIFESPAN.format("given = get_settings()\n    given.check()"), METHOD),
        (LIFESPAN.format("if not settings.vault.enabled:\n        raise RuntimeError('off')"), "`lifespan`"),
        ("get_settings().check()\napp = FastAPI()\n", METHOD),
        ("Settings().check()\napp = FastAPI()\n", METHOD),
        ("given = Settings()\ngiven.check()\napp = FastAPI()\n", METHOD),
        ("loaded = load()\napp = FastAPI()\n", METHOD),
        ("check_settings(settings)\napp = FastAPI()\n", "`check_settings`"),
        ("def create_app():\n    settings.check()\n    return FastAPI()\n\napp = create_app()\n", METHOD),
        ("app = FastAPI()\n\n@app.on_event('startup')\nasync def begin():\n    settings.check()\n", METHOD),
        ("if not settings.vault.enabled:\n    sys.exit('off')\napp = FastAPI()\n", "a check of the module"),
        ("app = FastAPI()\n\ndef later():\n    settings.check()\n", None),
    ],
)
def test_the_check_is_named(tmp_path: Path, main: str, check: str | None) -> None:
    (tmp_path / "quay").mkdir()
    for name, text in {"__init__": "", "settings": CODE, "main": IMPORTS + main}.items():
        (tmp_path / "quay" / f"{name}.py").write_text(text, "utf-8")
    (tmp_path / "Dockerfile").write_text(
        'FROM python:3.12\nCOPY quay ./quay\nCMD ["uvicorn", "quay.main:app"]\n', "utf-8"
    )
    (tmp_path / "compose.prod.yaml").write_text(
        "services:\n  web:\n    build: .\n    environment: {ENVIRONMENT: production}\n", "utf-8"
    )
    rules = [rule for rule in load_rules() if rule.code == "DM004"]
    (found,) = lint(tmp_path, Settings(), rules).diagnostics
    assert found.fix is not None
    if check is None:
        assert found.message.endswith("`VAULT__ENABLED` is not set.")
        assert found.fix.applicability is Applicability.UNSAFE
    else:
        assert found.message.endswith(
            f"`VAULT__ENABLED` is not set, and {check} refuses to start without it."
        )
        assert found.fix.applicability is Applicability.SAFE
