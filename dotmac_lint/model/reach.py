"""Whether services that talk reach each other: the network that they share, and the port that is listened on.

Source of behaviour: Docker, "Networking in Compose": a name is known on the networks of its service only, and
containers meet at the container's port, whatever is published on the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import Leaf, every_leaf, leaves
from dotmac_lint.model.network import network_names, own_names
from dotmac_lint.model.published_ports import Published, published_ports
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.connections import Network
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.endpoints import Endpoint


_TELLS_PORT = regex(r"PORT|ADDR|LISTEN|BIND|(^|_)(HOST|URL|ARGS|OPTS|OPTIONS|FLAGS|CONFIG)(_|$)", re.I)


class HostPort(msgspec.Struct, frozen=True):
    """An endpoint with the port that its server has on the host, where the container listens on `port`."""

    client: Service
    endpoint: Endpoint
    server: str
    port: int
    at: Span
    published: Span
    edit: Span | None
    """The port, where it stands alone."""


class Unreachable(msgspec.Struct, frozen=True):
    """An endpoint whose server is on none of the client's networks."""

    client: Service
    endpoint: Endpoint
    server: str
    client_networks: tuple[str, ...]
    server_networks: tuple[str, ...]
    server_at: Span


def host_ports(network: Network) -> Iterator[HostPort]:
    """Nothing where something in the server's definition or image says that it listens on that port as well."""
    for client, endpoint, servers in _talk(network):
        if len(servers) != 1 or endpoint.port is None:
            continue
        server = servers[0]
        mapping = _mapping(published_ports(server.definition), endpoint.port)
        if mapping is None or _may_listen(network, server, endpoint.port):
            continue
        published, port = mapping
        variable = endpoint.port_variable or endpoint.variable
        if variable.placeholder:
            continue
        at = variable.value_span or variable.span
        edit = _number(client, at, endpoint.port)
        yield HostPort(client, endpoint, server.name, port, edit or at, published.span, edit)


def _mapping(ports: tuple[Published, ...], wanted: int) -> tuple[Published, int] | None:
    """The entry that publishes `wanted`, and the container's port behind it; None where it listens on it itself."""
    if any(wanted in port.target for port in ports):
        return None
    for port in ports:
        if wanted in port.host and port.protocol == "tcp":
            return port, port.target[port.host.index(wanted)]
    return None


def _may_listen(network: Network, server: Service, port: int) -> bool:
    kind = network.kinds.get(server.name)
    if kind is not None and port in kind.ports:
        return True
    number = re.compile(rf"(?<![\d.]){port}(?!\d)")
    definition = server.definition
    for attribute in ("command", "entrypoint", "expose", "healthcheck", "labels", "configs"):
        node = definition.attribute(attribute)
        for leaf in every_leaf(node) if node is not None else ():
            if isinstance(leaf.value, Unknown) or number.search(leaf.known):
                return True
    for variable in server.environment:
        if not isinstance(variable.value, Known):
            # Of a well-known server it is known how it is told of a port; a password is none.
            if kind is None or _TELLS_PORT.search(variable.name):
                return True
        elif number.search(variable.value.value):
            return True
    if server.image is not None:
        exposed = server.stage.exposed if server.stage is not None else ()
        return server.stage is None or any(number.search(text) for text in exposed)
    return any(mount.type == "bind" for mount in definition.mounts) and kind is None


def _number(client: Service, span: Span, port: int) -> Span | None:
    source = client.workspace.source(span.path)
    text = source.text[span.start : span.end] if source is not None else ""
    found = list(re.finditer(rf"(?<![\w.-]){port}(?![\w.])", text))
    return (
        Span(span.path, span.start + found[0].start(), span.start + found[0].end())
        if len(found) == 1
        else None
    )


def unreachable(network: Network) -> Iterator[Unreachable]:
    for client, endpoint, servers in _talk(network):
        own = _networks(client)
        others = {name: _networks(server) for name, server in ((s.name, s) for s in servers)}
        if own is None or any(names is None or own & names for names in others.values()):
            continue
        if any(
            _reaches(other, client, endpoint, others) or _is_written_for(other, client, others)
            for other in network.services.values()
        ):
            continue
        server = servers[0]
        there = others[server.name]
        assert there is not None
        yield Unreachable(
            client, endpoint, server.name, _shown(client, own), _shown(server, there), _networks_at(server)
        )


def _reaches(
    other: Service, client: Service, endpoint: Endpoint, servers: dict[str, set[str] | None]
) -> bool:
    """Whether the service has the endpoint from the same line, which is for it then, and is on a network with one:
    a line of an env file, or one of an anchor or a base that the client shares and nothing says that it needs."""
    held = other.environment.get(endpoint.variable.name)
    if held is None or held.name_span != endpoint.variable.name_span:
        return False
    needs = any(dependency.name in servers for dependency in client.definition.depends_on)
    own = _networks(other) if held.mechanism == "env_file" or not needs else None
    return own is not None and any(names is not None and own & names for names in servers.values())


def _is_written_for(other: Service, client: Service, servers: dict[str, set[str] | None]) -> bool:
    """Whether the client is no server, is on no network of its own and writes into what the service mounts, which is on
    a network with one: it puts the endpoint into a configuration."""
    definition, own = client.definition, _networks(other)
    kept = definition.attribute("restart")
    stays = isinstance(kept, Leaf) and kept.known in ("always", "unless-stopped")
    if stays or client.image is not None or "networks" in definition.node.rows:
        return False
    written = {m.source.value for m in definition.mounts if m.source is not None and not m.read_only}
    shared = any(m.source is not None and m.source.value in written for m in other.definition.mounts)
    return shared and own is not None and any(names and own & names for names in servers.values())


def _talk(network: Network) -> Iterator[tuple[Service, Endpoint, tuple[Service, ...]]]:
    """The endpoints that name services of the deployment and nothing else."""
    for client in network.services.values():
        if client.definition.network_mode is not None:
            continue
        peers = None
        for endpoint in network.endpoints(client):
            host = endpoint.host.lower()
            servers = tuple(
                service
                for service in network.services.values()
                if host in {name.lower() for name in own_names(service.definition)}
            )
            if not servers or client in servers:
                continue
            if any(server.definition.network_mode is not None for server in servers):
                continue
            peers = peers or network.peers(client)
            if (
                peers.unknown is None
                and host not in peers.others | peers.containers
                and client.may_use(endpoint.variable)
            ):
                yield client, endpoint, servers


def _networks(service: Service) -> set[str] | None:
    """The networks by the names that Docker knows; None where one is not known."""
    node = service.definition.attribute("networks")
    if any(isinstance(leaf.value, Unknown) for leaf in leaves(node)):
        return None
    return {name for name, _ in network_names(service.definition, service.deployment.project)}


def _shown(service: Service, names: set[str]) -> tuple[str, ...]:
    prefix = f"{service.deployment.project.name}_"
    return tuple(sorted(name.removeprefix(prefix) for name in names))


def _networks_at(server: Service) -> Span:
    row = server.definition.node.rows.get("networks")
    return row.key.span if row is not None else server.key
