"""Which pieces of scripts, Makefiles, workflows, manifests, code and documents may be commands: those of
`docker compose`, or others that have a certain word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice, pairwise, product
from typing import Literal, NamedTuple

from dotmac_lint.lazy import regex
from dotmac_lint.model.shell import (
    MAX_VALUE,
    MAX_VARIANTS,
    OPEN,
    OWN,
    PLACES,
    ROOT,
    Shell,
    Text,
    joined,
    spaced,
)
from dotmac_lint.workspace import VENDORED

Kind = Literal["make", "shell", "workflow", "document", "manifest", "comment", "code"]

MAX_BYTES = 300_000
"""Of a file that is searched for commands."""
MAX_LINES = 1000
"""Command lines of one file."""
MAX_SETTINGS = 200
"""Variables that the `env:` of one workflow sets."""

_VENDORED = regex(rf"(^|/)({VENDORED}|\.venv|venv)/")
_DOCUMENT = regex(r"\.(md|mdx|markdown|rst|adoc|txt)$", re.I)
_SHELL = regex(r"\.(sh|bash|zsh|ksh|ps1|bat|cmd)$")
MAKEFILE = regex(r"(^|/)(GNUm|M|m)akefile[^/]*$|\.mk$")
_YAML = regex(r"\.ya?ml(\.disabled)?$")
_COMPOSE_FILE = regex(r"(?<!rancher-)compose[^/]*\.ya?ml$", re.I)
_MANIFEST = regex(
    r"(^|/)(package\.json|pyproject\.toml|[Tt]askfile[^/]*\.ya?ml|\.?[Jj]ustfile|Jenkinsfile[^/]*)$|\.just$"
)
_HOLDERS = (_DOCUMENT, MAKEFILE, _YAML, _MANIFEST, regex(r"\.py$"))


def may_hold(path: str) -> bool:
    """Whether the file is of a kind that holds commands for people or machines here."""
    name = path.rpartition("/")[2]
    named = is_named_so(name) or "." not in name
    told_of_others = "changelog" in name.lower() or "release" in name.lower()
    return named and not told_of_others and _VENDORED.search(path) is None


def is_named_so(name: str) -> bool:
    return _SHELL.search(name) is not None or any(pattern.search(name) for pattern in _HOLDERS)


class Piece(NamedTuple):
    text: Text
    kind: Kind
    folder: str | None = None
    """The working directory that the file states for it."""
    line: tuple[int, int] | None = None
    """Where it stands, when some of its characters stand elsewhere."""
    variables: tuple[tuple[str, list[Text]], ...] = ()
    """What the file sets in its environment, with the values that each may have."""


_FENCE = regex(r"^[ \t>]*(`{3,}|~{3,})")
_DIAGRAM = regex(r"^[ \t>]*[`~]{3,}[ \t]*(mermaid|plantuml|puml|dot|graphviz|d2)\b", re.I)
_INLINE_CODE = regex(r"`([^`\n]+)`")
_DOCUMENT_LINE = regex(
    r"^(?:\s{2,}|\t|\s*(?:[$>#%]|[-*+]|\d+\.)\s+)?[$#]?[ \t]*"
    r"((?:cd[ \t].*|sudo[ \t]+)?docker[ -]compose\b.*)$"
)
_COMMENT = regex(
    r"^[ \t]*(?:#|//|REM\b)[#!>$ \t]*(?:[A-Za-z][\w ,'()./-]*:[ \t]*)?`?"
    r"(?=(?:[A-Z_]+=\S*[ \t]+)*(?:sudo[ \t]+)?docker[ -]compose\b)([^`\n]*)"
)
_YAML_LINE = regex(r"^(?P<indent>[ \t]*)(?P<dash>-[ \t]+)?(?:(?P<key>[\w.-]+):(?:[ \t]+|$))?(?P<rest>.*)$")
_WINDOWS_PATH = regex(
    r"(?<![^\s`\"'=])(?:\.{1,2}(?:\\[\w.-]+)+|[\w.-]+(?:\\[\w.-]+)*\\[\w.-]+\.(?:ya?ml|env)\b)"
)
_WINDOWS_CONTINUATION = regex(r"(?<=[ \t])[`^](?=\r?\n)")
"""What joins a line to the next in PowerShell and in batch files."""


def _continued(source: str) -> str:
    """With the backslash that a shell has there."""
    return _WINDOWS_CONTINUATION.sub(r"\\", source)


def _document_pieces(source: str, about: str) -> Iterator[Piece]:
    """The fenced blocks whole, but for diagrams; else inline code and lines that look like commands."""
    source = _continued(_WINDOWS_PATH.sub(lambda match: match[0].replace("\\", "/"), source))
    fence: str | None = None
    drawn = False
    begin = position = 0
    for line in source.splitlines(keepends=True):
        start, position = position, position + len(line)
        match = _FENCE.match(line)
        if fence is not None:
            if match and match[1].startswith(fence):
                if about in source[begin:start] and not drawn:
                    yield Piece(_unquoted(Text.of(source, begin, start)), "document")
                fence = None
            continue
        if match:
            fence, begin, drawn = match[1], position, _DIAGRAM.match(line) is not None
        elif about in line:
            if found := _DOCUMENT_LINE.match(line.rstrip("\r\n")):
                yield Piece(Text.of(source, start + found.start(1), start + found.end(1)), "document")
            else:
                for code in _INLINE_CODE.finditer(line):
                    if about in code[1]:
                        yield Piece(Text.of(source, start + code.start(1), start + code.end(1)), "document")


_INDENTED = regex(r"(?:^(?: {4}|\t)[^\n]*(?:\n|\Z))+", re.M)


def _indented_pieces(source: str, about: str) -> Iterator[Piece]:
    """The blocks of code that are only indented."""
    for match in _INDENTED.finditer(source):
        if about in match[0]:
            yield Piece(_unquoted(Text.of(source, *match.span())), "document")


_PROMPT = regex(r"^[ \t>]*[$%#>][ \t]+(?=\S)", re.M)


def _unquoted(text: Text) -> Text:
    """Without the prompts of an example session."""
    parts, end = [], 0
    for match in _PROMPT.finditer(text.chars):
        if match[0].strip() == "#" and not text.chars.startswith(("docker", "cd "), match.end()):
            continue
        parts.append(text.cut(end, match.start()))
        end = match.end()
    return joined([*parts, text.cut(end, len(text.chars))]) if parts else text


def _yaml_pieces(source: str, kind: Kind, about: str) -> Iterator[Piece]:
    """The scripts of a workflow: block scalars, single lines, and lists of lines, which share a shell."""
    lines: list[Text] = []
    folder: str | None = None
    step_folder: str | None = None
    key_indent, folded = -1, False
    position = 0
    settings = _yaml_environment(source)

    def piece() -> Iterator[Piece]:
        if any(about in line.chars for line in lines):
            place = lines[0].at[0] if lines[0].at else 0
            given = tuple((name, [value]) for begin, end, name, value in settings if begin <= place < end)
            yield Piece(joined(lines), kind, step_folder or folder, variables=given)
        lines.clear()

    for line in source.splitlines(keepends=True):
        start, position = position, position + len(line)
        body = line.rstrip("\r\n")
        stripped = body.lstrip(" ")
        if not stripped:
            continue
        indent = len(body) - len(stripped)
        if stripped.startswith("#"):
            continue
        if 0 <= key_indent < indent:
            inner = Text.of(source, start + indent, start + len(body))
            if stripped.startswith("- "):
                inner = inner.cut(2, len(inner.chars))
            lines.append(inner)
            lines.append(Text(" " if folded else "\n", (position - 1,)))
            continue
        match = _YAML_LINE.match(body)
        assert match is not None
        key, rest, column = match["key"], match["rest"], match.start("key") if match["key"] else -1
        if key == "chdir" and lines:  # of a task of Ansible's
            step_folder = rest.strip().strip("'\"")
            continue
        if key == "working-directory":
            value = rest.strip().strip("'\"")
            if lines and column == key_indent:
                step_folder = value
            elif lines or key_indent >= 0:
                yield from piece()
                folder, key_indent = value, -1
            else:
                step_folder = value
            continue
        if match["dash"] or (lines and column != key_indent):
            yield from piece()
            step_folder = None
        key_indent = -1
        if key in _SCRIPT_KEYS:
            yield from piece()
            key_indent = column
            folded = rest.startswith(">")
            if rest and rest[0] not in "|>":
                quote = (
                    rest[0] if rest[0] in "'\"" and rest.rstrip().endswith(rest[0]) and len(rest) > 1 else ""
                )
                begin = start + match.start("rest") + len(quote)
                lines.append(Text.of(source, begin, start + len(body.rstrip()) - len(quote)))
                lines.append(Text("\n", (position - 1,)))
    yield from piece()


_SETTING = regex(
    r"[ ]*([A-Za-z_]\w*):[ \t]+(?![|>])(\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^\n]*?)[ \t]*(?:#[^\n]*)?\r?$"
)
_ENVIRONMENT = regex(r"[ ]*(-[ ]+)?(?P<key>env):[ \t]*(?:#[^\n]*)?\r?$")
_EXPRESSION = regex(r"\$\{\{.*?\}\}")


def _yaml_environment(source: str) -> list[tuple[int, int, str, Text]]:
    """The variables that `env:` sets, each with the part of the file that it is set for: job, step or all."""
    result: list[tuple[int, int, str, Text]] = []
    parents: list[tuple[int, int]] = []  # indentation and offset of the lines that the current one is below
    opened: list[tuple[int, int, list[tuple[str, Text]]]] = []  # the column of `env:`, where its part begins
    inner = -1
    position = 0

    def close(indent: int, end: int) -> None:
        while opened and opened[-1][0] > indent:
            _, begin, values = opened.pop()
            result.extend((begin, end, name, value) for name, value in values)

    for line in source.splitlines(keepends=True):
        start, position = position, position + len(line)
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip(" "))
        while parents and parents[-1][0] >= indent:
            parents.pop()
        close(indent, start)
        if len(result) + sum(len(values) for _, _, values in opened) > MAX_SETTINGS:
            break
        if inner == 0 and indent > opened[-1][0]:
            inner = indent  # the first line below `env:`
        if indent != inner:
            inner = inner if indent > inner > 0 else -1
        elif setting := _SETTING.match(line):
            quoted = setting[2][:1] in ("'", '"')
            value = Text.of(source, start + setting.start(2) + quoted, start + setting.end(2) - quoted)
            opened[-1][2].append((setting[1], _without_expressions(value)))
        if opening := _ENVIRONMENT.match(line):
            begin = start if opening[1] else parents[-1][1] if parents else 0
            opened.append((opening.start("key"), begin, []))
            inner = 0
        parents.append((indent, start))
    close(-1, position)
    return sorted(result, key=lambda row: row[0])


def _without_expressions(text: Text) -> Text:
    """The expressions of GitHub's workflows (`${{ ... }}`) are not known."""
    parts, end = [], 0
    for match in _EXPRESSION.finditer(text.chars):
        known = ROOT if "github.workspace" in match[0] else OPEN
        parts += [text.cut(end, match.start()), Text(known, (text.at[match.start()],))]
        end = match.end()
    return joined([*parts, text.cut(end, len(text.chars))])


