"""The `docker compose` command lines that a repository's own files hold, with the files that they name.

Scripts, Makefiles, workflows, manifests and documents are read as text with a small shell: variables,
continuations, `cd`. Nothing is run; what cannot be worked out stays open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice, pairwise, product
from posixpath import dirname, join
from typing import Literal, NamedTuple, Protocol

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.source import Span
from dotmac_lint.workspace import Data, Workspace, normalise

Program = Literal["docker compose", "docker-compose"]
Kind = Literal["make", "shell", "workflow", "document", "manifest", "comment", "code"]

DEFAULT_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In Compose's order of preference (compose-go, cli/options.go)."""
OVERRIDE_FILES = (
    "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"
)  # fmt: skip
"""In Compose's order of preference (compose-go, cli/options.go)."""
MAX_VARIANTS = 8
"""Of one command line whose variables have several values."""
MAX_MATCHES = 16
"""Files that one word may mean."""

MAX_LINES = 1000
"""Command lines of one file."""
MAX_BYTES = 300_000
"""Of a file that is searched for command lines."""
MAX_SETTINGS = 200
"""Variables that the `env:` of one workflow sets."""

MAX_NESTING = 8
"""Expansions within expansions that are followed."""
MAX_VALUE = 5_000
"""Characters of a variable's value."""

OPEN = "\0"
"""Stands in a word for what is not known."""

_VENDORED = regex(r"(^|/)(node_modules|vendor|third[_-]?party|site-packages|\.venv|venv)/")
_DOCUMENT = regex(r"\.(md|mdx|markdown|rst|adoc|txt)$", re.I)
_SHELL = regex(r"\.(sh|bash|zsh|ksh|ps1|bat|cmd)$")
_MAKE = regex(r"(^|/)(GNUm|M|m)akefile[^/]*$|\.mk$")
_YAML = regex(r"\.ya?ml(\.disabled)?$")
_MANIFEST = regex(
    r"(^|/)(package\.json|pyproject\.toml|[Tt]askfile[^/]*\.ya?ml|\.?[Jj]ustfile|Jenkinsfile[^/]*)$|\.just$"
)
_HOLDERS = (_DOCUMENT, _MAKE, _YAML, _MANIFEST, re.compile(r"\.py$"))
_WORDS = regex(
    rb"(?:docker|podman)[ -]compose\b|docker-compose\b|docker[ ]+stack\b|\bcompose[\w.-]*\.ya?ml\b"
    rb"|COMPOSE_FILE|[\"']compose[\"']"
)

_VALUE_OPTIONS = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi"}
    | {"--progress", "--parallel", "--workdir", "-H", "--host", "-c", "--context"}
)
_OPTIONS_WITH_VALUE = frozenset(
    {"--scale", "--timeout", "-t", "--exit-code-from", "--attach", "--no-attach", "--pull", "--wait-timeout"}
    | {
        "-e",
        "--env",
        "--name",
        "-u",
        "--user",
        "-v",
        "--volume",
        "-w",
        "--workdir",
        "--entrypoint",
        "-p",
        "--publish",
    }
    | {
        "-l",
        "--label",
        "--index",
        "--build-arg",
        "--progress",
        "--tail",
        "-n",
        "--since",
        "--until",
        "-s",
        "--signal",
    }
    | {
        "--profile",
        "--file",
        "--env-file",
        "--project-name",
        "--env-from-file",
        "--rmi",
        "--format",
        "-m",
        "--memory",
        "--ssh",
        "--status",
        "--filter",
    }
    | {"--policy", "--cap-add", "--cap-drop", "--detach-keys", "--builder"}
)
_SERVICE_COMMANDS = frozenset(
    {"up", "run", "exec", "build", "pull", "push", "start", "stop", "restart", "logs", "rm", "kill", "create"}
    | {"pause", "unpause", "top", "watch", "attach"}
)
_SUBCOMMANDS = _SERVICE_COMMANDS | {
    "config",
    "convert",
    "cp",
    "down",
    "events",
    "images",
    "ls",
    "port",
    "ps",
    "scale",
}
_SUBCOMMANDS |= {"stats", "version", "volumes", "wait", "commit", "export", "publish", "bridge"}
_COMPOSE_VARIABLES = frozenset(
    {"COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"}
)
_ONE_SERVICE = frozenset({"run", "exec", "port", "attach"})


class FileWord(msgspec.Struct, frozen=True):
    """A file or folder that a command line names; `path` is None where the text is not wholly known."""

    text: str
    span: Span
    path: str | None
    exists: bool


class ServiceWord(msgspec.Struct, frozen=True):
    name: str
    span: Span


class CommandLine(msgspec.Struct, frozen=True):
    """One `docker compose` command; `directory` is where it runs, relative to the root."""

    span: Span
    kind: Kind
    program: Program
    directory: str
    files: tuple[FileWord, ...]
    env_files: tuple[FileWord, ...]
    profiles: tuple[str, ...]
    project_directory: FileWord | None
    project_name: str | None
    subcommand: str | None
    services: tuple[ServiceWord, ...]
    complete: bool
    """Every file word is known."""
    vague: bool
    """Words that are not known may name services: `up $SERVICE`."""
    away: bool
    """It runs in a folder which is not known (`cd "$TARGET"`) or in that of a workflow, and there is no file of ours
    which it would find there."""
    guessed: bool
    """The files are those that fit a name which is not known: `-f compose.$ROLE.yml`."""


class _Text(NamedTuple):
    """Characters with the offset in the file that each of them comes from."""

    chars: str
    at: tuple[int, ...]

    def cut(self, start: int, end: int) -> _Text:
        return _Text(self.chars[start:end], self.at[start:end])


def _text(source: str, start: int, end: int) -> _Text:
    return _Text(source[start:end], tuple(range(start, end)))


def _joined(parts: list[_Text]) -> _Text:
    return _Text("".join(p.chars for p in parts), tuple(o for p in parts for o in p.at))


_ASSIGNMENT = regex(
    r"(?P<how>(?:export|local|readonly|declare|typeset)\b(?:[ \t]+-\w+)*[ \t]+)?"
    r"(?P<name>[A-Za-z_]\w*)(?P<operator>\+?=)"
)
_CASE = regex(r"\(?[^\s()]+(?:[ \t]*\|[ \t]*[^\s()]+)*\)[ \t]+")
"""The pattern with which a branch of `case` begins, where its first command stands on the same line."""
_LOOP = regex(r"for[ \t]+(\w+)[ \t]+in[ \t]+([^;\n]*)")
_BLOCK_OPENS = regex(r"(?:^|[;&|][ \t]*)[ \t]*(?:if|case|for|while|until|select)\b|\{[ \t]*$")
_BLOCK_CLOSES = regex(r"(?:^|[;&|][ \t]*)[ \t]*(?:fi|esac|done|\})(?=[ \t;)\n]|$)")
_BRANCHES = regex(r"(?:^|[;&|])[ \t]*(if|case|elif|else|fi|esac)\b|(;;)")
_REFERENCE = regex(r"\$[({]?(\w+)")

