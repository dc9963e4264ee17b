"""Variables that mean a certain field beyond doubt and miss its name: by the delimiter, by an alias, by the case.

Source of behaviour: pydantic-settings 2.16, `PydanticBaseEnvSettingsSource._extract_field_info` (an alias replaces the
prefixed name) and `EnvSettingsSource.explode_env_vars`; checked in tests/oracle/test_settings_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.lazy import regex
from dotmac_lint.model.environment import Variable
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.settings import Field, SettingsClass

Cause = Literal["delimiter", "alias", "case"]
CAUSES: tuple[Cause, ...] = ("delimiter", "alias", "case")
_MAY_BE_FIRST = regex(
    r"from pydantic import[^()\n]*\bBaseSettings|from pydantic import \([^)]*\bBaseSettings|pydantic\.v1"
)
_KEYWORD = regex(r"\benv\s*=\s*\Z")


class Misnaming(msgspec.Struct, frozen=True):
    """Why a name misses `field`. `right` is the name that reaches it; None where no name does."""

    cause: Cause
    field: Field
    settings: SettingsClass
    right: str | None


class Misnamed(msgspec.Struct, frozen=True):
    """A variable that is set, that nothing reads, and that means a field."""

    variable: Variable
    service: Service
    why: Misnaming

    @property
    def taken(self) -> bool:
        """Whether the service sets the right name, too."""
        return any(self.service.environment.get(name) is not None for name in self.why.field.names)

    @property
    def fix(self) -> Fix | None:
        if self.why.right is None or self.taken:
            return None
        edit = Edit(self.variable.name_span, self.why.right)
        return Fix(f"Rename `{self.variable.name}` to `{self.why.right}`", edits=(edit,))


def misnaming(settings: SettingsClass, name: str) -> Misnaming | None:
    """The one field of the settings that `name` means and misses; None where it is read, or means several."""
    if settings.lookup(name).fields:
        return None
    meant = settings.near_names.get(folded(name), ())
    by_alias = [row for row in meant if row.cause == "alias"]
    others = [row for row in meant if row.cause == "delimiter"]
    if by_alias:
        chosen = by_alias
    else:
        chosen = [
            msgspec.structs.replace(row, cause="case")
            if row.right is not None and row.right.lower() == name.lower()
            else row
            for row in others
        ]
    fields = {row.field.path for row in chosen}
    return chosen[0] if len(fields) == 1 else None


@cache
def folded(name: str) -> str:
    """The words of a name, whatever parts them."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))


