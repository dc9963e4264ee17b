"""Who talks to whom, and what cannot work about it: hosts that lead nowhere, logins that the server refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.endpoints import Credential, Endpoint, Part, endpoints
from dotmac_lint.model.environment import Variable
from dotmac_lint.model.expectations import synonymous, tokens
from dotmac_lint.model.image_variables import variables_of
from dotmac_lint.model.network import LOOPBACK, Peers, is_commented, names_anywhere, own_names, peers
from dotmac_lint.model.published_ports import published_ports
from dotmac_lint.model.servers import Server, accounts, root_password, server_of
from dotmac_lint.model.similar import shared_ending
from dotmac_lint.source import Span, lines_above
from dotmac_lint.workspace import Workspace

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service

_CREATES = regex(
    rb"create[ _-]?(?:database|db|user|role)\b|createdb\b|createuser\b|--create-db|\becto\.create\b"
    rb"|\bdb:(?:create|prepare|setup)\b|\bprisma (?:migrate dev|db push)\b|\bEnsureCreated|\bDatabase\.Migrate",
    re.I,
)
"""The last are of Ecto, Rails, Prisma and Entity Framework, which make the database that they are told of."""
_MAY_CREATE = regex(
    r"\.(py|sh|sql|rb|js|ts|go|ya?ml|toml|exs|cs)$|(^|/)package\.json$|(^|/)(Makefile|Dockerfile)[^/]*$|(^|/)[^/.]+$"
)
_ALWAYS_THERE = {"postgres": {"postgres", "template0", "template1"}, "mysql": {"mysql", "information_schema"}}

_ANSWERS_TO = regex(r"(ALLOWED|TRUSTED)_HOSTS?$|SERVER_NAMES?$|VIRTUAL_HOST$", re.I)
_NAMES_HOST = regex(r"(?<![\w.-])(?:localhost|127\.0\.0\.1)(?![\w.-])", re.I)

Login: TypeAlias = dict[Part, Credential | Unknown | None]


class Connection(msgspec.Struct, frozen=True):
    """An endpoint of a service, and the service that it leads to."""

    client: Service
    endpoint: Endpoint
    server: Service
    kind: Server


class Refused(msgspec.Struct, frozen=True):
    """A login that the server does not know. `there` is None where the server has nothing of the kind."""

    connection: Connection
    part: Part
    here: Credential | None
    there: Credential | None
    user: str | None = None
    """The user whose password it is."""


class Network:
    """The services of a deployment and what they reach."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._peers: dict[str, Peers] = {}
        self._endpoints: dict[str, tuple[Endpoint, ...]] = {}

    @cached_property
    def services(self) -> dict[str, Service]:
        return {service.name: service for service in self.deployment.services}

    @cached_property
    def kinds(self) -> dict[str, Server]:
        """The well-known servers among the services."""
        found = {name: server_of(service) for name, service in self.services.items()}
        return {name: server for name, server in found.items() if server is not None}

    def peers(self, service: Service) -> Peers:
        if service.name not in self._peers:
            self._peers[service.name] = peers(service)
        return self._peers[service.name]

    def endpoints(self, service: Service) -> tuple[Endpoint, ...]:
        """The service's endpoints, without those of tests, those that are only compared (what tokens say), those of
        what is switched off and, for a server, those about itself; for an image whose variables are known, those
        that it reads, and for another that is pulled, or a web server, none of an env file that is for others."""
        if service.name not in self._endpoints:
            kind, known = self.kinds.get(service.name), variables_of(service.definition)
            own = {"test", "iss", "aud", "audience", *(kind.words if kind is not None else ())}
            off = _switched_off(service)
            self._endpoints[service.name] = tuple(
                endpoint
                for endpoint in endpoints(service)
                if not own & {*tokens(endpoint.variable.name)}
                and not (off and endpoint.variable.name.startswith(off))
                and (known is None or known.may_read(endpoint.variable.name))
                and not (_runs_no_code(service) and self._is_for_others(endpoint.variable))
            )
        return self._endpoints[service.name]

    @cached_property
    def _interpolated(self) -> frozenset[str]:
        return frozenset(reference.name for reference in self.deployment.project.interpolations)

    def _is_for_others(self, variable: Variable) -> bool:
        """Whether it comes of an env file that a service has as well which runs code of the repository, or from which
        Compose hands it to the services that need it."""
        held = (
            other.environment.get(variable.name)
            for other in self.services.values()
            if not _runs_no_code(other)
        )
        return variable.mechanism == "env_file" and (
            variable.name in self._interpolated
            or any(one is not None and one.name_span == variable.name_span for one in held)
        )

    def kinds_reached(self, service: Service) -> set[str]:
        """The kinds of the servers that the service's endpoints name, by whatever protocol."""
        names = self.peers(service).services
        targets = (names.get(endpoint.host.lower()) for endpoint in self.endpoints(service))
        kinds = (self.kinds.get(target.name) for target in targets if target is not None)
        return {kind.kind for kind in kinds if kind is not None}

    def connections(self, service: Service) -> Iterator[Connection]:
        """Where the service's endpoints lead to a well-known server of the deployment."""
        for endpoint in self.endpoints(service):
            target = self.peers(service).services.get(endpoint.host.lower())
            kind = self.kinds.get(target.name) if target is not None else None
            if target is None or kind is None or target.name == service.name:
                continue
            if endpoint.protocol in (None, *kind.schemes) and endpoint.port in (None, *kind.ports):
                yield Connection(service, endpoint, self.services[target.name], kind)


