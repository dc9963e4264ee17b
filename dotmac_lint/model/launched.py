"""Which Python modules the process of a service runs: those that its command names, and all that they import."""

from __future__ import annotations

import posixpath
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.start_code import Modules
    from dotmac_lint.readers.shell import ShellScript
    from dotmac_lint.workspace import Workspace

_SERVERS = regex(
    r"gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|uwsgi|fastapi|litestar|flask|sanic|robyn|nicegui"
)
_TARGET = regex(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(\))?")
_DOTTED = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORKER = regex(r"celery|worker|beat|flower|queue|scheduler", re.IGNORECASE)
_VARIABLE = regex(r"\$\{(?P<braced>\w+)(?::?[-=](?P<default>[^{}]*))?\}|\$(?P<plain>\w+)")
_OPENING = regex(r"\w+=|-")
_SETTING = regex(r"[A-Za-z_]\w*=")
_SEPARATOR = regex(r"\n|&&|\|\||[;|]")
_IMPORT = regex(
    rb"\n[ \t]*(?:from[ \t]+(?P<module>\.*[\w.]*)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n]*)"
    rb"|import[ \t]+(?P<plain>[\w., \t]+))"
)
"""Begins with a literal, unlike `^`: twice as fast."""
_SCRIPT = regex(r"[^\s\"'=;&|()]+\.(?:sh|bash)\b")
_PASSED_OVER = frozenset(
    {"cd", "export", "set", "echo", "sleep", "true", "exit", "test", "[", "sh", "bash", "uv", "run"}
)
"""Words with which lines begin that run nothing of the repository."""
_FILE_TOOLS = frozenset({"chgrp", "chmod", "chown", "cp", "install", "ln", "mkdir", "mv", "rm", "touch"})
"""Programs of every system that prepare files for what other containers run."""
_SCRIPTS_DEEP = 3
_MAY_SET = regex(r"\w=|\b(?:eval|export|source)\b|(?:^|[\s\"';&|({])\.[ \t]")
_INLINE = regex(r"(?:^|[ \t])-\w{0,3}c[ \t]+")
_NESTED_DEEP = 3
_CONSOLE = regex(r"^[ \t]*[\"']?([A-Za-z][\w.-]*)[\"']?[ \t]*=[ \t]*[\"']?([\w.]+):(\w+)", re.MULTILINE)
_METADATA = ("pyproject.toml", "setup.cfg", "setup.py")


class Launched(msgspec.Struct, frozen=True):
    """What runs in the process of a service, as paths of Python files."""

    modules: frozenset[str]
    """What is imported."""
    programs: frozenset[str]
    """Of these, what runs as a program: `__name__` is `"__main__"`."""
    functions: frozenset[tuple[str, str]]
    """Functions that the command calls: console scripts and factories, by path and name."""
    words: frozenset[str]
    """The words of the commands."""
    given: frozenset[str] | None
    """The variables that shell code sets before it starts the program; None where it may set any."""
    migrates: bool
    """Alembic runs, and nothing else."""
    server: bool
    """A server runs the start-up code of the application."""
    celery: bool


def launched(service: Service, modules: Modules) -> Launched:
    """The modules that the service runs; where its command does not tell, those of its applications."""
    commands = [_plain(command) for command in _commands(service)]
    scripts = _scripts(service, commands)
    found = _Found(service, modules)
    for line in _lines([*commands, *(_text(service, path) for path in scripts)], service):
        found.read(line)
    if not found.roots:
        found.guess()
    return found.result(_given(service, commands, scripts))


# ---- the command


def _scripts(service: Service, commands: list[str]) -> list[str]:
    """The scripts that the commands name, and those that these name."""
    texts, scripts = list(commands), list[str]()
    for _ in range(_SCRIPTS_DEEP):
        names = {posixpath.basename(m.group()) for text in texts for m in _SCRIPT.finditer(text)}
        names |= {posixpath.basename(text.split()[0]) for text in commands if text.split()}
        fresh = sorted(f for f in service.files if posixpath.basename(f) in names and f not in scripts)
        fresh = [f for f in fresh if f.endswith((".sh", ".bash")) or "." not in posixpath.basename(f)]
        if not fresh:
            break
        scripts += fresh
        texts = [_text(service, path) for path in fresh]
    return scripts


def _text(service: Service, path: str) -> str:
    return _plain((service.workspace.bytes(path) or b"").decode("utf-8", "replace"))


def _plain(code: str) -> str:
    """Shell code without comments and with long lines joined."""
    return re.sub(r"^[ \t]*#[^\n]*", "", code.replace("\\\n", " "), flags=re.MULTILINE)