_SCRIPT_KEYS = frozenset(
    {
        "run",
        "script",
        "before_script",
        "after_script",
        "command",
        "commands",
        "cmd",
        "cmds",
        "shell",
        "install",
    }
    | {"sh", "bash", "before_install", "bash_command", "entry"}
)


_COMMENT_LINE = regex(r"^[ \t]*#[# \t]*(.*)$", re.M)


def _comment_pieces(source: str) -> Iterator[Piece]:
    parts: list[Text] = []
    position = 0
    for line in source.splitlines(keepends=True):
        start, position = position, position + len(line)
        if parts:  # continued
            match = re.match(r"[ \t]*(?:#|//|REM\b)([^\r\n]*)", line)
        elif "compose" in line:
            match = _COMMENT.match(line)
        else:
            continue
        if match:
            parts.append(Text.of(source, start + match.start(1), start + match.end(1)))
            if match[1].rstrip().endswith("\\"):
                parts[-1] = parts[-1].cut(0, len(match[1].rstrip()) - 1)
                continue
        if parts:
            yield Piece(joined(parts), "comment")
            parts = []
    if parts:
        yield Piece(joined(parts), "comment")


def _commented(source: str, about: str) -> Iterator[Piece]:
    """The lines of comments that have it."""
    for match in _COMMENT_LINE.finditer(source):
        if about in match[1]:
            yield Piece(Text.of(source, *match.span(1)), "comment")


