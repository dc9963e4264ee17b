"""Whom a service talks to: the hosts in its environment, with the ports and credentials that belong to them.

URLs and DSNs (RFC 3986, section 3.2), lists of them, `host:port`, and the HOST, PORT, USER ... variables of
one group, which are completed by the defaults of the settings section that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import UNKNOWN_CHARACTER
from dotmac_lint.model.environment import Variable
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service

Part = Literal["user", "password", "database"]

SCHEMES = {
    "postgres": "postgres", "postgresql": "postgres", "postgis": "postgres", "pgsql": "postgres",
    "timescaledb": "postgres", "psql": "postgres",
    "mysql": "mysql", "mariadb": "mysql", "mysql2": "mysql", "redis": "redis", "rediss": "redis", "valkey": "redis",
    "amqp": "rabbitmq", "amqps": "rabbitmq", "pyamqp": "rabbitmq", "mongodb": "mongo", "nats": "nats",
    "kafka": "kafka", "memcached": "memcached", "pymemcache": "memcached", "clickhouse": "clickhouse",
    "clickhousedb": "clickhouse", "bolt": "neo4j", "neo4j": "neo4j", "http": "http", "https": "http", "ws": "http",
    "wss": "http", "grpc": "grpc", "tcp": "tcp", "udp": "udp", "smtp": "smtp", "smtps": "smtp", "ldap": "ldap",
    "ldaps": "ldap", "mqtt": "mqtt", "statsd": "statsd",
}  # fmt: skip
"""The protocol that the scheme of a URL stands for; others name no host of a network."""

_URL = regex(
    r"(?:jdbc:|db\+|sqla\+)?(?P<scheme>[A-Za-z][A-Za-z0-9]*)(?:\+[A-Za-z0-9_.-]+)?://(?P<authority>[^/?#\s]*)"
    r"(?:/(?P<path>[^?#\s]*))?(?:[?#]\S*)?"
)
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_HOST_PORT = regex(rf"(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?")
_HOST_NAME = regex(r"(?P<prefix>.*?)(?P<delimiter>_+)(?:HOST|HOSTNAME|SERVER|HOST_NAME)", re.I)
_SERVER_KIND = regex(
    r"frankenphp|swoole|openswoole|roadrunner|puma|unicorn|falcon|passenger|gunicorn|uvicorn|hypercorn|daphne|waitress"
    r"|nginx|apache2?|tomcat|jetty|undertow|kestrel"
)
"""Programs that serve an application: `OCTANE_SERVER=frankenphp` says which, and names no host."""
_ADDRESS_NAME = regex(
    r"(?P<prefix>.*?)(?P<delimiter>_+)(?:ENDPOINT|ADDR|ADDRESS|SERVERS|BROKERS?|HOSTS?|URI|URL|NODES|HOSTNAME)",
    re.I,
)
_OWN_ADDRESS = regex(
    r"(^|_)(LISTEN(ERS?|ING)?|BIND|ADVERTISED?|ALLOWED|TRUSTED|CORS|ORIGINS?|PUBLIC|EXTERNAL|FRONTEND|CALLBACK|REDIRECT"
    r"|SELF|VIRTUAL|PROXY|UVICORN|GUNICORN|JMX|COOKIE|NO|METADATA|SWAGGER|DOCS|EXAMPLE|TESTS?|CLIENT|WEBHOOK|COLLECTOR"
    r"|NEXTAUTH|VITE|APP|NODE|WEB|SITE|DASHBOARD|ISSUER|DOMAIN|LETSENCRYPT|CERT|PROXIED|NAME|LOGIN|BASE|HEALTH\w*)(_|$)"
)
"""Words in names of variables about the service's own address, or one that browsers see."""
_SERVER_BASE = regex(r"(.*_)?(OLLAMA|QDRANT|ELASTIC(SEARCH)?|OPENSEARCH)_(API_)?BASE(_UR[IL])?")
"""Servers that no browser sees: the base is that of their addresses."""
_NAMES: dict[Part, tuple[str, ...]] = {
    "user": ("USER", "USERNAME", "LOGIN", "USR", "DB_USER"),
    "password": ("PASSWORD", "PASS", "PASSWD", "PWD", "DB_PASSWORD"),
    "database": ("DB", "NAME", "DATABASE", "DBNAME", "DB_NAME", "DATABASE_NAME", "BASE"),
}


_EXAMPLE = Unknown("an example file gives it")
_IN_PART = Unknown("the host or an example gives it")


class Credential(msgspec.Struct, frozen=True):
    """A user, password or database: its text and the place that gives it."""

    value: str
    span: Span
    name: str
    """The variable, or the settings field."""
    default: bool = False
    """No variable is set: this is the default of the settings field."""
    known: bool = True
    """Else there is a value, which the host gives."""


class Endpoint(msgspec.Struct, frozen=True):
    """A host that a service's environment names."""

    host: str
    port: int | None
    protocol: str | None
    """A value of SCHEMES; None where no URL says it."""
    variable: Variable
    span: Span
    """The host, where it is written; the whole value where that is elsewhere."""
    url: bool
    credentials: dict[Part, Credential | Unknown]
    """What is given; a part that is not there is given nowhere."""
    port_variable: Variable | None = None

    @property
    def own_address(self) -> bool:
        """Whether the variable's name says that it is about the service itself, or about browsers."""
        name = self.variable.name.upper()
        return bool(_OWN_ADDRESS.search(name)) and not _SERVER_BASE.fullmatch(name)


