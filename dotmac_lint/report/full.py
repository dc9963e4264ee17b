"""Findings with the source lines that they speak of, secrets masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.report import Report
from dotmac_lint.report.secrets import MASK, Masked, in_line, secret_lines, visible
from dotmac_lint.source import SourceFile, Span

WIDEST = 140
"""Characters of a source line that are shown; longer ones are cut around the span."""
LONGEST = 5_000
"""Lines longer than this are no text that people read; they are not shown."""
MOST_LINES = 6

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
    spans = [diagnostic.at, *(label.span for label in diagnostic.related)]
    width = max(len(str(report.end(span).line)) for span in spans)
    excerpt = partial(_excerpt, report, width, paint)
    yield from excerpt(diagnostic.at, "", "-->", "^", colour)
    for label in diagnostic.related:
        yield from excerpt(label.span, label.text, ":::", "-", _BLUE)
    bar = f"{' ' * width} {paint('=', _BLUE)}"
    if diagnostic.help:
        yield f"{bar} {paint('help', _BOLD)}: {_sentence(diagnostic.help)}\n"
    if diagnostic.fix is not None:
        applicability = diagnostic.fix.applicability.label
        how = {"safe": "--fix", "unsafe": "--fix --unsafe-fixes"}.get(applicability, "by hand")
        yield f"{bar} {paint('fix', _BOLD)}: {_sentence(diagnostic.fix.title)} ({applicability}: {how})\n"
    if len(diagnostic.deployments) > 1:
        yield f"{bar} {paint('in', _BOLD)}: {_sentence(', '.join(diagnostic.deployments))}\n"
    yield "\n"


def _excerpt(
    report: Report, width: int, paint: Paint, span: Span, label: str, arrow: str, mark: str, colour: str
) -> Iterator[str]:
    start = report.start(span)
    blank = f"{' ' * width} {paint('|', _BLUE)}"
    place = f"{in_line(report.shown(span.path))}:{start.line}:{start.column}"
    yield f"{' ' * width}{paint(arrow, _BLUE)} {place}\n"
    source = report.source(span.path)
    note = f" {_sentence(label)}" if label else ""
    lines = _lines(source, span) if source else []
    if not lines:
        if note:
            yield f"{' ' * width} {paint('=', _BLUE)}{note}\n"
        return
    yield f"{blank}\n"
    if len(lines) == 1:
        shown = lines[0].shown
        yield f"{paint(str(lines[0].number).rjust(width), _BLUE)} {paint('|', _BLUE)} {shown.text}\n"
        yield f"{blank} {' ' * shown.first}{paint(mark * max(shown.width, 1) + note, colour)}\n"
    else:
        for index, line in enumerate(lines):
            side = paint("|" if index else "/", colour)
            if index and line.number != lines[index - 1].number + 1:
                yield f"{'...'.ljust(width + 2)} {side}\n"
            text = f" {line.shown.text}".rstrip()
            yield f"{paint(str(line.number).rjust(width), _BLUE)} {paint('|', _BLUE)} {side}{text}\n"
        last = lines[-1].shown
        tail = "_" * (last.first + max(last.width, 1)) + mark
        yield f"{blank} {paint('|' + tail + note, colour)}\n"
    yield f"{blank}\n"


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
