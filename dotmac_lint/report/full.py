"""Findings with the source lines that they speak of, secrets masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from dotmac_lint.diagnostic import Diagnostic, Label, Severity
from dotmac_lint.report import Report
from dotmac_lint.report.secrets import MASK, Masked, in_line, secret_lines, visible
from dotmac_lint.source import SourceFile, Span

WIDEST = 140
"""Characters of a source line that are shown; longer ones are cut around the span."""
LONGEST = 5_000
"""Lines longer than this are no text that people read; they are not shown."""
MOST_LINES = 6
MOST_PLACES = 8
"""Related places that are shown; of the others only the lines are named."""

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_BLUE, _BOLD = "34", "1"
Paint = Callable[[str, str], str]


def _ansi(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if text else ""


def _plain(text: str, _: str) -> str:
    return text


def _sentence(text: str) -> str:
    """On one line: a line that a finding begins could be a command to the CI that reads the log."""
    return visible(re.sub(r"[ \t]*[\r\n]+[ \t]*", " ", text))


def render(report: Report) -> str:
    paint = _ansi if report.colour else _plain
    return "".join("".join(_finding(report, diagnostic, paint)) for diagnostic in report.diagnostics)


def _finding(report: Report, diagnostic: Diagnostic, paint: Paint) -> Iterator[str]:
    colour = _COLOURS[diagnostic.severity]
    head = f"{diagnostic.severity.label}[{diagnostic.code}]"
    yield f"{paint(head, '1;' + colour)} {paint(diagnostic.name, _BOLD)}: {_sentence(diagnostic.message)}\n"
    related, more = diagnostic.related[:MOST_PLACES], diagnostic.related[MOST_PLACES:]
    width = max(len(str(report.end(span).line)) for span in (diagnostic.at, *(one.span for one in related)))
    places = [_place(report, diagnostic.at, "", "^", colour)]
    places += [_place(report, label.span, label.text, "-", _BLUE) for label in related]
    for number, block in enumerate(_blocks(places)):
        yield from _excerpt(report, width, paint, ":::" if number else "-->", block)
    bar = f"{' ' * width} {paint('=', _BLUE)}"
    if more:
        yield f"{bar} {paint('and', _BOLD)} {len(more)} more: {_lines_of(report, more)}\n"
    if diagnostic.help:
        yield f"{bar} {paint('help', _BOLD)}: {_sentence(diagnostic.help)}\n"
    if diagnostic.fix is not None:
        applicability = diagnostic.fix.applicability.label
        how = {"safe": "--fix", "unsafe": "--fix --unsafe-fixes"}.get(applicability, "by hand")
        yield f"{bar} {paint('fix', _BOLD)}: {_sentence(diagnostic.fix.title)} ({applicability}: {how})\n"
    if len(diagnostic.deployments) > 1:
        yield f"{bar} {paint('in', _BOLD)}: {_sentence(', '.join(diagnostic.deployments))}\n"
    yield "\n"


class _Place(NamedTuple):
    span: Span
    note: str
    mark: str
    colour: str
    lines: list[_Line]


def _place(report: Report, span: Span, label: str, mark: str, colour: str) -> _Place:
    source = report.source(span.path)
    note = f" {_sentence(label)}" if label else ""
    return _Place(span, note, mark, colour, _lines(source, span) if source else [])


def _blocks(places: Iterable[_Place]) -> list[list[_Place]]:
    """The places, those together of which each stands below the one before it in the same file."""
    blocks: list[list[_Place]] = []
    for place in places:
        above = blocks[-1][-1] if blocks else place
        if place.span.path == above.span.path and place.lines and above.lines:
            if above.lines[-1].number < place.lines[0].number:
                blocks[-1].append(place)
                continue
        blocks.append([place])
    return blocks


def _lines_of(report: Report, labels: Iterable[Label]) -> str:
    lines: dict[str, dict[str, None]] = {}
    for label in labels:
        lines.setdefault(label.span.path, {})[str(report.start(label.span).line)] = None
    return "; ".join(f"{in_line(report.shown(path))}:{', '.join(found)}" for path, found in lines.items())


def _excerpt(report: Report, width: int, paint: Paint, arrow: str, block: list[_Place]) -> Iterator[str]:
    first = block[0]
    start = report.start(first.span)
    blank = f"{' ' * width} {paint('|', _BLUE)}\n"
    where = f"{in_line(report.shown(first.span.path))}:{start.line}:{start.column}"
    yield f"{' ' * width}{paint(arrow, _BLUE)} {where}\n"
    if not first.lines:
        if first.note:
            yield f"{' ' * width} {paint('=', _BLUE)}{first.note}\n"
        return
    yield blank
    for above, place in zip([None, *block], block, strict=False):
        if above and place.lines[0].number > above.lines[-1].number + 1:
            yield "...\n"
        yield from _marked(width, paint, place)
    yield blank


def _marked(width: int, paint: Paint, place: _Place) -> Iterator[str]:
    """The lines of the place and below them its mark and note."""
    bar = paint("|", _BLUE)
    if len(place.lines) == 1:
        (number, shown), mark = place.lines[0], place.mark
        yield f"{paint(str(number).rjust(width), _BLUE)} {bar} {shown.text}\n"
        yield f"{' ' * width} {bar} {' ' * shown.first}{paint(mark * max(shown.width, 1) + place.note, place.colour)}\n"
        return
    for index, line in enumerate(place.lines):
        side = paint("|" if index else "/", place.colour)
        if index and line.number != place.lines[index - 1].number + 1:
            yield f"{'...'.ljust(width + 2)} {side}\n"
        text = f" {line.shown.text}".rstrip()
        yield f"{paint(str(line.number).rjust(width), _BLUE)} {bar} {side}{text}\n"
    last = place.lines[-1].shown
    tail = "_" * (last.first + max(last.width, 1)) + place.mark
    yield f"{' ' * width} {bar} {paint('|' + tail + place.note, place.colour)}\n"


class _Shown(NamedTuple):
    """What of a line is printed, with the first column of the mark below it and its length in columns."""

    text: str
    first: int
    width: int


_HIDDEN = _Shown(MASK, 0, len(MASK))


class _Line(NamedTuple):
    number: int
    shown: _Shown


def _lines(source: SourceFile, span: Span) -> list[_Line]:
    """The lines of the span; of many the first and the last ones. Empty where there is nothing to show."""
    if not source.text:
        return []
    first, last = source.position(span.start), source.position(span.end)
    last_line = last.line
    if last_line > first.line and last.column == 1:
        last_line -= 1  # the line end alone
    numbers = list(range(first.line, last_line + 1))
    if len(numbers) > MOST_LINES:
        numbers = [*numbers[: MOST_LINES - 2], numbers[-1]]
    lines = []
    for number in numbers:
        place = source.line_range(number)
        text = place.slice(source.text)
        start = max(span.start - place.start, 0)
        end = max(min(span.end - place.start, len(text)), start)
        hidden = number in secret_lines(source.text)
        lines.append(_Line(number, _HIDDEN if hidden else _window(text, min(start, len(text)), end)))
    return lines


def _window(text: str, start: int, end: int) -> _Shown:
    if len(text) > LONGEST:
        return _Shown(f"(a line of {len(text)} characters)", 0, 1)
    masked = Masked(text)
    start, end = masked.column(start), masked.column(end, end=True)
    text = masked.text
    cut = max(0, start - 20) if end > WIDEST else 0
    lead = "…" if cut else ""
    tail = "…" if cut + WIDEST < len(text) else ""
    before = lead + _expand(text[cut:start])
    marked = _expand(text[start : min(end, cut + WIDEST)])
    after = _expand(text[max(min(end, cut + WIDEST), start) : cut + WIDEST])
    return _Shown(f"{before}{marked}{after}{tail}".rstrip(), _columns(before), _columns(marked))


def _expand(text: str) -> str:
    return visible(text.replace("\t", "    "))


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
