"""Sources of bind mounts that are missing, and how much that matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.mounts import missing_sources
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
        ("docker run registry.example/runner generate > config.yaml", True),
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
