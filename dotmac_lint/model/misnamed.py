"""Variables that mean a certain field beyond doubt and miss its name: by the delimiter, by an alias, by the case.

Source of behaviour: pydantic-settings 2.16, `PydanticBaseEnvSettingsSource._extract_field_info` (an alias replaces the
prefixed name) and `EnvSettingsSource.explode_env_vars`; checked in tests/oracle/test_settings_rules.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.model.environment import Variable

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.settings import Field, SettingsClass

Cause = Literal["delimiter", "alias", "case"]


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


def folded(name: str) -> str:
    """The words of a name, whatever parts them."""
    return "_".join(word for word in re.split(r"[^a-z0-9]+", name.lower()) if word)


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


def _bypassed(settings: SettingsClass, field: Field) -> Iterator[str]:
    """The names that the field would have without its alias."""
    above = settings.by_path.get(field.path[:-1])
    before = (
        [name + (settings.env_nested_delimiter or "") for name in above.names]
        if above
        else [settings.env_prefix]
    )
    natural = [start + field.path[-1] for start in before]
    if {folded(name) for name in field.names}.isdisjoint(map(folded, natural)):
        yield from (name for name in natural if not settings.lookup(name).fields)


def misnamed_variables(deployment: Deployment, cause: Cause) -> Iterator[Misnamed]:
    """Each variable that misses a field for this cause, and that none of the services which share it reads."""
    interpolated = {reference.name for reference in deployment.project.interpolations}
    rows: dict[object, Misnamed | None] = {}
    for service in deployment.services:
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