OWN, ROOT, AWAY = "\1", "\2", "\3"
"""Stand at the head of a word for the folder of the file itself, for the root of the repository, and for a folder of
which nobody knows whether it is one of the repository's."""
_PLACES = {
    "0": OWN + "/0",
    "BASH_SOURCE": OWN + "/0",
    "PWD": ".",
    "CURDIR": OWN,
    "GITHUB_WORKSPACE": ROOT,
    "CI_PROJECT_DIR": ROOT,
    "WORKSPACE": ROOT,
}


def _cut(value: _Text, how: str, what: str) -> _Text | None:
    """`${NAME%what}` and its like; None where what is cut off is not plain."""
    if how == "%" and what == "/*":
        return value.cut(0, max(0, value.chars.rfind("/")))
    if how == "##" and what == "*/":
        return value.cut(value.chars.rfind("/") + 1, len(value.chars))
    if how[0] not in "%#" or re.search(r"[*?\[$]", what):
        return None
    end = len(value.chars.removesuffix(what)) if how[0] == "%" else len(value.chars)
    return value.cut(len(value.chars) - len(value.chars.removeprefix(what)) if how[0] == "#" else 0, end)


def _open_bracket(chars: str) -> bool:
    return chars.count("(") > chars.count(")")


class _Shell:
    """Enough of a shell to follow variables and `cd` through a script."""

    def __init__(self) -> None:
        self.variables: dict[str, list[_Text]] = {}
        self.exported: set[str] = set()
        self.folder = ""
        self.depth = 0
        self.line = (0, 0)
        """Where the line of the current command begins and ends."""
        self._folders: list[str] = []
        self._nesting = 0
        self._branches: list[tuple[dict[str, list[_Text]], set[str]]] = []
        """For each `if` and `case` that is open, the variables before it, and those that this branch has set."""

    def lines(self, text: _Text) -> Iterator[_Text]:
        """Logical lines: continuations and the brackets of arrays joined."""
        start, size = 0, len(text.chars)
        while start < size:
            end = text.chars.find("\n", start)
            end = size if end < 0 else end
            array = re.match(r"[ \t]*(?:\w+[ \t]+)?\w+\+?=\(", text.chars[start:end])
            while end < size and (
                text.chars[start:end].rstrip("\r").endswith("\\")
                or (array and _open_bracket(text.chars[start:end]))
            ):
                following = text.chars.find("\n", end + 1)
                end = size if following < 0 else following
                if end - start > 20_000:
                    break
            yield text.cut(start, end)
            start = end + 1

    def run(self, text: _Text) -> Iterator[tuple[list[_Text], str]]:
        """The simple commands, each with the folder it runs in; variants where variables have several."""
        for line in self.lines(text):
            chars = line.chars
            stripped = chars.lstrip()
            indent = len(chars) - len(stripped)
            if stripped:
                self.line = (line.at[indent], line.at[len(chars.rstrip()) - 1] + 1)
            self.depth += len(_BLOCK_OPENS.findall(chars))
            if loop := _LOOP.match(stripped):
                words = self.words(line.cut(indent + loop.start(2), indent + loop.end(2)), {})
                self.variables[loop[1]] = [word for command in words for word in command][:MAX_VARIANTS]
                rest = indent + loop.end()
                line = line.cut(rest, len(chars))  # noqa: PLW2901
            else:
                pattern = _CASE.match(stripped) if self._branches else None
                start = pattern.end() if pattern else 0
                if match := _ASSIGNMENT.match(stripped, start):
                    self._assign(line.cut(indent, len(chars)), match)
            self._branch(chars)
            if "compose" in chars or "cd" in chars or "pushd" in chars or self._mentions(chars):
                yield from self._commands(line)
            self.depth = max(0, self.depth - len(_BLOCK_CLOSES.findall(chars)))

    def _branch(self, chars: str) -> None:
        for word, _ in _BRANCHES.findall(chars):
            if word in ("if", "case"):
                self._branches.append((dict(self.variables), set()))
            elif word in ("fi", "esac"):
                del self._branches[-1:]
            elif self._branches:
                self._branches[-1][1].clear()

    def _mentions(self, chars: str) -> bool:
        names = _REFERENCE.findall(chars)
        return any("compose" in value.chars for name in names for value in self.variables.get(name, ()))

    def choices(self, chars: str) -> Iterator[dict[str, _Text]]:
        names = sorted({name for name in _REFERENCE.findall(chars) if len(self.variables.get(name, ())) > 1})
        for count, values in enumerate(product(*(self.variables[name] for name in names))):
            if count >= MAX_VARIANTS:
                return
            yield dict(zip(names, values, strict=True))

    def _assign(self, line: _Text, match: re.Match[str]) -> None:
        name = match["name"]
        value = line.cut(match.end(), len(line.chars))
        array = value.chars.startswith("(")
        others = self.variables.get(name, [])
        if self._branches:
            before_it, own = self._branches[-1]
            if name not in own and name in before_it:
                self.variables[name] = before_it[name]  # what another branch made of it is not seen here
            own.add(name)
        elif (match["how"] or "").startswith(("local", "declare", "typeset")):
            others = []
        if array:
            value = value.cut(1, value.chars.rindex(")") if ")" in value.chars else len(value.chars))
        values: list[_Text] = []
        for choice in self.choices(value.chars):
            words = [word for command in self.words(value, choice) for word in command]
            if array:
                values.append(_spaced(words))
            else:
                values.append(words[0] if words else _Text("", ()))
        if match["operator"] == "+=":
            space = [_Text(" ", (line.at[0],))] if array else []
            before = self.variables.get(name, [_Text("", ())])
            values = [_joined([old, *space, new]) for old in before for new in values]
        if self.depth:
            values = others + [new for new in values if all(new.chars != one.chars for one in others)]
        self.variables[name] = [value for value in values if len(value.chars) <= MAX_VALUE][:MAX_VARIANTS]
        if match["how"] and match["how"].startswith("export"):
            self.exported.add(name)

    def _commands(self, line: _Text) -> Iterator[tuple[list[_Text], str]]:
        before = self.folder
        for choice in self.choices(line.chars):
            self.folder = before
            for words in self.words(line, choice):
                if len(words) == 1 and words[0].chars == "(":
                    self._folders.append(self.folder)
                elif len(words) == 1 and words[0].chars == ")":
                    self.folder = self._folders.pop() if self._folders else self.folder
                elif words and words[0].chars in ("cd", "pushd") and len(words) > 1:
                    self._enter(words[-1].chars)
                elif words and words[0].chars == "popd":
                    self.folder = ""
                else:
                    yield words, self.folder

    def _enter(self, folder: str) -> None:
        if folder[:1] in (OWN, ROOT):
            self.folder = folder
        elif folder[:1] in ("-", "<"):
            self.folder = ""
        elif OPEN in folder or "{{" in folder or folder[:1] in ("/", "~", "$"):
            self.folder = AWAY  # where the repository then lies, if it can be started so
        else:
            self.folder = join(self.folder, folder)

    # ---- words

    def words(self, line: _Text, choice: dict[str, _Text]) -> list[list[_Text]]:
        """The simple commands of a line as lists of words; brackets are commands of their own."""
        commands: list[list[_Text]] = [[]]
        parts: list[_Text] | None = None
        chars, i, size = line.chars, 0, len(line.chars)

        def end_word() -> None:
            nonlocal parts
            if parts is not None:
                commands[-1].append(_joined(parts))
            parts = None

        def add(piece: _Text) -> None:
            nonlocal parts
            if parts is None:
                parts = []
            parts.append(piece)

        def split(value: _Text) -> None:
            """Adds an unquoted expansion, which falls into words."""
            for match in re.finditer(r"\s+|\S+", value.chars):
                if match[0].isspace():
                    end_word()
                else:
                    add(value.cut(*match.span()))

        while i < size:
            c = chars[i]
            if c == "\\":
                if chars[i + 1 : i + 2] in ("\n", "\r", ""):
                    i += 2 + (chars[i + 1 : i + 3] == "\r\n")
                    end_word()
                    continue
                # Before a letter it parts folders: the shell is PowerShell.
                add(_Text("/", (line.at[i],)) if parts and chars[i + 1].isalnum() else line.cut(i + 1, i + 2))
                i += 1 if parts and chars[i + 1].isalnum() else 2
            elif c in " \t\r":
                end_word()
                i += 1
            elif c == "'":
                end = chars.find("'", i + 1)
                end = size if end < 0 else end
                add(line.cut(i + 1, end))
                i = end + 1
            elif c == '"':
                add(_Text("", ()))
                i += 1
                while i < size and chars[i] != '"':
                    if chars[i] == "\\":
                        if chars[i + 1 : i + 2] != "\n":
                            add(line.cut(i + 1, i + 2))
                        i += 2
                    elif chars[i] in "$`":
                        value, end = self.expand(line, i, choice)
                        if "[@]" in chars[i:end] or "[*]" in chars[i:end]:
                            split(value)
                        else:
                            add(value)
                        i = end
                    else:
                        end = i
                        while end < size and chars[end] not in '"\\$`':
                            end += 1
                        add(line.cut(i, end))
                        i = end
                i += 1
            elif c in "$`":
                value, i = self.expand(line, i, choice)
                split(value)
            elif c in ";&|\n":
                end_word()
                commands.append([])
                i += 1
            elif c in "()":
                end_word()
                commands += [[line.cut(i, i + 1)], []]
                i += 1
            elif c in "<>":
                if parts is not None and _joined(parts).chars in ("0", "1", "2"):
                    parts = None
                end_word()
                redirection = re.compile(r"[<>&]+[ \t]*[^\s;&|)]*").match(chars, i)
                placeholder = re.compile(r"<[\w .|/-]+>").match(chars, i)
                if placeholder:  # `<service>` in a document
                    parts = [_Text(OPEN, (line.at[i],))]
                i = placeholder.end() if placeholder else redirection.end() if redirection else i + 1
            elif c == "#" and parts is None:
                end = chars.find("\n", i)
                i = size if end < 0 else end
            else:
                end = i + 1
                while end < size and chars[end] not in " \t\r\n\\'\"$`;&|()<>":
                    end += 1
                add(line.cut(i, end))
                i = end
        end_word()
        return [command for command in commands if command]

    def expand(self, line: _Text, start: int, choice: dict[str, _Text]) -> tuple[_Text, int]:
        """The value of `$...` or of a command substitution at `start`, and the offset after it."""
        chars = line.chars
        place = line.at[start]
        if self._nesting > MAX_NESTING:
            return _Text(OPEN, (place,)), len(chars)

        def constant(value: str) -> _Text:
            return _Text(value, (place,) * len(value))

        if chars[start] == "`":
            end = chars.find("`", start + 1)
            end = len(chars) if end < 0 else end
            return constant(self._substitution(line.cut(start + 1, end), choice)), end + 1
        following = chars[start + 1 : start + 2]
        if following == "(":
            depth, end = 0, start + 1
            while end < len(chars):
                depth += (chars[end] == "(") - (chars[end] == ")")
                end += 1
                if not depth:
                    break
            return constant(self._substitution(line.cut(start + 2, end - 1), choice)), end
        if following == "{":
            if chars.startswith("${{", start):  # an expression of GitHub's workflows
                end = chars.find("}}", start)
                end = len(chars) if end < 0 else end + 2
                known = "github.workspace" in chars[start:end]
                return constant(ROOT if known else OPEN), end
            depth, end = 0, start + 1
            while end < len(chars):
                depth += (chars[end] == "{") - (chars[end] == "}")
                end += 1
                if not depth:
                    break
            inside = re.match(
                r"(\w+)(?:\[[@*0]\])?(?::?[-=](?P<default>.*)|(?P<cut>[%#]{1,2}|[/^,]|:\d)(?P<what>.*))?",
                chars[start + 2 : end - 1],
                re.S,
            )
            if inside is None:
                return constant(OPEN), end
            value = self._value(inside[1], choice)
            if value is not None and inside["cut"] is not None:
                return _cut(value, inside["cut"], inside["what"]) or constant(OPEN), end
            if value is not None:
                return value, end
            if inside["default"] == "" and inside[1].isdigit():
                return constant(OPEN), end  # the script's argument: without it there is no name of a file
            if inside["default"] is not None:
                begin = start + 2 + inside.start("default")
                default = line.cut(begin, begin + len(inside["default"]))
                self._nesting += 1
                words = self.words(default, choice)
                self._nesting -= 1
                flat = [w for command in words for w in command]
                return (flat[0] if len(flat) == 1 else default), end
            return constant(OPEN), end
        name = re.compile(r"\w+|[@*#?$!-]").match(chars, start + 1)
        if name is None:
            return line.cut(start, start + 1), start + 1
        value = self._value(name[0], choice)
        return (constant(OPEN) if value is None else value), name.end()

    def _value(self, name: str, choice: dict[str, _Text]) -> _Text | None:
        if name in choice:
            return choice[name]
        if self.variables.get(name):
            return self.variables[name][0]
        return _Text(_PLACES[name], (0,) * len(_PLACES[name])) if name in _PLACES else None

    def _substitution(self, inner: _Text, choice: dict[str, _Text]) -> str:
        """What `$(...)` prints where that is a folder: pwd, dirname, git rev-parse --show-toplevel."""
        if len(inner.chars) > 500:
            return OPEN
        self._nesting += 1
        commands = [[word.chars for word in words] for words in self.words(inner, choice)]
        self._nesting -= 1
        folder = ""
        for words in commands:
            last = words[-1]
            if words[0] == "cd" and len(words) > 1:
                folder = last if last[:1] in (OWN, ROOT) else join(folder, last)
            elif words[0] == "pwd":
                return folder or "."
            elif words[0] == "dirname":
                return dirname(last) or "."
            elif words[0] in ("realpath", "readlink"):
                return last
            elif "--show-toplevel" in words:
                return ROOT
        return OPEN


