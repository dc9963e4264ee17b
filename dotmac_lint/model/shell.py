"""Enough of a shell to follow variables and `cd` through a script, and to see which words its commands have.

Nothing is run; what cannot be worked out stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from posixpath import dirname, join
from typing import NamedTuple

from dotmac_lint.lazy import regex

MAX_VARIANTS = 8
"""Of one command line whose variables have several values."""
MAX_NESTING = 8
"""Expansions within expansions that are followed."""
MAX_VALUE = 5_000
"""Characters of a variable's value."""

OPEN = "\0"
"""Stands in a word for what is not known."""


class Text(NamedTuple):
    """Characters with the offset in the file that each of them comes from."""

    chars: str
    at: tuple[int, ...]

    @classmethod
    def of(cls, source: str, start: int, end: int) -> Text:
        return cls(source[start:end], tuple(range(start, end)))

    def cut(self, start: int, end: int) -> Text:
        return Text(self.chars[start:end], self.at[start:end])


def joined(parts: list[Text]) -> Text:
    return Text("".join(p.chars for p in parts), tuple(o for p in parts for o in p.at))


def spaced(words: list[Text]) -> Text:
    """The words in a row; those that are whole commands each on a line."""
    space = "\n" if any(" " in word.chars for word in words) else " "
    pieces = [piece for word in words for piece in (word, Text(space, word.at[:1] or (0,)))]
    return joined(pieces[:-1])


ASSIGNMENT = regex(
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
_OUTPUT = regex(r">[>|]?[ \t]*(?=[\w./\"'$~{])(?!/dev/)")
"""What stands before the file that takes a command's output."""

OWN, ROOT, AWAY = "\1", "\2", "\3"
"""Stand at the head of a word for the folder of the file itself, for the root of the repository, and for a folder of
which nobody knows whether it is one of the repository's."""
PLACES = {
    "0": OWN + "/0",
    "BASH_SOURCE": OWN + "/0",
    "PWD": ".",
    "CURDIR": OWN,
    "GITHUB_WORKSPACE": ROOT,
    "CI_PROJECT_DIR": ROOT,
    "WORKSPACE": ROOT,
}


def _cut(value: Text, how: str, what: str) -> Text | None:
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


class Shell:
    """Enough of a shell to follow variables and `cd` through a script, as far as its commands have `about` in them.

    With `redirects`, a command that writes its output into a file has the words `>` and that file.
    """

    def __init__(self, about: str = "compose", *, redirects: bool = False) -> None:
        self._about = about
        self._redirects = redirects
        self.variables: dict[str, list[Text]] = {}
        self.exported: set[str] = set()
        self.folder = ""
        self.depth = 0
        self.line = (0, 0)
        """Where the line of the current command begins and ends."""
        self._folders: list[str] = []
        self._nesting = 0
        self._branches: list[tuple[dict[str, list[Text]], set[str]]] = []
        """For each `if` and `case` that is open, the variables before it, and those that this branch has set."""

    def lines(self, text: Text) -> Iterator[Text]:
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

    def run(self, text: Text) -> Iterator[tuple[list[Text], str]]:
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
                if match := ASSIGNMENT.match(stripped, start):
                    self._assign(line.cut(indent, len(chars)), match)
            self._branch(chars)
            if self._about in chars or "cd" in chars or "pushd" in chars or self._mentions(chars):
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
        return any(self._about in value.chars for name in names for value in self.variables.get(name, ()))

    def choices(self, chars: str) -> Iterator[dict[str, Text]]:
        names = sorted({name for name in _REFERENCE.findall(chars) if len(self.variables.get(name, ())) > 1})
        for count, values in enumerate(product(*(self.variables[name] for name in names))):
            if count >= MAX_VARIANTS:
                return
            yield dict(zip(names, values, strict=True))

    def _assign(self, line: Text, match: re.Match[str]) -> None:
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
        values: list[Text] = []
        for choice in self.choices(value.chars):
            words = [word for command in self.words(value, choice) for word in command]
            if array:
                values.append(spaced(words))
            else:
                values.append(words[0] if words else Text("", ()))
        if match["operator"] == "+=":
            space = [Text(" ", (line.at[0],))] if array else []
            before = self.variables.get(name, [Text("", ())])
            values = [joined([old, *space, new]) for old in before for new in values]
        if self.depth:
            values = others + [new for new in values if all(new.chars != one.chars for one in others)]
        self.variables[name] = [value for value in values if len(value.chars) <= MAX_VALUE][:MAX_VARIANTS]
        if match["how"] and match["how"].startswith("export"):
            self.exported.add(name)

    def _commands(self, line: Text) -> Iterator[tuple[list[Text], str]]:
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

    def words(self, line: Text, choice: dict[str, Text]) -> list[list[Text]]:
        """The simple commands of a line as lists of words; brackets are commands of their own."""
        commands: list[list[Text]] = [[]]
        parts: list[Text] | None = None
        chars, i, size = line.chars, 0, len(line.chars)

        def end_word() -> None:
            nonlocal parts
            if parts is not None:
                commands[-1].append(joined(parts))
            parts = None

        def add(piece: Text) -> None:
            nonlocal parts
            if parts is None:
                parts = []
            parts.append(piece)

        def split(value: Text) -> None:
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
                add(Text("/", (line.at[i],)) if parts and chars[i + 1].isalnum() else line.cut(i + 1, i + 2))
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
                add(Text("", ()))
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
                if parts is not None and joined(parts).chars in ("0", "1", "2"):
                    parts = None
                end_word()
                output = (
                    _OUTPUT.match(chars, i)
                    if self._redirects and chars[i - 1 : i] not in ("-", "=")
                    else None
                )
                if output:
                    commands[-1].append(line.cut(i, i + 1))
                    i = output.end()
                    continue
                redirection = re.compile(r"[<>&]+[ \t]*(?:\$\{\{.*?\}\}|[^\s;&|)])*").match(chars, i)
                placeholder = re.compile(r"<[\w .|/-]+>").match(chars, i)
                if placeholder:  # `<service>` in a document
                    parts = [Text(OPEN, (line.at[i],))]
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

    def expand(self, line: Text, start: int, choice: dict[str, Text]) -> tuple[Text, int]:
        """The value of `$...` or of a command substitution at `start`, and the offset after it."""
        chars = line.chars
        place = line.at[start]
        if self._nesting > MAX_NESTING:
            return Text(OPEN, (place,)), len(chars)

        def constant(value: str) -> Text:
            return Text(value, (place,) * len(value))

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

    def _value(self, name: str, choice: dict[str, Text]) -> Text | None:
        if name in choice:
            return choice[name]
        if self.variables.get(name):
            return self.variables[name][0]
        return Text(PLACES[name], (0,) * len(PLACES[name])) if name in PLACES else None

    def _substitution(self, inner: Text, choice: dict[str, Text]) -> str:
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
            elif self._redirects and self._about in last:
                return last  # what it prints where nothing else is set, as a rule
        return OPEN