def _string_pieces(source: str, about: str) -> Iterator[Piece]:
    """The quoted strings of a manifest."""
    for match in re.finditer(r"\"((?:[^\"\\\n]|\\.)*)\"|'([^'\n]*)'", source):
        group = 1 if match[1] is not None else 2
        if about in match[group]:
            yield Piece(Text.of(source, match.start(group), match.end(group)), "manifest")


def _make_pieces(source: str, just: bool, about: str) -> Iterator[Piece]:
    """Recipe lines with the macros expanded: GNU make's variables, or just's `{{name}}`."""
    macros: dict[str, list[Text]] = {}
    logical: list[tuple[int, int]] = []
    start = 0
    while start < len(source):
        end = source.find("\n", start)
        end = len(source) if end < 0 else end
        while end < len(source) and source[start:end].rstrip("\r").endswith("\\"):
            following = source.find("\n", end + 1)
            end = len(source) if following < 0 else following
        logical.append((start, end))
        start = end + 1
    depth = 0
    definition = re.compile(
        r"^(?:[\w.%/ -]+:[ \t]+)?(?:export[ \t]+|override[ \t]+)*([\w.-]+)[ \t]*"
        r"(\?=|\+=|:{1,3}=|=)[ \t]*(.*)$",
        re.S,
    )
    for begin, finish in logical:
        line = source[begin:finish]
        depth += bool(re.match(r"[ \t]*if(n?eq|n?def)\b", line)) - bool(re.match(r"[ \t]*endif\b", line))
        match = None if line.startswith("\t") else definition.match(line)
        if not match:
            continue
        value = Text.of(source, begin + match.start(3), begin + match.end(3))
        if just and value.chars[:1] in ("'", '"'):
            value = value.cut(1, len(value.chars.rstrip()) - 1)
        old = macros.get(match[1], [])
        target = ":" in line[: match.start(1)]
        if match[2] == "+=":
            space = Text(" ", (begin,))
            added = [joined([one, space, value]) for one in old or [Text("", ())]]
            macros[match[1]] = (old + added if depth or target else added)[:MAX_VARIANTS]
        elif depth or target:
            macros[match[1]] = [*old, value][:MAX_VARIANTS]
        elif match[2] != "?=" or not old:
            macros[match[1]] = [value]
    for begin, finish in logical:
        if source[begin : begin + 1] in ("\t", " "):
            line = source[begin:finish]
            place = (begin + len(line) - len(line.lstrip("\t @-+")), begin + len(line.rstrip()))
            for branch in _branches(Text.of(source, begin, finish)):
                for variant in _expanded(branch, macros, just):
                    if about in variant.chars:
                        yield Piece(variant, "make", line=place)


