"""`dotmac-lint deployments`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

BASE = "services:\n  web: {image: nginx}\n  jobs: {image: acme, profiles: [worker]}\n"
UP = "docker compose -f compose.yaml -f compose.prod.yaml --env-file .env.prod --profile worker up -d"


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A base, an overlay for production that a Makefile starts, and a file of its own."""
    for name, text in {
        "compose.yaml": BASE,
        "compose.prod.yaml": "services: {web: {restart: always}}\n",
        "compose.lab.yaml": "services: {lab: {image: redis}}\n",
        "compose.stray.yaml": "services: {gone: {restart: always}}\n",
        "Makefile": f"logs:\n\tdocker compose -f compose.yaml -f compose.prod.yaml logs\nup:\n\t{UP}\n",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table(several: Path, run: Run) -> None:
    result = run("deployments")
    assert result.exit_code == 0
    assert result.stdout == (
        "default\n"
        "  files     compose.yaml\n"
        "  services  web\n"
        "  found in  compose.yaml:1: Compose takes it where no file is named\n"
        "\n"
        "lab\n"
        "  files     compose.lab.yaml\n"
        "  services  lab\n"
        "  found in  compose.lab.yaml:1: it is complete in itself\n"
        "\n"
        "production (production)\n"
        "  files     compose.yaml, compose.prod.yaml\n"
        "  env files .env.prod\n"
        "  profiles  worker\n"
        "  services  web, jobs\n"
        f"  found in  Makefile:4: {UP}\n"
        "            Makefile:2: docker compose -f compose.yaml -f compose.prod.yaml logs\n"
    )
    assert result.stderr == (
        "note: compose.stray.yaml is part of no deployment: its service `gone` has neither an image nor a build\n"
    )


def test_json(several: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("deployments", "--format", "json")
    assert result.stderr == ""
    entries = json.loads(result.stdout)
    assert [entry["name"] for entry in entries] == ["default", "lab", "production"]
    assert entries[2] == {
        "name": "production",
        "files": ["compose.yaml", "compose.prod.yaml"],
        "env_files": [".env.prod"],
        "profiles": ["worker"],
        "production": True,
        "services": ["web", "jobs"],
        "evidence": [
            {"path": "Makefile", "line": 4, "text": UP},
            {
                "path": "Makefile",
                "line": 2,
                "text": "docker compose -f compose.yaml -f compose.prod.yaml logs",
            },
        ],
    }
    monkeypatch.chdir(several.parent)
    (first, *_) = json.loads(run("deployments", several.name, "--format", "json").stdout)
    assert first["files"] == [f"{several.name}/compose.yaml"]
    assert first["evidence"][0]["path"] == f"{several.name}/compose.yaml"


def test_what_the_configuration_states_is_all(several: Path, run: Run) -> None:
    (several / "pyproject.toml").write_text(
        '[tool.dotmac-lint.deployments.live]\nfiles = ["compose.yaml"]\nproduction = true\n'
    )
    entries = json.loads(run("deployments", "--format", "json").stdout)
    assert [(entry["name"], entry["production"], entry["evidence"]) for entry in entries] == [
        ("live", True, [{"path": "pyproject.toml", "line": 1, "text": "stated in the configuration"}])
    ]
    assert "lab\n" in run("deployments", "--isolated").stdout


def test_no_deployment(tmp_path: Path, run: Run) -> None:
    result = run("deployments", str(tmp_path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "warning: no Compose file was found" in result.stderr
    assert run("deployments", str(tmp_path), "--format", "json").stdout == "[]\n"


def test_no_deployment_that_can_be_read(tmp_path: Path, run: Run) -> None:
    (tmp_path / "compose.yaml").write_text('services: {web: {image: "\\`"}}\n')
    assert "warning: no Compose file in " in run("deployments", str(tmp_path)).stderr


def test_files_that_are_no_project_alone(tmp_path: Path, run: Run) -> None:
    (tmp_path / "compose.prod.yaml").write_text("services: {web: {restart: always}}\n")
    result = run("deployments", str(tmp_path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "only one Compose file, which is no project alone. State in the configuration" in result.stderr
    assert "its service `web` has neither an image nor a build" in result.stderr
    assert "which is no project alone" in run(str(tmp_path)).stderr


def test_what_cannot_be_done(several: Path, run: Run) -> None:
    (several / ".dotmac-lint.toml").write_text("[deployments.live]\n")
    result = run("deployments")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: .dotmac-lint.toml:1: the deployment `live` needs `files`")
    result = run("deployments", "compose.yaml")
    assert (result.exit_code, result.stderr) == (2, "error: `compose.yaml` is no folder\n")


def test_no_secret_is_printed(several: Path, run: Run) -> None:
    (several / "up.sh").write_text(
        "docker compose -f compose.lab.yaml run -e DB_PASSWORD=hunter2hunter2 lab\n"
    )
    for form in ("table", "json"):
        output = run("deployments", "--format", form).stdout
        assert "-e DB_PASSWORD=***" in output
        assert "hunter2" not in output
