"""Findings as text and in the formats that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

import msgspec

from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.git import Provenance
from dotmac_lint.registry import Rule
from dotmac_lint.report.secrets import CONTROL, mask_secrets, without_secrets
from dotmac_lint.source import Position, SourceFile, Span

_MODULES = {
    "full": "full",
    "concise": "concise",
    "json": "json_format",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
}


class Report(msgspec.Struct, frozen=True):
    """What a renderer is given. `shown` turns a path of the repository into the path that users see."""

    diagnostics: Sequence[Diagnostic]
    source: Callable[[str], SourceFile | None]
    shown: Callable[[str], str]
    rules: Mapping[str, type[Rule]]
    base: str = "file:///"
    """The folder that shown paths are relative to, as a URI with `/` at its end."""
    provenance: Provenance | None = None
    colour: bool = False
    fixed: Sequence[Report] = ()
    """What was fixed, each with the files as they were then."""

    def start(self, span: Span) -> Position:
        source = self.source(span.path)
        return source.position(span.start) if source else Position(1, 1)

    def end(self, span: Span) -> Position:
        source = self.source(span.path)
        return source.position(span.end) if source else Position(1, 1)

    def url(self, diagnostic: Diagnostic) -> str | None:
        rule = self.rules.get(diagnostic.code)
        return rule.url() if rule else None

    def fingerprints(self) -> list[str]:
        """For each finding a hash that stays when lines move: what it is about, and which of several."""
        from hashlib import sha256

        seen: dict[str, int] = {}
        result = []
        for diagnostic in self.diagnostics:
            about = diagnostic.key or self._line(diagnostic.at)
            text = "\0".join((diagnostic.code, diagnostic.at.path, diagnostic.service or "", about))
            seen[text] = seen.get(text, 0) + 1
            digest = sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogateescape"))
            result.append(digest.hexdigest()[:32])
        return result

    def _line(self, span: Span) -> str:
        source = self.source(span.path)
        if source is None:
            return ""
        line = source.line_range(source.position(span.start).line).slice(source.text)
        return mask_secrets(line[:1000]).strip()


def to_json(value: object) -> str:
    """JSON in which no character drives a terminal."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return CONTROL.sub(lambda m: f"\\u{ord(m.group()):04x}" if m.group() < "\ud800" else "?", text) + "\n"


def _masked(report: Report) -> Report:
    return msgspec.structs.replace(
        report,
        diagnostics=[without_secrets(d) for d in report.diagnostics],
        fixed=[_masked(one) for one in report.fixed],
    )


def render(report: Report, output_format: str) -> str:
    """The report in one of the formats of `config.FORMATS`; what is no Unicode becomes `?`."""
    report = _masked(report)
    text: str = import_module(f"dotmac_lint.report.{_MODULES[output_format]}").render(report)
    return text.encode("utf-8", "replace").decode("utf-8")
