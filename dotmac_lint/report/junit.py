"""JUnit's XML: one test case a finding, or a single passing one."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from dotmac_lint.report import Report
from dotmac_lint.report.secrets import visible


def render(report: Report) -> str:
    count = len(report.diagnostics)
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<testsuites>"]
    lines.append(f'  <testsuite name="dotmac-lint" tests="{max(count, 1)}" failures="{count}" errors="0">')
    for diagnostic in report.diagnostics:
        start = report.start(diagnostic.at)
        path = report.shown(diagnostic.at.path)
        name = quoteattr(
            visible(f"{diagnostic.code} {diagnostic.name} at {path}:{start.line}:{start.column}")
        )
        message = quoteattr(visible(diagnostic.message))
        lines.append(f"    <testcase classname={quoteattr(visible(path))} name={name}>")
        lines.append(f"      <failure type={quoteattr(diagnostic.severity.label)} message={message}/>")
        lines.append("    </testcase>")
    if not count:
        lines.append('    <testcase classname="dotmac-lint" name="no findings"/>')
    lines += ["  </testsuite>", "</testsuites>", ""]
    return "\n".join(lines)
