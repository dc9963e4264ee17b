"""Documents: code, tables and headings of Markdown and reStructuredText, with their places.

Source of behaviour: CommonMark with GitHub's tables, as markdown-it-py parses blocks; docutils' literal
blocks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import Range, line_start

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_LENGTH = 2_000_000
"""Characters; longer texts are no documents that people write."""

_LINE_END = regex(r"\r\n?|\n")
_FRONT_MATTER = regex(r"---[ \t]*(?:\r\n?|\n)(?:.*(?:\r\n?|\n))*?(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")


class CodeBlock(msgspec.Struct, frozen=True, gc=False):
    """`text` is without the indentation of lists and quotes; `starts` has the offset of each of its lines."""

    language: str
    text: str
    range: Range
    starts: tuple[int, ...]

    def place(self, offset: int) -> int:
        """The offset in the file of an offset in `text`."""
        before = self.text.count("\n", 0, offset)
        if before >= len(self.starts):
            return self.range.end
        return self.starts[before] + offset - line_start(self.text, offset)


class Piece(msgspec.Struct, frozen=True, gc=False):
    """Inline code without its backticks, or a cell of a table without its blanks."""

    text: str
    range: Range


class Table(msgspec.Struct, frozen=True, gc=False):
    """The first row is the heading; rows may be shorter than it."""

    rows: tuple[tuple[Piece, ...], ...]


class Heading(msgspec.Struct, frozen=True, gc=False):
    level: int
    text: str
    range: Range


class Markdown(msgspec.Struct, frozen=True, gc=False):
    """Everything in the order of the document."""

    code_blocks: tuple[CodeBlock, ...] = ()
    inline_code: tuple[Piece, ...] = ()
    tables: tuple[Table, ...] = ()
    headings: tuple[Heading, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Lines:
    """The lines of a text, counted as markdown-it counts them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts, self._ends = [0], []
        for match in _LINE_END.finditer(text):
            self._ends.append(match.start())
            self._starts.append(match.end())
        self._ends.append(len(text))

    def __len__(self) -> int:
        return len(self._starts)

    def start(self, number: int) -> int:
        return self._starts[number] if number < len(self) else len(self.text)

    def end(self, number: int) -> int:
        return self._ends[number] if number < len(self) else len(self.text)

    def __getitem__(self, number: int) -> str:
        return self.text[self.start(number) : self.end(number)]


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Blocks only: inline markup is looked for here, as its tokens have no places."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def read_markdown(text: str) -> Markdown:
    """What a Markdown document shows as code, tables and headings."""
    if len(text) > MAX_LENGTH:
        return Markdown(problems=(Problem("The document is too long to be read.", 0, 0),))
    lines = _Lines(text)
    blocks: list[CodeBlock] = []
    inline: list[Piece] = []
    tables: list[list[tuple[Piece, ...]]] = []
    headings: list[Heading] = []
    heading: Token | None = None
    row: list[str] | None = None
    front = _FRONT_MATTER.match(text)
    shown = text if front is None else "\n" * len(_LINE_END.findall(front[0])) + text[front.end() :]
    for token in _parser().parse(shown):
        first, last = token.map or (0, 0)
        if token.type in ("fence", "code_block"):
            blocks.append(_code_block(lines, token, first + (token.type == "fence"), last))
        elif token.type == "heading_open":
            heading = token
        elif token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            row = []
            cells = _cells(lines, first)
            tables[-1].append(cells)
            inline += [code for cell in cells for code in _codes(text, cell.range)]
        elif token.type == "tr_close":
            if row is not None:
                tables[-1][-1] = tables[-1][-1][: len(row)]
            row = None
        elif token.type == "inline":
            if row is not None:
                row.append(token.content)
                continue
            places = _places(lines, token.content, first, last)
            if heading is not None:
                headings.append(_heading(lines, token.content, places, int(heading.tag[1:]), first))
                heading = None
            inline += _inline_code(text, token.content, places)
    return Markdown(
        tuple(blocks), tuple(inline), tuple(Table(tuple(rows)) for rows in tables), tuple(headings)
    )


def _code_block(lines: _Lines, token: Token, first: int, last: int) -> CodeBlock:
    contents = token.content.split("\n")[:-1] if token.content.endswith("\n") else token.content.split("\n")
    if not token.content:
        contents = []
    starts = []
    for number, content in enumerate(contents, first):
        line = lines[number]
        starts.append(lines.end(number) - len(content) if line.endswith(content) else lines.start(number))
    begin = starts[0] if starts else lines.start(min(first, last))
    end = lines.end(first + len(starts) - 1) if starts else begin
    language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
    return CodeBlock(
        language.strip("{}.").lower(), token.content, Range(begin, max(begin, end)), tuple(starts)
    )


def _places(lines: _Lines, content: str, first: int, last: int) -> list[tuple[int, int]]:
    """For each line of an inline token its offset in `content` and in the file."""
    result: list[tuple[int, int]] = []
    offset = 0
    for number, line in enumerate(content.split("\n"), first):
        if number >= last:
            break
        found = lines[number].find(line.strip())
        indent = len(line) - len(line.lstrip())
        result.append((offset, lines.start(number) + max(found, 0) - indent))
        offset += len(line) + 1
    return result


def _placed(places: list[tuple[int, int]], offset: int) -> int:
    index = max(bisect_right(places, offset, key=itemgetter(0)) - 1, 0)
    return places[index][1] + offset - places[index][0]


def _heading(lines: _Lines, content: str, places: list[tuple[int, int]], level: int, line: int) -> Heading:
    if not places or not content:
        return Heading(level, content, Range(lines.end(line), lines.end(line)))
    return Heading(level, content, Range(_placed(places, 0), _placed(places, len(content) - 1) + 1))


