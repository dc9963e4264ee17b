"""Who reads an environment variable: the proof by absence.

A name is searched as a whole word in the files that a container holds. In Python only string literals
count: a constant of the same name reads nothing. Documents and files that only set variables never count.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from dotmac_lint.workspace import Workspace

if TYPE_CHECKING:
    from dotmac_lint.readers.python.reads import PythonReads

MAXIMUM_BYTES = 2 * 1024 * 1024

# Documents, pictures, locks; and files that only set variables: Compose files, env files.
_NO_READER = re.compile(
    r"\.(md|mdx|rst|txt|adoc|csv|svg|png|jpe?g|gif|ico|woff2?|ttf|eot|pdf|lock|map|po|pot|snap|sql|ipynb)$"
    r"|(^|/)\.env[^/]*$|\.env(\.[^/]*)?$|(^|/)[^/]*compose[^/]*\.ya?ml$|(^|/)\.git(hub|lab)[^/]*/"
    r"|(^|/)(Dockerfile|Containerfile)[^/]*$|\.Dockerfile$|(^|/)(package-lock|yarn|pnpm-lock)[^/]*$|(^|/)Makefile$",
    re.IGNORECASE,
)


class Occurrence(msgspec.Struct, frozen=True):
    """A place where a name stands as a word; offsets are bytes."""

    path: str
    start: int
    end: int


def find_words(
    workspace: Workspace, paths: Iterable[str], names: Collection[str]
) -> dict[str, tuple[Occurrence, ...]]:
    """Where each of `names` may be read in `paths`: one pass over each file."""
    words = {
        name.encode(): re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(name.encode()) + rb"(?![A-Za-z0-9_])")
        for name in names
    }
    found: dict[str, list[Occurrence]] = {}
    for path in paths:
        if _NO_READER.search(path):
            continue
        data = workspace.bytes(path)
        if not data or len(data) > MAXIMUM_BYTES or b"\0" in data[:4096]:
            continue
        # Plain search first: it is ten times as fast as a pattern of all names.
        hits = [hit for word, pattern in words.items() if word in data for hit in pattern.finditer(data)]
        if hits and path.endswith((".py", ".pyi")):
            literals = _string_literals(data)
            hits = [hit for hit in hits if any(start <= hit.start() < end for start, end in literals)]
        for hit in hits:
            found.setdefault(hit.group().decode(), []).append(Occurrence(path, hit.start(), hit.end()))
    return {name: tuple(places) for name, places in found.items()}


def _string_literals(data: bytes) -> list[tuple[int, int]]:
    """The byte ranges of string literals that are no docstrings; all of the file where it is no Python."""
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    ranges: list[tuple[int, int]] = []
    begins_statement = True
    open_strings: list[tuple[int, int]] = []
    lines = data.decode("utf-8", "surrogateescape").splitlines(keepends=True)

    def offset(place: tuple[int, int]) -> int:
        row, column = place
        line = lines[row - 1] if row <= len(lines) else ""
        return starts[row - 1] + len(line[:column].encode("utf-8", "surrogateescape"))

    begin, end = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)
    idle = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
    try:
        for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
            if token.type == tokenize.STRING and not begins_statement and not open_strings:
                ranges.append((offset(token.start), offset(token.end)))
            elif token.type == begin:
                open_strings.append(token.start)
            elif token.type == end and open_strings:
                first = open_strings.pop()
                if not open_strings:
                    ranges.append((offset(first), offset(token.end)))
            if token.type == tokenize.NEWLINE:
                begins_statement = True
            elif token.type not in idle:
                begins_statement = False
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return [(0, len(data))]
    return ranges


class Pattern(msgspec.Struct, frozen=True):
    """Names composed at run time: anything that begins and ends so."""

    prefix: str
    suffix: str = ""

    def reaches(self, name: str) -> bool:
        return (
            name.startswith(self.prefix)
            and name.endswith(self.suffix)
            and len(name) > len(self.prefix + self.suffix)
        )


# What stands in every file that reads the environment: plain words, searched far faster than a pattern.
_IN_PYTHON = (b"environ", b"getenv", b"decouple", b"starlette", b"envvar")
_IN_JAVASCRIPT = (b"process.env", b"import.meta.env")


def _python_reads(workspace: Workspace, path: str) -> PythonReads | None:
    def reads() -> PythonReads | None:
        data = workspace.bytes(path) or b""
        return workspace.python_reads(path) if any(word in data for word in _IN_PYTHON) else None

    found: PythonReads | None = workspace.remembered(f"reads of {path}", reads)
    return found


def dynamic_patterns(workspace: Workspace, path: str) -> tuple[Pattern, ...]:
    """The names that the code in `path` composes."""
    found: tuple[Pattern, ...] = workspace.remembered(
        f"patterns of {path}", lambda: _patterns(workspace, path)
    )
    return found


def _patterns(workspace: Workspace, path: str) -> tuple[Pattern, ...]:
    if path.endswith(".py"):
        python = _python_reads(workspace, path)
        return tuple(Pattern(d.prefix, d.suffix) for d in python.dynamic) if python else ()
    if re.search(r"\.[cm]?[jt]sx?$", path):
        data = workspace.bytes(path) or b""
        if not any(word in data for word in _IN_JAVASCRIPT):
            return ()
        script = workspace.javascript_reads(path)
        return tuple(Pattern(d.prefix, d.suffix) for d in script.dynamic) if script else ()
    return ()


@cache
def _well_known() -> tuple[dict[str, Any], ...]:
    import tomllib

    data = tomllib.loads((files("dotmac_lint.data") / "well_known_variables.toml").read_text("utf-8"))
    return tuple(data["group"])


@cache
def _matcher() -> re.Pattern[str]:
    names = [name for group in _well_known() for name in group["names"]]
    return re.compile("|".join(re.escape(name).replace(r"\*", ".*") for name in names))


def is_well_known(name: str, base: str | None = None) -> bool:
    """Whether some program reads `name` by itself: an interpreter, a server, a library, the base image."""
    return bool(_matcher().fullmatch(name))


def names_in(workspace: Workspace, paths: Iterable[str]) -> Iterator[tuple[str, str, int, int]]:
    """Each (name, path, start, end) that Python code in `paths` reads from the environment."""
    for path in paths:
        if path.endswith(".py"):
            reads = _python_reads(workspace, path)
            for read in reads.reads if reads else ():
                if read.name is not None and read.name_range is not None:
                    yield read.name, path, read.name_range.start, read.name_range.end
