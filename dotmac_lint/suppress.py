"""Inline ignores: `# dotmac-lint: ignore[DM003] reason`, on the line or alone on the line above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.facts import fact
from dotmac_lint.fix import Applicability, Edit, Fix
from dotmac_lint.lazy import regex
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

MARKER = b"dotmac-lint:"
_COMMENT = regex(
    r"(?<!\S)#[ \t]*dotmac-lint:[ \t]*(?P<kind>ignore-file|ignore)[ \t]*\[(?P<codes>[^\]\n]*)\][^\r\n]*"
)
_TEXT = regex(
    r"(^|/)((Docker|Container|Make)file[^/]*|\.env[^/]*|[^/]*\.(ya?ml|toml|env|hcl|policy|py|sh|bash|cfg|ini|conf|tf|Dockerfile)|[^/]*\.env\.[^/]*)$",
    re.IGNORECASE,
)


class UnusedSuppression(msgspec.Struct, frozen=True):
    """An ignore, or a part of one, that suppresses nothing; `removal` is replaced by `replacement`."""

    what: str
    span: Span
    removal: Span
    replacement: str


class _Ignore(msgspec.Struct):
    path: str
    start: int
    end: int
    """The whole comment."""
    codes: list[tuple[str, int, int]]
    """Each code or name with its offsets."""
    lines: tuple[int, ...] | None
    """The lines that it speaks of; None for the whole file."""
    alone: bool
    used: set[str]


@fact(bool)
def _is_marked(workspace: Workspace, path: str) -> bool:
    return MARKER in (workspace.bytes(path) or b"")


def _is_text(path: str) -> bool:
    return _TEXT.search(path) is not None


class Suppressions:
    """All ignores of a repository, and which of them were of use."""

    def __init__(self, workspace: Workspace, names: Mapping[str, str]) -> None:
        self.source = workspace.source
        self.names = names
        self.ignores: dict[str, list[_Ignore]] = {}
        for path in workspace.chosen(_is_text):
            if _is_marked(workspace, path):
                found = list(self._ignores(path))
                if found:
                    self.ignores[path] = found

    def _ignores(self, path: str) -> Iterable[_Ignore]:
        source = self.source(path)
        if source is None:
            return
        for match in _COMMENT.finditer(source.text):
            codes = [
                (part.group(), match.start("codes") + part.start(), match.start("codes") + part.end())
                for part in re.finditer(r"[^,\s]+", match["codes"])
            ]
            line = source.position(match.start()).line
            alone = not source.text[source.offset(line) : match.start()].strip()
            lines: tuple[int, ...] | None = (line, line + 1) if alone else (line,)
            if match["kind"] == "ignore-file":
                lines = None
            yield _Ignore(path, match.start(), match.end(), codes, lines, alone, set())

    def filter(self, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
        """Those that no comment ignores."""
        return [d for d in diagnostics if not self._is_ignored(d)]

    def _is_ignored(self, diagnostic: Diagnostic) -> bool:
        ignores = self.ignores.get(diagnostic.at.path)
        source = self.source(diagnostic.at.path) if ignores else None
        if not ignores or source is None:
            return False
        line = source.position(diagnostic.at.start).line
        hit = False
        for ignore in ignores:
            if ignore.lines is None or line in ignore.lines:
                for code, _, _ in ignore.codes:
                    if code in {diagnostic.code, diagnostic.name}:
                        ignore.used.add(code)
                        hit = True
        return hit

    def unused(self) -> tuple[UnusedSuppression, ...]:
        """What suppressed nothing, of the rules that ran; a code that no rule has never suppresses anything."""
        rows = []
        known = {*self.names, *self.names.values()}
        for ignores in self.ignores.values():
            for ignore in ignores:
                idle = [row for row in ignore.codes if row[0] not in ignore.used and self._ran(row[0], known)]
                if not idle:
                    continue
                what = ", ".join(f"`{code}`" for code, _, _ in idle)
                if len(idle) == len(ignore.codes):
                    rows.append(self._whole(ignore, what))
                else:
                    rows += [self._part(ignore, code) for code in idle]
        return tuple(rows)

    def _ran(self, code: str, known: set[str]) -> bool:
        return code in known or not re.fullmatch(r"DM\d{3}|[a-z]+(-[a-z]+)+", code)

    def _whole(self, ignore: _Ignore, what: str) -> UnusedSuppression:
        source = self.source(ignore.path)
        assert source is not None
        text, start, end = source.text, ignore.start, ignore.end
        if ignore.alone:
            line = source.position(start).line
            start = source.offset(line)
            end = source.line_starts[line] if line < len(source.line_starts) else len(text)
        else:
            while start and text[start - 1] in " \t":
                start -= 1
        span = Span(ignore.path, ignore.start, ignore.end)
        return UnusedSuppression(what, span, Span(ignore.path, start, end), "")

    def _part(self, ignore: _Ignore, row: tuple[str, int, int]) -> UnusedSuppression:
        code, start, end = row
        index = ignore.codes.index(row)
        if index:
            removal = Span(ignore.path, ignore.codes[index - 1][2], end)
        else:
            removal = Span(ignore.path, start, ignore.codes[1][1])
        return UnusedSuppression(f"`{code}`", Span(ignore.path, start, end), removal, "")


def ignoring(workspace: Workspace, diagnostic: Diagnostic) -> Fix | None:
    """The edit that makes a comment ignore the finding; None where the file has no comments of the kind.

    The comment stands alone above the line, or below a first line that has its own meaning, and then speaks of the
    whole file. Code that is there already is added to.
    """
    path, source = diagnostic.at.path, workspace.source(diagnostic.at.path)
    if source is None or not _is_text(path):
        return None
    line = source.position(diagnostic.at.start).line
    whole = line == 1 and source.text.startswith("#")
    lines = (line, line - 1) if not whole else (2,)
    for near in lines:
        if not 0 < near <= len(source.line_starts):
            continue
        here = source.line_range(near)
        comment = _COMMENT.search(source.text, here.start, here.end)
        alone = comment is not None and not source.text[here.start : comment.start()].strip()
        if comment is not None and (near == line or alone) and (comment["kind"] == "ignore-file") is whole:
            at = comment.end("codes")
            return _ignore(diagnostic, Span(path, at, at), f", {diagnostic.code}")
    start = source.offset(line)
    text = source.line_range(line).slice(source.text)
    indent = text[: len(text) - len(text.lstrip(" "))]
    kind = "ignore"
    if whole:
        start, indent, kind = source.line_starts[1] if len(source.line_starts) > 1 else -1, "", "ignore-file"
    if start < 0:
        return None
    comment_line = f"{indent}# {MARKER.decode()} {kind}[{diagnostic.code}]{source.newline}"
    return _ignore(diagnostic, Span(path, start, start), comment_line)


def _ignore(diagnostic: Diagnostic, at: Span, text: str) -> Fix:
    return Fix(f"Ignore {diagnostic.code}", (Edit(at, text),), applicability=Applicability.SAFE)
