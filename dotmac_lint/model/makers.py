"""Which scripts, makefiles, workflows and documents have a command that makes a file or folder.

The commands are followed by the small shell that finds those of Compose: variables, `cd`, what `sh -c` is given.
Nothing is run; of a path that is not wholly known the end counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.command_pieces import MAX_BYTES, MAX_LINES, Kind, pieces_of, with_shells
from dotmac_lint.model.run_step import bare
from dotmac_lint.model.shell import AWAY, OPEN, OWN, ROOT, Shell, Text
from dotmac_lint.workspace import normalise

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

MAX_BYTES_OF_ALL = 8_000_000
"""Of all files whose commands are looked through: each is looked through anew for each name."""

Fit = Literal["whole", "end", "deeper", "name"]
"""How the path in a command leads to the one that is asked for: all of it does, from a folder in which the file that
has the command may be run; or it is the end of that; or that is the end of it; or they only have the name in common."""

What = Literal["file", "empty file", "download", "folder", "content", "clone"]
"""What a command makes: "content" of a folder, where it puts something into it."""


class Making(msgspec.Struct, frozen=True):
    """A path that a command makes, as it is written there (`shell.OPEN` for what is not known), and the folder that the
    command runs in, as far as the file tells."""

    word: str
    folder: str
    what: What
    kind: Kind


class Maker(msgspec.Struct, frozen=True):
    """A file that has such a command."""

    path: str
    what: What
    kind: Kind
    fit: Fit
    is_open: bool
    """What stands before it is not known: `$FOLDER/name`."""

    @property
    def makes_file(self) -> bool:
        return self.what in ("file", "empty file", "download")


_FOLDERS = frozenset({"mkdir", "md"})
_FILES = frozenset({"tee", "nano", "vi", "vim", "nvim", "truncate", "htpasswd", "Set-Content", "Out-File"})
"""Programs that make what they are given."""
_LAST = frozenset(
    {"cp", "mv", "ln", "rsync", "scp", "install", "copy", "xcopy", "move", "Copy-Item", "Move-Item"}
)
"""Programs that make the last of what they are given, or below it what has the name of the others."""
_MAKES_FOLDER, _COPIES = regex(r"(?:create|make|ensure)_?dir\w*", re.I), regex(r"(?:fetch|copy|download)\w*")
"""Functions of scripts, which are called for what they do."""
_OUTPUT = regex(
    r"-[A-Za-z]{0,4}[oO]|--?(?:(?:key)?out|output(?:-document|-file)?|outfile|(?:key|cert)-file|dest)"
)
_INTO = frozenset({"-C", "-d", "--directory", "--target-directory"})
_INTO_OF_FETCHES = frozenset({"-P", "--directory-prefix", "--output-dir"})
"""Options before the folder that a program puts something into."""
_COMMAND = regex(
    r"\s(?:>|tee|touch|mkdir|cp|mv|ln|install|curl|wget)\s|^(?:touch|mkdir|cp|mv|ln|curl|wget)\s"
)


def makers(workspace: Workspace, files: tuple[str, ...], path: str) -> Iterator[Maker]:
    """Those of `files` that have a command which makes `path`."""
    name = basename(path)
    budget = workspace.remembered("makers", _Budget)
    for file, _ in workspace.words.search(files, (os.fsencode(name),)):
        if not budget.allows(file, name, _size(workspace, file)):
            continue
        for making in _makings(workspace, file, name):
            yield Maker(file, making.what, making.kind, _fit(file, making, path), OPEN in making.word)


class _Budget:
    """What one run has looked through."""

    def __init__(self) -> None:
        self._asked: set[tuple[str, str]] = set()
        self._bytes = 0

    def allows(self, file: str, name: str, size: int) -> bool:
        if (file, name) not in self._asked:
            self._asked.add((file, name))
            self._bytes += size
        return size <= MAX_BYTES and self._bytes <= MAX_BYTES_OF_ALL


@fact(int)
def _size(workspace: Workspace, path: str) -> int:
    return len(workspace.bytes(path) or b"")


def _fit(file: str, making: Making, path: str) -> Fit:
    word, folder = making.word, making.folder
    starts = [dirname(file)]
    if word[:1] == ROOT or making.kind == "workflow":
        starts = [""]
    while starts[-1] and word[:1] != OWN:
        starts.append(dirname(starts[-1]))
    inside = word.rpartition(OPEN)[2].lstrip(OWN + ROOT + "/")
    if OPEN not in word and word[:1] not in (OWN, ROOT):
        inside = join(folder.rpartition(OPEN)[2].lstrip(OWN + ROOT + AWAY + "/"), inside)
    outside = word[:1] in ("/", "~")
    if not outside and any(normalise(join(start, inside)) == path for start in starts):
        return "whole"  # what is not known before it may be that folder
    known = word.rpartition(OPEN)[2]
    end = normalise(known.lstrip(OWN + ROOT + "/")) or path
    boundary = "" if OPEN in word and known[:1] != "/" else "/"
    if not outside and f"/{path}".endswith(boundary + end):
        return "end"
    return "deeper" if f"/{end}".endswith("/" + "/".join(path.split("/")[-2:])) else "name"


@fact(list[Making])
def _makings(workspace: Workspace, path: str, name: str) -> list[Making]:
    """What the commands of the file make that has the name."""
    stands = os.fsencode(name) in (workspace.bytes(path) or b"")  # not only its longest word does
    source = workspace.source(path) if stands else None
    found: dict[Making, None] = {}
    for pieces in pieces_of(path, source.text, name) if source is not None else ():
        for piece, shell in with_shells(pieces, lambda: Shell(name, redirects=True)):
            shell.folder = piece.folder or shell.folder
            for words, folder in shell.run(piece.text):
                for word, what, where in _made(words, folder, name):
                    found[Making(word, where, what, piece.kind)] = None
                if len(found) >= MAX_LINES:
                    return list(found)
    return list(found)


def _made(words: list[Text], folder: str, name: str, depth: int = 0) -> Iterator[tuple[str, What, str]]:
    """The paths of that name which the command makes, what they are, and the folder it runs in."""
    for written, what in _outputs(tuple(word.chars for word in words)):
        for path in _braces(written) if name in written else ():
            parts = path.rstrip("/").split("/")
            for number, part in enumerate(parts, 1):
                if part == name:
                    yield "/".join(parts[:number]), what if number == len(parts) else "content", folder
    for word in words if depth < 2 else ():
        if name in word.chars and _COMMAND.search(word.chars):  # `sh -c "..."`, `ssh host "..."`
            inner = Shell(name, redirects=True)
            inner.folder = folder
            for nested, where in inner.run(word):
                yield from _made(nested, where, name, depth + 1)


def _outputs(words: tuple[str, ...]) -> Iterator[tuple[str, What]]:
    """The paths that the command makes, and what they are."""
    words = bare((words[0].lstrip("@+-"), *words[1:]))
    program = basename(words[0]) if words else ""
    file: What = "download" if program in ("curl", "wget") else "file"
    outputs = [number for number, word in enumerate(words) if word == ">"]
    yield from ((words[number + 1], file) for number in outputs if number + 1 < len(words))
    words = words[: outputs[0]] if outputs else words
    plain = [word for word in words[1:] if not word.startswith("-")]
    for word, after in pairwise((*words[1:], "")):
        option, equals, value = word.partition("=")
        if _OUTPUT.fullmatch(option):
            yield (value if equals else after), file
        elif option in _INTO:
            yield (value if equals else after) + "/*", "file"
        elif option == "of":
            yield value, "file"
    if program in _FOLDERS or _MAKES_FOLDER.fullmatch(program) or (program == "install" and "-d" in words):
        yield from ((word, "folder") for word in plain)
    elif program == "touch":
        yield from ((word, "empty file") for word in plain)
    elif program in _FILES:
        yield from ((word, "file") for word in plain)
    elif plain and (program in _LAST or "cp" in words[1:3] or _COPIES.fullmatch(program)):
        yield plain[-1], "file"
        yield from ((f"{plain[-1].rstrip('/')}/{basename(word)}", "file") for word in plain[:-1])
    elif file == "download":
        into = next((after for word, after in pairwise(words) if word in _INTO_OF_FETCHES), "")
        yield from ((join(into, basename(word)), file) for word in plain if "://" in word)
    elif program == "git" and plain[:1] == ["clone"]:
        yield plain[-1] if len(plain) > 2 else basename(plain[-1]).removesuffix(".git"), "clone"
    elif program == "ssh-keygen":
        yield from ((after, "file") for word, after in pairwise(words) if word == "-f")


def _braces(word: str) -> list[str]:
    """`data/{logs,cache}` as a shell takes it apart: one pair of braces."""
    found = re.search(r"\{([^{},]*(?:,[^{},]*)+)\}", word)
    if found is None:
        return [word]
    return [word[: found.start()] + choice + word[found.end() :] for choice in found[1].split(",")]
