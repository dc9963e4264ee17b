"""Well-known servers: which service is one, and the users, passwords and databases that it knows.

What the images do is data (data/servers.toml, with its sources).
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.data import table
from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.endpoints import Credential, Part
from dotmac_lint.model.image import untagged

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service


class Account(msgspec.Struct, frozen=True):
    """Where a server's first start takes a user, password or database from."""

    names: tuple[str, ...]
    default: str | None = None
    from_: Part | None = msgspec.field(default=None, name="from")
    """What is taken instead where none of the names is set."""
    user: str | None = None
    """The user whose password it is."""


class Server(msgspec.Struct, frozen=True):
    """A kind of server, as its images behave."""

    kind: str
    source: str
    images: tuple[str, ...]
    ports: tuple[int, ...]
    schemes: tuple[str, ...]
    words: tuple[str, ...]
    init: tuple[str, ...] = ()
    data: str | None = None
    user: Account | None = None
    password: Account | None = None
    database: Account | None = None
    root: Account | None = None


@cache
def servers() -> tuple[Server, ...]:
    return msgspec.convert(table("servers")["server"], tuple[Server, ...])


def repository_of(image: str) -> str:
    """The image's name without its tag and digest, and without what stands for Docker Hub."""
    hub = r"^(?:(?:registry-1\.|index\.)?docker\.io/|mirror\.gcr\.io/)?(?:library/)?"
    return re.sub(hub, "", untagged(image))


def server_of(service: Service) -> Server | None:
    """The server that the service runs from an image as it is published; None where that is not known."""
    if service.definition.build is not None or service.definition.image is None:
        return None
    value = service.definition.image.value
    text = value.value if isinstance(value, Known) else service.definition.image.raw
    name = repository_of(text)
    return next((server for server in servers() if name in server.images), None)


def accounts(service: Service, server: Server) -> dict[Part, Credential | Unknown | None] | None:
    """What the server makes at its first start; None where scripts or files may have made it otherwise."""
    mounts = [mount.target for mount in service.definition.mounts]
    if any(isinstance(target.value, Unknown) for target in mounts):
        return None
    for folder in server.init:
        if any(target.value.value.startswith(folder) for target in mounts if isinstance(target.value, Known)):
            return None
    if service.definition.entrypoint is not None or service.environment.unknown:
        return None
    if server.kind == "redis":
        return _redis(service)
    if server.password is None:
        return None
    found: dict[Part, Credential | Unknown | None] = {
        "user": _account(service, server.user),
        "password": _account(service, server.password),
        "database": _account(service, server.database),
    }
    if server.database is not None and found["database"] is None and server.database.from_ is not None:
        found["database"] = found[server.database.from_]
    return found


def account_names(service: Service) -> frozenset[str]:
    """The variables from which the server that the service runs takes its users, passwords and databases."""
    server = server_of(service)
    of = (server.user, server.password, server.database, server.root) if server is not None else ()
    return frozenset(name for account in of if account is not None for name in account.names)


def root_password(service: Service, server: Server) -> Credential | Unknown | None:
    return _account(service, server.root)


def _account(service: Service, account: Account | None) -> Credential | Unknown | None:
    if account is None:
        return Unknown("the server makes none of its own")
    for name in account.names:
        if service.environment.get(f"{name}_FILE") is not None:
            return Unknown("it is read from a file")
        variable = service.environment.get(name)
        if variable is None:
            continue
        if variable.placeholder or not isinstance(variable.value, Known):
            return Unknown("the host gives it")
        if variable.value.value:
            return Credential(variable.value.value, variable.value_span or variable.span, name)
    if account.default is not None:
        return Credential(account.default, service.key, account.names[0], default=True)
    return None


_GIVEN = regex(r"\$(\w+|\{\w+(:?[?-][^{}]*)?\})")
"""A variable and nothing else, which the host gives: where it gives none, the server does not start."""


def _redis(service: Service) -> dict[Part, Credential | Unknown | None] | None:
    """The password of `--requirepass`; None where a configuration file or a script may set one."""
    command = service.definition.command
    if command is None:
        return {"password": None}
    words: list[str] = []
    unknown = {
        index
        for index, text in enumerate(command.words)
        if text.placeholder or not isinstance(text.value, Known)
    }
    demanded = {
        index
        for index in unknown
        if index
        and command.words[index - 1].raw == "--requirepass"
        and _GIVEN.fullmatch(command.words[index].raw)
    }
    if unknown != demanded:
        return None
    for index, text in enumerate(command.words):
        words.append(text.value.value if index not in unknown and isinstance(text.value, Known) else "?")
    if len(words) == 3 and words[0] in {"sh", "/bin/sh", "bash"} and words[1] == "-c":
        try:
            words = shlex.split(words[2])
        except ValueError:
            return None
    if words[:1] not in (["redis-server"], ["valkey-server"]) or any(
        re.search(r"[$;&|<>`]", w) for w in words
    ):
        return None
    if len(words) > 1 and not words[1].startswith("--"):
        return None  # a configuration file
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--requirepass" and demanded:
            return {"password": Credential("", command.span, "--requirepass", known=False)}
        if word == "--requirepass":
            return {"password": Credential(following, command.span, "--requirepass") if following else None}
        if word.startswith(("--aclfile", "--user", "--include", "--tls-", "--requirepass")):
            return None
    return {"password": None}
