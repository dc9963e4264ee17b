"""The plugin, in the real flake8."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest.importorskip("flake8", reason="flake8 is not installed")

CONFIG = "[flake8]\nselect = DM\n"
LOCAL = "[flake8:local-plugins]\nextension =\n    DM = dotmac_lint.flake8:Plugin\n"
"""For an installation that is older than the entry point."""


def flake8(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    installed = entry_points(group="flake8.extension", name="DM")
    (root / "flake8.ini").write_text(CONFIG + LOCAL * (not installed))
    command = [sys.executable, "-m", "flake8", "--config", "flake8.ini", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_findings_of_python_files_are_among_those_of_flake8(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text("services: {tide: {build: .}}\n")
    (tmp_path / "Dockerfile").write_text(
        "FROM python:3.12-slim\nENV TIDE_KEY=x\nCOPY tide /srv/tide\n"
        'WORKDIR /srv\nCMD ["python", "-m", "tide.main"]\n'
    )
    code = tmp_path / "tide"
    code.mkdir()
    (code / "__init__.py").touch()
    (code / "settings.py").write_text(
        "from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\n\n"
        "class Settings(BaseSettings, env_prefix='TIDE_'):\n"
        '    """Reads TIDE_LEVEL."""\n\n'
        "    level: int = Field(1, validation_alias='WATER_LEVEL')\n"
    )
    (code / "main.py").write_text("from tide.settings import Settings\n\nprint(Settings().level)\n")
    result = flake8(tmp_path, "tide")
    lines = result.stdout.splitlines()
    assert [line.partition(" The ")[0] for line in lines] == ["tide/settings.py:6:14: DM025"], result.stderr


def test_nothing_is_said_of_other_files(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "compose.yaml").write_text("services: {tide: {image: nginx, depends_on: [sea]}}\n")
    (tmp_path / "tide.py").write_text("print(1)\n")
    result = flake8(tmp_path, ".")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr


def test_it_is_declared() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["flake8.extension"] == {"DM": "dotmac_lint.flake8:Plugin"}
