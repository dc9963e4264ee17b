"""Environment variables that documents tell to set, and that no settings have.

Only a name that surely means these settings counts: one that falls into a section of theirs, or that differs by a
slip from a name which they read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.model.documentation import ELSEWHERE
from dotmac_lint.model.example_drift import LARGEST, may_be_read, read_names
from dotmac_lint.model.misnamed import folded
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.model.settings import Field, SettingsClass
    from dotmac_lint.workspace import Workspace

_SETS = re.compile(r"^[ \t]*(?:export[ \t]+|-[ \t]+)?([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)=", re.MULTILINE)
_ALIKE = 90
"""How like a name must be to one that is read, of 100."""


class UnknownSetting(msgspec.Struct, frozen=True):
    """A variable that a document sets and no settings have; `near` is a name that they read."""

    name: str
    places: tuple[Span, ...]
    """Everywhere in that document, in order."""
    settings: SettingsClass
    section: Field | None
    near: str | None


def unknown_settings(repository: Repository) -> Iterator[UnknownSetting]:
    """Each such variable, once a document."""
    workspace = repository.workspace
    if not repository.settings or workspace.submodules:
        return
    told = {
        path: places
        for path in workspace.files
        if path.lower().endswith(".md")
        and not ELSEWHERE.search(path)
        and (places := _set_in(workspace, path))
    }
    names = {name for places in told.values() for name in places}
    known = read_names(workspace, names) | _in_env_files(workspace, names)
    unread = {name: _meant(repository, name) for name in names - known if not may_be_read(repository, name)}
    for path, places in told.items():
        for name, found in places.items():
            meant = unread.get(name)
            if meant is not None:
                yield UnknownSetting(name, tuple(Span(path, *place) for place in found), *meant)


def _set_in(workspace: Workspace, path: str) -> dict[str, list[tuple[int, int]]]:
    """What the code blocks of a document set, and where."""
    found: dict[str, list[tuple[int, int]]] = {}
    document = workspace.markdown(path)
    source = workspace.source(path)
    if document is None or source is None:
        return found
    for block in document.code_blocks:
        for match in _SETS.finditer(source.text, block.range.start, block.range.end):
            found.setdefault(match[1], []).append(match.span(1))
    return found


def _in_env_files(workspace: Workspace, names: set[str]) -> set[str]:
    """Those of `names` that an env file or an example of one has, which another rule looks at."""
    files = (workspace.bytes(path) or b"" for path in workspace.files if ".env" in path or "env." in path)
    texts = [data for data in files if len(data) <= LARGEST]
    return {name for name in names if any(name.encode() in data for data in texts)}


def _meant(repository: Repository, name: str) -> tuple[SettingsClass, Field | None, str | None] | None:
    """The settings that the name surely means, its section there, and the name that was meant."""
    from rapidfuzz.fuzz import ratio

    for settings in repository.settings:
        section = settings.lookup(name).section
        rows = (
            (ratio(folded(name), folded(other)), other)
            for field in settings.fields
            if not field.section
            for other in field.names
        )
        near = sorted(rows, reverse=True)[:2]
        alike = bool(near) and near[0][0] >= _ALIKE and (len(near) == 1 or near[1][0] < near[0][0])
        if section is not None or alike:
            return settings, section, near[0][1] if alike else None
    return None
