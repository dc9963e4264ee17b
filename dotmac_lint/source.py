"""Places in text: the only module that knows about lines and columns.

Everything else speaks of half-open ranges of code points: a `Range` inside one file (what readers
return, so that their results depend on the file's text alone), a `Span` once the file is known.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

import msgspec

BOM = "\ufeff"


class Range(msgspec.Struct, frozen=True, gc=False, order=True, array_like=True):
    """A half-open range of code points, 0-based, in the text of one file."""

    start: int
    end: int

    def at(self, path: str) -> Span:
        return Span(path, self.start, self.end)

    def slice(self, text: str) -> str:
        return text[self.start : self.end]


class Span(msgspec.Struct, frozen=True, gc=False, order=True, array_like=True):
    """A half-open range of code points in the file `path` (relative to the root, with `/`)."""

    path: str
    start: int
    end: int

    @property
    def range(self) -> Range:
        return Range(self.start, self.end)


def line_start(text: str, offset: int) -> int:
    """Where the line of `offset` begins, in text whose lines end with LF or CRLF."""
    return text.rfind("\n", 0, offset) + 1


_ABOVE = 4_000


def lines_above(text: str, offset: int, count: int) -> list[str]:
    """The last lines before `offset`, at most `count`; of no more than 4,000 characters together."""
    return text[max(0, offset - _ABOVE) : offset].splitlines()[-count:]


class Position(NamedTuple):
    """A line and a column, both 1-based; columns count code points."""

    line: int
    column: int


class SourceFile:
    """The text of one file, line ends untouched, with the arithmetic of lines and columns.

    A byte order mark is not part of `text`; `encode` puts it back. Bytes that are no UTF-8 are kept
    as lone surrogates (PEP 383), so that writing the text back restores them.
    """

    def __init__(self, path: str, text: str, *, bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.bom = bom

    @classmethod
    def decode(cls, path: str, data: bytes) -> SourceFile:
        text = data.decode("utf-8", "surrogateescape")
        bom = text.startswith(BOM)
        return cls(path, text[1:] if bom else text, bom=bom)

    def encode(self, text: str | None = None) -> bytes:
        """The bytes of the file, or of `text` written in this file's encoding."""
        text = self.text if text is None else text
        return ((BOM if self.bom else "") + text).encode("utf-8", "surrogateescape")

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character; lines end with LF, CRLF or a lone CR."""
        text, starts = self.text, [0]
        if "\r" not in text:
            position = text.find("\n")
            while position >= 0:
                starts.append(position + 1)
                position = text.find("\n", position + 1)
            return starts
        for position, character in enumerate(text):
            if character == "\n" or (character == "\r" and text[position + 1 : position + 2] != "\n"):
                starts.append(position + 1)
        return starts

    def position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a 1-based line and column (in code points)."""
        return self.line_starts[line - 1] + column - 1

    def line_range(self, line: int) -> Range:
        """The 1-based line without its line end."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return Range(start, start + len(self.text[start:end].rstrip("\r\n")))

    @property
    def newline(self) -> str:
        """The line end that this file uses (that of its first line)."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"