def _switched_off(service: Service) -> tuple[str, ...]:
    """How the variables of each part begin that is switched off for good: `SCANNER_` for `SCANNER_ENABLED=false`."""
    return tuple(
        variable.name.removesuffix("ENABLED")
        for variable in service.environment
        if variable.name.endswith("_ENABLED")
        and not variable.references
        and isinstance(variable.value, Known)
        and variable.value.value.lower() in ("false", "0", "no", "off")
    )


def _runs_no_code(service: Service) -> bool:
    """Whether nothing of the repository runs there, as far as it is seen: an image that is pulled, or a web server."""
    stage = service.stage
    if service.image is None:
        return not any(path.endswith(".py") for path in service.mounted_files)
    return stage is not None and stage.is_web_server and service.definition.command is None


def refused_logins(network: Network) -> Iterator[Refused]:
    for service in network.services.values():
        for connection in network.connections(service):
            known = accounts(connection.server, connection.kind)
            refused = list(_refused(network, connection, known)) if known is not None else []
            if refused and service.may_use(connection.endpoint.variable):
                yield from refused


def _refused(network: Network, connection: Connection, known: Login) -> Iterator[Refused]:
    given: Login = {**connection.endpoint.credentials}
    expected = {**known}
    if connection.kind.kind == "redis":
        yield from _refused_by_redis(connection, known["password"])
        return
    user, root = given.get("user"), connection.kind.root
    if root is not None and isinstance(user, Credential) and user.value == root.user:
        expected["user"], expected["password"] = user, root_password(connection.server, connection.kind)
    user, there = _both("user", given, expected)
    if user is not None and there is not None and user.value != there.value:
        if not _made_elsewhere(network, None, user.value):
            yield Refused(connection, "user", user, there)
        return  # another user's password and databases are not known
    password, demanded = _both("password", given, expected)
    if (
        user is not None
        and password is not None
        and demanded is not None
        and password.value != demanded.value
    ):
        if _asks_password(connection.server):
            yield Refused(connection, "password", password, demanded, user.value)
    database, made = _both("database", given, expected)
    if database is None or made is None or database.value == made.value:
        return
    if database.value not in _ALWAYS_THERE.get(connection.kind.kind, set()):
        if not _made_elsewhere(network, connection.client, database.value):
            yield Refused(connection, "database", database, made)


def _both(part: Part, given: Login, expected: Login) -> tuple[Credential | None, Credential | None]:
    """What the client gives and the server has; nothing unless both are known and not empty."""
    here, there = given.get(part), expected.get(part)
    if isinstance(here, Credential) and isinstance(there, Credential) and here.value and there.value:
        return here, there
    return None, None


_PASSWORDS = frozenset({"password", "pass", "pwd", "passwd", "auth"})
_OF_OTHERS = frozenset(
    {"postgres", "postgresql", "pg", "mysql", "mariadb", "mongo", "mongodb", "rabbitmq", "db", "database"}
    | {"sql", "smtp", "mail", "email", "imap", "superuser", "minio", "s3", "grafana"}
)
"""Whose passwords say nothing about that of Redis."""


def _refused_by_redis(connection: Connection, expected: Credential | Unknown | None) -> Iterator[Refused]:
    password = connection.endpoint.credentials.get("password")
    if isinstance(password, Credential) and password.value:
        if expected is None:
            yield Refused(connection, "password", password, None)
        elif isinstance(expected, Credential) and expected.known and password.value != expected.value:
            yield Refused(connection, "password", password, expected)
    elif password is None and connection.endpoint.url and isinstance(expected, Credential):
        names = (set(tokens(variable.name)) for variable in connection.client.environment)
        if not any(name & _PASSWORDS and not name & _OF_OTHERS for name in names):  # the code might put it in
            yield Refused(connection, "password", None, expected)


