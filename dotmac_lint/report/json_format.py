"""The stable interface for programs; docs/json.md lists its fields."""

from __future__ import annotations

from typing import Any

from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.fix import Fix
from dotmac_lint.report import Report, to_json
from dotmac_lint.source import Span


def place(report: Report, span: Span) -> dict[str, Any]:
    start, end = report.start(span), report.end(span)
    return {
        "path": report.shown(span.path),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def entry(report: Report, diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.label,
        "message": diagnostic.message,
        **place(report, diagnostic.at),
        "related": [{**place(report, label.span), "message": label.text} for label in diagnostic.related],
        "help": diagnostic.help,
        "url": report.url(diagnostic),
        "service": diagnostic.service,
        "deployments": list(diagnostic.deployments),
        "fingerprint": fingerprint,
        "fix": None if diagnostic.fix is None else _fix(report, diagnostic.fix),
    }


def _fix(report: Report, fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability.label,
        "edits": [{**place(report, edit.span), "text": edit.text} for edit in fix.edits],
        "creates": [{"path": report.shown(new.path), "mode": f"{new.mode:o}"} for new in fix.creates],
    }


def render(report: Report) -> str:
    rows = [
        {**entry(one, diagnostic, fingerprint), "fixed": one is not report}
        for one in (report, *report.fixed)
        for diagnostic, fingerprint in zip(one.diagnostics, one.fingerprints(), strict=True)
    ]
    rows.sort(key=lambda row: (row["path"], row["line"], row["column"], row["code"]))
    return to_json(rows)
