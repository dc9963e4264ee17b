"""Which code runs when the application starts, and where it calls the checks of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import Any

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.guard_values import Namespace, dotted
from dotmac_lint.model.launched import Launched, imported_names
from dotmac_lint.model.settings_code import code_of
from dotmac_lint.readers.python.code import (
    Assert,
    Assign,
    Attribute,
    Call,
    Class,
    Compare,
    Do,
    Expr,
    For,
    Function,
    Handler,
    If,
    Name,
    Opaque,
    Raise,
    Return,
    Stmt,
    Try,
    With,
)
from dotmac_lint.source import Range, Span
from dotmac_lint.words import calls, stands
from dotmac_lint.workspace import Workspace

NOT_SHIPPED = regex(
    r"(^|/)(tests?|testing|examples?|docs|benchmarks?|alembic/versions|migrations/versions)/"
    r"|(^|/)(test_[^/]*|[^/]*_test|conftest|noxfile|tasks|setup)\.py$"
)
"""Code that no service of a deployment runs."""

SERVER_NAMES = frozenset(
    {
        "lifespan", "startup", "on_startup", "startup_event", "startup_handler", "app_startup", "app_lifespan",
        "startup_checks", "run_startup_checks",
    }
)  # fmt: skip
"""What functions are called that a server runs when it starts the application."""
PROGRAM_NAMES = frozenset(
    {
        "start", "main", "create_app", "create_application", "make_app", "build_app", "get_app", "get_application",
        "init_app", "run", "setup", "bootstrap", "initialize", "init", "serve", "application", "create_celery_app",
        "make_celery", "create_celery", "entrypoint",
    }
)  # fmt: skip
"""What functions are called that programs, or factories of applications, start with."""
START_NAMES = SERVER_NAMES | PROGRAM_NAMES
START_METHODS = frozenset({"ready", "lifespan", "on_startup"})
"""Methods that a framework calls: of Django's AppConfig, of Starlette and Litestar."""
SERVER_DECORATORS = regex(
    r"(^|\.)(on_event|on_startup|before_serving|before_first_request|listener|before_server_start)$"
)
_CONTEXT = regex(r"(^|\.)asynccontextmanager$")
CELERY_DECORATORS = regex(r"(^|\.)(connect|connect_via|receiver)$")
COMMAND_DECORATORS = regex(r"(^|\.)command$")
GUARD_NAME = regex(
    r"validat|check|verif|ensure|requir|enforce|assert|guard|sanity|preflight|fail_fast|refuse|forbid",
    re.IGNORECASE,
)


MOST_CALLERS = 40
"""Files that call a name; where there are more, the name is too common to be followed."""


class CallSite(msgspec.Struct, frozen=True):
    """Code that runs at the start and calls a check, directly or through others."""

    path: str
    range: Range
    """The call."""
    function: str | None
    """The function that holds it; None at module level."""
    check: str
    """What the check is called."""


class Caller(msgspec.Struct, frozen=True, array_like=True):
    """What calls something, without its code: a function, or a module where `function` is None."""

    function: str | None
    owner: str | None
    """The innermost class."""
    decorators: tuple[str, ...]
    start: int
    """Where the function begins; -1 for a module."""


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """Who calls what in one module, and what its names are."""

    callers: tuple[Caller, ...]
    calls: dict[str, tuple[tuple[int, int], ...]]
    """By the last part of what is called: places in `callers`, and where the call begins."""
    functions: tuple[str, ...]
    made: tuple[tuple[str, str], ...]
    """Each name that a call gives its value, and what is called."""


class Entry:
    """Start-up code cut down to what leads to checks: `body` holds only that."""

    def __init__(self, namespace: Namespace, function: Function | None, owner: Class | None) -> None:
        self.namespace = namespace
        self.function = function
        self.owner = owner
        self.targets: list[Range] = []

    @property
    def body(self) -> tuple[Stmt, ...]:
        body = self.function.body if self.function is not None else self.namespace.body
        return pruned(body, self.targets)


_CACHE = regex(r"(^|\.)(lru_)?cache$")
_FROM = regex(rb"^\s*from\s[^\n]*?import\s*(\([^)]*\)|[^\n]*)", re.MULTILINE)


