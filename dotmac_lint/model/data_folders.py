"""Volumes that are meant for the data of a database server, and that do not hold it.

Source of behaviour: Docker's documentation of the images (docker-library/docs, "PGDATA" of postgres, "Where to Store
Data" of the others): each has a volume without a name where its data lies, unless one is mounted exactly there.
PostgreSQL 18 keeps it elsewhere, and its image does not start where a volume lies at the former place
(docker-library/postgres, pull request 1259, and docker-entrypoint.sh: docker_error_old_databases).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.edits import replace_word
from dotmac_lint.model.image import untagged
from dotmac_lint.model.servers import Server, repository_of, server_of

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Mount
    from dotmac_lint.model.deployment import Deployment, Service

_POSTGRES = "postgres"
FORMER, CURRENT = "/var/lib/postgresql/data", "/var/lib/postgresql"
"""Where the image of PostgreSQL has its volume: before version 18, and since."""
_MOVING = frozenset({"", "latest", "alpine", "trixie", "bookworm"})
"""Tags that name no version: they have been 18 or newer since September 2025."""
_MAJOR = regex(r":(\d+)(?![\d])")
_MOVED = regex(r"(^|[\s=])-D|dir|dbpath|con?f")
"""What in a command, or in the path of a mount, may put the data elsewhere."""
_FOR_DATA = regex(r"/(var/lib|data|db)(/|$)")
"""Where people mount what a server is to keep."""
_NO_DATA = regex(
    r"back-?up|dump|log|init|run|sock|tmp|cert|ssl|archive|wal|extension|script|seed", re.IGNORECASE
)


class Misplaced(msgspec.Struct, frozen=True):
    """A volume that does not hold the data of the service's server."""

    service: Service
    image: str
    mount: Mount
    folder: str
    """Where the server keeps its data."""
    refused: bool
    """The server does not start."""
    moving: bool
    """The image's tag names no version."""
    fix: Fix | None


def misplaced_volumes(deployment: Deployment) -> Iterator[Misplaced]:
    """Those of servers that run from an image as it is published, where nothing may have moved the data."""
    for service in deployment.services:
        server = server_of(service)
        if server is not None and server.data is not None and not _is_moved(service):
            yield from _misplaced(service, server)


def _is_moved(service: Service) -> bool:
    """Whether a command, a configuration or something that is not known may put the data elsewhere."""
    definition = service.definition
    words = definition.command.words if definition.command is not None else ()
    targets = [mount.target for mount in definition.mounts]
    return (
        definition.entrypoint is not None
        or service.environment.unknown is not None
        or "tmpfs" in definition.node.rows
        or any(not isinstance(text.value, Known) or _MOVED.search(text.value.value) for text in words)
        or any(not isinstance(target.value, Known) or _MOVED.search(target.value.value) for target in targets)
    )


def _misplaced(service: Service, server: Server) -> Iterator[Misplaced]:
    name, folder = service.definition.image, server.data or ""
    image = name.value.value if name is not None and isinstance(name.value, Known) else ""
    mounts = {_folder(mount): mount for mount in service.definition.mounts}
    moving = new = False
    if not image or service.environment.get("PGDATA") is not None:
        return
    if server.kind == _POSTGRES:
        official = repository_of(image) == _POSTGRES
        major = _MAJOR.search(image) if official else None
        moving = official and image[len(untagged(image)) :].lstrip(":") in _MOVING
        new = moving or (major is not None and int(major[1]) >= 18)
        if new and FORMER in mounts and CURRENT not in mounts:
            yield _found(service, image, mounts[FORMER], CURRENT, refused=True, moving=moving)
        if not (new or major) and CURRENT in mounts:
            return  # where the image has its volume is not known
        folder = CURRENT if new else folder
    kept = (FORMER, CURRENT) if new else (folder,)
    if any(place in kept or (new and place.startswith(f"{CURRENT}/")) for place in mounts):
        return
    for place, mount in mounts.items():
        if _is_for(service, server, place, mount):
            yield _found(service, image, mount, folder, refused=False, moving=moving)


def _is_for(service: Service, server: Server, place: str, mount: Mount) -> bool:
    """Whether the volume is meant for the server's data."""
    source = mount.source.value.value if mount.source and isinstance(mount.source.value, Known) else ""
    held = mount.type == "bind" and service.workspace.kind(source) is not None
    named = not set(place.split("/")).isdisjoint((*server.words, "data", "db"))
    return (
        bool(source)
        and not (held or mount.read_only or mount.type not in ("bind", "volume"))
        and named
        and _FOR_DATA.match(place) is not None
        and not _NO_DATA.search(f"{source} {place}")
    )


def _folder(mount: Mount) -> str:
    return posixpath.normpath(mount.target.value.value) if isinstance(mount.target.value, Known) else ""


def _found(
    service: Service, image: str, mount: Mount, folder: str, *, refused: bool, moving: bool
) -> Misplaced:
    target, fix = mount.target, None
    if not target.references and target.span != mount.span:
        edit = replace_word(service.workspace, target.span, folder)
        fix = Fix(f"Mount it at `{folder}`", edits=(edit,)) if edit is not None else None
    return Misplaced(service, image, mount, folder, refused, moving, fix)
