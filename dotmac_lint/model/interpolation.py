"""What becomes of the variables in Compose files: `$X`, `${X}`, `${X:-default}` and the like.

Source of behaviour: Compose specification, "Interpolation"; compose-spec/compose-go, template/template.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from dotmac_lint.known import MAXIMUM_VALUE, TOO_LONG, Known, Unknown
from dotmac_lint.readers.template import MAXIMUM_NESTING, InterpolationError, Operator, template_parts


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


def parse(raw: str) -> tuple[Part, ...]:
    """The literals and variables of `raw`. Raises InterpolationError."""
    if "$" not in raw:
        return (raw,) if raw else ()
    return tuple(_parse(raw, 0, 0))


def _parse(text: str, base: int, depth: int) -> Iterator[Part]:
    for part in template_parts(text, base):
        if isinstance(part, str):
            yield part
            continue
        start, end, word = part.range.start, part.range.end, part.word
        if part.operator and depth >= MAXIMUM_NESTING:
            raise InterpolationError(start, "Interpolations are nested too deeply here.")
        nested = tuple(_parse(word, end - 1 - len(word), depth + 1))
        yield VariablePart(part.name, part.operator, word, start, end, nested)


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
