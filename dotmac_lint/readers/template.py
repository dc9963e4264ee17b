"""Compose's template language: `$X`, `${X}`, `${X:-default}` and the like, with their places.

Source of behaviour: Compose specification, "Interpolation"; compose-spec/compose-go, template/template.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from dotmac_lint.lazy import regex
from dotmac_lint.source import Range

Operator = Literal["", ":-", "-", ":?", "?", ":+", "+"]

MAXIMUM_NESTING = 50
"""Levels of `${A:-${B:-...}}` that are followed."""

_TEMPLATE = regex(
    r"\$(?:(?P<escaped>\$)|(?P<named>[_a-z][_a-z0-9]*)"
    r"|\{(?:(?P<braced>[_a-z][_a-z0-9]*)(?:\}|(?P<operator>:?[-+?]))|))",
    re.I,
)
_BRACE = regex(r"\{.?|\}", re.S)


class VariablePart(msgspec.Struct, frozen=True, gc=False, tag="variable"):
    """`${name}`, or `${name<operator>word}`; `word` is itself a template."""

    name: str
    operator: Operator
    word: str
    range: Range


class InterpolationError(Exception):
    """An invalid template; `message` is a full sentence, `offset` the place of the `$`."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


def template_parts(text: str, base: int = 0) -> Iterator[str | VariablePart]:
    """The literals and variables of `text`, which begins at the offset `base`. Raises InterpolationError."""
    position = literal = 0
    line_end = last_brace = -1
    while match := _TEMPLATE.search(text, position):
        start, position = match.span()
        if match["escaped"]:
            yield text[literal : start + 1]
            literal = position
            continue
        name: str | None = match["named"] or match["braced"]
        operator: Operator = match["operator"] or ""  # type: ignore[assignment]
        word = ""
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
            word, position = text[position:end], end + 1
        if start > literal:
            yield text[literal:start]
        literal = position
        yield VariablePart(name, operator, word, Range(base + start, base + position))
    if literal < len(text):
        yield text[literal:]


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
