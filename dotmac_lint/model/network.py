"""By which names a service reaches others, and whether other names may be reachable too.

Source of behaviour: Compose specification, "networks" (aliases, external networks), "links", "extra_hosts",
"network_mode"; Docker, "Networking overview" (the embedded DNS server answers for names and aliases).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import Items, Leaf, Table, Tree, leaves

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project
    from dotmac_lint.model.compose import Service as Definition
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.workspace import Workspace

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Peers(msgspec.Struct, frozen=True):
    """Whom the names that a service may use lead to."""

    services: dict[str, Definition]
    """The services of its own deployment, those of inactive profiles among them, by each of their names."""
    others: frozenset[str]
    """Names that lead elsewhere: extra hosts, and services of other projects on a shared network."""
    containers: frozenset[str]
    """Names that Compose gives to containers."""
    unknown: str | None
    """Why other names may be reachable as well."""


def own_names(definition: Definition) -> Iterator[str]:
    """The names of a service on its networks; `hostname` counts, as a proxy of names may answer for it."""
    yield definition.name
    for text in (definition.container_name, definition.hostname):
        if text is not None and isinstance(text.value, Known):
            yield text.value.value
    networks = definition.attribute("networks")
    for row in networks.rows.values() if isinstance(networks, Table) else ():
        aliases = row.value.get("aliases") if isinstance(row.value, Table) else None
        yield from (leaf.value.value for leaf in leaves(aliases) if isinstance(leaf.value, Known))


def network_names(definition: Definition, project: Project) -> Iterator[tuple[str, bool]]:
    """Each network of the service: the name that other projects know it by, and whether it is external."""
    networks = definition.attribute("networks")
    keys = ["default"]
    if isinstance(networks, Table) and networks.rows:
        keys = list(networks.rows)
    elif isinstance(networks, Items) and networks.items:
        keys = [leaf.raw for leaf in leaves(networks)]
    for key in keys:
        declaration = project.networks.get(key)
        name = _name(declaration.node) if declaration is not None else None
        external = declaration is not None and declaration.external
        yield (name or (key if external else f"{project.name}_{key}")), external


def _name(node: object) -> str | None:
    name = node.get("name") if isinstance(node, Table) else None
    return name.value.value if isinstance(name, Leaf) and isinstance(name.value, Known) else None


def peers(service: Service) -> Peers:
    definition, project = service.definition, service.deployment.project
    found: dict[str, Definition] = {}
    for other in project.services.values():
        for name in own_names(other):
            found.setdefault(name.lower(), other)
    containers = frozenset(name.lower() for name in _containers(service.deployment))
    others: set[str] = set()
    others.update(_first_parts(definition.attribute("extra_hosts"), ":="))
    for leaf in leaves(definition.attribute("links")):
        target, _, alias = leaf.known.partition(":")
        if alias and target in project.services:
            found.setdefault(alias.lower(), project.services[target])
    others.update(part.rpartition(":")[2] for part in _texts(definition.attribute("external_links")))
    unknown = _unknown(service)
    shared = {
        name
        for own in project.services.values()
        for name, external in network_names(own, project)
        if external or own.name == definition.name
    }
    external = {name for name, is_external in network_names(definition, project) if is_external}
    networks = _networks(service.repository)
    for name in shared:
        for deployment, names in networks.users.get(name, ()):
            if deployment is not service.deployment:
                others.update(names)
    external -= networks.made
    if external and unknown is None:
        unknown = f"the network {sorted(external)[0]} is made elsewhere"
    return Peers(found, frozenset(others), containers, unknown)


def _containers(deployment: Deployment) -> Iterator[str]:
    """How Compose calls the first container of each service; Umbrel has it do so as version 1 did."""
    umbrel = deployment.repository.workspace.is_listed(
        posixpath.join(deployment.spec.folder, "umbrel-app.yml")
    )
    for definition in deployment.project.services.values():
        if definition.container_name is None:
            yield f"{deployment.project.name}-{definition.name}-1"
            if umbrel:
                yield f"{deployment.project.name}_{definition.name}_1"


def _unknown(service: Service) -> str | None:
    definition, project = service.definition, service.deployment.project
    if definition.network_mode is not None and definition.network_mode.raw not in {"bridge", "default"}:
        return "it shares another network stack"
    for attribute in ("dns", "dns_search", "dns_opt"):
        if definition.attribute(attribute) is not None:
            return "it asks other name servers"
    if any(
        problem.kind in {"file", "yaml", "include", "extends", "shape", "outside"}
        for problem in project.problems
    ):
        return "a file of the deployment cannot be read"
    if any(
        d.container_name and not isinstance(d.container_name.value, Known) for d in project.services.values()
    ):
        return "the name of a container is not known"
    return None


def _texts(node: Tree | None) -> Iterator[str]:
    yield from (leaf.known for leaf in leaves(node))


def _first_parts(node: Tree | None, separators: str) -> Iterator[str]:
    names = list(node.rows) if isinstance(node, Table) else list(_texts(node))
    for name in names:
        for separator in separators:
            name = name.partition(separator)[0]  # noqa: PLW2901
        yield name.strip().lower()


class _Networks(msgspec.Struct, frozen=True):
    """The networks of all deployments, by the name that other projects know them by."""

    users: dict[str, list[tuple[Deployment, tuple[str, ...]]]]
    """Who is on each: the deployment, and the names of a service."""
    made: frozenset[str]


def _networks(repository: Repository) -> _Networks:
    def find() -> _Networks:
        users: dict[str, list[tuple[Deployment, tuple[str, ...]]]] = {}
        made: set[str] = set()
        for deployment in repository.deployments:
            made |= _created(deployment)
            for definition in deployment.project.services.values():
                names = tuple(name.lower() for name in own_names(definition))
                for network, _ in network_names(definition, deployment.project):
                    users.setdefault(network, []).append((deployment, names))
        return _Networks(users, frozenset(made))

    found: _Networks = repository.workspace.remembered("networks", find)
    return found


def _created(deployment: Deployment) -> set[str]:
    """The networks that the deployment makes and that others may find by name."""
    project = deployment.project
    named = {_name(d.node) or f"{project.name}_{d.name}" for d in project.networks.values() if not d.external}
    return named | {f"{project.name}_default"}


_CATALOGUE = 4
"""Folders side by side that have Compose files each."""


def names_anywhere(repository: Repository) -> frozenset[str]:
    """The names of all services in the repository's Compose files, started together or not, and of the folders beside
    that of a file which have one as well: applications of a catalogue."""

    def make() -> frozenset[str]:
        from dotmac_lint.model.compose import load_project

        projects = list(repository.projects)
        started = {path for deployment in repository.deployments for path in deployment.spec.files}
        extended = {path for project in projects for path in project.files} - started
        projects += [load_project(repository.workspace, (path,)) for path in sorted(extended)]
        names = (n for project in projects for d in project.services.values() for n in own_names(d))
        folders = {posixpath.dirname(path) for project in projects for path in project.files}
        beside = Counter(map(posixpath.dirname, folders))
        kept = (posixpath.basename(f) for f in folders if beside[posixpath.dirname(f)] >= _CATALOGUE)
        return frozenset(name.lower() for name in (*names, *kept))

    found: frozenset[str] = repository.workspace.remembered("service names", make)
    return found


_SECTION = regex(r"^([a-z][\w-]*):", re.MULTILINE)
"""A key at the top of a Compose file."""


def is_commented(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the service stands in the file as a comment to be switched on, or in a document as a proposal."""
    source = workspace.source(path)
    text = source.text if source is not None else ""
    for match in re.finditer(rf"^([\s#>]*){re.escape(name)}:\s*(#.*)?$", text, re.MULTILINE):
        section = _SECTION.findall(text, 0, match.start())
        if "#" in match[1] or section[-1:] not in (["networks"], ["volumes"], ["configs"], ["secrets"]):
            return True
    return False
