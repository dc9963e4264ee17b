"""SARIF 2.1.0 as GitHub code scanning takes it.

Source: OASIS SARIF 2.1.0; GitHub documentation, "SARIF support for code scanning" (limits, properties).
One result without a location, or an empty list of changes, makes GitHub reject the whole file.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from dotmac_lint import __version__
from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.fix import Fix
from dotmac_lint.registry import Rule
from dotmac_lint.report import Report, to_json
from dotmac_lint.report.secrets import visible
from dotmac_lint.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAXIMUM_RESULTS = 5000
"""More than these are dropped by GitHub, the least severe first."""
MAXIMUM_RELATED = 100
MAXIMUM_TAGS = 10

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _location(report: Report, span: Span, message: str | None = None) -> dict[str, Any]:
    start, end = report.start(span), report.end(span)
    region: dict[str, int] = {"startLine": start.line, "startColumn": start.column}
    if span.end > span.start:
        region |= {"endLine": end.line, "endColumn": end.column}
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(report.shown(span.path)), "uriBaseId": "SRCROOT"},
            "region": region,
        }
    }
    return location | ({"message": {"text": visible(message)}} if message else {})


def _text(text: str) -> str:
    return " ".join(visible(text).split())


def _rule(rule: type[Rule]) -> dict[str, Any]:
    readme = re.sub(r"<!--.*?-->\n?", "", rule.readme(), flags=re.DOTALL)
    found = re.search(r"^## What it does\n(.+?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    what = _text(found[1]) if found else rule.name
    properties: dict[str, Any] = {
        "tags": ["deployment", *rule.tags][:MAXIMUM_TAGS],
        "precision": "medium" if rule.preview else "high",
    }
    if "security" in rule.tags:
        properties["security-severity"] = "7.5" if rule.severity is Severity.ERROR else "5.0"
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": re.split(r"(?<=[.:]) ", what)[0].rstrip(":")},
        "fullDescription": {"text": what},
        "help": {"text": readme, "markdown": readme},
        **({"helpUri": url} if (url := rule.url()) else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _fix(report: Report, fix: Fix) -> list[dict[str, Any]]:
    """A fix that only creates files cannot be said in SARIF."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        region = _location(report, edit.span)["physicalLocation"]["region"]
        region.setdefault("endLine", region["startLine"])
        region.setdefault("endColumn", region["startColumn"])
        replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        changes.setdefault(edit.span.path, []).append(replacement)
    if not changes or fix.creates:
        return []
    return [
        {
            "description": {"text": fix.title},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": _uri(report.shown(path)), "uriBaseId": "SRCROOT"},
                    "replacements": replacements,
                }
                for path, replacements in changes.items()
            ],
        }
    ]


def _result(report: Report, diagnostic: Diagnostic, fingerprint: str, index: int) -> dict[str, Any]:
    text = visible(diagnostic.message + (f" {diagnostic.help}" if diagnostic.help else ""))
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [_location(report, diagnostic.at)],
        "partialFingerprints": {"dotmacLint/v1": fingerprint},
    }
    related = [
        {"id": number, **_location(report, label.span, label.text)}
        for number, label in enumerate(diagnostic.related[:MAXIMUM_RELATED], 1)
    ]
    if related:
        result["relatedLocations"] = related
    fixes = _fix(report, diagnostic.fix) if diagnostic.fix else []
    if fixes:
        result["fixes"] = fixes
    return result


def left_out(report: Report) -> int:
    """How many findings GitHub would not keep."""
    return max(len(report.diagnostics) - MAXIMUM_RESULTS, 0)


def render(report: Report) -> str:
    rows = list(zip(report.diagnostics, report.fingerprints(), strict=True))
    if left_out(report):
        worst = sorted(range(len(rows)), key=lambda number: -rows[number][0].severity)[:MAXIMUM_RESULTS]
        rows = [rows[number] for number in sorted(worst)]
    codes = sorted({diagnostic.code for diagnostic, _ in rows})
    index = {code: number for number, code in enumerate(codes)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "dotmac-lint",
                "semanticVersion": __version__,
                "version": __version__,
                "informationUri": "https://github.com/dotmac/dotmac-lint",
                "rules": [_rule(report.rules[code]) for code in codes],
            }
        },
        "automationDetails": {"id": "dotmac-lint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "SRCROOT": {"uri": report.base, "description": {"text": "The folder that paths are relative to."}}
        },
        "results": [_result(report, d, fingerprint, index[d.code]) for d, fingerprint in rows],
    }
    if report.provenance is not None:
        uri, revision, branch = report.provenance
        details = {"repositoryUri": uri, "revisionId": revision, **({"branch": branch} if branch else {})}
        run["versionControlProvenance"] = [details]
    if left_out(report):
        note = f"{left_out(report)} less severe findings were left out: GitHub keeps {MAXIMUM_RESULTS}."
        run["invocations"] = [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [{"level": "warning", "message": {"text": note}}],
            }
        ]
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return to_json(document)
