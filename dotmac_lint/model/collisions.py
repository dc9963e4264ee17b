"""Variables that carry the name of a settings section, and a value that is no section."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.model.environment import Variable

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.settings import Field, SettingsClass


class Collision(msgspec.Struct, frozen=True):
    """A variable that makes the settings fail to load: a section is read from JSON."""

    service: Service
    variable: Variable
    settings: SettingsClass
    field: Field

    @property
    def inner(self) -> Field | None:
        """The first field that a variable of the section can set, as an example."""
        below = (
            f for f in self.settings.fields if f.path[:-1] == self.field.path and f.names and not f.section
        )
        return next(below, None)


def collisions(deployment: Deployment) -> Iterator[Collision]:
    """Each variable with a known value that the section it names cannot take."""
    for service in deployment.startable:
        for variable in service.environment:
            if not isinstance(variable.value, Known) or variable.placeholder:
                continue
            meant = [
                (settings, field)
                for settings in service.settings
                for field in settings.lookup(variable.name).fields
            ]
            # A plain field of that name, or code that reads it, makes it doubtful whose value it is.
            if not meant or not all(field.section for _, field in meant):
                continue
            if variable.name in service.names_read_in_code:
                continue
            for settings, field in meant[:1]:
                if _refused(settings, field, variable.value.value):
                    yield Collision(service, variable, settings, field)


def _refused(settings: SettingsClass, field: Field, text: str) -> bool:
    """Whether pydantic-settings fails on `text` for the section (`EnvSettingsSource.prepare_field_value`)."""
    config = settings.model.config
    if field.no_decode or config.get("enable_decoding", True) is not True or settings.open:
        return False
    if field.type.kind == "union" and any(
        a.kind not in ("model", "dataclass", "none") for a in field.type.args
    ):
        return False
    if (not text and settings.env_ignore_empty) or text == config.get("env_parse_none_str"):
        return False
    try:
        value = json.loads(text)
    except ValueError:
        return True
    except RecursionError:
        return False
    return value is not None and not isinstance(value, dict)