def _asks_password(server: Service) -> bool:
    method = server.environment.value("POSTGRES_HOST_AUTH_METHOD")
    return method is None or (isinstance(method, Known) and method.value != "trust")


def _made_elsewhere(network: Network, client: Service | None, name: str) -> bool:
    """Whether code that makes users or databases knows the name, or runs in the client, which may use it."""
    workspace = network.deployment.repository.workspace

    def make() -> tuple[str, ...]:
        return tuple(
            path for path in workspace.files if _MAY_CREATE.search(path) and _creates(workspace, path)
        )

    paths: tuple[str, ...] = workspace.remembered("creates databases", make)
    if client is not None and (client.image is None or any(path in client.files for path in paths)):
        return True
    for other in network.services.values() if client is not None else ():
        values = (variable.value for variable in other.environment)
        if any(isinstance(value, Known) and name in value.value for value in values):
            if any(path in other.files for path in paths):
                return True  # it makes the database that it is told of, which others then use
    return any(name.encode() in (workspace.bytes(path) or b"") for path in paths)


@fact(bool)
def _creates(workspace: Workspace, path: str) -> bool:
    return _CREATES.search(workspace.bytes(path) or b"") is not None


# ---- localhost


class Loopback(msgspec.Struct, frozen=True):
    """An endpoint that names the container itself where another service is meant."""

    clients: tuple[Service, ...]
    """The services that are given it."""
    endpoint: Endpoint
    server: Service
    kind: Server
    by_published_port: bool
    """It also names the port that the other service has on the host."""
    at: Span
    used: Span | None = None
    """Where the variable is handed on, if `at` is in an example env file."""

    @property
    def host_edit(self) -> Span | None:
        """Where the host alone can be replaced."""
        exact = self.at.end - self.at.start == len(self.endpoint.host)
        return self.at if exact and self.used is None and not self.by_published_port else None


def loopbacks(network: Network) -> Iterator[Loopback]:
    found: dict[tuple[Span, str], Loopback] = {}
    for service in network.services.values():
        if service.definition.network_mode is not None or _shares_its_network(network, service):
            continue
        reached = network.kinds_reached(service)
        for endpoint in network.endpoints(service):
            if endpoint.host.lower() not in LOOPBACK or endpoint.own_address:
                continue
            one = _meant(network, service, endpoint, reached)
            if one is None or _others_override(network, endpoint.variable):
                continue
            earlier = found.get((one.at, one.server.name))
            clients = (*earlier.clients, service) if earlier is not None else one.clients
            found[one.at, one.server.name] = msgspec.structs.replace(one, clients=clients)
    yield from found.values()


def _shares_its_network(network: Network, service: Service) -> bool:
    """Whether another container is on the service's own network, where it may listen for it: `service:NAME`."""
    modes = (other.definition.network_mode for other in network.services.values())
    return any(mode is not None and mode.raw == f"service:{service.name}" for mode in modes)


def _meant(network: Network, service: Service, endpoint: Endpoint, reached: set[str]) -> Loopback | None:
    own = network.kinds.get(service.name)
    words = set(tokens(endpoint.variable.name))
    databases = {kind.kind for kind in network.kinds.values() if kind.database is not None}
    for name, kind in network.kinds.items():
        if kind.kind in reached or (own is not None and own.kind == kind.kind):
            continue
        only = {"database", "db"} if databases == {kind.kind} else set()
        theirs = {*tokens(name)} - {*tokens(service.name)}  # what both are called is the application
        named = endpoint.protocol in (None, "http") and words & {*kind.words, *theirs, *only}
        if endpoint.protocol not in kind.schemes and not named:
            continue
        server = network.services[name]
        known = endpoint.port in (None, *kind.ports)
        published = not known and any(
            endpoint.port in port.host for port in published_ports(server.definition)
        )
        if not (known or published) or _holds_server(service, kind):
            continue
        at, used = endpoint.span, None
        if endpoint.variable.mechanism == "env_file" and endpoint.variable.placeholder:
            if _is_explained(network, endpoint.span) or not _is_for_containers(network, service, endpoint):
                continue
        elif endpoint.variable.placeholder:
            used, example = endpoint.span, _example(network, endpoint.variable, name)
            if example is None:
                continue
            at = example
        if service.may_use(endpoint.variable):
            return Loopback((service,), endpoint, server, kind, published, at, used)
    return None


