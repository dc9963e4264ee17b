"""Secrets of production that everybody who reads the repository knows: defaults and stand-ins in Compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.model.committed_secrets import left_alone, password_in
from dotmac_lint.model.compose_tree import Leaf, Reference, walk
from dotmac_lint.model.edits import add_variable
from dotmac_lint.model.production import only_in_production
from dotmac_lint.model.secret_values import is_elsewhere, is_real_secret
from dotmac_lint.model.start_faults import default_in_force, where_to_set
from dotmac_lint.report.secrets import is_secret_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.model.settings import Field

_ABSENT = re.compile(
    r"none|null|nil|true|false|\d{1,3}|-|(un|not[-_ ]?)?(set|needed|used|required|configured|provided|applicable)"
    r"|disabled|empty|no[-_ ]?(key|token|password|auth)?|n/?a|optional|\[\]|\{\}",
    re.IGNORECASE,
)
"""What is written where there is no secret."""


Kind = Literal["default", "literal", "field"]


class Fallback(msgspec.Struct, frozen=True):
    """A secret, and the places of one deployment where it has a value that is committed.

    Of kind "default" the value of `${NAME:-value}`, which may be a URL with a password, of kind "literal" that of a
    variable, of kind "field" the default of a settings field that nothing sets.
    """

    kind: Kind
    name: str
    services: tuple[Service, ...]
    places: tuple[Span, ...]
    field: Field | None = None


def fallback_secrets(deployment: Deployment) -> Iterator[Fallback]:
    """The secrets of production services that have a committed value, each name once."""
    found: dict[tuple[Kind, str], list[tuple[Service, Span]]] = {}
    fields: dict[str, Field] = {}
    for service in deployment.services:
        if not service.production:
            continue
        for node in walk(service.definition.node):
            for reference in node.references if isinstance(node, Leaf) else ():
                if _is_default(reference):
                    found.setdefault(("default", reference.name), []).append((service, reference.span))
        for variable in service.definition.environment:
            if variable.value_span is not None and _is_literal(service, variable):
                found.setdefault(("literal", variable.name), []).append((service, variable.value_span))
        for field in _defaults(service):
            fields[field.names[0]] = field
            found.setdefault(("field", field.names[0]), []).append((service, where_to_set(service)))
    for (kind, name), rows in found.items():
        services = {service.name: service for service, _ in rows}
        places = dict.fromkeys(span for _, span in rows)
        own = fields[name] if kind == "field" else None
        yield Fallback(kind, name, tuple(services.values()), tuple(places), own)


def _is_default(reference: Reference) -> bool:
    if reference.operator not in {":-", "-"} or "$" in reference.default:
        return False
    if reference.source is not None and not reference.placeholder:
        return False
    password = password_in(reference.default)
    secret = password is not None or is_secret_name(reference.name)
    return secret and _is_given(reference.name, password or reference.default, reference.span)


def _is_literal(service: Service, variable: Variable) -> bool:
    value = variable.value
    if not isinstance(value, Known) or variable.references or is_real_secret(value.value):
        return False  # what looks real is DM035's
    fields = (field for settings in service.settings for field in settings.lookup(variable.name).fields)
    secret = is_secret_name(variable.name) or any("secret" in field.type.kind for field in fields)
    return secret and _is_given(variable.name, value.value, variable.name_span)


def _defaults(service: Service) -> Iterator[Field]:
    """The settings' own secrets that are in force, since nothing sets them: no real ones (DM035), and none that a
    guard refuses (DM030)."""
    if not service.settings or any(variable.placeholder for variable in service.environment):
        return
    for start in service.starts:
        refused = {path for guard in start.guards if guard.outcome == "raises" for path, _ in guard.depends}
        for found in start.fields if start.made is not None else ():
            field, text = found.field, default_in_force(found)
            if (
                not field.secret
                or not isinstance(text, str)
                or is_real_secret(text)
                or field.dotted in refused
            ):
                continue
            if _is_given(field.names[0], text, field.span) and _in_use(service, field):
                yield field


def _in_use(service: Service, field: Field) -> bool:
    """Whether the field counts: a password does where other parts of its address are set, and no whole URL is."""
    name = field.names[0].upper()
    stem = re.sub(r"_*PASS(WORD|WD)?$", "", name)
    if stem == name:
        return True
    others = [variable.name for variable in service.environment if variable.name.upper().startswith(stem)]
    return bool(stem and others) and not any(re.search("(URL|URI|DSN)$", other, re.I) for other in others)


def _is_given(name: str, value: str, at: Span) -> bool:
    """Whether `value` is a secret that the file gives, if a bad one."""
    value = value.strip().strip("\"'")
    if left_alone(name, at.path) or is_elsewhere(value) or "://" in value or value[:1] in "/.~":
        return False
    return bool(value) and not _ABSENT.fullmatch(value)


def demanded(found: Fallback) -> Fix | None:
    """Demand the secret of the host (`:?`) at every place that developers do not share."""
    if found.kind == "field":
        return _added(found)
    edits = []
    blocks = [service.definition.environment_block for service in found.services]
    if found.kind == "literal" and any(block is None or block.flow for block in blocks):
        return None  # the braces would be YAML's
    for span in found.places:
        source = found.services[0].workspace.source(span.path)
        if source is None or not only_in_production(found.services[0].repository, span.path):
            continue
        written = span.range.slice(source.text)
        text = f"${{{found.name}:?}}"
        if found.kind == "default":
            if not written.endswith("}"):
                return None
        elif "\n" in written:
            return None
        elif written[:1] in "\"'":
            text = f"{written[0]}{text}{written[0]}"
        edits.append(Edit(span, text))
    return Fix(f"Demand `{found.name}` of the host", tuple(edits)) if edits else None


def _added(found: Fallback) -> Fix | None:
    edits: list[Edit] = []
    for service in found.services:
        edit = add_variable(service, found.name, f"${{{found.name}:?}}")
        if edit is None or not only_in_production(service.repository, edit.span.path):
            return None
        edits.append(edit)
    return Fix(f"Demand `{found.name}` of the host", tuple(dict.fromkeys(edits)))
