"""What env files set for settings and Compose hands to no service.

Compose takes `.env`, or what `--env-file` names, for interpolation alone: a container gets of it what its service
names (Compose specification, "Interpolation"; "environment").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.lazy import regex
from dotmac_lint.model.edits import add_variable
from dotmac_lint.model.expectations import tokens
from dotmac_lint.model.interpolated import host_gives
from dotmac_lint.phrases import listed
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.model.settings import Field, SettingsClass

LEAST = 3
"""Settings of one file that a service is handed by name before the lack of another is an oversight."""
_ADDRESS = frozenset(
    {
        "host",
        "hostname",
        "server",
        "port",
        "url",
        "uri",
        "dsn",
        "endpoint",
        "address",
        "reload",
        "path",
        "dir",
    }
)
"""Last words of what differs between a container and its host by nature: a deployment leaves them out on purpose."""
_SETS = regex(
    r"\.(sh|bash|ps1|bat|ya?ml|toml|ini|cfg|conf|json|tf|hcl|j2|tmpl|template|tpl)$|(^|/)[^/.]+$|Dockerfile",
    re.I,
)
_COMPOSE_FILE = regex(r"compose[^/]*\.ya?ml$", re.I)


class NotForwarded(msgspec.Struct, frozen=True):
    """A variable of an env file that settings read, and that none of the services which run them gets."""

    name: str
    at: Span
    placeholder: bool
    """The file is an example."""
    services: tuple[Service, ...]
    settings: SettingsClass
    field: Field
    handed_on: tuple[Variable, ...]
    """What the first service gets of that file by name."""

    @property
    def cause(self) -> tuple[object, ...]:
        return self.at.path, self.settings.span, tuple(service.name for service in self.services)


def not_forwarded(repository: Repository) -> Iterator[NotForwarded]:
    """Each such variable, once a file, where the services are handed most of what the file has for them."""
    rows = [
        row
        for deployment in repository.deployments
        for service in deployment.services
        for row in _handed_on(deployment, service)
    ]
    reached = _reached(repository) if rows else set()
    named = _named(repository, {name for row in rows for name in row.lacking} - reached)
    found: dict[tuple[str, str], NotForwarded] = {}
    for row in rows:
        lacking = {name: one for name, one in row.lacking.items() if name not in reached | named}
        if row.handed < len(lacking):
            continue
        for name, one in lacking.items():
            earlier = found.get((one.at.path, name))
            services = (*earlier.services, *one.services) if earlier is not None else one.services
            found[one.at.path, name] = msgspec.structs.replace(earlier or one, services=services)
    for one in found.values():
        services = tuple({service.name: service for service in one.services}.values())
        yield msgspec.structs.replace(one, services=services)


class _Handed(msgspec.Struct, frozen=True):
    """What a service is handed by name, and what it lacks, of what Compose's own files have for its settings."""

    handed: int
    lacking: dict[str, NotForwarded]


def _handed_on(deployment: Deployment, service: Service) -> Iterator[_Handed]:
    """For each of the settings that it makes, if no env file reaches its process in another way."""
    if not service.settings or service.environment.unknown or service.may_find((".env",)):
        return
    if service.process.migrates:
        return  # it makes all of the settings, and needs the database's
    given = {
        name: given for name, given in deployment.project.scope.items() if given.span and not host_gives(name)
    }
    for settings in (start.settings for start in service.starts if start.made is not None):
        if service.dotenv_of(settings):
            continue
        fields = {name: field for name in given if (field := next(iter(settings.lookup(name).fields), None))}
        variables = tuple(v for v in service.environment if not given.keys().isdisjoint(_takes(v)))
        taken = {name for variable in variables for name in _takes(variable)} & fields.keys()
        if len(taken) < LEAST:
            continue
        lacking = {}
        for name, field in fields.items():
            span = given[name].span
            if name not in taken and span is not None and _is_meant(name, field):
                lacking[name] = NotForwarded(
                    name, span, given[name].placeholder, (service,), settings, field, variables
                )
        yield _Handed(len(taken), lacking)


def _takes(variable: Variable) -> tuple[str, ...]:
    """The names of Compose's own environment that the variable of a service is made of."""
    bare = variable.mechanism == "environment" and variable.raw is None
    return (variable.name,) if bare else variable.references


def _is_meant(name: str, field: Field) -> bool:
    """Whether a container could take it from the host: a required field is told of where its lack stops the start."""
    words = tokens(name)
    return not field.required and words[-1] not in _ADDRESS and "test" not in words


def _reached(repository: Repository) -> set[str]:
    """What any deployment interpolates, or any service gets."""
    found: set[str] = set()
    for deployment in repository.deployments:
        found.update(reference.name for reference in deployment.project.interpolations)
        for definition in deployment.project.services.values():
            found.update(variable.name for variable in definition.environment)
        for service in deployment.services:
            found.update(service.environment.variables)
    return found


def _named(repository: Repository, names: set[str]) -> set[str]:
    """Those that a script, a workflow, a build or another deployment names."""
    workspace = repository.workspace
    found: set[str] = set()
    for path in workspace.files if names else ():
        if _SETS.search(path) and not _COMPOSE_FILE.search(path):
            data = workspace.bytes(path) or b""
            found.update(name for name in names if name.encode() in data)
    return found


def hand_on(group: Sequence[NotForwarded]) -> Fix | None:
    """Names what the same services lack in the `environment` of each, behind what they are handed already."""
    first, names = group[0], [found.name for found in group]
    after = {variable.name for variable in first.handed_on}
    edits = {}
    for service in first.services:
        last = [variable for variable in service.environment if variable.name in after]
        added = [add_variable(service, name, None, last[-1] if last else None) for name in names]
        good = [edit for edit in added if edit is not None]
        if good:
            edits[good[0].span] = Edit(good[0].span, "".join(edit.text for edit in good))
    what = listed([f"`{name}`" for name in names]) if len(names) < LEAST else f"{len(names)} variables"
    title = f"Hand {what} on to the service"
    return Fix(title, tuple(edits.values())) if edits else None