class Modules:
    """The repository's Python modules as code to follow; read when asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._code = code_of(workspace)
        self._namespaces: dict[str, Namespace | None] = {}
        self._edges: dict[str, tuple[str, ...]] = {}

    @property
    def read(self) -> int:
        """How many modules are known."""
        return len(self._namespaces)

    def forget(self) -> None:
        """Whoever asks for a module gets another object than before."""
        for path in self._namespaces:
            self.workspace.forget_guards(path)
        self._namespaces.clear()

    def find(self, name: str, importer: str) -> Namespace | None:
        """The module that the file `importer` means by `name`."""
        path = self._code.find_module(name, importer)
        return None if path is None or path.endswith("/") else self.namespace(path)

    def namespace(self, path: str) -> Namespace | None:
        if path not in self._namespaces:
            module = self.workspace.guards(path)
            read = module is not None and not module.problems
            self._namespaces[path] = Namespace(path, path, module.body) if read and module else None
        return self._namespaces[path]

    def outline(self, path: str) -> Outline:
        found = _outline(self.workspace, path)
        if path not in self._namespaces:
            self.workspace.forget_guards(path)  # most modules are asked for nothing else
        return found

    def imported(self, roots: Iterable[str], files: frozenset[str]) -> frozenset[str]:
        """The files of `files` that run when those of `roots` are imported."""
        seen: set[str] = set()
        pending = [root for root in roots if root in files]
        while pending:
            path = pending.pop()
            if path not in seen:
                seen.add(path)
                pending += [one for one in self._imports(path) if one in files]
        return frozenset(seen)

    def _imports(self, path: str) -> tuple[str, ...]:
        """The files that a file imports, with the packages that they are in."""
        if path not in self._edges:
            found: set[str] = set()
            for module, names in _imported_in(self.workspace, path):
                separator = "" if module.endswith(".") else "."
                for name in (module, *(f"{module}{separator}{name}" for name in names)):
                    file = self._code.find_module(name, path)
                    if file is not None and not file.endswith("/"):
                        found.add(file)
            folders = {folder for file in (*found, path) for folder in _above(file)}
            found.update(f"{folder}/__init__.py" for folder in folders)
            self._edges[path] = tuple(one for one in found if self.workspace.is_listed(one))
        return self._edges[path]

    def calling(self, name: str) -> list[str]:
        """The Python files of the application that call `name(...)` or `x.name(...)`."""
        found = self.workspace.words.search(self.shipped, (name.encode(),))
        return [path for path, _ in found if _calls(self.workspace, path, name)]

    @cached_property
    def shipped(self) -> tuple[str, ...]:
        """The Python files of the application."""
        return self.workspace.chosen(_is_shipped)


def _is_shipped(path: str) -> bool:
    return path.endswith(".py") and NOT_SHIPPED.search(path) is None


@fact(list[tuple[str, tuple[str, ...]]])
def _imported_in(workspace: Workspace, path: str) -> list[tuple[str, tuple[str, ...]]]:
    return list(imported_names(workspace.bytes(path) or b""))


@fact(Outline)
def _outline(workspace: Workspace, path: str) -> Outline:
    module = workspace.guards(path)
    body = module.body if module is not None and not module.problems else ()
    callers: dict[Caller, int] = {}
    called: dict[str, list[tuple[int, int]]] = {}
    for function, owner, call in calls_in(body):
        class_ = owner.name if owner is not None else None
        caller = (
            Caller(function.name, class_, decorators_of(function), function.range.start)
            if function is not None
            else Caller(None, class_, (), -1)
        )
        row = callers.setdefault(caller, len(callers)), call.range.start
        called.setdefault(called_name(call), []).append(row)
    names = Namespace(path, path, body).names.items()
    return Outline(
        tuple(callers),
        {name: tuple(rows) for name, rows in called.items()},
        tuple(name for name, statements in names if any(isinstance(s, Function) for s in statements)),
        tuple((name, made) for name, statements in names for s in statements if (made := _makes(s))),
    )


@fact(bool)
def _has_one_of(workspace: Workspace, path: str, *words: str) -> bool:
    text = workspace.bytes(path) or b""
    return any(stands(word.encode(), text) for word in words)


@fact(bool)
def _calls(workspace: Workspace, path: str, name: str) -> bool:
    return calls(name.encode(), workspace.bytes(path) or b"", b"def")


@fact(int)
def _named(workspace: Workspace, path: str, name: str) -> int:
    """How often the word stands in the file."""
    return len(re.findall(rb"\b%s\b" % re.escape(name.encode()), workspace.bytes(path) or b""))


def _above(path: str) -> Iterator[str]:
    """The folders that a file is in, innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


