"""A summary for people, for example for `$GITHUB_STEP_SUMMARY`."""

from __future__ import annotations

import re

from dotmac_lint.report import Report
from dotmac_lint.report.secrets import visible


def cell(text: str) -> str:
    """Text of a table's cell: in backticks it stays code, elsewhere nothing of it is markup."""
    parts = re.split(r"(`[^`]+`)", visible(" ".join(text.split())))
    return "".join(
        part.replace("|", "\\|") if number % 2 else re.sub(r"([|<>\\`*_\[\]!#~])", r"\\\1", part)
        for number, part in enumerate(parts)
    )


def render(report: Report) -> str:
    lines = ["## dotmac-lint", ""]
    if not report.diagnostics:
        return "\n".join([*lines, "Nothing found.", ""])
    lines += ["| | rule | place | finding |", "|---|---|---|---|"]
    for diagnostic in report.diagnostics:
        start = report.start(diagnostic.at)
        url = report.url(diagnostic)
        rule = f"[{diagnostic.code}]({url}) {diagnostic.name}" if url else diagnostic.code
        path = cell(report.shown(diagnostic.at.path))
        lines.append(
            f"| {diagnostic.severity.label} | {rule} | {path}:{start.line} | {cell(diagnostic.message)} |"
        )
    return "\n".join([*lines, ""])
