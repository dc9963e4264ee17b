"""What env files set for settings and Compose hands to no service.

Compose takes `.env`, or what `--env-file` names, for interpolation alone: a container gets of it what its service
names (Compose specification, "Interpolation"; "environment").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Fix
from dotmac_lint.lazy import regex
from dotmac_lint.model.edits import add_variable
from dotmac_lint.model.expectations import tokens
from dotmac_lint.model.interpolated import host_gives
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
    fix: Fix | None


def not_forwarded(repository: Repository) -> Iterator[NotForwarded]:
    """Each such variable, once a file, where the services are handed most of what the file has for them."""
    found: dict[tuple[str, str], NotForwarded] = {}
    for deployment in repository.deployments:
        for service in deployment.services:
            for one in _lacking(deployment, service):
                earlier = found.get((one.at.path, one.name))
                services = (*earlier.services, service) if earlier is not None else one.services
                found[one.at.path, one.name] = msgspec.structs.replace(earlier or one, services=services)
    reached = _reached(repository)
    named = _named(repository, {name for _, name in found} - reached)
    for one in found.values():
        if one.name not in reached and one.name not in named:
            services = tuple({service.name: service for service in one.services}.values())
            yield msgspec.structs.replace(one, services=services, fix=_hand_on(one))


def _lacking(deployment: Deployment, service: Service) -> Iterator[NotForwarded]:
    """What the service alone lacks, if no env file reaches its process in another way."""
    if not service.settings or service.environment.unknown or service.may_find((".env",)):
        return
    given = {
        name: given for name, given in deployment.project.scope.items() if given.span and not host_gives(name)
    }
    for settings in service.settings:
        if service.dotenv_of(settings):
            continue
        fields = {name: field for name in given if (field := next(iter(settings.lookup(name).fields), None))}
        handed_on = tuple(v for v in service.environment if not given.keys().isdisjoint(_takes(v)))
        taken = {name for variable in handed_on for name in _takes(variable)}
        lacking = {name: f for name, f in fields.items() if name not in taken and _is_meant(name, f)}
        if len(taken & fields.keys()) < max(LEAST, len(lacking)):
            continue
        for name, field in lacking.items():
            span = given[name].span
            assert span is not None
            yield NotForwarded(
                name, span, given[name].placeholder, (service,), settings, field, handed_on, None
            )


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


def _hand_on(found: NotForwarded) -> Fix | None:
    after = {variable.name: variable for variable in found.handed_on}
    edits = {}
    for service in found.services:
        last = [variable for variable in service.environment if variable.name in after]
        edit = add_variable(service, found.name, None, last[-1] if last else None)
        if edit is not None:
            edits[edit.span] = edit
    return Fix(f"Hand `{found.name}` on to the service", tuple(edits.values())) if edits else None
