"""Findings with the source lines that they speak of."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.report import Report
from dotmac_lint.report.secrets import mask_line, visible
from dotmac_lint.source import Span

WIDEST = 160
"""Columns of a source line that are shown; longer ones are cut around the span."""

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


class _Painter:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def render(report: Report) -> str:
    paint = _Painter(report.colour)
    return "".join("".join(_finding(report, diagnostic, paint)) for diagnostic in report.diagnostics)


def _finding(report: Report, diagnostic: Diagnostic, paint: _Painter) -> Iterator[str]:
    colour = _COLOURS[diagnostic.severity]
    head = f"{diagnostic.severity.label}[{diagnostic.code}]"
    yield f"{paint(head, '1;' + colour)} {paint(diagnostic.name, '1')}: {visible(diagnostic.message)}\n"
    spans = [diagnostic.at, *(label.span for label in diagnostic.related)]
    width = max(len(str(report.end(span).line)) for span in spans)
    yield from _excerpt(report, diagnostic.at, "", width, "-->", colour, paint)
    for label in diagnostic.related:
        yield from _excerpt(report, label.span, label.text, width, ":::", "34", paint)
    bar = " " * width + " " + paint("=", "34")
    if diagnostic.help:
        yield f"{bar} {paint('help', '1')}: {visible(diagnostic.help)}\n"
    if diagnostic.fix is not None:
        applicability = diagnostic.fix.applicability.label
        how = {"safe": "--fix", "unsafe": "--fix --unsafe-fixes"}.get(applicability, "by hand")
        yield f"{bar} {paint('fix', '1')}: {visible(diagnostic.fix.title)} ({applicability}: {how})\n"
    if len(diagnostic.deployments) > 1:
        yield f"{bar} {paint('in', '1')}: {visible(', '.join(diagnostic.deployments))}\n"
    yield "\n"


def _excerpt(
    report: Report, span: Span, label: str, width: int, arrow: str, colour: str, paint: _Painter
) -> Iterator[str]:
    start, end = report.start(span), report.end(span)
    gutter = " " * width
    place = f"{visible(report.shown(span.path))}:{start.line}:{start.column}"
    yield f"{gutter}{paint(arrow, '34')} {place}\n"
    source = report.source(span.path)
    if source is None or not source.text:
        if label:
            yield f"{gutter} {paint('=', '34')} {visible(label)}\n"
        return
    text = source.line_range(start.line).slice(source.text)
    last = len(text) if end.line > start.line else end.column - 1
    shown, first, length = _window(mask_line(text), text, start.column - 1, max(last, start.column - 1))
    mark = ("^" if arrow == "-->" else "-") * max(length, 1)
    yield f"{gutter} {paint('|', '34')}\n"
    yield f"{paint(str(start.line).rjust(width), '34')} {paint('|', '34')} {shown}\n"
    note = f" {visible(label)}" if label else ""
    yield f"{gutter} {paint('|', '34')} {' ' * first}{paint(mark + note, colour)}\n"


def _window(shown: str, text: str, start: int, end: int) -> tuple[str, int, int]:
    """What of a line is shown, and the columns of the mark below it.

    Masking keeps what stands before a secret, so that the mark stays under its name; a mark in the
    masked part ends where the line does.
    """
    start, end = min(start, len(shown)), min(end, len(shown))
    cut = max(0, end - WIDEST + 20) if len(shown) > WIDEST else 0
    cut = min(cut, start)
    piece = shown[cut : cut + WIDEST]
    before, marked = _expand(piece[: start - cut]), _expand(piece[start - cut : end - cut])
    after = _expand(piece[end - cut :])
    lead = "…" if cut else ""
    tail = "…" if cut + WIDEST < len(shown) else ""
    return f"{lead}{before}{marked}{after}{tail}".rstrip(), _columns(lead + before), _columns(marked)


def _expand(text: str) -> str:
    return visible(text.replace("\t", "    "))


def _columns(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