# ---- which pieces of a file are commands


class _Piece(NamedTuple):
    text: _Text
    kind: Kind
    folder: str | None = None
    """The working directory that the file states for it."""
    line: tuple[int, int] | None = None
    """Where it stands, when some of its characters stand elsewhere."""
    variables: tuple[tuple[str, list[_Text]], ...] = ()
    """What the file sets in its environment, with the values that each may have."""


_FENCE = regex(r"^[ \t>]*(`{3,}|~{3,})")
_DIAGRAM = regex(r"^[ \t>]*[`~]{3,}[ \t]*(mermaid|plantuml|puml|dot|graphviz|d2)\b", re.I)
_INLINE_CODE = regex(r"`([^`\n]*compose[^`\n]*)`")
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


def _document_pieces(source: str) -> Iterator[_Piece]:
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
                if "compose" in source[begin:start] and not drawn:
                    yield _Piece(_unquoted(_text(source, begin, start)), "document")
                fence = None
            continue
        if match:
            fence, begin, drawn = match[1], position, _DIAGRAM.match(line) is not None
        elif "compose" in line:
            if found := _DOCUMENT_LINE.match(line.rstrip("\r\n")):
                yield _Piece(_text(source, start + found.start(1), start + found.end(1)), "document")
            else:
                for code in _INLINE_CODE.finditer(line):
                    yield _Piece(_text(source, start + code.start(1), start + code.end(1)), "document")


