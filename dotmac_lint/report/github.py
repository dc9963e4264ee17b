"""Workflow commands that GitHub Actions turns into annotations.

Source: GitHub documentation, "Workflow commands for GitHub Actions" (escaping as in actions/toolkit).
"""

from __future__ import annotations

from dotmac_lint.diagnostic import Severity
from dotmac_lint.report import Report
from dotmac_lint.report.secrets import visible

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def render(report: Report) -> str:
    lines = []
    for diagnostic in report.diagnostics:
        start, end = report.start(diagnostic.at), report.end(diagnostic.at)
        columns = f",col={start.column},endColumn={end.column}" if start.line == end.line else ""
        path = _property(report.shown(diagnostic.at.path))
        where = f"file={path},line={start.line},endLine={end.line}{columns}"
        title = _property(f"{diagnostic.code} {diagnostic.name}")
        message = diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")
        lines.append(f"::{_LEVELS[diagnostic.severity]} {where},title={title}::{_data(message)}\n")
    return "".join(lines)
