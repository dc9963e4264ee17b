"""Columns of text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from dotmac_lint.report.secrets import in_line

WIDEST = 60
"""Characters of a cell, except in the last column."""


def aligned(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table without lines; the heading is in capitals."""
    if not rows:
        return ""
    lines = [[name.upper() for name in heading]]
    for row in rows:
        cells = [in_line(cell) for cell in row]
        lines.append([_short(cell) for cell in cells[:-1]] + cells[-1:])
    widths = [max(len(line[column]) for line in lines) for column in range(len(heading))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _short(cell: str) -> str:
    return cell if len(cell) <= WIDEST else cell[: WIDEST - 1] + "…"
