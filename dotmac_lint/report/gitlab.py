"""GitLab's code quality report. Source: GitLab documentation, "Code Quality report format"."""

from __future__ import annotations

from dotmac_lint.diagnostic import Severity
from dotmac_lint.report import Report, to_json

_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    rows = [
        {
            "description": f"{diagnostic.code}: {diagnostic.message}",
            "check_name": diagnostic.name,
            "fingerprint": fingerprint,
            "severity": _LEVELS[diagnostic.severity],
            "location": {
                "path": report.shown(diagnostic.at.path),
                "lines": {"begin": report.start(diagnostic.at).line},
            },
        }
        for diagnostic, fingerprint in zip(report.diagnostics, report.fingerprints(), strict=True)
    ]
    return to_json(rows)
