"""Environment variables that documents tell to set, and paths into the settings that they name, which no settings have.

Only a name that surely means these settings counts: one that falls into a section of theirs, that differs by a slip
from a name which they read, or that has their prefix in a document that sets others of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from posixpath import dirname
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.documentation import is_for_others, is_not_yet, is_of_other_times
from dotmac_lint.model.example_drift import LARGEST, may_be_read, read_names
from dotmac_lint.model.misnamed import folded
from dotmac_lint.model.similar import similar_name
from dotmac_lint.model.variable_readers import BUNDLED
from dotmac_lint.source import Span, line_start, lines_above

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.model.settings import Field, SettingsClass
    from dotmac_lint.readers.markdown import Piece
    from dotmac_lint.workspace import Workspace

_SETS = regex(r"^[ \t]*(?:export[ \t]+|-[ \t]+)?([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)=", re.MULTILINE)
_CELL = regex(r"`?([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)`?")
_PAST = regex(r"\b(old|previous|former|before|deprecated|removed|replaced|renamed|legacy)\b", re.IGNORECASE)
"""Words in the heading of a table of what is no more."""
_OF_CI = regex(
    r"\b(?:github|gitlab|repository|repo|actions|ci|pipelines?)\b.*\bsecrets?\b|\bsecrets?\b.*\b(?:actions|ci|pipelines?)\b",
    re.IGNORECASE,
)
"""What a line above a table says of values that are given to a workflow, and not to the application."""
_WAS = regex(r"\b(old|previous(ly)?|former(ly)?|deprecated|legacy|traditional(ly)?)\b", re.IGNORECASE)
_IS = regex(r"\b(new|now|current(ly)?|modern|simplified)\b", re.IGNORECASE)
"""Words above lists of what was set once, and of what is set."""
_FRONT_END = regex(r"\bfront-?end\b|\b(next|nuxt|vue)\.?js\b|\b(react|vite|svelte|angular)\b", re.IGNORECASE)
_PATH = regex(r"settings(?<!\wsettings)((?:\.[a-z_](?:[a-z0-9_]*[a-z0-9])?){2,})(?![\w*(])")
_INVENTED = regex(r"(^|[._])(my|your|new|example|sample|foo|bar|some|xxx)_", re.IGNORECASE)
"""Words in names that a document makes up, to show how a setting is added."""
_MAY_TELL = regex(r"([A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+)(?:=|`?\s*(?:\||$))", re.MULTILINE)
"""All that `_SETS` and `_CELL` find, and more."""
_FENCE = regex(r"[ \t>]*(```|~~~)")
MANY = 8
"""Names of some settings that a document tells, from which on it describes these settings."""
_LISTS = frozenset({"", "env", "dotenv", "ini", "properties", "text", "bash", "sh", "shell"})
"""Languages of code blocks in which settings are listed."""
_GIVEN = regex(r"\w+=(?:[^\s\"']*|\"[^\"]*\"|'[^']*')[ \t]+[^#\s]|\w+=\"?\$\{?\w")
"""A variable that a command is given (`NAME=value command`), or that keeps another one's value (`OLD_NAME=$NAME`)."""
_OTHERS = regex(
    r"_FILE$|^(AWS|AZURE|BACKUP|CERTBOT|CI|COMPOSE|DOCKER|ELASTIC(SEARCH)?|EXPO|FLOWER|GF|GITHUB|GRAFANA|GUNICORN|HOST|K8S|KIBANA"
    r"|KONG|KUBE\w*|LOKI|MARIADB|MINIO|MONGO|MYSQL|NEXT|NGINX|NODE|NPM|NUXT|PG|PGADMIN|PIP|POSTGRES|PROMETHEUS|PYTHON|RABBITMQ|REACT"
    r"|REDIS|SSH|SSL|TEST|TLS|TRAEFIK|UV|UVICORN|VAULT|VITE|VUE)_"
)
"""Variables of programs beside the application, of the host, of front ends and of tests."""
_DOCS = regex(r"(^|/)(docs?|documentation)(/.*)?$", re.IGNORECASE)
_ALIKE = 90
"""How like a name must be to one that is read, of 100."""


class UnknownSetting(msgspec.Struct, frozen=True):
    """A variable that a document sets and no settings have; `near` is a name that they read.

    Or a path, `settings.database.hots`, into a section that has no such field.
    """

    name: str
    places: tuple[Span, ...]
    """Everywhere in that document, in order."""
    settings: SettingsClass
    section: Field | None
    near: str | None

    @property
    def slip(self) -> tuple[str, str | None, tuple[Span, ...]]:
        return self.name, self.near, self.places


@fact(set[str])
def _may_tell(workspace: Workspace, path: str) -> set[str]:
    source = workspace.source(path)
    return set(_MAY_TELL.findall(source.text)) if source is not None else set()