def _example(network: Network, variable: Variable, server: str) -> Span | None:
    """The line of an example env file that takes the place of a default which would reach the server."""
    if variable.mechanism != "environment" or not re.search(
        rf"(?<![\w.-]){re.escape(server)}(?![\w.-])", variable.raw or ""
    ):
        return None
    spans = (
        given.span for name in variable.references if (given := network.deployment.project.scope.get(name))
    )
    span = next((span for span in spans if span is not None), None)
    return None if span is not None and _is_explained(network, span) else span


def _is_for_containers(network: Network, service: Service, endpoint: Endpoint) -> bool:
    """Whether the example that has the endpoint is for containers: it names another service of the deployment, and the
    host nowhere else, web addresses aside, which browsers may see.
    """
    if endpoint.protocol == "http":
        return False
    example, peers = endpoint.span.path, network.peers(service)
    file = network.deployment.repository.workspace.env_file(example)
    others = [e.value or "" for e in file.entries if e.key != endpoint.variable.name] if file else [""]
    if any(_NAMES_HOST.search(value) and not value.startswith("http") for value in others):
        return False
    return peers.unknown is None and any(
        other.variable.mechanism == "env_file"
        and other.span.path == example
        and other.host.lower() in peers.services
        for other in network.endpoints(service)
    )


def _is_explained(network: Network, span: Span) -> bool:
    """Whether the comment above the line, or at its end, names the address: it tells when to use it, and when not."""
    source = network.deployment.repository.workspace.source(span.path)
    if source is None:
        return False
    beside = re.compile(r"[^\n]*?\s(#[^\n]*)").match(source.text, span.start)
    comments = [line for line in lines_above(source.text, span.start, 1) if line.startswith("#")]
    comments += [beside[1]] if beside is not None else []
    return any(host in comment for comment in comments for host in LOOPBACK)


def _others_override(network: Network, variable: Variable) -> bool:
    """Whether the value is one for all and other services have theirs: the rest has no use for it."""
    if variable.mechanism != "env_file":
        return False
    others = (service.environment.get(variable.name) for service in network.services.values())
    return any(other is not None and other.mechanism == "environment" for other in others)


def _holds_server(service: Service, kind: Server) -> bool:
    """Whether the service's own container may run such a server beside the application."""
    tools = service.stage.installed_tools if service.stage is not None else frozenset()
    return any(
        word in tool and "client" not in tool for word in kind.words for tool in tools if len(word) > 2
    )


# ---- hosts that nobody answers for


class UnknownHost(msgspec.Struct, frozen=True):
    client: Service
    endpoint: Endpoint
    near: tuple[str, ...]
    """Names that may have been meant."""


def unknown_hosts(network: Network) -> Iterator[UnknownHost]:
    """Hosts without a dot that no service, alias, container or extra host of the network is called; what is meant by
    one is meant wherever the service has it.
    """
    hosts = tuple(_unknown_hosts(network))
    near = {(one.client.name, one.endpoint.host): one.near for one in hosts if one.near}
    for one in hosts:
        meant = near.get((one.client.name, one.endpoint.host), ())
        yield msgspec.structs.replace(one, near=meant) if meant else one


def _unknown_hosts(network: Network) -> Iterator[UnknownHost]:
    elsewhere = names_anywhere(network.deployment.repository) | _public_names(network)
    for service in network.services.values():
        known: Peers | None = None
        for endpoint in network.endpoints(service):
            host = endpoint.host.lower()
            if endpoint.variable.placeholder or not _is_name(endpoint) or host in elsewhere:
                continue
            if _ADVERTISED.search(endpoint.variable.name):
                continue  # what others call the service
            if endpoint.port is None and _asks_registry(service):
                continue
            known = known or network.peers(service)
            if known.unknown or host in known.services or host in known.others | known.containers:
                continue
            if _is_stem(host, known) or _is_in_stack(network, host, known):
                continue
            files = network.deployment.project.files
            if _is_own(service, endpoint) or any(is_commented(service.workspace, f, host) for f in files):
                continue
            if service.may_use(endpoint.variable):
                own = {name.lower() for name in own_names(service.definition)}
                names = (name for name in (*known.services, *known.others) if name not in own)
                near = () if _is_called_so(endpoint.variable.name, host) else _near(host, names)
                if near or endpoint.protocol != "http" or not _asks_proxy(service):
                    yield UnknownHost(service, endpoint, near)