def _branches(text: Text) -> Iterator[Text]:
    """The line with each outcome of GNU make's `$(if condition,then,else)`, and its `$(shell ...)` as it is."""
    found = re.search(r"\$\((if|shell)[ \t]", text.chars)
    if found is None or text.chars.count("$(if") > 3:
        yield text
        return
    commas: list[int] = []
    depth, end = 0, found.start() + 1
    while end < len(text.chars):
        c = text.chars[end]
        depth += (c == "(") - (c == ")")
        if not depth:
            break
        if c == "," and depth == 1 and len(commas) < 2:
            commas.append(end)
        end += 1
    if found[1] == "shell":
        inner = [(found.end(), end)]
    else:
        edges = [*commas, end]
        inner = [(a + 1, b) for a, b in pairwise(edges)]
        inner = inner if len(inner) > 1 else [*inner, (end, end)]
    for start, stop in inner:
        branch = joined(
            [text.cut(0, found.start()), text.cut(start, stop), text.cut(end + 1, len(text.chars))]
        )
        yield from _branches(branch)


def _macro(match: re.Match[str], just: bool) -> str:
    return (match[1] or ("" if just else match[2] or match[4]) or "").strip()


def _expanded(line: Text, macros: dict[str, list[Text]], just: bool) -> Iterator[Text]:
    pattern = re.compile(
        r"\{\{[ \t]*(\w+)[^}]*\}\}" if just else r"\$(?:\(([^()]*)\)|\{([^{}]*)\}|(\$)|(\w|@|<|\^))"
    )

    def names(text: str, depth: int = 0) -> Iterator[str]:
        for match in pattern.finditer(text):
            name = _macro(match, just).partition(":")[0]
            if name in macros and depth < 8:
                yield name
                for value in macros[name]:
                    yield from names(value.chars, depth + 1)

    several = sorted({name for name in names(line.chars) if len(macros[name]) > 1})

    def expand(text: Text, choice: dict[str, Text], depth: int) -> Text:
        parts, end = [], 0
        for match in pattern.finditer(text.chars):
            parts.append(text.cut(end, match.start()))
            end = match.end()
            place = text.at[match.start()]
            name = _macro(match, just)
            if not just and match[3]:
                parts.append(Text("$", (place,)))
            elif name in macros and depth < 8:
                parts.append(expand(choice.get(name, macros[name][0]), choice, depth + 1))
            elif name in PLACES or name in ("shell pwd", "shell git rev-parse --show-toplevel"):
                known = PLACES.get(name, OWN if name == "shell pwd" else ROOT)
                parts.append(Text(known, (place,) * len(known)))
            else:
                parts.append(Text(OPEN, (place,)))
        return joined([*parts, text.cut(end, len(text.chars))])

    for count, values in enumerate(product(*(macros[name] for name in several))):
        if count >= MAX_VARIANTS:
            return
        yield expand(line, dict(zip(several, values, strict=True)), 0)


