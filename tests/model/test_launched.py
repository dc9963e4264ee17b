"""What shell code sets for the program that it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.deployment import Repository
from dotmac_lint.workspace import Workspace


@pytest.mark.parametrize(
    ("script", "given"),
    [
        ("export A=1 B\nC=1\nexec uvicorn app:app\n", {"A", "B"}),
        ('if [ "$X" ]; then\n  A=1 uvicorn app:app\nfi\n', {"A"}),
        ("exec env A=1 B=2 uvicorn app:app\n", {"A", "B"}),
        ("su app -c 'export A=1; uvicorn app:app'\n", {"A"}),
        ('bash -lc "A=$B exec uvicorn app:app"\n', {"A"}),
        ("cat > run <<EOF\nexport A=1\nEOF\necho 'export B=1' # export C=1\nuvicorn app:app\n", set()),
        (". .venv/bin/activate\nuvicorn app:app --reload-dir=x\n", set()),
        (". ./defaults.sh\nuvicorn app:app\n", None),
        ("set -a; source .env\nuvicorn app:app\n", None),
        ("export $(grep -v '^#' .env)\nuvicorn app:app\n", None),
        ('eval "$(fetch-secrets)"\nuvicorn app:app\n', None),
    ],
)
@pytest.mark.parametrize("where", ["script", "command"])
def test_given(tmp_path: Path, script: str, given: set[str] | None, where: str) -> None:
    (tmp_path / "app.py").write_text("app = 1\n", "utf-8")
    (tmp_path / "run.sh").write_text(f"#!/bin/sh\n{script}", "utf-8")
    (tmp_path / "Dockerfile").write_text(
        'FROM python:3.12\nCOPY . /app/\nCMD ["sh", "/app/run.sh"]\n', "utf-8"
    )
    lines = script.replace("$", "$$").replace("\n", "\n        ")
    command = (
        f"    command:\n      - sh\n      - -c\n      - |\n        {lines}\n" if where == "command" else ""
    )
    (tmp_path / "compose.yaml").write_text(f"services:\n  app:\n    build: .\n{command}", "utf-8")
    (service,) = Repository(Workspace(tmp_path)).deployments[0].services
    found = service.process.given
    assert found == (None if given is None else frozenset(given))


def test_a_package_runs_what_it_has_for_that(tmp_path: Path) -> None:
    (tmp_path / "ferry").mkdir()
    for name in ("__init__", "__main__", "tides"):
        (tmp_path / "ferry" / f"{name}.py").write_text("", "utf-8")
    (tmp_path / "Dockerfile").write_text(
        'FROM python:3.12\nCOPY ferry /ferry\nCMD ["python", "-m", "ferry"]\n', "utf-8"
    )
    (tmp_path / "compose.yaml").write_text("services:\n  app:\n    build: .\n", "utf-8")
    (service,) = Repository(Workspace(tmp_path)).deployments[0].services
    assert service.process.programs == {"ferry/__main__.py"}
    assert service.process.modules == {"ferry/__main__.py", "ferry/__init__.py"}
