"""One line a finding: `path:line:column-endline:endcolumn CODE message`."""

from __future__ import annotations

from dotmac_lint.report import Report
from dotmac_lint.report.secrets import in_line, visible


def render(report: Report) -> str:
    lines = []
    for diagnostic in report.diagnostics:
        start, end = report.start(diagnostic.at), report.end(diagnostic.at)
        place = f"{report.shown(diagnostic.at.path)}:{start.line}:{start.column}-{end.line}:{end.column}"
        lines.append(f"{in_line(place)} {diagnostic.code} {visible(' '.join(diagnostic.message.split()))}\n")
    return "".join(lines)
