"""Projects that Compose refuses although each of their files is right: what contradicts itself after the merge.

Source of behaviour: compose-go, loader/validate.go (checkConsistency) and graph/cycle.go: only active services count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_references import uses
from dotmac_lint.model.compose_tree import Items, Leaf, Table, Tree
from dotmac_lint.model.published_ports import alternatives
from dotmac_lint.readers.yaml import Mapping, is_null
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Service
    from dotmac_lint.model.deployment import Deployment


class Refusal(NamedTuple):
    """Two places that exclude each other; `message` and `help` are sentences, `text` says what `other` is. A key with
    nothing below it may stand alone, and outside services."""

    service: str | None
    message: str
    at: Span
    other: Span | None
    text: str
    help: str


def refusals(deployment: Deployment) -> Iterator[Refusal]:
    """Nothing where a file could not be read, and for what `docker stack deploy` starts: Swarm ignores names."""
    project = deployment.project
    if not project.complete or deployment.spec.is_stack:
        return
    yield from _empty_at_the_top(deployment)
    for service in project.services.values():
        yield from _empty(service, deployment.spec.files[0])
        yield from _within(service)
    active = [service for service in project.services.values() if service.active]
    for service in active:
        yield from _several_of_one_name(service)
        yield from _two_networks(service)
        yield from _no_target(service)
    yield from _same_name(active)
    yield from _cycles({service.name: service for service in active})


def _several_of_one_name(service: Service) -> Iterator[Refusal]:
    if service.container_name is None:
        return
    for keys in (("deploy", "replicas"), ("scale",)):
        count = service.attribute(*keys)
        if isinstance(count, Leaf) and isinstance(count.value, Known) and _number(count.value.value) > 1:
            yield Refusal(
                service.name,
                f"Service `{service.name}` has a `container_name` and several replicas: a name is for one "
                "container, so Compose refuses the whole project.",
                service.container_name.span,
                count.span,
                f"`{'.'.join(keys)}` is {count.value.value} here",
                "Remove `container_name`: Compose names the containers, and other services reach them by "
                f"`{service.name}`.",
            )
            return


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _two_networks(service: Service) -> Iterator[Refusal]:
    networks = service.attribute("networks")
    named = (
        networks.rows
        if isinstance(networks, Table)
        else networks.items
        if isinstance(networks, Items)
        else ()
    )
    if service.network_mode is not None and named:
        yield Refusal(
            service.name,
            f"Service `{service.name}` has both `network_mode` and `networks`, which exclude each other: Compose "
            "refuses the whole project.",
            service.network_mode.span,
            service.node.rows["networks"].key.span,
            "`networks` is set here",
            "Keep one of them; in an overlay, `networks: !reset null` takes away what the base says.",
        )


_NEVER_EMPTY = (
    "environment",
    "ports",
    "volumes",
    "depends_on",
    "labels",
    "networks",
    "env_file",
    "healthcheck",
    "build",
    "expose",
    "logging",
    "extra_hosts",
)


_TO_BE_FILLED = regex(r"(example|sample|template|dist)[^/]*$", re.I)


def _empty(service: Service, base: str) -> Iterator[Refusal]:
    """What has a key and nothing below it in the file that begins the project, of whatever profile: all its items are
    comments, perhaps. An overlay may take away what the base says.
    """
    for name in _NEVER_EMPTY:
        value = service.attribute(name)
        if not isinstance(value, Leaf) or not value.is_null or value.tag or value.span.path != base:
            continue
        if not _TO_BE_FILLED.search(base):
            yield Refusal(
                service.name,
                f"Service `{service.name}` has an empty `{name}`: Compose refuses the whole project.",
                service.node.rows[name].key.span,
                service.key,
                "the service is defined here",
                f"Remove `{name}:`, or give it items.",
            )


def _empty_at_the_top(deployment: Deployment) -> Iterator[Refusal]:
    """Where another file has the same key with something below it, Compose takes that; but services it never lacks."""
    for name in ("services", "networks", "volumes", "secrets", "configs"):
        given = [
            (path, entry)
            for path in deployment.spec.files
            if (file := deployment.repository.workspace.yaml(path)) is not None
            for document in file.documents
            if isinstance(document, Mapping) and (entry := document.entry(name)) is not None
        ]
        empty = [(path, e) for path, e in given if is_null(e.value) and e.value.tag is None]
        if empty and (name == "services" or len(empty) == len(given)):
            path, entry = empty[0]
            if not _TO_BE_FILLED.search(path):
                message = f"`{path}` has an empty `{name}`: Compose refuses the whole project."
                help = f"Remove `{name}:`, or declare something below it."
                yield Refusal(None, message, entry.key.range.at(path), None, "", help)


def _within(service: Service) -> Iterator[Refusal]:
    """A service that is indented as if it were a key of another; the format has no key with an image below it."""
    for name, row in service.node.rows.items():
        if isinstance(row.value, Table) and "image" in row.value.rows and not name.startswith("x-"):
            yield Refusal(
                service.name,
                f"`{name}`, which has an image as services have, stands within the service `{service.name}`: Compose "
                "refuses the whole project.",
                row.key.span,
                service.key,
                "the service is defined here",
                f"Indent it like `{service.name}`.",
            )


def without_target(volumes: Tree | None) -> Iterator[Table]:
    """What was to be `SOURCE:TARGET`, and is a mapping because of a space behind the colon."""
    for item in volumes.items if isinstance(volumes, Items) else ():
        if isinstance(item, Table) and "target" not in item.rows and len(item.rows) == 1:
            yield item


def _no_target(service: Service) -> Iterator[Refusal]:
    for item in without_target(service.attribute("volumes")):
        yield Refusal(
            service.name,
            f"Service `{service.name}` has an item without a `target` in `volumes`: with a space behind the colon it "
            "is a mapping, and Compose refuses the whole project.",
            item.span,
            service.key,
            "the service is defined here",
            "Write `SOURCE:TARGET` without a space, or the long form with `type`, `source` and `target`.",
        )


def _same_name(services: list[Service]) -> Iterator[Refusal]:
    taken: dict[str, tuple[Service, Span]] = {}
    for service in services:
        name = service.container_name
        if name is None or not isinstance(name.value, Known):
            continue
        first, span = taken.setdefault(name.value.value, (service, name.span))
        if first is not service and not alternatives(first, service):
            yield Refusal(
                service.name,
                f"Services `{first.name}` and `{service.name}` have the same `container_name`: Compose refuses the "
                "whole project.",
                name.span,
                span,
                f"`{first.name}` has the name already",
                "Give each its own name, or remove `container_name`.",
            )


def _cycles(services: dict[str, Service]) -> Iterator[Refusal]:
    """The first cycle that is found, as Compose does."""
    edges = {
        name: {use.name: use for use in uses(service) if use.kind == "service" and use.name in services}
        for name, service in services.items()
    }
    done: set[str] = set()
    for start in services:
        path, pending = [start], [iter(edges[start])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                done.add(path.pop())
                pending.pop()
            elif following in path:
                cycle = [*path[path.index(following) :], following]
                route = " → ".join(f"`{name}`" for name in cycle)
                yield Refusal(
                    cycle[-2],
                    f"Services wait for each other ({route}): Compose refuses the whole project.",
                    edges[cycle[-2]][following].span,
                    edges[following][cycle[1]].span,
                    "the circle begins here",
                    "Remove one of these references.",
                )
                return
            elif following not in done:
                path.append(following)
                pending.append(iter(edges[following]))