def unknown_settings(repository: Repository) -> Iterator[UnknownSetting]:
    """Each such variable, once a document."""
    workspace = repository.workspace
    if not repository.settings or workspace.submodules:
        return
    # Only documents that may tell of an unknown name are parsed.
    named = {path: _may_tell(workspace, path) for path in _documents(workspace)}
    names = {name for found in named.values() for name in found}
    known = read_names(workspace, names) | _in_env_files(workspace, names)
    unread = {name: _meant(repository, name) for name in names - known if not may_be_read(repository, name)}
    telling = [path for path, found in named.items() if not unread.keys().isdisjoint(found)]
    markdown = [path for path in telling if not path.lower().endswith(".rst")]
    workspace.read_ahead("markdown", "read_markdown", markdown)
    for path in telling:
        places = _told_in(workspace, path)
        idle = {name for name in places if name in unread}
        listed = _listed(workspace, path, {name: places[name] for name in idle})
        described = _among(repository, path, places, idle) if listed else None
        for name, found in places.items():
            meant = unread.get(name)
            if meant and meant[2] and _stand_together(workspace, path, meant[2], found):
                # Who writes both takes neither for the other: it is what was set before, or elsewhere.
                meant = (*meant[:2], None) if meant[1] else None
            if name in unread and (meant is None or meant[1] is None):
                meant = _beside(repository, path, name, places) or meant
            if meant is None and name in listed:
                meant = described
            spans = tuple(Span(path, *place) for place in found)
            if meant is not None and not all(
                is_for_others(workspace, span) or is_not_yet(workspace, span) for span in spans
            ):
                yield UnknownSetting(name, spans, *meant)


def unknown_paths(repository: Repository) -> Iterator[UnknownSetting]:
    """Each `settings.section.field` of a document whose section is known and whose field no Python file names."""
    workspace = repository.workspace
    sections = {
        field.path: (settings, field)
        for settings in repository.settings
        for field in settings.fields
        if field.section and not field.open
    }
    found: dict[tuple[str, str], list[Span]] = {}
    for path in _documents(workspace) if sections else ():
        for name, start, end in _paths_in(workspace, path):
            if tuple(name.split(".")[1:-1]) in sections and not _INVENTED.search(name):
                found.setdefault((path, name), []).append(Span(path, start, end))
    leaves = {name.rpartition(".")[2].encode() for _, name in found}
    code = sorted(path for path in workspace.files if path.endswith((".py", ".pyi"))) if leaves else []
    named = {leaf for _, here in workspace.words.search(code, leaves) for leaf in here}
    for (_, name), places in found.items():
        if name.rpartition(".")[2].encode() not in named:
            settings, section = sections[tuple(name.split(".")[1:-1])]
            others = [f.path[-1] for f in settings.fields if f.path[:-1] == section.path]
            near = similar_name(name.rpartition(".")[2], others)
            right = f"{name.rpartition('.')[0]}.{near}" if near else None
            yield UnknownSetting(name, tuple(places), settings, section, right)


def _documents(workspace: Workspace) -> list[str]:
    return [
        path
        for path in workspace.files
        if path.lower().endswith((".md", ".rst")) and not is_of_other_times(workspace, path)
    ]


@fact(list[tuple[str, int, int]])
def _paths_in(workspace: Workspace, path: str) -> list[tuple[str, int, int]]:
    return list(_find_paths(workspace, path))


def _find_paths(workspace: Workspace, path: str) -> Iterator[tuple[str, int, int]]:
    source = workspace.source(path)
    if source is None or not _PATH.search(source.text):
        return
    document = workspace.document(path)
    if document is None:
        return
    ranges = [block.range for block in document.code_blocks] + [piece.range for piece in document.inline_code]
    for place in ranges:
        for match in _PATH.finditer(source.text, place.start, place.end):
            yield match[0], *match.span()


def _told_in(workspace: Workspace, path: str) -> dict[str, list[tuple[int, int]]]:
    """What the code blocks of a document set, and what its tables describe, and where."""
    found: dict[str, list[tuple[int, int]]] = {}
    document = workspace.document(path)
    source = workspace.source(path)
    if document is None or source is None:
        return found
    for block in document.code_blocks:
        line = line_start(source.text, block.range.start)
        for match in _SETS.finditer(source.text, line, block.range.end):
            if not _is_past(source.text, line, match.start()) and not _is_of_front_end(
                source.text, line, block.range.end, match.start()
            ):
                found.setdefault(match[1], []).append(match.span(1))
    for table in document.tables:
        heading = table.rows[0]
        if any(_PAST.search(piece.text) for piece in heading) or _is_for_ci(source.text, heading):
            continue
        for row in table.rows[1:]:
            cell = _CELL.fullmatch(row[0].text) if row else None
            if cell is not None:
                start = row[0].range.start + cell.start(1)
                found.setdefault(cell[1], []).append((start, start + len(cell[1])))
    return found


