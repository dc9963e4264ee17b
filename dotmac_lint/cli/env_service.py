"""The environment of a service as a table and as JSON."""

from __future__ import annotations

from typing import Any

from dotmac_lint.cli.table import aligned
from dotmac_lint.known import Known
from dotmac_lint.model.deployment import Service
from dotmac_lint.model.environment import Variable
from dotmac_lint.report.secrets import is_secret_name, mask_value
from dotmac_lint.source import Span


def entries(service: Service, *, reveal: bool = False) -> list[dict[str, Any]]:
    """One entry a variable, sorted by name; docs/env.md lists the fields."""
    return [_entry(service, variable, reveal) for variable in _sorted(service)]


def table(service: Service, *, reveal: bool = False) -> str:
    rows = []
    for variable in _sorted(service):
        entry = _entry(service, variable, reveal)
        overrides = ", ".join(f"{one['path']}:{one['line']}" for one in entry["overrides"])
        place = f"{entry['path']}:{entry['line']}"
        rows.append((entry["name"], _shown(variable, entry), entry["field"] or "", place, overrides))
    return aligned(("variable", "value", "setting", "from", "overrides"), rows)


def _sorted(service: Service) -> list[Variable]:
    return sorted(service.environment, key=lambda variable: variable.name)


def _shown(variable: Variable, entry: dict[str, Any]) -> str:
    if variable.value is None:
        return "(passed on from the host)"
    if not isinstance(variable.value, Known):
        return f"(not known: {variable.value.why})"
    return f"{entry['value']} (from an example)" if variable.placeholder else str(entry["value"])


def _entry(service: Service, variable: Variable, reveal: bool) -> dict[str, Any]:
    found = [settings.lookup(variable.name).fields for settings in service.settings]
    fields = {field.dotted: field.secret for taken in found for field in taken}
    secret = any(fields.values()) or is_secret_name(variable.name)

    def value(given: Variable) -> str | None:
        if not isinstance(given.value, Known):
            return None
        text = given.value.value
        return text if reveal else mask_value(given.name, text, secret=secret)

    def place(span: Span) -> dict[str, Any]:
        source = service.workspace.source(span.path)
        return {"path": span.path, "line": source.position(span.start).line if source else 1}

    return {
        "name": variable.name,
        "value": value(variable),
        "known": isinstance(variable.value, Known) and not variable.placeholder,
        "secret": secret or _has_secret(variable),
        "field": ", ".join(fields) or None,
        **place(variable.name_span),
        "overrides": [{"value": value(one), **place(one.name_span)} for one in variable.overrides],
    }


def _has_secret(variable: Variable) -> bool:
    """Whether there is a secret in the value, such as the password of a URL."""
    value = variable.value
    return isinstance(value, Known) and mask_value(variable.name, value.value) != value.value
