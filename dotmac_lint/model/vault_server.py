"""Vault and OpenBao servers that a production deployment runs as if it were for development.

Source of behaviour: the images' Dockerfiles (`CMD ["server", "-dev"]`) and entrypoints (VAULT_LOCAL_CONFIG becomes a
configuration file); Vault documentation, "Dev server mode" and "TCP listener configuration".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import Items, Leaf, Table
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service

_SERVER = regex(
    r"(?:[\w.-]+(?::\d+)?/)*(?:vault|openbao|openbao-ubi|vault-enterprise)(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?",
    re.IGNORECASE,
)
_DEV = regex(
    r"(?:^|\s)-{1,2}dev(?:\s|=true|$"
    r"|-(?:consul|ha|transactional|leased-kv|three-node|four-cluster|auto-seal|kv-v1|no-kv|tls)\b)"
)
"""Other options of the development server do not switch it on: the images' entrypoints always give them."""
_NO_TLS = regex(r"[\"']?tls_disable[\"']?\s*[:=]\s*[\"']?(?:true|1|yes)\b", re.IGNORECASE)
_CONFIGURATION = ("VAULT_LOCAL_CONFIG", "BAO_LOCAL_CONFIG", "OPENBAO_LOCAL_CONFIG")
_ROOT_TOKENS = ("VAULT_DEV_ROOT_TOKEN_ID", "BAO_DEV_ROOT_TOKEN_ID")
_TOKEN_OPTION = regex(r"-dev-root-token-id[= ]\s*[\"']?(?!\$)\w")


class VaultWeakness(msgspec.Struct, frozen=True):
    """`default`: the image's own command is the development server; `dev`: the service's is; `plain`: no TLS."""

    service: Service
    kind: Literal["default", "dev", "plain"]
    at: Span
    root_token: Span | None = None
    """Where the file spells the root token out."""
    published: Span | None = None
    """The port that anybody may reach."""


def vault_weaknesses(deployment: Deployment) -> Iterator[VaultWeakness]:
    for service in deployment.services:
        image = service.definition.image
        if not service.production or service.definition.build is not None or image is None:
            continue
        if not isinstance(image.value, Known) or not _SERVER.fullmatch(image.value.value):
            continue
        yield from _dev(service)
        yield from _plain(service)


def _dev(service: Service) -> Iterator[VaultWeakness]:
    definition = service.definition
    command = definition.command
    if definition.entrypoint is not None:
        return
    if command is None or not command.words:
        image = definition.image
        assert image is not None
        yield VaultWeakness(service, "default", image.span, _root_token(service))
        return
    if all(isinstance(word.value, Known) for word in command.words):
        text = " ".join(word.value.value for word in command.words if isinstance(word.value, Known))
        if _DEV.search(text):
            spelled = command.span if _TOKEN_OPTION.search(text) else None
            yield VaultWeakness(service, "dev", command.span, spelled or _root_token(service))


def _root_token(service: Service) -> Span | None:
    """The variable that gives the root token, where its value is written out."""
    for name in _ROOT_TOKENS:
        variable = service.environment.get(name)
        if variable is not None and isinstance(variable.value, Known) and variable.value.value:
            if not variable.references and not variable.placeholder:
                return variable.name_span
    return None


def _plain(service: Service) -> Iterator[VaultWeakness]:
    """TLS switched off on a port that is published to every address of the host."""
    port = _published(service)
    if port is None:
        return
    for name in _CONFIGURATION:
        variable = service.environment.get(name)
        if variable is not None and isinstance(variable.value, Known):
            if _NO_TLS.search(variable.value.value):
                yield VaultWeakness(service, "plain", variable.name_span, published=port)
                return
    command = service.definition.command
    text = " ".join(word.raw for word in command.words) if command is not None else ""
    for path in sorted(service.mounted_files, key=lambda path: (posixpath.basename(path) not in text, path)):
        source = service.workspace.source(path) if path.endswith((".hcl", ".json")) else None
        match = _NO_TLS.search(source.text) if source is not None else None
        if match is not None and "listener" in (source.text if source else ""):
            start = match.start() + (match.group()[0] in "\"'")
            yield VaultWeakness(
                service, "plain", Span(path, start, start + len("tls_disable")), published=port
            )
            return


def _published(service: Service) -> Span | None:
    """The entry that publishes the server's port to every address; None where there is none."""
    node = service.definition.attribute("ports")
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Leaf) and isinstance(item.value, Known):
            if re.fullmatch(r"(?:0\.0\.0\.0:|\[::\]:)?\d+:8200(?:/tcp)?", item.value.value):
                return item.span
        elif isinstance(item, Table):
            target, address = item.get("target"), item.get("host_ip")
            published = item.get("published")
            if (
                address is None
                and published is not None
                and isinstance(target, Leaf)
                and target.value == Known("8200")
            ):
                return item.span
    return None