def _is_for_ci(text: str, heading: Sequence[Piece]) -> bool:
    """Whether the line above a table speaks of the secrets of workflows."""
    table = line_start(text, heading[0].range.start) if heading else 0
    line = next((line for line in reversed(lines_above(text, table, 3)) if line.strip()), "")
    return _OF_CI.search(line) is not None


def _is_past(text: str, block: int, at: int) -> bool:
    """Whether what is set at `at` is what was: a comment of the code block says so, or else the line above it."""
    above = [line for line in lines_above(text, block, 3) if line.strip(" \t`~>") and not _FENCE.match(line)]
    comments = [line for line in text[block:at].splitlines() if line.lstrip().startswith("#")]
    for line in reversed((*above[-1:], *comments)):
        if _WAS.search(line) or _IS.search(line):
            return _IS.search(line) is None
    return False


def _is_of_front_end(text: str, start: int, end: int, at: int) -> bool:
    """Whether the comment above what a block from `start` to `end` sets at `at` says that a front end gets it, or what
    stands with it, between comments and blank lines, is for a bundler."""
    above = re.split(r"\n(?=[ \t]*(?:#|\n))", text[start:at])[-1]
    below = re.split(r"\n[ \t]*(?:#|\n)", text[at:end])[0]
    first = above.partition("\n")[0]
    return bool(first.lstrip().startswith("#") and _FRONT_END.search(first)) or any(
        BUNDLED.match(name) for name in _SETS.findall(above + below)
    )


def _stand_together(workspace: Workspace, path: str, name: str, places: Collection[tuple[int, int]]) -> bool:
    """Whether the word `name` stands in a code block of the document with one of `places`."""
    source, document = workspace.source(path), workspace.document(path)
    blocks = [block.range for block in document.code_blocks] if document is not None else []
    word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
    return source is not None and any(
        word.search(source.text, block.start, block.end)
        for block in blocks
        if any(block.start <= start < block.end for start, _ in places)
    )


def _in_env_files(workspace: Workspace, names: set[str]) -> set[str]:
    """Those of `names` that an env file or an example of one has, which another rule looks at."""
    files = (workspace.bytes(path) or b"" for path in workspace.files if ".env" in path or "env." in path)
    texts = [data for data in files if len(data) <= LARGEST]
    return {name for name in names if any(name.encode() in data for data in texts)}


def _beside(
    repository: Repository, path: str, name: str, told: Collection[str]
) -> tuple[SettingsClass, None, str | None] | None:
    """The settings whose prefix the name has, and that read others of what the document tells."""
    for settings in repository.settings:
        prefix = settings.env_prefix.upper()
        if len(prefix) < 3 or settings.open or not name.startswith(prefix) or _INVENTED.search(name):
            continue
        if not _is_near(settings, path):
            continue  # another program has the same prefix
        if any(other.startswith(prefix) and settings.lookup(other).fields for other in told):
            own = [other.upper() for field in settings.fields for other in field.names]
            return settings, None, similar_name(name, own)
    return None


def _is_near(settings: SettingsClass, path: str) -> bool:
    """Whether the settings are below the folder that the document is about."""
    folder = _DOCS.sub("", dirname(path))
    return not folder or settings.path.startswith(f"{folder}/")


def _among(
    repository: Repository, path: str, told: Collection[str], idle: Collection[str]
) -> tuple[SettingsClass, None, None] | None:
    """The settings that the document describes: it tells many names that they read, and fewer that nothing reads."""
    for settings in repository.settings:
        if not _is_near(settings, path):
            continue
        if sum(bool(settings.lookup(name).fields) for name in told) >= max(MANY, len(idle)):
            return settings, None, None
    return None


def _listed(workspace: Workspace, path: str, told: Mapping[str, Collection[tuple[int, int]]]) -> set[str]:
    """Those of the names that the document lists as settings: in a table, or in a list of them that is no program, and
    that it does not use itself.
    """
    source, document = workspace.source(path), workspace.document(path)
    if source is None or document is None:
        return set()
    programs = [block.range for block in document.code_blocks if block.language not in _LISTS]
    found = set()
    for name, places in told.items():
        if _INVENTED.search(name) or _OTHERS.search(name) or re.search(rf"\$\{{?{name}\b", source.text):
            continue
        lines = [(start, source.text.find("\n", end)) for start, end in places]
        if not any(
            _GIVEN.match(source.text, start, stop if stop >= 0 else len(source.text)) for start, stop in lines
        ):
            if not any(one.start <= start < one.end for one in programs for start, _ in places):
                found.add(name)
    return found


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