def _lines(texts: list[str], service: Service) -> Iterator[list[str]]:
    """The command lines, as words."""
    for code in texts:
        for line in _SEPARATOR.split(_expanded(code, service)):
            words = _words(line)
            if words:
                yield words


class _Sets(msgspec.Struct, frozen=True):
    """What shell code exports, or sets for one command."""

    names: frozenset[str] = frozenset()
    anything: bool = False
    """It takes variables from a file, or from what a program prints."""


def _given(service: Service, commands: list[str], scripts: list[str]) -> frozenset[str] | None:
    """The variables that shell code sets for what it starts; None where it may set any."""
    codes = [_INLINE.split(command, 1)[-1] for command in commands if _MAY_SET.search(command)]
    rows = [*map(_sets, codes), *(_sets_in_script(service.workspace, path) for path in scripts)]
    anything = any(row.anything for row in rows)
    return None if anything else frozenset(name for row in rows for name in row.names)


@fact(_Sets)
def _sets_in_script(workspace: Workspace, path: str) -> _Sets:
    script, source = workspace.shell(path), workspace.source(path)
    return _Sets() if script is None or source is None else _sets_in(script, source.text, 0)


def _sets(code: str, depth: int = 0) -> _Sets:
    from dotmac_lint.readers.shell import read_shell

    return _sets_in(read_shell(code), code, depth)


def _sets_in(script: ShellScript, code: str, depth: int) -> _Sets:
    names = {one.name for one in script.assignments if one.exported or one.temporary}
    anything = script.exports_anything
    for command in script.commands:
        words, written = command.words, [code[at.start : at.end] for at in command.ranges]
        sourced = "".join(written[1:2]) if words[0] in (".", "source") else "activate"
        anything = anything or words[0] == "eval" or not sourced.endswith("activate")
        if "env" in words:
            names |= {word.partition("=")[0] for word in words if word and _SETTING.match(word)}
        for before, text in zip(words, written[1:], strict=False):
            if before and _INLINE.fullmatch(f"{before} ") and depth < _NESTED_DEEP:
                inner = _sets(text.strip("\"'"), depth + 1)
                names |= inner.names
                anything = anything or inner.anything
    return _Sets(frozenset(names), anything)


def _commands(service: Service) -> Iterator[str]:
    definition, stage = service.definition, service.stage
    entrypoint, command = definition.entrypoint, definition.command
    if entrypoint is not None:
        yield " ".join(word.raw for word in entrypoint.words)
    elif stage is not None:
        yield " ".join(getattr(stage.entrypoint, "words", ()))
    if command is not None:
        yield " ".join(word.raw for word in command.words)
    elif stage is not None and entrypoint is None:
        yield " ".join(getattr(stage.cmd, "words", ()))


def _expanded(text: str, service: Service) -> str:
    """`text` with the variables of the service that are known, and with the defaults of the others."""

    def value(match: re.Match[str]) -> str:
        given = service.environment.value(match["braced"] or match["plain"])
        return given.value if isinstance(given, Known) else match["default"] or ""

    return _VARIABLE.sub(value, text)


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    # `sh -c "..."` holds a whole command line in one word.
    return [part for word in words for part in (word.split() if " " in word else [word])]


# ---- the modules


