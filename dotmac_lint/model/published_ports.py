"""Which ports of the host the services of a project publish, and which of them clash.

Source of behaviour: Compose specification, "ports" (short and long syntax); compose-go, types/types.go
(ParsePortConfig) and override/uncity.go: an entry with the same address, ports and protocol is one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import Items, Leaf, Table, Tree, leaves
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project, Service
    from dotmac_lint.model.deployment import Deployment

_SHORT = regex(
    r"(?:(?:(?P<ip>\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:.]+?):)?(?P<host>\d+(?:-\d+)?)?:)?"
    r"(?P<target>\d+(?:-\d+)?)(?:/(?P<protocol>[A-Za-z]+))?"
)
_TO_NOTHING = regex(r"--scale[ =]([\w.-]+)=0\b")
_RUN_ALONE = regex(r"\brun(?: -\S+)* ([\w.-]+)")
_ANY = frozenset({"", "0.0.0.0"})


class Published(msgspec.Struct, frozen=True):
    """Ports of the host that lead to as many ports of the container, one to one; `address` "" is every address."""

    address: str
    host: range
    target: range
    protocol: str
    span: Span

    def clashes(self, other: Published) -> int | None:
        """The first port that both want."""
        first, last = max(self.host[0], other.host[0]), min(self.host[-1], other.host[-1])
        if first > last or self.protocol != other.protocol or not _overlap(self.address, other.address):
            return None
        return first


class Clash(msgspec.Struct, frozen=True):
    """A port of the host that two entries publish, the later one first; of one service or of two."""

    port: int
    protocol: str
    service: str
    other: str
    at: Span
    other_at: Span
    replaced_at: Span | None = None
    """Where `!override` would let the later file's list replace the earlier one."""

    @property
    def fix(self) -> Fix | None:
        title = f"Replace the ports of `{self.other_at.path}` by those of `{self.at.path}`"
        return Fix(title, (Edit(self.replaced_at, " !override"),)) if self.replaced_at is not None else None


def published_ports(service: Service) -> tuple[Published, ...]:
    """The fixed ports of the host that the service publishes. Left out: what is not known, what Docker may
    choose, what `mode: host` publishes (each node has its own), and all of it on the host's own network.
    """
    mode = service.network_mode
    if mode is not None and (not isinstance(mode.value, Known) or mode.value.value == "host"):
        return ()
    node = service.attribute("ports")
    found: dict[tuple[object, ...], Published] = {}
    for item in node.items if isinstance(node, Items) else ():
        port = _published(item)
        if port is not None:
            address = "" if port.address in _ANY else port.address
            found[address, port.host, port.target, port.protocol] = port
    return tuple(found.values())


def _published(item: Tree) -> Published | None:
    if isinstance(item, Table):
        words = {
            name: _word(item.get(name)) for name in ("host_ip", "published", "target", "protocol", "mode")
        }
        if words["mode"] == "host" or None in words.values():
            return None
        address, host, target = words["host_ip"], words["published"], words["target"]
        protocol = words["protocol"]
        span = item.rows["published"].value.span if "published" in item.rows else item.span
    elif isinstance(item, Leaf) and isinstance(item.value, Known):
        match = _SHORT.fullmatch(item.value.value)
        if match is None:
            return None
        address, host, target, protocol = match.group("ip", "host", "target", "protocol")
        span = item.span
    else:
        return None
    host_ports, target_ports = _range(host or ""), _range(target or "")
    if host_ports is None or target_ports is None or len(host_ports) != len(target_ports):
        return None  # Docker chooses
    address = (address or "").strip("[]")
    return Published(address, host_ports, target_ports, (protocol or "tcp").lower(), span)


def _word(node: Tree | None) -> str | None:
    """The value; "" where there is none, None where it is not known."""
    if not isinstance(node, Leaf) or node.is_null:
        return ""
    return node.value.value if isinstance(node.value, Known) else None


def _range(text: str) -> range | None:
    """`8000-8002`; None for a port that Docker chooses."""
    if not re.fullmatch(r"\d{1,5}(-\d{1,5})?", text):
        return None
    first, _, last = text.partition("-")
    ports = range(int(first), int(last or first) + 1)
    return ports if ports and ports[0] else None


def _overlap(one: str, other: str) -> bool:
    if one == other or not one or not other:
        return True
    try:
        addresses = ipaddress.ip_address(one), ipaddress.ip_address(other)
    except ValueError:
        return False
    same_version = addresses[0].version == addresses[1].version
    return same_version and any(address.is_unspecified for address in addresses)