def near_names(settings: SettingsClass) -> dict[str, tuple[Misnaming, ...]]:
    """By the words of a name, what it means: every name of a field, and the names that an alias takes from it."""
    found: dict[str, list[Misnaming]] = {}
    for field in settings.fields:
        if field.section:
            continue
        for name in field.names:
            found.setdefault(folded(name), []).append(Misnaming("delimiter", field, settings, name))
        if field.names:
            for name in _bypassed(settings, field):
                row = Misnaming("alias", field, settings, field.names[0])
                found.setdefault(folded(name), []).append(row)
        elif settings.env_nested_delimiter is None and len(field.path) > 1:
            top = settings.by_path.get(field.path[:1])
            for name in top.names if top is not None else ():
                row = Misnaming("delimiter", field, settings, None)
                found.setdefault(folded("_".join((name, *field.path[1:]))), []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def _before(settings: SettingsClass, field: Field) -> list[str]:
    """What the names of the field begin with: the prefix, or the names of its section."""
    above = settings.by_path.get(field.path[:-1])
    if above is None:
        return [settings.env_prefix]
    return [name + (settings.env_nested_delimiter or "") for name in above.names]


def _bypassed(settings: SettingsClass, field: Field) -> Iterator[str]:
    """The names that the field would have without its alias."""
    natural = [start + field.path[-1] for start in _before(settings, field)]
    if {folded(name) for name in field.names}.isdisjoint(map(folded, natural)):
        yield from (name for name in natural if not settings.lookup(name).fields)


def misnamed_variables(deployment: Deployment, cause: Cause) -> Iterator[Misnamed]:
    """Each variable that misses a field for this cause, and that none of the services which share it reads."""
    interpolated = {reference.name for reference in deployment.project.interpolations}
    rows: dict[object, Misnamed | None] = {}
    for service in deployment.startable:
        for variable in service.environment:
            why = service.misnaming(variable.name)
            if variable.mechanism == "dockerfile" or (
                variable.mechanism == "env_file" and variable.name in interpolated
            ):
                continue
            if service.reads(variable) is not False:
                rows[variable.name_span] = None  # some service that shares the line reads it, or may
            elif why is not None and why.cause == cause:
                rows.setdefault(variable.name_span, Misnamed(variable, service, why))
    yield from (row for row in rows.values() if row is not None)


class Documented(msgspec.Struct, frozen=True):
    """A name that the module of the settings tells its readers to set, and that an alias takes away."""

    name: str
    at: Span
    why: Misnaming
    told: Span
    """Where the text names it."""


def documented_names(repository: Repository) -> Iterator[Documented]:
    """Names in comments, docstrings and descriptions that would reach a field, did its alias not replace them."""
    for settings in repository.settings:
        for field in settings.fields:
            if field.section or not field.names:
                continue
            if len(field.path) == 1 and not settings.env_prefix:
                continue  # the field's own name in capitals may mean anything
            natural = list(_bypassed(settings, field))
            before = _before(settings, field) if natural and len(field.path) > 1 else []
            bare = [
                name[len(start) :]
                for name in field.names
                for start in before
                if name.upper().startswith(start.upper()) and not settings.lookup(name[len(start) :]).fields
            ]
            for name in dict.fromkeys(one.upper() for one in (*natural, *bare)):
                found = _told(repository, name, field)
                if found is not None:
                    yield Documented(
                        name, found[0], Misnaming("alias", field, settings, field.names[0]), found[1]
                    )


def _told(repository: Repository, name: str, field: Field) -> tuple[Span, Span] | None:
    """Where to point, and where the field's module tells of `name` in prose; None where code reads the name."""
    from dotmac_lint.model.variable_readers import names_in

    source = repository.workspace.source(field.span.path)
    if "_" not in name or source is None or name not in source.text:
        return None
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", source.text)]
    quoted = [(a, b) for a, b in places if source.text[a - 1 : a] + source.text[b : b + 1] in ('""', "''")]
    prose = [place for place in places if place not in quoted]
    if not prose or any(settings.lookup(name).fields for settings in repository.settings):
        return None
    files = (path for path in repository.workspace.files if path.endswith(".py"))
    using = [path for path, _ in repository.workspace.words.search(files, (name.encode(),))]
    if any(read == name for read, _ in names_in(repository.workspace, using)):
        return None
    alias = next((place for place in quoted if place[0] > field.span.start), None)
    told = Span(field.span.path, *prose[0])
    return (Span(field.span.path, *alias) if alias else told), told


class LeftOver(msgspec.Struct, frozen=True):
    """A name that pydantic 1's `Field(env=...)` gives a field, and that pydantic-settings 2 does not read."""

    name: str
    at: Span
    """The value of `env`."""
    field: Field
    settings: SettingsClass
    fix: Fix | None


def left_over_names(repository: Repository) -> Iterator[LeftOver]:
    """Each such field, unless the module may stand on pydantic 1 as well or the settings have sources of their own."""
    workspace = repository.workspace
    for settings in repository.settings:
        # Settings inside others are settings of their own as well.
        own = (field for field in settings.fields if len(field.path) == 1)
        rows = [(field, *field.ignored) for field in own if field.ignored and field.names]
        source = workspace.source(settings.path) if rows and not settings.other_sources else None
        if source is None or _MAY_BE_FIRST.search(source.text):
            continue
        for field, names, at in rows:
            found = [settings.lookup(name) for name in names]
            if at.path == settings.path and not any(one.fields or one.unknown for one in found):
                keyword = _KEYWORD.search(source.text, 0, at.start)
                edit = (
                    Edit(Span(at.path, keyword.start(), keyword.end()), "validation_alias=")
                    if keyword
                    else None
                )
                fix = Fix(f"Write `validation_alias` for `{field.path[-1]}`", (edit,)) if edit else None
                yield LeftOver(names[0], at, field, settings, fix if len(names) == 1 else None)
