"""A small repository with known faults, and two ways to lint it: in this process, and as users do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dotmac_lint.cli.commands import cli

COMPOSE = """\
services:
  cache:
    image: redis:7
    volumes:
      - ./redis.conf:/etc/redis/redis.conf:ro
  web:
    image: nginx:1.27  # dotmac-lint: ignore[DM002] nothing here
"""
PROGRAM = Path(sys.executable).with_name("dotmac-lint")

Run = Callable[..., Result]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """DM002 (an error, unsafe fix) at line 5, DM048 (a warning, safe fix) at line 7."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "compose.yaml").write_text(COMPOSE, "utf-8")
    monkeypatch.chdir(root)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments)

    return invoke


def process(
    *arguments: str | Path,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    shell: str = "",
) -> subprocess.CompletedProcess[str]:
    """The real program; `shell` is put behind the command (a redirection, a pipe)."""
    command = [str(PROGRAM), *map(str, arguments)]
    if shell:
        command = ["bash", "-c", f'"$0" "$@" {shell}', *command]
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | (environment or {}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
