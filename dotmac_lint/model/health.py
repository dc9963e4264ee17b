"""Whether a service has a health check, its own or that of its image, and whether that suits it.

Source of behaviour: Compose specification, "healthcheck"; moby: a check without `test` takes the image's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.data import table
from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.image import Command, untagged
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Dependency
    from dotmac_lint.model.deployment import Deployment, Service


class Unmonitored(NamedTuple):
    """`service` waits for the health of `target`, which has no check; `switched_off` where that is said."""

    service: Service
    target: Service
    dependency: Dependency
    switched_off: Span | None


def waits_in_vain(deployment: Deployment) -> Iterator[Unmonitored]:
    """Each `condition: service_healthy` on a service without a health check, in whatever profile."""
    services = {service.name: service for service in deployment.startable}
    for service in services.values():
        for dependency in service.definition.depends_on:
            target = services.get(dependency.name)
            if target is None or dependency.condition != "service_healthy" or not dependency.required:
                continue
            if has_healthcheck(target) is False:
                own = target.definition.healthcheck
                yield Unmonitored(service, target, dependency, own.span if own else None)


def has_healthcheck(service: Service) -> bool | None:
    """None where it cannot be told: an image that is pulled may bring a check."""
    own = service.definition.healthcheck
    if own is not None:
        if own.disable:
            return False
        if own.test:
            first = own.test[0].value
            return None if isinstance(first, Unknown) else first.value != "NONE"
    elif service.definition.attribute("healthcheck") or service.definition.attribute("extends", "file"):
        return None  # of a shape, or from a file, that is not understood
    if service.definition.attribute("provider") is not None:
        return None
    if service.image is not None:
        if service.stage is None:
            return None
        check = service.stage.healthcheck
        if not isinstance(check, Unknown):
            return check is not None
    return False if _never_checked(service.base_image) else None


class AskedInVain(NamedTuple):
    """A service that works for Celery, and whose image asks a server for its health."""

    service: Service
    check: Span
    """HEALTHCHECK."""
    asked: str
    """The server, without a path."""


_ASKS_ITSELF = regex(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?")
_FITS = regex(r"\bcelery\b|\|\|\s*(?:exit 0|true|:)\s*[\"')]*\s*$")
"""Checks that ask the worker, or never fail."""
_LISTENS = (b"HTTPServer", b"TCPServer", b"make_server", b"run_app", b"start_http_server", b"start_server")


def asked_in_vain(deployment: Deployment) -> Iterator[AskedInVain]:
    """Each worker and beat of Celery that takes over a check which asks localhost, while no code of it listens."""
    for service in deployment.startable:
        definition, check = service.definition, service.stage.healthcheck if service.stage else None
        if definition.network_mode is not None or not isinstance(check, Command):
            continue
        if definition.attribute("healthcheck") or definition.attribute("extends", "file"):
            continue
        text = " ".join(check.words)
        asked, process = _ASKS_ITSELF.search(text), service.process
        if asked is None or _FITS.search(text) or not process.celery or process.server:
            continue
        if process.words.isdisjoint(("worker", "beat")) or "flower" in process.words:
            continue
        if not any(service.workspace.words.search(sorted(process.modules), _LISTENS)):
            yield AskedInVain(service, check.span, asked[0])


def _never_checked(image: Known[str] | Unknown) -> bool:
    if not isinstance(image, Known):
        return False
    name = untagged(image.value).strip("/")
    return name.removeprefix("docker.io/").removeprefix("library/") in _without_healthcheck()


@cache
def _without_healthcheck() -> frozenset[str]:
    return frozenset(table("images")["without_healthcheck"])
