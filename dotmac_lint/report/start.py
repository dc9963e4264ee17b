"""The simulated start of a service as data and as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.scalars import Invalid, Member, Secret, Url
from dotmac_lint.report.secrets import MASK, in_line, is_secret_name, mask_message, mask_secrets
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.startup import FieldValue, GuardOutcome, Start

Entry = dict[str, Any]
UNREACHED = "nothing that was found calls it at the start"


def entry(service: Service, prefix: str, *, reveal: bool) -> Entry:
    """The start of the service; paths get `prefix`, secrets are masked unless `reveal` is set.

    Where the service runs several settings, the fields of all are given, and the guards of all.
    """
    source = service.workspace.source

    def place(span: Span) -> Entry:
        text = source(span.path)
        return {"path": prefix + span.path, "line": text.position(span.start).line if text else 1}

    starts = service.starts
    names = [start.settings.qualified for start in starts]
    return {
        "service": service.name,
        "deployment": service.deployment.name,
        "settings": ", ".join(dict.fromkeys(names)) or None,
        "starts": _all_of([start.starts for start in starts]),
        "fields": [
            _field(field, start, place, reveal)
            for start in starts
            for field in start.fields
            if not field.field.section
        ],
        "guards": list(_guards(starts, place)),
    }


def _all_of(outcomes: list[bool | None]) -> bool | None:
    if not outcomes or (None in outcomes and False not in outcomes):
        return None
    return all(outcome is True for outcome in outcomes)


def _field(found: FieldValue, start: Start, place: Callable[[Span], Entry], reveal: bool) -> Entry:
    value, variable = found.value, found.variable
    state = {Known: "known", Unknown: "unknown", Invalid: "invalid"}.get(type(value), "missing")
    secret = found.field.secret or (found.name is not None and is_secret_name(found.name))
    return {
        "settings": start.settings.qualified,
        "field": found.field.dotted,
        "state": state,
        "value": _shown(value.value, secret, reveal) if isinstance(value, Known) else None,
        "reason": value.why if isinstance(value, Unknown | Invalid) else None,
        "names": list(found.field.names),
        "variable": found.name,
        "example": variable is not None and variable.placeholder,
        "from": place(variable.name_span) if variable is not None else place(found.field.span),
    }


def _shown(value: Any, secret: bool, reveal: bool) -> Any:
    """A value as JSON has it; what is secret, or holds something secret, is masked."""
    plain = _plain(value)
    return plain if reveal else _masked(plain, secret or isinstance(value, Secret))


def _masked(plain: Any, secret: bool) -> Any:
    match plain:
        case dict():
            return {key: _masked(item, secret or is_secret_name(key)) for key, item in plain.items()}
        case list():
            return [_masked(item, secret) for item in plain]
        case str():
            return MASK if secret and plain else mask_secrets(plain)
        case int() | float() if secret and not isinstance(plain, bool):
            return MASK
    return plain


def shown(found: FieldValue, value: Any) -> str:
    """A value of the field in a sentence, masked where it is secret."""
    secret = found.field.secret or (found.name is not None and is_secret_name(found.name))
    return json.dumps(_shown(value, secret, False), ensure_ascii=False)


def _plain(value: Any) -> Any:
    match value:
        case Secret() | Member():
            return _plain(value.value)
        case Url():
            return value.text
        case Unknown():
            return None
        case dict():
            return {str(_plain(key)): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            items = [_plain(item) for item in value]
            return sorted(items, key=str) if isinstance(value, set | frozenset) else items
        case None | bool() | int() | float() | str():
            return value
    return str(value)


def _guards(starts: tuple[Start, ...], place: Callable[[Span], Entry]) -> Iterator[Entry]:
    """Each guard once; one that several settings meet has the outcome that weighs most."""
    ranks = {"raises": 2, "undecided": 1, "passes": 0}
    worst: dict[Span, Entry] = {}
    for start in starts:
        for guard in start.guards:
            one = _guard(guard, start, place)
            earlier = worst.get(guard.span)
            if one is not None and (earlier is None or ranks[one["outcome"]] > ranks[earlier["outcome"]]):
                worst[guard.span] = one
    yield from (worst[span] for span in sorted(worst))


def _guard(guard: GuardOutcome, start: Start, place: Callable[[Span], Entry]) -> Entry | None:
    outcome, reason = guard.outcome, guard.reason
    if guard.kind == "log":
        outcome, reason = "passes", "it only writes a message"
    elif not guard.reached:
        if guard.span.path != start.settings.path:
            return None  # it is named like a check, and may check anything
        outcome, reason = "undecided", UNREACHED
    elif outcome == "raises":
        reason = _because(guard)
    return {
        **place(guard.span),
        "function": guard.function or None,
        "outcome": outcome,
        "message": mask_message(guard.message) if guard.message else None,
        "reason": mask_message(reason) if reason else None,
        "called_from": [place(label.span) for label in guard.called_from],
    }


def _because(guard: GuardOutcome) -> str:
    """The values that decided."""
    parts = []
    for path, value in guard.depends:
        shown = _shown(value.value, is_secret_name(path.rpartition(".")[2]), False)
        parts.append(f"{path} is {json.dumps(shown, ensure_ascii=False)}")
    return ", ".join(parts)


# ---- as a table

_STARTS: Mapping[bool | None, str] = {
    True: "starts",
    False: "does not start",
    None: "may or may not start",
}


def table(said: Entry) -> str:
    """What people read: the verdict, the guards, the fields."""
    title = f"{said['service']} ({said['deployment']}): "
    if said["settings"] is None:
        return in_line(title + "runs no settings class that was found") + "\n"
    lines = [title + _STARTS[said["starts"]], f"settings: {said['settings']}", ""]
    lines += _guard_lines(said["guards"])
    lines += _field_lines(said["fields"])
    return "\n".join(map(in_line, lines)) + "\n"


def _guard_lines(guards: list[Entry]) -> Iterator[str]:
    for outcome in ("raises", "undecided", "passes"):
        for guard in guards:
            if guard["outcome"] != outcome:
                continue
            name = f" {guard['function']}" if guard["function"] else ""
            yield f"{outcome:<10}{guard['path']}:{guard['line']}{name}"
            if guard["message"]:
                yield f"{'':<10}{' '.join(guard['message'].split())}"
            if guard["reason"]:
                yield f"{'':<10}because {guard['reason']}"
    if guards:
        yield ""


def _field_lines(fields: list[Entry]) -> Iterator[str]:
    rows = []
    for field in fields:
        value = {
            "known": json.dumps(field["value"], ensure_ascii=False),
            "unknown": f"unknown: {field['reason']}",
            "invalid": f"refused: it {field['reason']}",
            "missing": "missing: it is required",
        }[field["state"]]
        place = f"{field['from']['path']}:{field['from']['line']}"
        origin = f"{field['variable'] or 'default'} at {place}{' (an example)' if field['example'] else ''}"
        if field["state"] == "missing":
            origin = f"set {field['names'][0]}" if field["names"] else ""
        rows.append((field["field"], value, origin))
    widths = [max((min(len(row[column]), 48) for row in rows), default=0) for column in (0, 1)]
    for name, value, origin in rows:
        yield f"{name:<{widths[0]}}  {value:<{widths[1]}}  {origin}".rstrip()
