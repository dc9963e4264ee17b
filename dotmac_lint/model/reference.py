"""The settings reference: every environment variable that the settings classes of a repository read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.model.settings import Field, SettingsClass


class Setting(msgspec.Struct, frozen=True):
    """An environment variable that a settings class reads."""

    field: Field
    settings: SettingsClass
    covered: bool
    """A section that takes JSON, while its fields have names of their own as well."""

    @property
    def name(self) -> str:
        return self.field.names[0]

    @property
    def required(self) -> bool:
        """Whether the settings cannot be made without it, as far as nothing else is set."""
        return self.field.required and self.field.default is None

    @property
    def type(self) -> str:
        return self.field.type.written

    @property
    def default(self) -> str | None:
        """The default as the environment would give it; None where there is none, or it is not known."""
        default = self.field.default
        return environment_text(default.value) if isinstance(default, Known) else None


def environment_text(value: Any) -> str | None:
    """A value as pydantic-settings would read it from the environment: plain text, or JSON; None for None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    return json.dumps(value, default=str, ensure_ascii=False)


def reference(classes: Sequence[SettingsClass]) -> tuple[Setting, ...]:
    """Every variable, in the order of classes and declarations; fields that no name reaches are left out."""
    found = []
    for settings in classes:
        sections = {field.path[:-1] for field in settings.fields if field.names}
        found += [
            Setting(field, settings, field.section and field.path in sections)
            for field in settings.fields
            if field.names
        ]
    return tuple(found)