class _Found:
    def __init__(self, service: Service, modules: Modules) -> None:
        self.service = service
        self.modules = modules
        self.roots: set[str] = set()
        self.programs: set[str] = set()
        self.functions: set[tuple[str, str]] = set()
        self.words: set[str] = set()
        self.alembic = False
        self.migrates = False
        self.others = False
        """There are lines that run more than migrations."""
        self.runs: set[str] = set()
        """The programs with which lines begin."""
        self.server = False
        self.celery = False

    def read(self, words: list[str]) -> None:
        """The modules that one command line names."""
        self.words.update(map(sys.intern, words))  # services are started alike
        names = {posixpath.basename(word) for word in words}
        if "alembic" in names:
            self.alembic = True
        elif words != ["exec", "$@"] and not (
            _OPENING.match(words[0]) or posixpath.basename(words[0]) in _PASSED_OVER
        ):
            self.others = True
        called = (posixpath.basename(word) for word in words if not _OPENING.match(word))
        first = next((name for name in called if name not in ("sh", "bash", "exec")), "")
        if first not in _PASSED_OVER:
            self.runs.add(first)
        self.celery = self.celery or "celery" in names
        self.server = self.server or any(_SERVERS.fullmatch(name) for name in names)
        before = ""
        for position, written in enumerate(words):
            word = written
            option, equals, value = written.partition("=")
            if option.startswith("-") and equals:
                before, word = option, value
            target = _TARGET.fullmatch(word)
            if target:
                self.add(target[1], function=target[2])
            elif before == "-m":
                path = self.file(word, runs=True)
                if path is not None:
                    self.roots.add(path)
                    self.programs.add(path)
            elif before in ("-A", "--app", "--module", "-w") or _DOTTED.fullmatch(word):
                self.add(word)
            elif word.endswith(".py"):
                self.program(word)
            elif position == 0 or before in ("run", "exec"):
                self.console(posixpath.basename(word))
            before = word

    def add(self, name: str, function: str | None = None) -> str | None:
        """The module `name`; also where its last part is a name inside it."""
        for dotted in (name, name.rpartition(".")[0]):
            path = self.file(dotted)
            if path is not None:
                self.roots.add(path)
                attribute = function or name[len(dotted) + 1 :]
                if attribute:
                    self.functions.add((path, attribute))
                return path
        return None

    def file(self, name: str, *, runs: bool = False) -> str | None:
        """The file of a module in the container; of a package what `python -m` runs, or what an import does."""
        if not name:
            return None
        tail = name.replace(".", "/")
        ends = (f"{tail}.py", f"{tail}/__main__.py" if runs else f"{tail}/__init__.py")
        found = [f for f in self.service.files if f.endswith(ends) and self._whole(f, ends)]
        return min(found, key=lambda f: (f.count("/"), f), default=None)

    @staticmethod
    def _whole(path: str, ends: tuple[str, ...]) -> bool:
        return any(path == end or path.endswith("/" + end) for end in ends)

    def program(self, word: str) -> None:
        tail = posixpath.normpath(word).lstrip("/.")
        parts = tail.split("/")
        for start in range(len(parts)):  # the container's folders differ from the repository's
            end = "/".join(parts[start:])
            found = [f for f in self.service.files if f == end or f.endswith("/" + end)]
            if found:
                path = min(found, key=lambda f: (f.count("/"), f))
                self.roots.add(path)
                self.programs.add(path)
                return

    def console(self, name: str) -> None:
        """A program that the project's metadata declares."""
        for declared, module, function in self._consoles:
            if declared == name:
                self.add(module, function=function)

    @cached_property
    def _consoles(self) -> list[tuple[str, str, str]]:
        named = (path for path in self.service.files if path.endswith(_METADATA))
        files = sorted(path for path in named if posixpath.basename(path) in _METADATA)
        return [row for path in files for row in _consoles_in(self.service.workspace, path)]

    def guess(self) -> None:
        """The applications that the container holds: Celery's for a worker, else those of a server.

        Where there is none, all that it holds may run. Alembic runs the `env.py` of its migrations. Nothing runs in a
        container that is only kept open, or that only prepares files.
        """
        service = self.service
        if service.idles or (self.runs and self.runs <= _FILE_TOOLS):
            return
        if self.alembic and not self.others:
            self.roots = {file for file in service.files if _is_of_alembic(service, file)}
            self.migrates = bool(self.roots)
            if self.migrates:
                return
        command = service.definition.command
        names = [service.name, *(word.raw for word in command.words)] if command else [service.name]
        worker = any(_WORKER.search(name) for name in names)
        for application in service.repository.applications:
            if application.path in service.files and (application.kind == "celery") == worker:
                self.roots.add(application.path)
        if not self.roots:
            self.roots = {file for file in service.files if file.endswith(".py")}
        self.celery = worker
        self.server = not worker

    def result(self, given: frozenset[str] | None) -> Launched:
        return Launched(
            given=given,
            migrates=self.migrates,
            modules=self.modules.imported(self.roots, self.service.files),
            programs=frozenset(self.programs),
            functions=frozenset(self.functions),
            words=frozenset(self.words),
            server=self.server,
            celery=self.celery,
        )


@fact(list[tuple[str, str, str]])
def _consoles_in(workspace: Workspace, path: str) -> list[tuple[str, str, str]]:
    """The programs that a project's metadata declares: names, modules and functions."""
    return _CONSOLE.findall((workspace.bytes(path) or b"").decode("utf-8", "replace"))


def _is_of_alembic(service: Service, file: str) -> bool:
    return posixpath.basename(file) == "env.py" and b"alembic" in (service.workspace.bytes(file) or b"")


def imported_names(data: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every import of a module, wherever it stands: the module, and the names that are taken from it."""
    for match in _IMPORT.finditer(b"\n" + data):
        if match["plain"] is not None:
            for one in match["plain"].decode("utf-8", "replace").split(","):
                yield one.split(" as ")[0].strip(), ()
            continue
        names = re.sub(r"#[^\n]*", "", match["names"].decode("utf-8", "replace")).strip("() \t\r\n")
        yield match["module"].decode(), tuple(_first(names.split(",")))


def _first(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        words = name.split()
        if words:
            yield words[0]
