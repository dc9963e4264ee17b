"""Whether a service has a health check: its own, or that of its image.

Source of behaviour: Compose specification, "healthcheck"; moby: a check without `test` takes the image's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.data import table
from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.image import untagged
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


def _never_checked(image: Known[str] | Unknown) -> bool:
    if not isinstance(image, Known):
        return False
    name = untagged(image.value).strip("/")
    return name.removeprefix("docker.io/").removeprefix("library/") in _without_healthcheck()


@cache
def _without_healthcheck() -> frozenset[str]:
    return frozenset(table("images")["without_healthcheck"])