_PROMPT = regex(r"^[ \t>]*[$%#>][ \t]+(?=\S)", re.M)


def _unquoted(text: _Text) -> _Text:
    """Without the prompts of an example session."""
    parts, end = [], 0
    for match in _PROMPT.finditer(text.chars):
        if match[0].strip() == "#" and not text.chars.startswith(("docker", "cd "), match.end()):
            continue
        parts.append(text.cut(end, match.start()))
        end = match.end()
    return _joined([*parts, text.cut(end, len(text.chars))]) if parts else text


def _yaml_pieces(source: str, kind: Kind) -> Iterator[_Piece]:
    """The scripts of a workflow: block scalars, single lines, and lists of lines, which share a shell."""
    lines: list[_Text] = []
    folder: str | None = None
    step_folder: str | None = None
    key_indent, folded = -1, False
    position = 0
    settings = _yaml_environment(source)

    def piece() -> Iterator[_Piece]:
        if any("compose" in line.chars for line in lines):
            place = lines[0].at[0] if lines[0].at else 0
            given = tuple((name, [value]) for begin, end, name, value in settings if begin <= place < end)
            yield _Piece(_joined(lines), kind, step_folder or folder, variables=given)
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
            inner = _text(source, start + indent, start + len(body))
            if stripped.startswith("- "):
                inner = inner.cut(2, len(inner.chars))
            lines.append(inner)
            lines.append(_Text(" " if folded else "\n", (position - 1,)))
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
                lines.append(_text(source, begin, start + len(body.rstrip()) - len(quote)))
                lines.append(_Text("\n", (position - 1,)))
    yield from piece()


_SETTING = regex(
    r"[ ]*([A-Za-z_]\w*):[ \t]+(?![|>])(\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^\n]*?)[ \t]*(?:#[^\n]*)?\r?$"
)
_ENVIRONMENT = regex(r"[ ]*(-[ ]+)?(?P<key>env):[ \t]*(?:#[^\n]*)?\r?$")
_EXPRESSION = regex(r"\$\{\{.*?\}\}")


def _yaml_environment(source: str) -> list[tuple[int, int, str, _Text]]:
    """The variables that `env:` sets, each with the part of the file that it is set for: job, step or all."""
    result: list[tuple[int, int, str, _Text]] = []
    parents: list[tuple[int, int]] = []  # indentation and offset of the lines that the current one is below
    opened: list[tuple[int, int, list[tuple[str, _Text]]]] = []  # the column of `env:`, where its part begins
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
            value = _text(source, start + setting.start(2) + quoted, start + setting.end(2) - quoted)
            opened[-1][2].append((setting[1], _without_expressions(value)))
        if opening := _ENVIRONMENT.match(line):
            begin = start if opening[1] else parents[-1][1] if parents else 0
            opened.append((opening.start("key"), begin, []))
            inner = 0
        parents.append((indent, start))
    close(-1, position)
    return sorted(result, key=lambda row: row[0])


def _without_expressions(text: _Text) -> _Text:
    """The expressions of GitHub's workflows (`${{ ... }}`) are not known."""
    parts, end = [], 0
    for match in _EXPRESSION.finditer(text.chars):
        known = ROOT if "github.workspace" in match[0] else OPEN
        parts += [text.cut(end, match.start()), _Text(known, (text.at[match.start()],))]
        end = match.end()
    return _joined([*parts, text.cut(end, len(text.chars))])


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


def _comment_pieces(source: str) -> Iterator[_Piece]:
    parts: list[_Text] = []
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
            parts.append(_text(source, start + match.start(1), start + match.end(1)))
            if match[1].rstrip().endswith("\\"):
                parts[-1] = parts[-1].cut(0, len(match[1].rstrip()) - 1)
                continue
        if parts:
            yield _Piece(_joined(parts), "comment")
            parts = []
    if parts:
        yield _Piece(_joined(parts), "comment")


