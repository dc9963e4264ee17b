"""Services that say nothing of what they run, once all files are merged.

Source of behaviour: compose-go, loader/validate.go: Compose refuses the project for an active one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.model.similar import similar_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment


class Orphan(NamedTuple):
    """`meant` is the service of another file that this one should have changed."""

    name: str
    at: Span
    meant: str | None
    meant_at: Span | None


def orphans(deployment: Deployment) -> Iterator[Orphan]:
    """Nothing where a file could not be read, or where nobody starts these files and no name is near."""
    project = deployment.project
    if not project.complete:
        return
    for service in project.services.values():
        runs = service.image or service.build or service.attribute("provider") or service.attribute("extends")
        if runs or not service.active or _is_added(deployment, service.name):
            continue
        others = {
            other.name: other.key
            for other in project.services.values()
            if (other.image or other.build) and all(key.path != service.key.path for key in other.keys)
        }
        meant = similar_name(service.name, others)
        if meant or deployment.spec.commanded:
            yield Orphan(service.name, service.key, meant, others[meant] if meant else None)


def _is_added(deployment: Deployment, name: str) -> bool:
    """Whether only a comment names these files alone, and who starts them adds one that has the image."""
    files = {*deployment.spec.files}
    return deployment.spec.only_noted and any(
        files < {*other.spec.files} and (service.image or service.build)
        for other in deployment.repository.deployments
        if (service := other.project.services.get(name)) is not None
    )
