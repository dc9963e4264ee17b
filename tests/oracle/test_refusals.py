"""DM054 against the real Compose: projects that it refuses although each of their files is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.refusals import refusals
from dotmac_lint.workspace import Workspace
from tests.oracle.compose_oracle import COMPOSE, RefusedError, real

REFUSED = [
    "a: {image: x, container_name: one, deploy: {replicas: 2}}",
    "a: {image: x, container_name: one, deploy: {replicas: '2'}}",
    "a: {image: x, container_name: one, deploy: {replicas: '${MANY:-3}'}}",
    "a: {image: x, container_name: 'one_${NOTHING}', scale: 3}",
    "a: {image: x, container_name: one}\n  b: {image: x, container_name: 'o${NOTHING:-}ne'}",
    "a: {image: x, container_name: one}\n  b: {image: x, container_name: one, scale: 0}",
    "a: {image: x, network_mode: bridge, networks: [default]}",
    "a: {image: x, network_mode: none, networks: {default: {}}}",
    "a: {image: x, depends_on: [a]}",
    "a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [b]}",
    "a: {image: x, depends_on: {b: {condition: service_started, required: false}}}\n"
    "  b: {image: x, depends_on: [a]}",
    "a: {image: x, links: ['b:c']}\n  b: {image: x, depends_on: [a]}",
    "a: {image: x, network_mode: 'service:b'}\n  b: {image: x, depends_on: [a]}",
    "a: {image: x, volumes_from: ['b:ro']}\n  b: {image: x, ipc: 'service:a'}",
]
ACCEPTED = [
    "a: {image: x, container_name: one, deploy: {replicas: 1}}",
    "a: {image: x, container_name: one, scale: 0}",
    "a: {image: x, deploy: {replicas: 2}}",
    "a: {image: x, container_name: one}\n  b: {image: x, container_name: ONE}",
    "a: {image: x, container_name: one}\n  b: {image: x, container_name: one, profiles: [p]}",
    "a: {image: x}\n  b: {image: x, container_name: one, profiles: [p], scale: 3}",
    "a: {image: x, network_mode: host, networks: []}",
    "a: {image: x, network_mode: host, networks: {}}",
    "a: {image: x}\n  b: {image: x, profiles: [p], depends_on: [c]}\n"
    "  c: {image: x, profiles: [p], depends_on: [b]}",
    "a: {image: x, depends_on: [b, c]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x}",
]


@pytest.mark.parametrize("services", REFUSED + ACCEPTED)
def test_what_compose_refuses(tmp_path: Path, services: str) -> None:
    (tmp_path / "compose.yaml").write_text(f"name: p\nservices:\n  {services}\n")
    (deployment,) = Repository(Workspace(tmp_path)).deployments
    refused = services in REFUSED
    assert bool(list(refusals(deployment))) == refused
    if COMPOSE.exists():
        answer = None
        try:
            real(tmp_path, [], {})
        except RefusedError as error:
            answer = error
        assert (answer is not None) == refused, answer
