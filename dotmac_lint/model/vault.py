"""Production services whose application could use Vault or OpenBao, and has it switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Applicability, Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.edits import add_variable
from dotmac_lint.model.expectations import is_misspelt
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.model.settings import Field, SettingsClass
    from dotmac_lint.model.startup import GuardOutcome

_FALSE = regex(r"0|off|f|false|n|no", re.IGNORECASE)
"""The words that pydantic takes for False."""


class VaultOff(msgspec.Struct, frozen=True):
    """A service with Vault switched off. `variable` is what switches it off; None: nothing switches it on."""

    service: Service
    settings: SettingsClass
    field: Field
    variable: Variable | None
    guards: tuple[GuardOutcome, ...]
    """The guards that demand it."""
    refused: bool
    """They keep the service from starting: its own process runs them."""

    @property
    def name(self) -> str:
        """The environment variable that would switch it on."""
        return self.variable.name if self.variable is not None else self.field.names[0]

    @property
    def refused_with_it(self) -> bool:
        """Whether another guard keeps it from starting once Vault is on."""
        start = self.service.start(self.settings, [self.field])
        return any(guard.stops for guard in start.guards)

    @property
    def at(self) -> Span:
        """The line that switches it off; else the section's last variable, else where it should be set."""
        if self.variable is not None:
            return self.variable.name_span
        block = self.service.definition.environment_block
        sibling = self.sibling
        if sibling is not None:
            return sibling.name_span
        return block.key_span if block is not None and block.key_span else self.service.key

    @property
    def sibling(self) -> Variable | None:
        """The last variable of the same section that the service sets."""
        found = None
        for variable in self.service.environment:
            fields = self.settings.lookup(variable.name).fields
            if variable.mechanism == "environment" and any(
                f.path[:-1] == self.field.path[:-1] for f in fields
            ):
                found = variable
        return found if len(self.field.path) > 1 else None


def vault_off(deployment: Deployment) -> Iterator[VaultOff]:
    """Each production service that runs settings with a Vault switch which is certainly off. What only its image calls
    production, developers start as well."""
    for service in deployment.services:
        if not service.settings or not service.production or service.only_its_image_says_so:
            continue
        for settings in service.settings:
            for field in service.repository.vault_flags(settings):
                off, variable = _is_off(service, field, settings)
                if off:
                    demanding = service.repository.guards_demanding
                    own = demanding(settings, field, service.process)
                    yield VaultOff(
                        service, settings, field, variable, own or demanding(settings, field), bool(own)
                    )


def _is_off(service: Service, field: Field, settings: SettingsClass) -> tuple[bool, Variable | None]:
    environment = service.environment
    if environment.unknown or settings.open:
        return False, None
    for name in field.names:
        variable = environment.get(name)
        if variable is not None:
            text = variable.value
            if variable.placeholder or not isinstance(text, Known):
                return False, None
            return bool(_FALSE.fullmatch(text.value.strip())), variable
    if any(  # the whole section may come as JSON
        name in environment.variables
        for section in settings.fields
        if section.section and field.path[: len(section.path)] == section.path
        for name in section.names
    ):
        return False, None
    return field.default == Known(False), None


def switch_on(found: VaultOff) -> Fix | None:
    """Set the switch; safe where that alone keeps the service from starting."""
    edit: Edit | None
    if found.variable is not None:
        span, source = found.variable.value_span, None
        if span is not None:
            source = found.service.workspace.source(span.path)
        if (
            span is None
            or source is None
            or found.variable.mechanism != "environment"
            or found.variable.references
        ):
            return None
        written = source.text[span.start : span.end]
        plain = (
            written == (found.variable.raw or written)
            and found.variable.span.start == found.variable.name_span.start
        )
        in_mapping = plain and source.text[found.variable.name_span.end : span.start].lstrip(
            "\"'"
        ).startswith(":")
        text = (
            '"true"' if in_mapping and written[:1] not in "\"'" else re.sub(r"[A-Za-z0-9]+", "true", written)
        )
        edit = Edit(span, text)
    elif is_misspelt(found.service, found.name):
        return None
    else:
        edit = add_variable(found.service, found.name, "true", found.sibling)
    if edit is None:
        return None
    block = found.service.definition.environment_block
    shared = block is not None and block.shared
    safe = found.refused and not shared and not found.refused_with_it
    return Fix(
        f"Set `{found.name}` to true",
        edits=(edit,),
        applicability=Applicability.SAFE if safe else Applicability.UNSAFE,
    )
