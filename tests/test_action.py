"""The GitHub Action and this repository's own workflow: the real linters read them, and its steps are run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_scaffolds import program

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
LINTED = [ROOT / "action.yml", *sorted((ROOT / ".github/workflows").glob("*.yml"))]
EXAMPLE = ROOT / "examples/acme-platform"


def test_zizmor_finds_nothing() -> None:
    run = subprocess.run(
        [program("zizmor"), "--offline", "--no-progress", *LINTED],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_actionlint_finds_nothing() -> None:
    run = subprocess.run(
        [program("actionlint"), *LINTED[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def step(name: str) -> str:
    """The script of a step of the action; each value of GitHub's comes to it by its environment."""
    (found,) = [step for step in ACTION["runs"]["steps"] if step["name"].startswith(name)]
    script: str = found["run"]
    assert "${{" not in script
    return script


def test_shellcheck_finds_nothing_in_its_scripts() -> None:
    for name in ("Install", "Lint", "Fail"):
        run = subprocess.run(
            [program("shellcheck"), "--shell=bash", "-"],
            input=step(name),
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("level", "path", "arguments", "status", "found"),
    [
        ("error", ".", "--isolated", "1", ["DM001", "DM002", "DM003", "DM004"]),
        ("never", ".\n", "--isolated", "0", ["DM001", "DM002", "DM003", "DM004"]),
        ("error", "Dockerfile.prod\nsrc", "--isolated --select DM001", "1", ["DM001"]),
        ("error", ".", "--isolated --select DM023", "0", []),
        ("error", "no-such-folder", "", "", []),
    ],
)
def test_its_steps_report_and_fail(
    tmp_path: Path, level: str, path: str, arguments: str, status: str, found: list[str]
) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "repository")
    installed = tmp_path / "dotmac-lint/bin/dotmac-lint"
    installed.parent.mkdir(parents=True)
    installed.symlink_to(Path(sys.executable).parent / "dotmac-lint")
    environment = os.environ | {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "DOTMAC_LINT_CACHE_DIR": str(tmp_path / "cache"),
        "LINTED": path,
        "ARGUMENTS": arguments,
        "LEVEL": level,
    }
    run = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step("Lint")],
        cwd=tmp_path / "repository",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if not status:
        assert run.returncode == 2
        assert "no-such-folder" in run.stderr
        return
    assert run.returncode == 0, run.stderr
    written = (tmp_path / "output").read_text().split()
    assert written == [f"sarif={tmp_path}/dotmac-lint.sarif", f"status={status}"]
    results = yaml.safe_load((tmp_path / "dotmac-lint.sarif").read_text())["runs"][0]["results"]
    assert sorted({result["ruleId"] for result in results}) == found
    assert all(code in run.stdout for code in found)
    assert all(code in (tmp_path / "summary.md").read_text() for code in found)


def test_it_installs_what_it_is_told_to() -> None:
    """pip is not run, as it would reach for the network: what it is given is."""
    script = step("Install").replace('"$RUNNER_TEMP/dotmac-lint/bin/python"', "echo")
    for version, package in (("", "/the/action"), ("1.2.3", "dotmac-lint==1.2.3")):
        run = subprocess.run(
            ["bash", "-e", "-c", script],
            env=os.environ | {"VERSION": version, "ACTION": "/the/action", "PYTHON": "true"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.split()[-1] == package


def test_every_input_is_used_and_described() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name, given in ACTION["inputs"].items():
        assert f"inputs.{name}" in text
        assert given["description"]
        assert "default" in given