def port_clashes(deployment: Deployment) -> Iterator[Clash]:
    """The ports of the host that the services which run together publish twice.

    Services whose profiles have nothing in common are alternatives, and so are those that are only ever
    started by name; those scaled to nothing do not run, and those with addresses of their own publish nothing.
    """
    project = deployment.project
    services = [
        s for s in project.services.values() if s.active and not _has_addresses_of_its_own(project, s)
    ]
    rows = [(s, port) for s in services if not _scaled_to_zero(s) for port in published_ports(s)]
    order = {path: number for number, path in enumerate(deployment.spec.files)}
    rows.sort(key=lambda row: (order.get(row[1].span.path, -1), row[1].span))  # extended files first
    seen: set[tuple[object, ...]] = set()
    for (first, port), (second, later) in combinations(rows, 2):
        if first is not second and port.span.path != later.span.path and deployment.spec.joined_by_guess:
            continue  # the clash itself speaks against it
        clash = port.clashes(later)
        key = (first.name, second.name, later.span)
        if clash is None or key in seen or not _run_together(deployment, first, second):
            continue
        seen.add(key)
        replaced = _override_place(second, port, later) if first is second else None
        yield Clash(clash, later.protocol, second.name, first.name, later.span, port.span, replaced)


def _has_addresses_of_its_own(project: Project, service: Service) -> bool:
    """Whether all its networks are of a driver that publishes nothing on the host: macvlan, ipvlan."""
    node = service.attribute("networks")
    names = node.rows if isinstance(node, Table) else [leaf.raw for leaf in leaves(node)]
    declared = [project.networks[name].node for name in names if name in project.networks]
    drivers = [network.get("driver") if isinstance(network, Table) else None for network in declared]
    return len(drivers) == len(names) > 0 and all(
        isinstance(driver, Leaf) and driver.raw in ("macvlan", "ipvlan") for driver in drivers
    )


class Rivals(msgspec.Struct, frozen=True):
    """Services of which only one can run: each two of a pair publish the same ports."""

    names: tuple[str, ...]
    pairs: tuple[tuple[Clash, ...], ...]
    """The clashes of each pair, one for each port."""


def rivals(clashes: Iterable[Clash]) -> Iterator[Rivals]:
    """Those between services, put together where a service clashes with several about the same ports."""
    pairs: dict[tuple[str, str], list[Clash]] = {}
    for clash in clashes:
        if clash.service != clash.other:
            pairs.setdefault((clash.other, clash.service), []).append(clash)
    groups: dict[tuple[str, frozenset[tuple[int, str]]], dict[tuple[str, str], list[Clash]]] = {}
    for names, found in pairs.items():
        ports = frozenset((clash.port, clash.protocol) for clash in found)
        started = next(
            (
                key
                for key, group in groups.items()
                if key[1] == ports and any(names[0] in pair for pair in group)
            ),
            (names[0], ports),
        )
        groups.setdefault(started, {})[names] = found
    for group in groups.values():
        everybody = tuple(dict.fromkeys(name for pair in group for name in pair))
        yield Rivals(everybody, tuple(tuple(found) for found in group.values()))


def _run_together(deployment: Deployment, one: Service, other: Service) -> bool:
    """Whether some known command starts both; so is it where no command is known. Not where one is told to scale one of
    them to nothing, or where each is only known to be run for itself.
    """
    shown = " ".join(label.text for label in deployment.spec.evidence)
    if alternatives(one, other) or {one.name, other.name} & {*_TO_NOTHING.findall(shown)}:
        return False
    commands = deployment.spec.started
    wanted = {one.name, other.name}
    if not commands:
        return not wanted <= {*_RUN_ALONE.findall(shown)}
    return any(
        wanted <= _closure(deployment, command.services)
        if command.services
        else all(not s.profiles or {*s.profiles} & set(command.profiles or ("",)) for s in (one, other))
        for command in commands
    )


def alternatives(one: Service, other: Service) -> bool:
    """Whether their profiles have nothing in common: a deployment may stand for several sets of profiles."""
    return bool(one.profiles and other.profiles) and not {*one.profiles} & {*other.profiles}


def _closure(deployment: Deployment, names: Iterable[str]) -> set[str]:
    """The services and those that they depend on."""
    pending, found = list(names), set()
    while pending:
        name = pending.pop()
        if name not in found and name in deployment.project.services:
            found.add(name)
            pending += [dependency.name for dependency in deployment.project.services[name].depends_on]
    return found


def _scaled_to_zero(service: Service) -> bool:
    return "0" in (_word(service.attribute("deploy", "replicas")), _word(service.attribute("scale")))


def _override_place(service: Service, earlier: Published, later: Published) -> Span | None:
    """Behind `ports` in the file that was meant to replace what it adds to; None where ports would be lost."""
    node = service.node
    if earlier.span.path == later.span.path or "ports" not in node.rows:
        return None
    ports = published_ports(service)
    targets = {port.target for port in ports if port.span.path == later.span.path}
    key = node.rows["ports"].key.span
    if key.path != later.span.path or not all(port.target in targets for port in ports):
        return None
    return Span(key.path, key.end + 1, key.end + 1)
