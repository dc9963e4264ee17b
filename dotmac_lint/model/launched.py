"""Which Python modules the process of a service runs: those that its command names, and all that they import."""

from __future__ import annotations

import posixpath
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.start_code import Modules

_SERVERS = regex(
    r"gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|uwsgi|fastapi|litestar|flask|sanic|robyn|nicegui"
)
_TARGET = regex(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(\))?")
_DOTTED = regex(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORKER = regex(r"celery|worker|beat|flower|queue|scheduler", re.IGNORECASE)
_VARIABLE = regex(r"\$\{(?P<braced>\w+)(?::?[-=](?P<default>[^{}]*))?\}|\$(?P<plain>\w+)")
_OPENING = regex(r"\w+=|-")
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
_SCRIPTS_DEEP = 3
_EXPORTED = regex(r"\b(?:export|(?:declare|typeset)[ \t]+-x)[ \t]+([^\n;&|]*)")
_BEFORE_A_COMMAND = regex(
    r"(?:^|[;&|({`]|-l?c|\b(?:env|exec|then|do))[ \t]*[\"']?"
    r"((?:[A-Za-z_]\w*=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s;&|\"'])*[ \t]+)+)[^\s;&|]",
    re.MULTILINE,
)
_ASSIGNED = regex(r"(?<![^\s\"'])([A-Za-z_]\w*)(?=[=\s]|$)")
_SETS_ANYTHING = regex(
    r"(?:^|[;&|({]|-l?c|\b(?:then|do))[ \t]*[\"']?(?:\.|source)[ \t]+(?!\S*activate\b)\S"
    r"|\beval\b|\bexport[ \t]+(?:-\w[ \t]+)?[\"']?\$?\$[({]",
    re.MULTILINE,
)
"""Shell code that takes variables from a file, or from what a program prints."""
_CONSOLE = r"^[ \t]*[\"']?{}[\"']?[ \t]*=[ \t]*[\"']?([\w.]+):(\w+)"


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
    texts = list(_texts(service))
    found = _Found(service, modules)
    for line in _lines(texts, service):
        found.read(line)
    if not found.roots:
        found.guess()
    return found.result(_given(texts))


# ---- the command


def _texts(service: Service) -> Iterator[str]:
    """The shell code that the container starts with: its commands, and the scripts that these name."""
    texts = list(_commands(service))
    seen: set[str] = set()
    for _ in range(_SCRIPTS_DEEP):
        names = {posixpath.basename(m.group()) for text in texts for m in _SCRIPT.finditer(text)}
        names |= {posixpath.basename(text.split()[0]) for text in texts[:2] if text.split()}
        fresh = sorted(f for f in service.files if posixpath.basename(f) in names and f not in seen)
        fresh = [f for f in fresh if f.endswith((".sh", ".bash")) or "." not in posixpath.basename(f)]
        if not fresh:
            break
        seen.update(fresh)
        texts += [(service.workspace.bytes(f) or b"").decode("utf-8", "replace") for f in fresh]
    for text in texts:
        yield re.sub(r"^[ \t]*#[^\n]*", "", text.replace("\\\n", " "), flags=re.MULTILINE)


def _lines(texts: list[str], service: Service) -> Iterator[list[str]]:
    """The command lines, as words."""
    for code in texts:
        for line in _SEPARATOR.split(_expanded(code, service)):
            words = _words(line)
            if words:
                yield words


def _given(texts: list[str]) -> frozenset[str] | None:
    if any(_SETS_ANYTHING.search(text) for text in texts):
        return None
    settings = (row for text in texts for how in (_EXPORTED, _BEFORE_A_COMMAND) for row in how.findall(text))
    return frozenset(name for row in settings for name in _ASSIGNED.findall(row))


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
                path = self.add(word)
                if path is not None:
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

    def file(self, name: str) -> str | None:
        """The file of a module in the container."""
        if not name:
            return None
        tail = name.replace(".", "/")
        ends = (f"{tail}.py", f"{tail}/__main__.py", f"{tail}/__init__.py")
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
        if not re.fullmatch(r"[A-Za-z][\w.-]*", name):
            return
        pattern = re.compile(_CONSOLE.format(re.escape(name)), re.MULTILINE)
        metadata = ("pyproject.toml", "setup.cfg", "setup.py")
        for file in sorted(f for f in self.service.files if f.endswith(metadata)):
            if posixpath.basename(file) in metadata:
                text = (self.service.workspace.bytes(file) or b"").decode("utf-8", "replace")
                for match in pattern.finditer(text):
                    self.add(match[1], function=match[2])

    def guess(self) -> None:
        """The applications that the container holds: Celery's for a worker, else those of a server.

        Where there is none, all that it holds may run. Alembic runs the `env.py` of its migrations.
        """
        service = self.service
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
