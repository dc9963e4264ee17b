"""Sources of bind mounts that are missing, and how much that matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.mounts import mend_source, missing_sources
from dotmac_lint.workspace import Workspace

COMPOSE = """
services:
  runner:
    image: registry.example/runner
    volumes:
      - ./config.yaml:/config.yaml
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("    docker run registry.example/runner generate > config.yaml", True),
        ("Do `docker run registry.example/runner generate > config.yaml`.", True),
        ("## The file `config.yaml`\n\n```yaml\nlevel: info\n```", True),
        ("It reads `config.yaml` when it starts.", False),
        ("The command `runner -> config.yaml` is gone.", False),
    ],
)
def test_a_document_beside_it_tells_to_write_the_file(tmp_path: Path, text: str, told: bool) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "README.md").write_text(f"# Runner\n\n{text}\n")
    (mount,) = missing_sources(Repository(Workspace(tmp_path)).deployments[0])
    assert (mount.told == "README.md") is told
    assert mount.matters is not told


@pytest.mark.parametrize(
    ("command", "fixed"),
    [
        ("serve", "./config.yaml:/etc/config.yaml:ro"),
        ("serve /etc/confg.yaml", "./config.yaml:/etc/confg.yaml:ro"),
    ],
)
def test_a_target_that_repeats_the_slip_is_corrected_too(tmp_path: Path, command: str, fixed: str) -> None:
    text = COMPOSE.replace("./config.yaml:/config.yaml", "./confg.yaml:/etc/confg.yaml:ro")
    (tmp_path / "compose.yaml").write_text(f"{text}    command: {command}\n")
    (tmp_path / "config.yaml").write_text("level: info\n")
    (mount,) = missing_sources(Repository(Workspace(tmp_path)).deployments[0])
    fix = mend_source(mount)
    assert fix is not None
    for edit in sorted(fix.edits, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert text.rstrip().endswith(f"- {fixed}")


@pytest.mark.parametrize(
    ("item", "step", "expected"),
    [
        ("./node_modules:/app/node_modules", "RUN corepack install -g yarn@4", []),
        ("./node_modules:/app/node_modules", "RUN yarn install", ["node_modules"]),
        ("# If it does not exist, an empty folder is mounted.\n      - ./x.xml:/app/x.xml", "", []),
        ("# All levels.\n      - ./x.xml:/app/x.xml", "", ["x.xml"]),
    ],
)
def test_what_its_owners_know_to_be_absent(tmp_path: Path, item: str, step: str, expected: list[str]) -> None:
    item = item if item.startswith("#") else f"- {item}"
    (tmp_path / "compose.yaml").write_text(
        f"services:\n  web:\n    build: .\n    user: node\n    volumes:\n      {item}\n"
    )
    (tmp_path / "Dockerfile").write_text(f"FROM node:24\nWORKDIR /app\n{step}\n")
    (tmp_path / "package.json").write_text("{}")
    mounts = missing_sources(Repository(Workspace(tmp_path)).deployments[0])
    assert [mount.source for mount in mounts] == expected


def test_a_document_above_it_tells_to_edit_the_file(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE.replace("./config.yaml", "./$NAME-data/conf/config.yaml"))
    (tmp_path / ".env").write_text("NAME=runner\n")
    (tmp_path / "README.md").write_text("# Runner\n\n```\nnano ./$NAME-data/conf/config.yaml\n```\n")
    (mount,) = missing_sources(Repository(Workspace(tmp_path)).deployments[0])
    assert mount.told == "README.md"


def test_what_the_container_starts_with_is_a_file(tmp_path: Path) -> None:
    text = COMPOSE.replace("./config.yaml:/config.yaml", "./bin/wait:/bin/wait")
    (tmp_path / "compose.yaml").write_text(f"{text}    entrypoint: /bin/wait store:80 --\n")
    (mount,) = missing_sources(Repository(Workspace(tmp_path)).deployments[0])
    assert mount.is_file
    assert mend_source(mount) is None