_ADVERTISED = regex(r"(^|_)ADVERTISED?(_|$)", re.I)
_REGISTRY = regex(r"(^|_)(EUREKA|CONSUL|NACOS|ZOOKEEPER_DISCOVERY|SERVICE_DISCOVERY)_", re.I)


def _asks_registry(service: Service) -> bool:
    """Whether the service is told of a registry that knows the others by names of its own: `EUREKA_CLIENT_...`."""
    return any(_REGISTRY.search(variable.name) for variable in service.environment)


def _asks_proxy(service: Service) -> bool:
    """Whether the service sends its requests to a proxy, which answers to names of its own."""
    return any(
        re.search(r"(^|_)PROXY_HOST$|^HTTPS?_PROXY$", variable.name, re.I) for variable in service.environment
    )


def _public_names(network: Network) -> set[str]:
    """The hosts by which the deployment itself is called, as what it answers to says: `ALLOWED_HOSTS=shop-vm`."""
    values = (
        variable.value.value
        for service in network.services.values()
        for variable in service.environment
        if _ANSWERS_TO.search(variable.name) and isinstance(variable.value, Known)
    )
    return {name.lower() for value in values for name in re.findall(r"[\w-]+", value)}


def _is_own(service: Service, endpoint: Endpoint) -> bool:
    """Whether the variable is named for the service itself, or for its host and so for a word of the service's image:
    others call it so. `GITLAB_HOST` of `gitlab`, `AUTHN_URL=http://authn` of the image `authn-server`."""
    named = tokens(endpoint.variable.name)[:-1]
    if named == tokens(service.name):
        return True
    image = service.definition.image
    words = tokens(image.raw.rpartition("/")[2].partition(":")[0]) if image is not None else ()
    return len(named) == 1 and named == tokens(endpoint.host) and named[0] in words


def _is_stem(host: str, known: Peers) -> bool:
    """Whether several services are called so with a number behind it, which the program may write there."""
    numbered = re.compile(re.escape(host) + r"[-_]?\d+")
    return sum(numbered.fullmatch(name) is not None for name in (*known.services, *known.others)) > 1


def _is_in_stack(network: Network, host: str, known: Peers) -> bool:
    """Whether a swarm calls a service so: `STACK_SERVICE`."""
    return network.deployment.spec.is_stack and any(host.endswith(f"_{name}") for name in known.services)


def _is_called_so(variable: str, host: str) -> bool:
    """Whether the variable is named for the host, which is no slip then: `DATA_API_URL` for `data-api`."""
    words, own = tokens(host), tokens(variable)
    named = all(any(synonymous("synonyms", word, other) for other in own) for word in words)
    return len(words) > 1 and named


def _is_name(endpoint: Endpoint) -> bool:
    host = endpoint.host.lower()
    if endpoint.host.isupper():
        return False  # to be replaced
    if host in LOOPBACK or host in _NO_NAMES or not re.fullmatch(r"[a-z][a-z0-9_-]*", host):
        return False
    if re.match(r"(your|my|change|example|some|replace|insert|xxx|placeholder|dummy)[-_]?", host):
        return False
    if len(tokens(host)) > 1 and tokens(host) == tokens(endpoint.variable.name):
        return False  # the name of the variable, to be replaced
    if not {*tokens(host)} - _WORDS_OF_HOSTS:
        return False
    return endpoint.url or endpoint.port is not None or bool(endpoint.credentials)


_WORDS_OF_HOSTS = frozenset({"server", "host", "hostname", "address", "addr", "ip", "name", "domain", "url"})
"""`server-address` names none."""
_NO_NAMES = frozenset(
    {
        "host",
        "hostname",
        "server",
        "domain",
        "none",
        "null",
        "auto",
        "true",
        "false",
        "default",
        "user",
        "test",
    }
)


def _near(host: str, names: Iterable[str]) -> tuple[str, ...]:
    from rapidfuzz.fuzz import ratio

    wanted, names = set(tokens(host)), set(names)
    tail = shared_ending(host, names)  # `order-service` and `trade-service` have nothing in common
    scored = []
    for name in names:
        words = set(tokens(name))
        end = tail if name != tail else ""
        alike = ratio(host.removesuffix(end), name.removesuffix(end))
        score = max(alike, 85 if words and (words < wanted or wanted < words) else 0)
        if score >= 75 and re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
            scored.append((-score, name))
    return tuple(dict.fromkeys(name for _, name in sorted(scored)))[:2]
