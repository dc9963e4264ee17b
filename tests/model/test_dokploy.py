"""What Dokploy makes for a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.deployment import Deployment, Repository
from dotmac_lint.model.env_files import missing_env_files
from dotmac_lint.model.interpolated import blanks
from dotmac_lint.model.mounts import missing_sources
from dotmac_lint.workspace import Workspace

COMPOSE = """
services:
  relay:
    image: registry.example/relay
    command: relay --workers ${WORKERS} --zone ${ZONE}
    environment:
      WORKERS: 2
    env_file: .env
    volumes:
      - ../files/relay.conf:/etc/relay.conf
      - ../files/rules:/etc/relay/conf.d
      - ../files/zones.yml:/etc/zones.yml
"""
TEMPLATE = """
[variables]
workers = "4"

[config]
env = [
  "WORKERS=${workers}",
]

[[config.mounts]]
filePath = "/relay.conf"
content = "listen 80"

[[config.mounts]]
filePath = "./rules/first.conf"
content = "allow all"
"""


def _deployment(root: Path) -> Deployment:
    return Repository(Workspace(root)).deployments[0]


@pytest.mark.parametrize("template", [True, False])
def test_what_the_template_gives_is_there(tmp_path: Path, template: bool) -> None:
    folder = tmp_path / "blueprints" / "relay"
    folder.mkdir(parents=True)
    (folder / "docker-compose.yml").write_text(COMPOSE)
    if template:
        (folder / "template.toml").write_text(TEMPLATE)
    deployment = _deployment(tmp_path)
    missing = {mount.source for mount in missing_sources(deployment)}
    given = {"blueprints/files/relay.conf", "blueprints/files/rules"}
    assert missing == ({"blueprints/files/zones.yml"} if template else {"blueprints/files/zones.yml", *given})
    assert bool(list(missing_env_files(deployment))) is not template


def test_a_variable_of_the_template_is_set(tmp_path: Path) -> None:
    (tmp_path / "template.toml").write_text(TEMPLATE)
    (tmp_path / "docker-compose.yml").write_text(COMPOSE.replace("    env_file: .env\n", ""))
    assert [blank.name for blank in blanks(_deployment(tmp_path))] == ["ZONE"]