_POWERSHELL = regex(
    r"\$(?:\w+:)?(?P<name>\w+)[ ]*=[ ]*(?:@\((?P<list>[^()]*)\)|(?P<text>\"[^\"\n]*\"|'[^'\n]*'|\$\w+)"
    r"|\(?[ ]*\$(?P<each>\w+)[ ]*\|[ ]*(?:ForEach-Object|%)[ ]*\{[ ]*['\"]-f['\"]?,?[ ]*\"?\$_\"?[ ]*\}"
    r"|\(?[ ]*Join-Path\b[^'\"\n]*['\"](?P<below>[^'\"\n]+)['\"])"
)


_ASSIGNED = regex(r"\$(?:\w+:)?\w+[ ]*=(?!=)")


def _powershell_variables(source: str) -> tuple[tuple[str, list[Text]], ...]:
    """The values that each variable may have: texts, lists, lists with `-f` before each item, paths below others."""
    found: dict[str, list[Text]] = {}
    for match in islice(_POWERSHELL.finditer(source), MAX_LINES):
        at = (match.start(),)
        values = []
        if match["list"] is not None:
            start = match.start("list")
            items = [m.span(1) for m in re.finditer(r"['\"]([^'\"\n]*)['\"]", match["list"])]
            values = [spaced([Text.of(source, start + a, start + b) for a, b in items])]
        elif match["each"]:
            for value in found.get(match["each"], ()):
                words = [value.cut(*m.span()) for m in re.finditer(r"\S+", value.chars)]
                values.append(spaced([w for word in words for w in (Text("-f", at * 2), word)]))
        elif match["below"]:
            values = [joined([Text(OPEN + "/", at * 2), Text.of(source, *match.span("below"))])]
        elif match["text"].startswith("$"):
            values = found.get(match["text"][1:], [])
        else:
            values = [Text.of(source, match.start("text") + 1, match.end("text") - 1)]
        own = found.setdefault(match["name"], [])
        own += [
            value
            for value in values
            if len(value.chars) <= MAX_VALUE and all(value.chars != other.chars for other in own)
        ][: MAX_VARIANTS - len(own)]
    return tuple(found.items())