def _inline_code(text: str, content: str, places: list[tuple[int, int]]) -> list[Piece]:
    if "`" not in content or not places:
        return []
    result = []
    for start, end in _code_spans(content):
        place = Range(_placed(places, start), _placed(places, end - 1) + 1)
        result.append(Piece(_stripped(content[start:end].replace("\n", " ")), place))
    return [piece for piece in result if piece.range.end <= len(text)]


def _codes(text: str, cell: Range) -> list[Piece]:
    spans = _code_spans(cell.slice(text))
    return [
        Piece(
            _stripped(text[cell.start + a : cell.start + b]).replace("\\|", "|"),
            Range(cell.start + a, cell.start + b),
        )
        for a, b in spans
    ]


def _stripped(code: str) -> str:
    """One blank on each side is not part of the code (CommonMark 6.1)."""
    return code[1:-1] if code.startswith(" ") and code.endswith(" ") and code.strip(" ") else code


def _code_spans(content: str) -> list[tuple[int, int]]:
    """Between backtick strings of equal length (CommonMark 6.1); each search for an end is made once."""
    runs = [match.span() for match in re.finditer("`+", content)]
    later: dict[int, list[int]] = {}
    for index in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[index][1] - runs[index][0], []).append(index)
    result, index = [], 0
    while index < len(runs):
        start, end = runs[index]
        before = start
        while before and content[before - 1] == "\\":
            before -= 1
        escaped = (start - before) % 2
        length = end - start - escaped
        same = later.get(length, [])
        while same and same[-1] <= index:
            same.pop()
        if length and same:
            closing = same[-1]
            result.append((end, runs[closing][0]))
            index = closing
        index += 1
    return [span for span in result if span[0] < span[1]]


def _cells(lines: _Lines, number: int) -> tuple[Piece, ...]:
    """The cells of a table's row; `\\|` does not end one (GitHub's Markdown 4.10)."""
    line, base = lines[number], lines.start(number)
    marks = [match.start() for match in re.finditer(r"\|", line) if not line[: match.start()].endswith("\\")]
    edges = [-1, *marks, len(line)]
    pieces = []
    for index, (left, right) in enumerate(pairwise(edges)):
        cell = line[left + 1 : right]
        if index in (0, len(edges) - 2) and not cell.strip(" \t>"):
            continue
        start = left + 1 + len(cell) - len(cell.lstrip(" \t>" if index == 0 else " \t"))
        end = max(start, right - (len(cell) - len(cell.rstrip())))
        pieces.append(Piece(line[start:end].replace("\\|", "|"), Range(base + start, base + end)))
    return tuple(pieces)


# ---- reStructuredText

_DIRECTIVE = regex(r"([ \t]*)\.\. (?:code-block|code|sourcecode|prompt|parsed-literal)::[ \t]*(\S*)")
_RST_CODE = regex(r"(?<![`\w])``(?!\s)((?:[^`\r\n]|`(?!`))+?)``")
_ADORNMENT = regex(r"([=\-~^\"'#*+.:`_<>])\1{2,}[ \t]*$")


def read_rst(text: str) -> Markdown:
    """The literal blocks, inline literals and section titles of a reStructuredText document."""
    if len(text) > MAX_LENGTH:
        return Markdown(problems=(Problem("The document is too long to be read.", 0, 0),))
    lines = _Lines(text)
    blocks: list[CodeBlock] = []
    inline: list[Piece] = []
    headings: list[Heading] = []
    levels: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        directive = _DIRECTIVE.match(line)
        if directive or line.rstrip().endswith("::"):
            indent = len(line) - len(line.lstrip())
            first = number + 1
            while directive and first < len(lines) and re.match(r"[ \t]+:\w", lines[first]):
                first += 1
            block, following = _literal_block(lines, first, indent, directive[2] if directive else "")
            if block is not None:
                blocks.append(block)
                number = following
                continue
        adornment = _ADORNMENT.match(lines[number + 1]) if number + 1 < len(lines) else None
        if (
            adornment
            and line.strip()
            and not _ADORNMENT.match(line)
            and len(lines[number + 1]) >= len(line.rstrip())
        ):
            if adornment[1] not in levels:
                levels.append(adornment[1])
            start = lines.start(number) + len(line) - len(line.lstrip())
            place = Range(start, start + len(line.strip()))
            headings.append(Heading(levels.index(adornment[1]) + 1, line.strip(), place))
        base = lines.start(number)
        inline += [Piece(m[1], Range(base + m.start(1), base + m.end(1))) for m in _RST_CODE.finditer(line)]
        number += 1
    return Markdown(tuple(blocks), tuple(inline), (), tuple(headings))


def _literal_block(lines: _Lines, first: int, indent: int, language: str) -> tuple[CodeBlock | None, int]:
    """The block after line `first`, which is indented deeper than `indent`, and the line after it."""
    if first >= len(lines) or lines[first].strip():
        return None, first
    while first < len(lines) and not lines[first].strip():
        first += 1
    last = first
    depth = 1 << 30
    for number in range(first, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        inner = len(line) - len(line.lstrip())
        if inner <= indent:
            break
        depth = min(depth, inner)
        last = number + 1
    if last == first:
        return None, first
    contents = [lines[number][depth:] for number in range(first, last)]
    starts = tuple(min(lines.start(number) + depth, lines.end(number)) for number in range(first, last))
    place = Range(starts[0], lines.end(last - 1))
    return CodeBlock(language.lower(), "\n".join(contents) + "\n", place, starts), last
