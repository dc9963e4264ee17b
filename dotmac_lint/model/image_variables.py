"""What well-known images read of the environment, as data with its sources (data/image_variables.toml)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.data import table
from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.model.compose_tree import leaves
from dotmac_lint.model.expectations import synonymous, tokens
from dotmac_lint.model.servers import repository_of
from dotmac_lint.model.variable_readers import is_well_known, matches

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Service as Definition
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.environment import Variable

_ALIKE = 92
"""How like a name must be to one that the image knows, of 100."""


class ImageVariables(msgspec.Struct, frozen=True):
    images: tuple[str, ...]
    names: tuple[str, ...]
    reads: tuple[str, ...]
    source: str
    ignored: tuple[str, ...] = ()
    """Names that other images of the server read, and this one does not."""
    instead: str = ""
    """The option of the server that does what they do there."""
    open: bool = False
    """It makes a setting of every name of a pattern, so that any other name may be a setting as well."""

    def may_read(self, name: str) -> bool:
        return is_well_known(name) or matches(name, self.names + self.reads)

    def meant(self, name: str) -> str | None:
        """The one name that the image knows and that `name` is a slip or another word for."""
        from rapidfuzz.fuzz import ratio

        if name.removesuffix("_FILE") in self.names or is_well_known(name):
            return None
        start, _, last = name.rpartition("_")
        alike = {
            other
            for other in self.names
            if (_is_slip(name, other) if self.open else ratio(name, other) >= _ALIKE)
            or (start == other.rpartition("_")[0] and synonymous("synonyms", last.lower(), tokens(other)[-1]))
        }
        return alike.pop() if len(alike) == 1 else None


def _is_slip(name: str, other: str) -> bool:
    """Whether one word of `name` is one of `other` with a letter too many, too few, wrong or out of place."""
    from rapidfuzz.distance import OSA

    words = list(zip(name.split("_"), other.split("_"), strict=False))
    wrong = [(here, there) for here, there in words if here != there]
    if len(wrong) != 1 or name.count("_") != other.count("_"):
        return False
    here, there = wrong[0]
    plural = here + "S" == there or there + "S" == here
    return not plural and there.isalpha() and len(there) > 4 and OSA.distance(here, there) == 1


class Misspelt(msgspec.Struct, frozen=True):
    """A variable of a service that means one which its image knows, or an option of its server."""

    service: Service
    variable: Variable
    image: str
    right: str | None
    option: str

    @property
    def fix(self) -> Fix | None:
        if self.right is None:
            return None
        title = f"Rename `{self.variable.name}` to `{self.right}`"
        return Fix(title, (Edit(self.variable.name_span, self.right),))


@cache
def _images() -> dict[str, ImageVariables]:
    rows = msgspec.convert(table("image_variables")["image"], tuple[ImageVariables, ...])
    return {image: row for row in rows for image in row.images}


def variables_of(definition: Definition) -> ImageVariables | None:
    """What the service's image reads; None where it is built, or not known."""
    image = definition.image
    if definition.build is not None or image is None:
        return None
    return _images().get(repository_of(image.value.value if isinstance(image.value, Known) else image.raw))


def _lacks_option(service: Service, option: str) -> bool:
    """Whether neither a configuration nor a command that is wholly known gives the server the option."""
    definition = service.definition
    texts = [text for key in ("entrypoint", "command") for text in leaves(definition.attribute(key))]
    return (
        not any(service.binds)
        and definition.attribute("configs") is None
        and not any(text.references or option in text.raw or ".conf" in text.raw for text in texts)
    )


def misspelt_variables(deployment: Deployment) -> Iterator[Misspelt]:
    """The names almost like one that the service's image knows, which nothing of the service's own reads.

    A line that other services share, by an anchor or `extends`, may be for them.
    """
    known = {service.name: variables_of(service.definition) for service in deployment.startable}
    shared = {
        variable.name_span
        for service in deployment.startable
        if known[service.name] is None
        for variable in service.definition.environment
    }
    for service in deployment.startable:
        image, name = known[service.name], service.definition.image
        for variable in service.definition.environment if image is not None and name is not None else ():
            assert image is not None
            assert name is not None
            right = image.meant(variable.name)
            if right is None and not (
                variable.name in image.ignored and _lacks_option(service, image.instead)
            ):
                continue
            if (right and service.environment.get(right) is not None) or variable.name_span in shared:
                continue
            if not service.mentions(variable.name):
                yield Misspelt(service, variable, repository_of(name.raw), right, image.instead)