class StartCode:
    """Looks for the start-up code that reaches given functions."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._callers: dict[str, list[tuple[str, Caller, int]]] = {}
        self._outlines: dict[str, Outline] = {}
        self._called: dict[str, dict[str, list[tuple[Function | None, Class | None, Call]]]] = {}
        self._reached: dict[tuple[str, Range], bool] = {}
        self._entries: dict[tuple[str, Range], tuple[list[Entry], list[CallSite], bool]] = {}
        self._common: set[str] = set()
        """Names that so many files call that nothing is told by them."""
        self._holding: dict[Span, tuple[Function | None, Class | None]] = {}

    def _outline(self, path: str) -> Outline:
        if path not in self._outlines:
            self._outlines[path] = self.modules.outline(path)
        return self._outlines[path]

    def callers(self, name: str, own: str | None = None) -> list[tuple[str, Caller, int]]:
        """Who calls `name(...)` or `x.name(...)`: the files, and where the calls begin.

        Where too many files call it, those of the file `own` that defines it.
        """
        if name not in self._callers:
            paths = self.modules.calling(name)
            if len(paths) > MOST_CALLERS:
                self._common.add(name)
                paths = []
            self._callers[name] = [row for path in paths for row in self._callers_in(path, name)]
        if name in self._common and own is not None:
            return list(self._callers_in(own, name))
        return self._callers[name]

    def _callers_in(self, path: str, name: str) -> Iterator[tuple[str, Caller, int]]:
        outline = self._outline(path)
        return ((path, outline.callers[caller], at) for caller, at in outline.calls.get(name, ()))

    def calls(self, name: str) -> Iterator[tuple[Namespace, Function | None, Class | None, Call]]:
        """The same with the code: the functions that hold the calls, their classes, and the calls."""
        for path in dict.fromkeys(path for path, _, _ in self.callers(name)):
            namespace = self.modules.namespace(path)
            if namespace is not None:
                yield from ((namespace, *row) for row in self._calls_in(namespace).get(name, ()))

    def _calls_in(self, namespace: Namespace) -> dict[str, list[tuple[Function | None, Class | None, Call]]]:
        """The calls in a module by what they call."""
        if namespace.path not in self._called:
            called: dict[str, list[tuple[Function | None, Class | None, Call]]] = {}
            for row in calls_in(namespace.body):
                called.setdefault(called_name(row[2]), []).append(row)
            self._called[namespace.path] = called
        return self._called[namespace.path]

    def calls_itself(self, namespace: Namespace, function: Function) -> bool:
        """Whether the module calls its function when it is imported: `settings = get_settings()`."""
        return any(caller is None for caller, _, _ in self._calls_in(namespace).get(function.name, ()))

    def entries(
        self, function: Function, owner: Class | None, path: str
    ) -> tuple[list[Entry], list[CallSite], bool]:
        """The start-up code from which the function of the file `path` is reached, and the calls in it.

        Also whether there may be more: a name on the way is called in too many places.
        """
        key = (path, function.range)
        if key not in self._entries:
            self._entries[key] = self._find_entries(function, owner, path, 4)
        return self._entries[key]

    def _find_entries(
        self, function: Function, owner: Class | None, path: str, depth: int
    ) -> tuple[list[Entry], list[CallSite], bool]:
        entries: dict[tuple[str, int], Entry] = {}
        sites: list[CallSite] = []
        seen = {function.name}
        pending = [(function.name, self._speaking_of(owner.name if owner else None, path), depth)]
        while pending:
            wanted, words, left = pending.pop(0)
            for where, caller, at in self.callers(wanted, path if wanted == function.name else None):
                if words is not None and not _has_one_of(self.modules.workspace, where, *words):
                    continue  # a method of this name, but of something else
                name, class_ = caller.function, caller.owner
                if name is None or self.starts(name, caller.decorators, class_ is not None):
                    code = self._call(where, wanted, at)
                    if code is None:
                        continue
                    namespace, holder, holding, call = code
                    entry = entries.setdefault((where, caller.start), Entry(namespace, holder, holding))
                    entry.targets.append(call.range)
                    sites.append(CallSite(where, call.range, name, function.name))
                    if name is None or name.lower() not in PROGRAM_NAMES:
                        continue
                # Whoever makes an object runs its `__init__`; other special methods are not followed.
                made = class_ is not None and name == "__init__"
                called = class_ if class_ is not None and made else name
                if called not in seen and left > 0 and not called.startswith(("test", "__")):
                    seen.add(called)
                    spoken = None if made else self._speaking_of(class_, where)
                    pending.append((called, spoken, left - 1))
        return list(entries.values()), sites, not seen.isdisjoint(self._common)

    def _call(
        self, path: str, name: str, start: int
    ) -> tuple[Namespace, Function | None, Class | None, Call] | None:
        """The call of `name` that begins at `start`, with the code that holds it; None where the file has changed
        while it was read.
        """
        namespace = self.modules.namespace(path)
        rows = self._calls_in(namespace).get(name, ()) if namespace is not None else ()
        return next(((namespace, *row) for row in rows if namespace and row[2].range.start == start), None)

    def _speaking_of(self, owner: str | None, path: str) -> list[str] | None:
        """The words of which a file has one that calls methods of the class; None where there is no class.

        They are its name, and what its module calls its functions and objects.
        """
        if owner is None:
            return None
        words = {owner, *self._outline(path).functions}
        for where in {path, *(where for where, _, _ in self.callers(owner))}:
            # A function may give an object of the class as well.
            words.update(
                name for name, made in self._outline(where).made if made == owner or made[:1].islower()
            )
        return sorted(words)

    def innermost(self, at: Span) -> tuple[Function | None, Class | None]:
        """The function that holds a place, and its class; None at module level."""
        if at not in self._holding:
            namespace = self.modules.namespace(at.path)
            rows = functions_in(namespace.body) if namespace is not None else ()
            holding = [row for row in rows if holds(row[0].range, at)]
            self._holding[at] = holding[-1] if holding else (None, None)
        return self._holding[at]

    def may_run(self, function: Function, owner: Class | None, path: str) -> bool:
        """Whether start-up code may reach the function."""
        key = (path, function.range)
        if key not in self._reached:
            namespace = self.modules.namespace(path)
            starting = self.starts(function.name, decorators_of(function), owner is not None)
            may = namespace is None or starting or function.name.startswith("__")
            if not may:
                reached, _, lost = self.entries(function, owner, path)
                may = bool(reached) or lost or self._handed_on(function.name)
            self._reached[key] = may
        return self._reached[key]

    def is_left_over(self, namespace: Namespace, function: Function) -> bool:
        """Whether nobody calls the function of a module: it is named where it is defined alone, and no decorator but
        a cache is told of it.
        """
        decorators = decorators_of(function)
        if self.starts(function.name, decorators, False) or not all(map(_CACHE.search, decorators)):
            return False
        workspace, name = self.modules.workspace, function.name
        if _named(workspace, namespace.path, name) > 1:
            return False
        # A command may name it as well; most are called by code, which costs less to find.
        places = (self.modules.shipped, workspace.files)
        found = (path for files in places for path, _ in workspace.words.search(files, (name.encode(),)))
        return all(path == namespace.path for path in found)

    def _handed_on(self, name: str) -> bool:
        """Whether the function itself is a value somewhere: an argument, an item of a list."""
        word = name.encode()
        value = re.compile(rb"[(\[,=]\s*(?:\w+\.)*" + re.escape(word) + rb"\s*[,)\]\n]")
        workspace = self.modules.workspace
        return any(
            value.search(_FROM.sub(b"", workspace.bytes(path) or b""))
            for path, _ in workspace.words.search(self.modules.shipped, (word,))
            if value.search(workspace.bytes(path) or b"")
        )

    def starts(self, name: str, decorators: Sequence[str], in_class: bool) -> bool:
        """Whether a function may run when a service starts, as its name or a decorator tells."""
        known = (SERVER_DECORATORS, CELERY_DECORATORS, COMMAND_DECORATORS)
        if any(pattern.search(decorator) for pattern in known for decorator in decorators):
            return True
        if any(map(_CONTEXT.search, decorators)) and self._is_lifespan(name):
            return True
        if in_class:  # `start` or `run` of some object says nothing of when it is called
            return name in START_METHODS
        return name.lower() in START_NAMES or name.endswith("lifespan")

    def _is_lifespan(self, name: str) -> bool:
        """Whether an application is given the context manager to run in: `FastAPI(lifespan=name)`."""
        word = name.encode()
        given = re.compile(rb"lifespan\w*\s*=\s*[\[(]?\s*(?:\w+\.)*" + re.escape(word) + rb"\b")
        workspace = self.modules.workspace
        return any(
            given.search(workspace.bytes(path) or b"")
            for path, _ in workspace.words.search(self.modules.shipped, (word,))
        )


def runs(entry: Entry, launched: Launched) -> bool:
    """Whether the process runs this start-up code."""
    function, path = entry.function, entry.namespace.path
    if path not in launched.modules:
        return False
    if function is None:
        return True
    if (path, function.name) in launched.functions:
        return True
    decorators = decorators_of(function)
    if any(CELERY_DECORATORS.search(decorator) for decorator in decorators):
        return launched.celery
    if any(COMMAND_DECORATORS.search(decorator) for decorator in decorators):
        return function.name.replace("_", "-") in launched.words
    return launched.server and (
        function.name.lower() not in PROGRAM_NAMES
        or any(pattern.search(d) for pattern in (SERVER_DECORATORS, _CONTEXT) for d in decorators)
    )


def _is_program(statement: If) -> bool:
    """Whether it is `if __name__ == "__main__"`."""
    test = statement.test
    return isinstance(test, Compare) and isinstance(test.first, Name) and test.first.name == "__name__"


def in_program(body: tuple[Stmt, ...], at: Range) -> bool:
    """Whether a place lies under `if __name__ == "__main__"`."""
    for statement in body:
        if isinstance(statement, If) and holds(statement.range, at):
            return _is_program(statement) or in_program((*statement.then, *statement.otherwise), at)
    return False


def is_caught(body: tuple[Stmt, ...], at: Range) -> bool:
    """Whether a place lies in a `try` that goes on where settings are refused."""
    for statement in body:
        if holds(statement.range, at):
            inside = next(
                (block for block in blocks(statement) if any(holds(s.range, at) for s in block)), ()
            )
            match statement:
                case Function() | Class():
                    return False
                case Try(body=tried, handlers=handlers) if tried is inside and any(map(_goes_on, handlers)):
                    return True
            return is_caught(inside, at)
    return False


_REFUSALS = frozenset({"Exception", "BaseException", "ValueError", "ValidationError"})


def _goes_on(handler: Handler) -> bool:
    names = handler.names
    catches = names is None or any(name.rpartition(".")[2] in _REFUSALS for name in names)
    return catches and not any(map(_stops, statements_in(handler.body)))


def called_name(call: Call) -> str:
    function = call.function
    return function.name if isinstance(function, Attribute | Name) else ""


def calls_in(
    body: tuple[Stmt, ...], function: Function | None = None, owner: Class | None = None
) -> Iterator[tuple[Function | None, Class | None, Call]]:
    """Every call below `body`, with the innermost function and class that hold it.

    The body of `if __name__ == "__main__"` and of classes counts as module level.
    """
    for statement in body:
        match statement:
            case Function():
                # A function inside a start-up function (an event handler) stands on its own.
                yield from calls_in(statement.body, statement, owner)
            case Class():
                yield from calls_in(statement.body, function, statement)
            case _:
                for expression in expressions_of(statement):
                    for call in calls_of(expression):
                        yield function, owner, call
                for inner in blocks(statement):
                    yield from calls_in(inner, function, owner)


def _makes(statement: Stmt) -> str | None:
    """The name of the class or function whose call gives a variable its value."""
    if not isinstance(statement, Assign) or not isinstance(statement.value, Call):
        return None
    function = statement.value.function
    return function.name if isinstance(function, Name) else None


def decorators_of(function: Function) -> tuple[str, ...]:
    return tuple(dotted(decorator) for decorator in function.decorators)


def functions_in(
    body: tuple[Stmt, ...], owner: Class | None = None
) -> Iterator[tuple[Function, Class | None]]:
    """Every function below `body` with the innermost class that holds it, outer ones first."""
    for statement in body:
        if isinstance(statement, Function):
            yield statement, owner
        for inner in blocks(statement):
            yield from functions_in(inner, statement if isinstance(statement, Class) else owner)


def holds(outer: Range | Span, inner: Range | Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def blocks(statement: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    match statement:
        case If():
            return (statement.then, statement.otherwise)
        case For():
            return (statement.body, statement.otherwise)
        case Try():
            handlers = tuple(handler.body for handler in statement.handlers)
            return (statement.body, *handlers, statement.otherwise, statement.finally_)
        case With() | Opaque() | Function() | Class():
            return (statement.body,)
    return ()


def expressions_of(statement: Stmt) -> Iterator[Expr]:
    match statement:
        case If():
            yield statement.test
        case Assign():
            yield statement.value
        case Raise() if statement.exception is not None:
            yield statement.exception
        case Return() if statement.value is not None:
            yield statement.value
        case Assert():
            yield statement.test
        case Do():
            yield statement.value
        case For():
            yield statement.iterable
        case With():
            for item, _ in statement.items:
                yield item


def calls_of(expression: Expr) -> Iterator[Call]:
    """The calls in an expression, outermost first."""
    pending: list[object] = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, Call):
            yield node
        pending += _parts(node)


def pruned(body: tuple[Stmt, ...], targets: list[Range]) -> tuple[Stmt, ...]:
    """The statements that hold one of `targets`, with what encloses them, and the assignments before them."""

    def leads(statement: Stmt) -> bool:
        return any(holds(statement.range, target) for target in targets)

    last = max((index for index, statement in enumerate(body) if leads(statement)), default=-1)
    result: list[Stmt] = []
    for statement in body[: last + 1]:
        if not leads(statement):
            if isinstance(statement, Assign):
                result.append(statement)
            continue
        match statement:
            case If() if _is_program(statement):  # only what runs as a program has targets there
                result += pruned(statement.then, targets)
            case If():
                result.append(
                    msgspec.structs.replace(
                        statement,
                        then=pruned(statement.then, targets),
                        otherwise=pruned(statement.otherwise, targets),
                    )
                )
            case For() | With():
                result.append(msgspec.structs.replace(statement, body=pruned(statement.body, targets)))
            case Try():
                inner = pruned(statement.body, targets)
                if inner:
                    result.append(
                        msgspec.structs.replace(
                            statement, body=inner, otherwise=pruned(statement.otherwise, targets)
                        )
                    )
            case Function() | Class():
                pass
            case _:
                result.append(statement)
    return tuple(result)


def raising(function: Function) -> bool:
    """Whether the function's own code may stop the start."""
    return any(map(_stops, statements_in(function.body)))