def _string_pieces(source: str) -> Iterator[_Piece]:
    """The quoted strings of a manifest."""
    for match in re.finditer(r"\"((?:[^\"\\\n]|\\.)*)\"|'([^'\n]*)'", source):
        group = 1 if match[1] is not None else 2
        if "compose" in match[group]:
            yield _Piece(_text(source, match.start(group), match.end(group)), "manifest")


def _make_pieces(source: str, just: bool) -> Iterator[_Piece]:
    """Recipe lines with the macros expanded: GNU make's variables, or just's `{{name}}`."""
    macros: dict[str, list[_Text]] = {}
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
        value = _text(source, begin + match.start(3), begin + match.end(3))
        if just and value.chars[:1] in ("'", '"'):
            value = value.cut(1, len(value.chars.rstrip()) - 1)
        old = macros.get(match[1], [])
        target = ":" in line[: match.start(1)]
        if match[2] == "+=":
            space = _Text(" ", (begin,))
            added = [_joined([one, space, value]) for one in old or [_Text("", ())]]
            macros[match[1]] = (old + added if depth or target else added)[:MAX_VARIANTS]
        elif depth or target:
            macros[match[1]] = [*old, value][:MAX_VARIANTS]
        elif match[2] != "?=" or not old:
            macros[match[1]] = [value]
    for begin, finish in logical:
        if source[begin : begin + 1] in ("\t", " "):
            line = source[begin:finish]
            place = (begin + len(line) - len(line.lstrip("\t @-+")), begin + len(line.rstrip()))
            for branch in _branches(_text(source, begin, finish)):
                for variant in _expanded(branch, macros, just):
                    if "compose" in variant.chars:
                        yield _Piece(variant, "make", line=place)


def _branches(text: _Text) -> Iterator[_Text]:
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
        branch = _joined(
            [text.cut(0, found.start()), text.cut(start, stop), text.cut(end + 1, len(text.chars))]
        )
        yield from _branches(branch)


def _macro(match: re.Match[str], just: bool) -> str:
    return (match[1] or ("" if just else match[2] or match[4]) or "").strip()


def _expanded(line: _Text, macros: dict[str, list[_Text]], just: bool) -> Iterator[_Text]:
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

    def expand(text: _Text, choice: dict[str, _Text], depth: int) -> _Text:
        parts, end = [], 0
        for match in pattern.finditer(text.chars):
            parts.append(text.cut(end, match.start()))
            end = match.end()
            place = text.at[match.start()]
            name = _macro(match, just)
            if not just and match[3]:
                parts.append(_Text("$", (place,)))
            elif name in macros and depth < 8:
                parts.append(expand(choice.get(name, macros[name][0]), choice, depth + 1))
            elif name in _PLACES or name in ("shell pwd", "shell git rev-parse --show-toplevel"):
                known = _PLACES.get(name, OWN if name == "shell pwd" else ROOT)
                parts.append(_Text(known, (place,) * len(known)))
            else:
                parts.append(_Text(OPEN, (place,)))
        return _joined([*parts, text.cut(end, len(text.chars))])

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


def _powershell_variables(source: str) -> tuple[tuple[str, list[_Text]], ...]:
    """The values that each variable may have: texts, lists, lists with `-f` before each item, paths below others."""
    found: dict[str, list[_Text]] = {}
    for match in islice(_POWERSHELL.finditer(source), MAX_LINES):
        at = (match.start(),)
        values = []
        if match["list"] is not None:
            start = match.start("list")
            items = [m.span(1) for m in re.finditer(r"['\"]([^'\"\n]*)['\"]", match["list"])]
            values = [_spaced([_text(source, start + a, start + b) for a, b in items])]
        elif match["each"]:
            for value in found.get(match["each"], ()):
                words = [value.cut(*m.span()) for m in re.finditer(r"\S+", value.chars)]
                values.append(_spaced([w for word in words for w in (_Text("-f", at * 2), word)]))
        elif match["below"]:
            values = [_joined([_Text(OPEN + "/", at * 2), _text(source, *match.span("below"))])]
        elif match["text"].startswith("$"):
            values = found.get(match["text"][1:], [])
        else:
            values = [_text(source, match.start("text") + 1, match.end("text") - 1)]
        own = found.setdefault(match["name"], [])
        own += [
            value
            for value in values
            if len(value.chars) <= MAX_VALUE and all(value.chars != other.chars for other in own)
        ][: MAX_VARIANTS - len(own)]
    return tuple(found.items())


def _spaced(words: list[_Text]) -> _Text:
    """The words in a row; those that are whole commands each on a line."""
    space = "\n" if any(" " in word.chars for word in words) else " "
    pieces = [piece for word in words for piece in (word, _Text(space, word.at[:1] or (0,)))]
    return _joined(pieces[:-1])


def _code_pieces(source: str) -> Iterator[_Piece]:
    """The command lines that Python code composes, and those that stand in its strings."""
    from dotmac_lint.readers.python.commands import read_commands

    for words in read_commands(source):
        parts = []
        for word in words:
            text = "'" + word.text.replace("'", OPEN) + "' "
            start, end = word.range.start, word.range.end
            parts.append(_Text(text, tuple(min(start + n, max(end - 1, start)) for n in range(len(text)))))
        yield _Piece(_joined(parts), "code", line=(words[0].range.start, words[-1].range.end))
    for piece in _string_pieces(source):
        yield _Piece(_placeholders(piece.text), "code")


def _placeholders(text: _Text) -> _Text:
    """The fields of a format string are not known."""
    parts, end = [], 0
    for match in re.finditer(r"\{[^{}]*\}", text.chars):
        parts += [text.cut(end, match.start()), _Text(OPEN, (text.at[match.start()],))]
        end = match.end()
    return _joined([*parts, text.cut(end, len(text.chars))])


def _pieces(path: str, source: str) -> tuple[Iterator[_Piece], ...]:
    if _DOCUMENT.search(path):
        return (_document_pieces(source),)
    if _MAKE.search(path) or path.endswith(".just") or path.lower().endswith("justfile"):
        return (_make_pieces(source, "just" in path.rpartition("/")[2].lower()), _comment_pieces(source))
    if _YAML.search(path):
        kind: Kind = "workflow" if path.startswith((".github/", ".gitlab")) or "/" not in path else "manifest"
        return (_yaml_pieces(source, kind), _comment_pieces(source))
    if _MANIFEST.search(path):
        return (_string_pieces(source),)
    if path.endswith(".py"):
        return (_code_pieces(source), _comment_pieces(source))
    if path.endswith(".ps1"):
        source = _continued(source.replace("\\", "/"))
        variables = _powershell_variables(source)
        values = _ASSIGNED.sub(lambda match: " " * len(match[0]), source)
        piece = _Piece(_text(values, 0, len(values)), "shell", variables=variables)
        return (iter((piece,)), _comment_pieces(source))
    if path.endswith((".bat", ".cmd")):
        source = _continued(source.replace("\\", "/"))
    return (iter((_Piece(_text(source, 0, len(source)), "shell"),)), _comment_pieces(source))