def endpoints(service: Service) -> tuple[Endpoint, ...]:
    """Every host that is known, if only in a part of a URL; those that an example file gives are placeholders."""
    found: list[Endpoint] = []
    for variable in service.environment:
        value = variable.value
        if variable.certain is not None:
            sure = msgspec.structs.replace(variable, placeholder=False)
            in_part = tuple(_from_urls(service, sure, variable.certain.strip()))
            found += in_part
            if in_part:
                continue
        if not isinstance(value, Known) or not value.value:
            continue
        text = value.value.strip()
        if "://" in text:
            found += _from_urls(service, variable, text)
        else:
            found += _from_address(service, variable, text)
    return tuple(found)


def _from_urls(service: Service, variable: Variable, text: str) -> Iterator[Endpoint]:
    url = _URL.fullmatch(text)
    if url is None:
        return
    protocol = SCHEMES.get(url["scheme"].lower())
    if protocol is None:
        return
    login, at, hosts = url["authority"].rpartition("@")
    credentials: dict[Part, Credential | Unknown] = {}
    if at:
        user, colon, password = login.partition(":")
        if variable.placeholder:
            credentials = {"user": _EXAMPLE, "password": _EXAMPLE}
        elif user:
            credentials["user"] = _given(variable, user)
        if colon and not variable.placeholder:
            credentials["password"] = _given(variable, password)
    if url["path"] and not variable.placeholder:
        credentials["database"] = _given(variable, url["path"])
    for number, item in enumerate(hosts.split(",")):
        match = _HOST_PORT.fullmatch(item)
        # A list of web addresses may end in another word: `https://proxy.example,direct`.
        if match is not None and (not number or match["port"] or protocol != "http"):
            yield Endpoint(
                match["host"],
                int(match["port"]) if match["port"] else None,
                protocol,
                variable,
                _place(service, variable, match["host"]),
                True,
                credentials,
            )


def _given(variable: Variable, text: str) -> Credential | Unknown:
    if UNKNOWN_CHARACTER in text:
        return _IN_PART
    return Credential(unquote(text), variable.value_span or variable.span, variable.name)


def _from_address(service: Service, variable: Variable, text: str) -> Iterator[Endpoint]:
    name = _HOST_NAME.fullmatch(variable.name)
    single = _HOST_PORT.fullmatch(text)
    if name is not None and name.string.upper().endswith("SERVER") and _SERVER_KIND.fullmatch(text):
        if text not in service.deployment.project.services:
            return
    if name is not None and single is not None:
        prefix = name["prefix"] + name["delimiter"]
        port, port_variable = single["port"], None
        if port is None:
            port_variable = service.environment.get(f"{prefix}PORT") or service.environment.get(
                f"{prefix}port"
            )
            if port_variable is not None and isinstance(port_variable.value, Known):
                port = port_variable.value.value if port_variable.value.value.isdigit() else None
        yield Endpoint(
            single["host"],
            int(port) if port else None,
            None,
            variable,
            _place(service, variable, single["host"]),
            False,
            _group(service, prefix),
            port_variable,
        )
        return
    address = _ADDRESS_NAME.fullmatch(variable.name)
    if address is None:
        return
    for item in text.split(","):
        match = _HOST_PORT.fullmatch(item.strip())
        if match is not None and match["port"]:
            yield Endpoint(
                match["host"],
                int(match["port"]),
                None,
                variable,
                _place(service, variable, match["host"]),
                False,
                {},
            )


def _group(service: Service, prefix: str) -> dict[Part, Credential | Unknown]:
    """The credentials of the group that begins with `prefix`: set, or else the defaults of its fields."""
    found: dict[Part, Credential | Unknown] = {}
    for part, words in _NAMES.items():
        for word in words:
            name = prefix + (word if prefix == prefix.upper() else word.lower())
            credential = _credential(service, name)
            if credential is not None:
                found[part] = credential
                break
    return found


def _credential(service: Service, name: str) -> Credential | Unknown | None:
    if service.environment.get(f"{name}_FILE") is not None:
        return Unknown("it is read from a file")
    variable = service.environment.get(name)
    if variable is not None:
        if variable.placeholder or not isinstance(variable.value, Known):
            return _EXAMPLE if variable.placeholder else Unknown("the host gives it")
        if variable.value.value == "null":
            return Unknown("frameworks take it for none")
        return Credential(variable.value.value, variable.value_span or variable.span, name)
    for settings in service.settings:
        for field in settings.lookup(name).fields:
            default = field.class_default
            if settings.other_sources or settings.env_files != () or not isinstance(default, Known):
                return Unknown("the settings may take it from elsewhere")
            if not isinstance(default.value, str):
                return Unknown("its default is no text")
            return Credential(default.value, field.span, field.dotted, default=True)
    return None


_OF_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def _place(service: Service, variable: Variable, host: str) -> Span:
    span = variable.value_span or variable.span
    source = service.workspace.source(span.path)
    text = source.text[span.start : span.end] if source else ""
    start = text.find(host)
    while start >= 0:
        around = text[start - 1 : start], text[start + len(host) : start + len(host) + 1]
        if _OF_HOST.isdisjoint(around):
            return Span(span.path, span.start + start, span.start + start + len(host))
        start = text.find(host, start + 1)
    return span
