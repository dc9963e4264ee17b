"""Reads of environment variables in JavaScript and TypeScript, by text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import Range

_ENVIRONMENT = r"(?:process\s*\.\s*env|import\s*\.\s*meta\s*\.\s*env|Bun\s*\.\s*env)"
# Comments and strings are passed over, so that `//` in a string starts no comment. Each alternative begins with a
# character of its own, and has no group: `re` is ten times as fast then.
_BEGIN = regex(
    r"//[^\n]*|/\*.*?\*/|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
    r"|process|import\s*\.|Bun\s*\.|Deno\s*\.|\{(?=[^{};]*\}\s*=)",
    re.DOTALL,
)
_READ = regex(
    rf"(?P<dot>{_ENVIRONMENT}\s*(?:\?\.|\.)\s*(?P<name>[A-Za-z_$][\w$]*))"
    rf"|(?P<index>{_ENVIRONMENT}\s*(?:\?\.)?\[\s*(?P<quote>['\"])(?P<key>[^'\"\n]*)(?P=quote)\s*\])"
    r"|(?P<deno>Deno\s*\.\s*env\s*\.\s*get\(\s*['\"](?P<deno_name>\w+)['\"]\s*\))"
    rf"|(?P<open>{_ENVIRONMENT}\s*(?:\?\.)?\[\s*(?:`(?P<prefix>[\w]*)\$\{{(?:[^`{{}}]{{0,200}}\}}(?P<suffix>\w+)`)?)?)"
    rf"|(?P<unpack>\{{(?P<names>[^{{}};]*)\}}\s*=\s*{_ENVIRONMENT}\b)"
)
_UNPACKED = regex(r"(?:^|,)\s*(?P<name>[A-Za-z_$][\w$]*)")


class JavaScriptRead(msgspec.Struct, frozen=True, gc=False):
    name: str
    name_range: Range


class JavaScriptReads(msgspec.Struct, frozen=True, gc=False):
    reads: tuple[JavaScriptRead, ...] = ()
    dynamic: tuple[tuple[str, str], ...] = ()
    """How names begin and end that are composed at run time."""
    problems: tuple[Problem, ...] = ()


def read_javascript_reads(text: str) -> JavaScriptReads:
    """`process.env.X`, `import.meta.env.X`, `Bun.env.X`, `Deno.env.get("X")` and unpacking. Never raises."""
    reads: list[JavaScriptRead] = []
    dynamic: list[tuple[str, str]] = []
    for match in _found(text):
        for group in ("name", "key", "deno_name"):
            if match[group]:
                reads.append(JavaScriptRead(match[group], Range(*match.span(group))))
        if match["open"]:
            dynamic.append((match["prefix"] or "", match["suffix"] or ""))
        if match["unpack"]:
            base = match.start("names")
            for part in _UNPACKED.finditer(match["names"]):
                place = Range(base + part.start("name"), base + part.end("name"))
                reads.append(JavaScriptRead(part["name"], place))
    return JavaScriptReads(tuple(reads), tuple(dynamic))


def _found(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while begin := _BEGIN.search(text, position):
        match = _READ.match(text, begin.start())
        if match is not None:
            yield match
        position = (match or begin).end()
