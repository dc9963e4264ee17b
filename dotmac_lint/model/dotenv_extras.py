"""Names in a `.env` that settings which forbid extras do not know: reading it fails at start.

Source of behaviour: pydantic-settings 2.16, `DotEnvSettingsSource.__call__`: what no field takes becomes an extra value
of the model, unless it is empty. In the process's environment unknown names do no harm.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.lazy import regex
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.model.settings import SettingsClass
    from dotmac_lint.readers.dotenv import EnvEntry

_PROJECT = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "manage.py",
    "alembic.ini",
    "Dockerfile",
)
_CONFIG = regex(r"model_config\s*(?::[^=\n]+)?=\s*(?:\w+\.)?SettingsConfigDict\(")


class DotenvExtras(msgspec.Struct, frozen=True):
    """The names in `path`, which is the settings' `env_file` or an example of it, that the settings refuse."""

    settings: SettingsClass
    env_file: str
    path: str
    entries: tuple[EnvEntry, ...]

    @property
    def committed(self) -> bool:
        """The file itself is in the repository, not only an example of it."""
        return self.path == self.env_file

    def at(self, entry: EnvEntry) -> Span:
        return entry.key_range.at(self.path)


def dotenv_extras(repository: Repository) -> Iterator[DotenvExtras]:
    """For each settings class that forbids extras, each env file it reads that has some."""
    from dotmac_lint.model.settings_types import is_complex, union_is_complex

    workspace = repository.workspace
    for settings in repository.settings:
        config = settings.model.config
        if settings.model.version != 2 or settings.open or config.get("extra", "forbid") != "forbid":
            continue
        if config.get("dotenv_filtering") or config.get("env_file_encoding", "utf-8") not in (
            "utf-8",
            "utf8",
            None,
        ):
            continue
        # Older versions take every name that begins like a field which holds others.
        holders = [
            name
            for field in settings.fields
            if len(field.path) == 1
            and (is_complex(field.type) is not False or union_is_complex(field.type) is not False)
            for name in field.names
        ]
        for place in env_files_of(settings):
            file = workspace.env_file(place[1], "python")
            entries = tuple(
                entry
                for entry in (file.entries if file else ())
                if entry.value and not _taken(settings, entry.key, holders)
            )
            if entries:
                yield DotenvExtras(settings, place[0], place[1], entries)


def env_files_of(settings: SettingsClass) -> Iterator[tuple[str, str]]:
    """The env files of the settings, as seen from the folder of the project that holds their module where they lie in
    no certain place, each with the file that tells of it."""
    from dotmac_lint.model.compose import stand_in
    from dotmac_lint.workspace import normalise

    workspace, folder = settings.workspace, posixpath.dirname(settings.path)
    while folder and not any(workspace.is_listed(f"{folder}/{name}") for name in _PROJECT):
        folder = posixpath.dirname(folder)
    written = [
        normalise(posixpath.join(folder, name)) for name in settings.env_files or () if name[:1] != "/"
    ]
    for path in (*written, *(file.in_repository for file in settings.env_files_beside)):
        told = path if path and workspace.is_listed(path) else stand_in(workspace, path) if path else None
        if path and told:
            yield path, told


def _taken(settings: SettingsClass, name: str, holders: list[str]) -> bool:
    found = settings.lookup(name)
    if found.fields or found.section is not None or found.unknown is not None:
        return True
    folded = name if settings.case_sensitive else name.upper()
    if settings.env_prefix and any(folded.lower() == field.path[0].lower() for field in settings.fields):
        return True
    return any(folded.startswith(holder) for holder in holders)


def ignore_extras(found: DotenvExtras) -> Fix | None:
    """Let the settings ignore what they do not know, as an argument of their own `SettingsConfigDict`."""
    span = found.settings.span
    source = found.settings.workspace.source(span.path)
    if source is None:
        return None
    body = source.text[span.start :]
    following = re.search(r"^class ", body[1:], re.MULTILINE)
    match = _CONFIG.search(body, 0, following.start() if following else len(body))
    if match is None or re.search(r"\bextra\b", body[match.end() : body.find(")", match.end())]):
        return None
    at = span.start + match.end()
    line = re.match(r"\r?\n[ \t]+", source.text[at:])
    text = f'{line.group()}extra="ignore",' if line else 'extra="ignore", '
    if source.text[at : at + 1] == ")":
        text = 'extra="ignore"'
    edit = Edit(Span(span.path, at, at), text)
    return Fix(f'Set `extra="ignore"` in `{found.settings.name}`', edits=(edit,))