def checks(function: Function, namespace: Namespace, depth: int = 2) -> bool:
    """Whether the function may stop the start, or speaks of one that does or is named like a check."""
    names = mentioned(function)
    if raising(function) or any(map(GUARD_NAME.search, names)):
        return True
    others = (one for name in names for one in namespace.names.get(name, ()) if isinstance(one, Function))
    return depth > 0 and any(checks(one, namespace, depth - 1) for one in others if one is not function)


def _stops(statement: Stmt) -> bool:
    if isinstance(statement, Raise | Assert):
        return True
    calls = (call for expression in expressions_of(statement) for call in calls_of(expression))
    return any(dotted(call.function) in ("sys.exit", "exit", "quit", "os._exit") for call in calls)


def statements_in(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """All statements below `body`, but for those of functions and classes inside."""
    for statement in body:
        yield statement
        if not isinstance(statement, Function | Class):
            for inner in blocks(statement):
                yield from statements_in(inner)


def mentioned(function: Function) -> set[str]:
    """The names of functions and methods that the function speaks of."""
    found: set[str] = set()
    for statement in statements_in(function.body):
        pending: list[object] = list(expressions_of(statement))
        while pending:
            node = pending.pop()
            if isinstance(node, Name | Attribute):
                found.add(node.name)
            pending += _parts(node)
    return found


def _parts(node: Any) -> Iterable[object]:
    return node if isinstance(node, tuple) else [getattr(node, field) for field in _fields(node.__class__)]


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    if not issubclass(kind, msgspec.Struct) or kind is Range:
        return ()
    return tuple(field for field in kind.__struct_fields__ if field != "range")


def span(path: str, at: Range) -> Span:
    return Span(path, at.start, at.end)