# ---- from words to command lines


def find_command_lines(workspace: Workspace) -> tuple[CommandLine, ...]:
    """Every `docker compose` command line of the repository, in the order of paths and places."""
    lines: tuple[CommandLine, ...] = workspace.remembered("command lines", lambda: _find(workspace))
    return lines


def _find(workspace: Workspace) -> tuple[CommandLine, ...]:
    found: dict[tuple[object, ...], CommandLine] = {}
    for path in workspace.chosen(_may_hold):
        for line in _lines_in(workspace, path).lines if _holds(workspace, path) else ():
            key = (line.span, *(word.path for word in (*line.files, *line.env_files)))
            found.setdefault(key, line)
    return tuple(sorted(found.values(), key=lambda line: line.span))


class Places(Protocol):
    """Where files and folders lie: what the words of a command line are looked up in."""

    def kind(self, path: str) -> str | None: ...

    def bytes(self, path: str) -> Data | None: ...

    def under(self, directory: str) -> Sequence[str]: ...


class Lines(msgspec.Struct, frozen=True):
    """The command lines of a file, and what was found at the paths that they name."""

    lines: tuple[CommandLine, ...]
    kinds: dict[str, str | None]
    more: bool
    """They depend on more: on what other files say, or on which there are."""


class _Asking:
    """The places of a repository; notes what it is asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.kinds: dict[str, str | None] = {}
        self.more = False
        self._workspace = workspace

    def kind(self, path: str) -> str | None:
        self.kinds[path] = self._workspace.kind(path)
        return self.kinds[path]

    def bytes(self, path: str) -> Data | None:
        self.more = True
        return self._workspace.bytes(path)

    def under(self, directory: str) -> Sequence[str]:
        self.more = True
        return self._workspace.under(directory)


def _hold(workspace: Workspace, lines: Lines) -> bool:
    return not lines.more and all(workspace.kind(path) == kind for path, kind in lines.kinds.items())


@fact(Lines, _hold)
def _lines_in(workspace: Workspace, path: str) -> Lines:
    source = workspace.source(path)
    asking = _Asking(workspace)
    lines = tuple(islice(_lines_of(asking, path, source.text), MAX_LINES)) if source is not None else ()
    return Lines(lines, asking.kinds, asking.more)


def _lines_of(places: Places, path: str, source: str) -> Iterator[CommandLine]:
    for pieces in _pieces(path, source):
        shell = _Shell()
        for piece in pieces:
            if piece.kind != "shell":
                shell = _Shell()
            for name, values in piece.variables:
                shell.variables[name] = values
                if name in _COMPOSE_VARIABLES and piece.kind != "shell":
                    shell.exported.add(name)
            if piece.folder:
                there = any(
                    places.kind(normalise(join(base, piece.folder)) or "") == "directory"
                    for base in ("", dirname(path))
                )
                shell.folder = OPEN if "$" in piece.folder else piece.folder if there else AWAY
            yield from _piece_lines(places, path, piece, shell)


def _may_hold(path: str) -> bool:
    name = path.rpartition("/")[2]
    named = _is_named_so(name) or "." not in name
    told_of_others = "changelog" in name.lower() or "release" in name.lower()
    return named and not told_of_others and _VENDORED.search(path) is None


def _is_named_so(name: str) -> bool:
    return _SHELL.search(name) is not None or any(pattern.search(name) for pattern in _HOLDERS)


def _holds(workspace: Workspace, path: str) -> bool:
    meant = _is_named_so(path.rpartition("/")[2]) or workspace.is_executable(path)
    return meant and _speaks_of_compose(workspace, path)


@fact(bool)
def _speaks_of_compose(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path)
    if data is None or len(data) > MAX_BYTES:
        return False
    likely = b"compose" in data or b"COMPOSE_FILE" in data or (b"stack" in data and b"docker" in data)
    return likely and _WORDS.search(data) is not None


def _piece_lines(places: Places, path: str, piece: _Piece, shell: _Shell) -> Iterator[CommandLine]:
    for words, folder in shell.run(piece.text):
        yield from _commands_in(places, path, piece, words, folder, shell)


def _commands_in(
    places: Places,
    path: str,
    piece: _Piece,
    words: list[_Text],
    folder: str,
    shell: _Shell,
    depth: int = 0,
) -> Iterator[CommandLine]:
    def emit(number: int, program: Program, arguments: list[_Text]) -> Iterator[CommandLine]:
        given = {}
        for earlier in words[:number]:
            name, equals, _ = earlier.chars.partition("=")
            if equals and name in _COMPOSE_VARIABLES:
                given[name] = earlier.cut(len(name) + 1, len(earlier.chars))
        for name in shell.exported & _COMPOSE_VARIABLES:
            given.setdefault(name, shell.variables[name][0])
        word, line = words[number], piece.line or shell.line
        place = (word.at[0], max(word.at) + 1)
        if not line[0] <= place[0] < line[1]:  # the name of the program stands in a variable
            place = line
        elif number + 1 < len(words):
            ends = [max(w.at) + 1 for w in words[number:] if w.at and line[0] <= w.at[0] < line[1]]
            place = (place[0], max(*ends, place[1]) if ends else place[1])
        yield from _command_lines(places, piece.kind, program, Span(path, *place), arguments, folder, given)

    first = words[0].chars
    if piece.kind == "document" and first.endswith(":") and first[0].isupper():
        return  # a sentence, where `run:` is a step of a workflow
    if piece.kind == "document" and depth and _BEGINS_SENTENCE.fullmatch(first):
        return
    for number, word in enumerate(words):
        chars = word.chars
        base = chars.rpartition("/")[2].lstrip("@-+")
        following = words[number + 1].chars if number + 1 < len(words) else ""
        if base == "docker-compose":
            yield from emit(number, "docker-compose", words[number + 1 :])
            return
        if base in ("docker", "podman") and following == "compose":
            yield from emit(number, "docker compose", words[number + 2 :])
            return
        if number == 0 and chars == OPEN and _for_compose(words[1:]):  # `$DOCKER_COMPOSE -f compose.yml up`
            yield from emit(number, "docker compose", words[1:])
            return
        arguments = _indirect(places, path, piece.kind, folder, words[number:])
        if arguments:
            yield from emit(number, "docker compose", arguments)
            return
        nested_command = depth < 2 and re.search(r"docker[ -]compose[ \t]", chars)
        if nested_command and not _ASSIGNMENT.match(chars):  # bash -c "...", ssh host "..."
            inner = _Shell()
            inner.variables, inner.folder = dict(shell.variables), folder
            for nested, where in inner.run(word):
                yield from _commands_in(places, path, piece, nested, where, inner, depth=depth + 1)


def _for_compose(words: list[_Text]) -> bool:
    """Whether the arguments are such as only Compose takes."""
    chars = [word.chars for word in words]
    files = [after for word, after in pairwise(chars) if word in ("-f", "--file")]
    named = any(re.search(r"compose[^/]*\.ya?ml$", file) for file in files)
    return named and not _SERVICE_COMMANDS.isdisjoint(chars)


_BEGINS_SENTENCE = regex(r"[A-Z][a-z]+")
"""No program is called so."""
_TAKES_FILES = regex(rb"--?(?:compose-)?f(?:ile)?[ =\"']")
_COMPOSE_PROGRAM = regex(rb"docker[ -]compose\b|docker stack\b")


def _indirect(places: Places, path: str, kind: Kind, folder: str, words: list[_Text]) -> list[_Text]:
    """The arguments of Compose that `docker stack deploy -c FILE`, a script that is given several Compose files,
    or a file that is put in the place of the override come to; empty where `words` are none of these."""
    chars = [word.chars for word in words]
    program = chars[0].lstrip("@-+")
    files: list[_Text] = []
    if program == "docker" and chars[1:3] in (["stack", "deploy"], ["stack", "up"], ["stack", "config"]):
        for number, word in enumerate(words[3:], 3):
            if word.chars.startswith("--compose-file="):
                files.append(word.cut(15, len(word.chars)))
            elif chars[number - 1] in ("-c", "--compose-file"):
                files.append(word)
    elif program in ("ln", "cp"):
        given = [word for word in words if not word.chars.startswith("-")]
        source, target = given[-2:] if len(given) > 2 else (words[0], words[0])
        name = (source if target.chars in (".", "./") else target).chars.rpartition("/")[2]
        for base in _folders(places, path, kind, folder) if name in OVERRIDE_FILES else ():
            inside = _inside(path, base, source.chars)
            place = _inside(path, base, dirname(target.chars))
            first = None if place is None else default_file(places, place)
            if first is not None and inside not in (None, first) and places.kind(inside) == "file":
                return [
                    _constant(word, source) for word in ("-f", ROOT + first, "-f", f"{ROOT}{inside}", "up")
                ]
    elif "/" in program or program.endswith((".sh", ".bash")):
        files = [word for word in words[1:] if re.search(r"compose[^/]*\.ya?ml$", word.chars)]
        for base in _folders(places, path, kind, folder) if files else ():
            inside = _inside(path, base, program)
            data = places.bytes(inside) if inside else None
            if data and b"$@" in data and _TAKES_FILES.search(data) and _COMPOSE_PROGRAM.search(data):
                break
        else:
            files = []
    up = [_constant("up", files[-1])] if files else []
    return [word for file in files for word in (_constant("-f", file), file)] + up


def _constant(chars: str, like: _Text) -> _Text:
    return _Text(chars, like.at[:1] * len(chars))


def _command_lines(
    places: Places,
    kind: Kind,
    program: Program,
    span: Span,
    words: list[_Text],
    folder: str,
    given: dict[str, _Text],
) -> Iterator[CommandLine]:
    path = span.path
    away = folder[:1] == AWAY or kind == "workflow"
    folder = folder.lstrip(AWAY)
    files: list[_Text] = []
    env_files: list[_Text] = []
    profiles: list[str] = []
    project_directory: _Text | None = None
    project_name: str | None = None
    i = 0
    while i < len(words) and words[i].chars.startswith("-"):
        option, equals, _ = words[i].chars.partition("=")
        word: _Text | None = words[i].cut(len(option) + 1, len(words[i].chars)) if equals else None
        if not equals and option[:2] in ("-f", "-p") and len(option) > 2 and option[1] != "-":
            word, option = words[i].cut(2, len(words[i].chars)), option[:2]
        elif not equals and option in _VALUE_OPTIONS:
            i += 1
            word = words[i] if i < len(words) else None
        i += 1
        if word is None:
            continue
        if option in ("-f", "--file"):
            files.append(word)
        elif option == "--env-file":
            env_files.append(word)
        elif option == "--profile":
            profiles.append(word.chars)
        elif option in ("--project-directory", "--workdir"):
            project_directory = word
        elif option in ("-p", "--project-name"):
            project_name = None if OPEN in word.chars else word.chars
    if not files and "COMPOSE_FILE" in given:
        value_text = given["COMPOSE_FILE"]
        files = [value_text.cut(*m.span()) for m in re.finditer(r"[^:;]+", value_text.chars)]
    if not env_files and "COMPOSE_ENV_FILES" in given:
        listed = given["COMPOSE_ENV_FILES"]
        env_files = [listed.cut(*m.span()) for m in re.finditer(r"[^,]+", listed.chars)]
    if not profiles and "COMPOSE_PROFILES" in given:
        profiles += given["COMPOSE_PROFILES"].chars.split(",")
    if "COMPOSE_PROJECT_NAME" in given and OPEN not in given["COMPOSE_PROJECT_NAME"].chars:
        project_name = project_name or given["COMPOSE_PROJECT_NAME"].chars
    subcommand = words[i].chars.strip("`.,;:") if i < len(words) else None
    if subcommand not in _SUBCOMMANDS:
        subcommand = None
    if subcommand is None and not files and not profiles:
        return
    services = tuple(_services(path, subcommand, words[i + 1 :])) if subcommand in _SERVICE_COMMANDS else ()
    known = tuple(profile for profile in profiles if profile and OPEN not in profile)
    seen: set[tuple[object, ...]] = set()
    for variant in _variants(places, path, kind, folder, files):
        base = variant.folder
        resolved = tuple(_file_word(places, span, base, word) for word in variant.files)
        if OPEN in folder:  # below a folder of ours, but nobody knows which
            resolved = tuple(w if w.exists else msgspec.structs.replace(w, path=None) for w in resolved)
        result = CommandLine(
            span=span,
            kind=kind,
            program=program,
            directory=base,
            files=resolved,
            env_files=tuple(_file_word(places, span, base, word) for word in env_files),
            profiles=known,
            project_directory=_file_word(places, span, base, project_directory, folder=True)
            if project_directory
            else None,
            project_name=project_name,
            subcommand=subcommand,
            services=services,
            complete=all(word.path is not None for word in resolved),
            vague=any(OPEN in word.chars for word in words[i + 1 :]),
            away=away and not files and default_file(places, base) is None,
            guessed=any(OPEN in word.chars for word in files),
        )
        key = tuple(word.path for word in resolved)
        if key not in seen:
            seen.add(key)
            yield result


def _services(path: str, subcommand: str | None, words: list[_Text]) -> Iterator[ServiceWord]:
    skip = False
    for word in words:
        chars = word.chars
        if skip:
            skip = False
        elif chars.startswith("-"):
            skip = chars in _OPTIONS_WITH_VALUE
        elif re.fullmatch(r"[A-Za-z0-9][\w.-]*", chars):
            yield ServiceWord(chars, Span(path, word.at[0], word.at[-1] + 1))
            if subcommand in _ONE_SERVICE:
                return
        else:
            return


class _Variant(NamedTuple):
    folder: str
    files: list[_Text]


def _variants(places: Places, path: str, kind: Kind, folder: str, files: list[_Text]) -> Iterator[_Variant]:
    """Where the command runs, judged by which of its files exist there; wildcards for what is not known."""
    best: tuple[tuple[int, int], str, list[list[_Text]]] | None = None
    for base in _folders(places, path, kind, folder):
        named = {_inside(path, base, word.chars) for word in files}
        choices = [_matches(places, path, base, word, named) for word in files]
        if (
            sum(
                len(choice) > 1 and word.chars[:1] == OPEN
                for choice, word in zip(choices, files, strict=True)
            )
            > 1
        ):
            choices = [
                choice if len(choice) == 1 else [] for choice in choices
            ]  # they belong together somehow
        if files:
            near = sum(
                1 for word in files if "/" in word.chars and _has_folder(places, path, base, word.chars)
            )
            score = (sum(1 for choice in choices if choice), near)
        else:
            score = (1 if default_file(places, base) else 0, 0)
        if not any(score) and not base and kind in ("shell", "comment", "document", "code"):
            score = (0, 1)  # most are run from the root
        if best is None or score > best[0]:
            best = (score, base, [choice or [word] for choice, word in zip(choices, files, strict=True)])
    if best is not None:
        for count, combination in enumerate(product(*best[2])):
            if count >= MAX_MATCHES:
                return
            yield _Variant(best[1], list(combination))


def default_file(places: Places, folder: str) -> str | None:
    """The default Compose file for commands in `folder`: its own, else that of the nearest folder above."""
    while True:
        for name in DEFAULT_FILES:
            if places.kind(path := join(folder, name)) == "file":
                return path
        if not folder:
            return None
        folder = dirname(folder)


def overlays_others(places: Places, folder: str) -> bool:
    """Whether the folder has an override and there is no file of ours that it overrides."""
    overrides = (places.kind(join(folder, name)) for name in OVERRIDE_FILES)
    return "file" in overrides and default_file(places, folder) is None


def _folders(places: Places, path: str, kind: Kind, folder: str) -> list[str]:
    own = dirname(path)
    if folder[:1] == OWN:
        starts, rest = [own], folder[1:]
    elif folder[:1] == ROOT or kind == "workflow":
        starts, rest = [""], folder.lstrip(ROOT)
    else:
        starts, rest = [own], folder
        while starts[-1]:
            starts.append(dirname(starts[-1]))
    rest = rest.strip("/")
    result: list[str] = []
    tails = [rest]
    while "/" in tails[-1]:  # `git clone ...; cd repository/folder`
        tails.append(tails[-1].partition("/")[2])
    for tail in (*tails, ""):
        for start in starts:
            inside = normalise(join(start, tail)) if OPEN not in tail else None
            if (
                inside is not None
                and inside not in result
                and (not inside or places.kind(inside) == "directory")
            ):
                result.append(inside)
    return result or [""]


def _has_folder(places: Places, path: str, base: str, chars: str) -> bool:
    inside = _inside(path, base, dirname(chars))
    return inside is not None and OPEN not in inside and places.kind(inside) == "directory"


def _inside(path: str, base: str, chars: str) -> str | None:
    """The path relative to the root; None outside it."""
    if chars[:1] == OWN:
        return normalise(join(dirname(path), chars[1:].lstrip("/")))
    if chars[:1] == ROOT:
        return normalise(chars[1:])
    return None if chars.startswith(("/", "~")) else normalise(join(base, chars))


def _matches(places: Places, path: str, base: str, word: _Text, named: Collection[str | None]) -> list[_Text]:
    """The files that the word may mean; one that the command line already names is not meant again."""
    inside = _inside(path, base, word.chars)
    if inside is None or inside == OPEN or not word.chars.strip(OPEN + "/"):
        return []
    if OPEN not in inside:
        return [word] if places.kind(inside) == "file" else []
    pattern = re.sub(f"{OPEN}+", "*", inside.replace("[", "[[]"))
    if "compose" not in pattern and not pattern.endswith((".yml", ".yaml")):
        return []
    depth = pattern.count("/")
    listed = places.under(dirname(pattern) if "*" not in dirname(pattern) else "")
    below = pattern.removeprefix("*/")  # `$ROOT/name` may lie in the root
    end = re.split(r"[*?\]]", below)[-1]
    likely = [f for f in listed if f.endswith(end) and f not in named]
    fitting = [f for f in likely if fnmatchcase(f, pattern) or fnmatchcase(f, below)]
    names = [f for f in fitting if f.count("/") == depth]
    if not names and word.chars[:1] == OPEN:  # a folder whose name is not known
        names = fitting
    if not names or len(names) > MAX_MATCHES:
        return []
    place = word.at[0] if word.at else 0
    return [_Text(ROOT + name, (place, *([place] * (len(name) - 1)), word.at[-1])) for name in names]


def _file_word(places: Places, command: Span, base: str, word: _Text, *, folder: bool = False) -> FileWord:
    """Of a word that variables are a part of, the place is what stands in the command."""
    path = command.path
    here = [offset for offset in word.at if command.start <= offset < command.end] or word.at
    span = Span(path, min(here, default=0), max(here, default=-1) + 1)
    inside = None if OPEN in word.chars or "*" in word.chars else _inside(path, base, word.chars)
    text = (
        word.chars.replace(OPEN, "*").lstrip(OWN + ROOT).lstrip("/" if word.chars[:1] in (OWN, ROOT) else "")
    )
    if word.chars[:1] == OWN and text.startswith("../") and inside is not None:
        text = inside
    exists = inside is not None and places.kind(inside) == ("directory" if folder else "file")
    return FileWord(text, span, inside, exists)