def _code_pieces(source: str) -> Iterator[Piece]:
    """The command lines that Python code composes, and those that stand in its strings."""
    from dotmac_lint.readers.python.commands import read_commands

    for words in read_commands(source):
        parts = []
        for word in words:
            text = "'" + word.text.replace("'", OPEN) + "' "
            start, end = word.range.start, word.range.end
            parts.append(Text(text, tuple(min(start + n, max(end - 1, start)) for n in range(len(text)))))
        yield Piece(joined(parts), "code", line=(words[0].range.start, words[-1].range.end))
    for piece in _string_pieces(source, COMPOSE):
        yield Piece(_placeholders(piece.text), "code")


def _placeholders(text: Text) -> Text:
    """The fields of a format string are not known."""
    parts, end = [], 0
    for match in re.finditer(r"\{[^{}]*\}", text.chars):
        parts += [text.cut(end, match.start()), Text(OPEN, (text.at[match.start()],))]
        end = match.end()
    return joined([*parts, text.cut(end, len(text.chars))])


COMPOSE = "compose"


def with_shells(pieces: Iterator[Piece], start: Callable[[], Shell]) -> Iterator[tuple[Piece, Shell]]:
    """Each piece with the shell that runs it, which has what the file sets for it: those of one script have the same,
    any other a new one, as `start` makes it. Where a stated folder lies is left to the caller.
    """
    shell = start()
    for piece in pieces:
        if piece.kind != "shell":
            shell = start()
        shell.variables.update(piece.variables)
        yield piece, shell


def pieces_of(path: str, source: str, about: str = COMPOSE) -> tuple[Iterator[Piece], ...]:
    """The pieces of the file that have `about` in them, where there is more than that; of Compose, what
    stands in comments as well, and in a Compose file that alone."""
    comments = _comment_pieces(source) if about == COMPOSE else _commented(source, about)
    if _DOCUMENT.search(path):
        indented = iter(()) if about == COMPOSE else _indented_pieces(source, about)
        return (_document_pieces(source, about), indented)
    if MAKEFILE.search(path) or path.endswith(".just") or path.lower().endswith("justfile"):
        return (_make_pieces(source, "just" in path.rpartition("/")[2].lower(), about), comments)
    if _YAML.search(path):
        if _COMPOSE_FILE.search(path):
            return (comments,)  # what its containers run starts nothing on the host
        kind: Kind = "workflow" if path.startswith((".github/", ".gitlab")) or "/" not in path else "manifest"
        return (_yaml_pieces(source, kind, about), comments)
    if _MANIFEST.search(path):
        return (_string_pieces(source, about),)
    if path.endswith(".py"):
        return (_code_pieces(source) if about == COMPOSE else _string_pieces(source, about), comments)
    if path.endswith(".ps1"):
        source = _continued(source.replace("\\", "/"))
        variables = _powershell_variables(source)
        values = _ASSIGNED.sub(lambda match: " " * len(match[0]), source)
        piece = Piece(Text.of(values, 0, len(values)), "shell", variables=variables)
        return (iter((piece,)), comments)
    if path.endswith((".bat", ".cmd")):
        source = _continued(source.replace("\\", "/"))
    return (iter((Piece(Text.of(source, 0, len(source)), "shell"),)), comments)
