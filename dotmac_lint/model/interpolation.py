"""Compose's template language: `$X`, `${X}`, `${X:-default}` and the like, with their offsets.

Source of behaviour: Compose specification, "Interpolation"; compose-spec/compose-go, template/template.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import msgspec

from dotmac_lint.known import MAXIMUM_VALUE, TOO_LONG, Known, Unknown
from dotmac_lint.lazy import regex

Operator = Literal["", ":-", "-", ":?", "?", ":+", "+"]

MAXIMUM_NESTING = 50
"""Levels of `${A:-${B:-...}}` that are followed."""

_TEMPLATE = regex(
    r"\$(?:(?P<escaped>\$)|(?P<named>[_a-z][_a-z0-9]*)"
    r"|\{(?:(?P<braced>[_a-z][_a-z0-9]*)(?:\}|(?P<operator>:?[-+?]))|))",
    re.I | re.A,
)
_BRACE = regex(r"\{.?|\}", re.S)


class VariablePart(msgspec.Struct, frozen=True, tag="variable"):
    """`${name}` or `${name<operator>word}`, `word` a template; `start` and `end` are offsets in the text."""

    name: str
    operator: Operator
    word: str
    start: int
    end: int
    nested: tuple[Part, ...] = ()
    """The parts of `word`, with their offsets in the whole text."""


Part: TypeAlias = str | VariablePart
Lookup: TypeAlias = Callable[[str], Known[str] | Unknown | None]
"""What is known of a variable; None when nothing sets it."""


class InterpolationError(Exception):
    """An invalid template; `message` is a full sentence, `offset` the place of the `$`."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


def parse(raw: str) -> tuple[Part, ...]:
    """The literals and variables of `raw`. Raises InterpolationError."""
    if "$" not in raw:
        return (raw,) if raw else ()
    return _parse(raw, 0, 0)


def _parse(text: str, base: int, depth: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    position = literal = 0
    line_end = last_brace = -1

    def flush(end: int) -> None:
        if end > literal:
            parts.append(text[literal:end])

    while match := _TEMPLATE.search(text, position):
        start, position = match.span()
        if match["escaped"]:
            flush(start + 1)
            literal = position
            continue
        name: str | None = match["named"] or match["braced"]
        operator: Operator = match["operator"] or ""  # type: ignore[assignment]
        word = ""
        nested: tuple[Part, ...] = ()
        if name is None:
            message = (
                "The interpolation is not valid: `${` needs a name and a closing brace (`$$` is a dollar)."
            )
            raise InterpolationError(base + start, message)
        if operator:
            if position > line_end:  # the word ends at the last brace of its line, at most
                line_end = text.find("\n", position)
                line_end = len(text) if line_end < 0 else line_end
                last_brace = text.rfind("}", position, line_end)
            if last_brace < position:
                raise InterpolationError(base + start, f"The interpolation of `{name}` has no closing brace.")
            end = _closing_brace(text, start, last_brace + 1)
            word, position = text[match.end() : end], end + 1
            if depth >= MAXIMUM_NESTING:
                raise InterpolationError(base + start, "Interpolations are nested too deeply here.")
            nested = _parse(word, base + match.end(), depth + 1) if word else ()
        flush(start)
        literal = position
        parts.append(VariablePart(name, operator, word, base + start, base + position, nested))
    flush(len(text))
    return tuple(parts)


def _closing_brace(text: str, start: int, end: int) -> int:
    """template.go, getFirstBraceClosingIndex, which overlooks the character after an opening brace."""
    depth = 0
    for match in _BRACE.finditer(text, start, end):
        if match[0] != "}":
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            return match.start()
    return end - 1


def variables(parts: tuple[Part, ...]) -> Iterator[VariablePart]:
    """Every variable, those in defaults included, in the order written."""
    for part in parts:
        if isinstance(part, VariablePart):
            yield part
            yield from variables(part.nested)


def evaluate(parts: tuple[Part, ...], lookup: Lookup) -> Known[str] | Unknown:
    """The text that results; Unknown where the host decides.

    `${X}` of a variable that nothing in the repository sets is the host's to give, `${X:-d}` is its default.
    """
    pieces: list[str] = []
    unknown: Unknown | None = None
    length = 0
    for part in parts:
        value = Known(part) if isinstance(part, str) else value_of(part, lookup)
        if isinstance(value, Known):
            pieces.append(value.value)
            length += len(value.value)
            if length > MAXIMUM_VALUE:
                return TOO_LONG
        else:
            unknown = unknown or value
    return unknown or Known("".join(pieces))


def value_of(part: VariablePart, lookup: Lookup) -> Known[str] | Unknown:
    value = lookup(part.name)
    if not part.operator:
        return Unknown("set by the host") if value is None else value
    if isinstance(value, Unknown):
        return value
    present = value is not None and (value.value != "" or not part.operator.startswith(":"))
    if part.operator.endswith("+"):
        return evaluate(part.nested, lookup) if present else Known("")
    if present and value is not None:
        return value
    if part.operator.endswith("?"):
        return Unknown("the host must set it")
    return evaluate(part.nested, lookup)
