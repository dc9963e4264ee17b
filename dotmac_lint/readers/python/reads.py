"""Reads of environment variables in Python code.

The standard library's `ast` does it: only places are needed, over thousands of files, and libcst takes
eight times as long. Known are os.environ and os.getenv, and the libraries starlette (`Config`), environs and
django-environ (`Env`), python-decouple (`config`), click and typer (`envvar=`).
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.readers.python.listed import is_listed
from dotmac_lint.readers.python.tree import UNREADABLE, parse
from dotmac_lint.source import Range, SourceFile

_METHODS = frozenset({"get", "setdefault", "pop", "__getitem__"})
_CASTS = frozenset({
    "str", "int", "bool", "float", "list", "dict", "json", "url", "path", "db", "db_url", "cache",
    "cache_url", "email", "email_url", "search_url", "date", "datetime", "timedelta", "uuid", "log_level", "enum",
    "decimal",
    "tuple", "bytes", "dj_db_url", "dj_email_url", "dj_cache_url", "get_value", "channels",
})  # fmt: skip
_TAKES_ALL = regex(
    r"load|parse|from_|config|settings|expand|substitute|format|validate|normali[sz]e|nest|structure",
    re.IGNORECASE,
)
"""Functions that, given the whole environment, read names of their own; others hand it to a program."""
_FILTER = regex(
    r"\.startswith\(\s*(?:(?:f|\(\s*)?(?P<text>(?:(['\"])\w+\2[\s,]*)+)|(?:(?:self|cls)\.)?(?P<name>\w*))"
)
_LISTED = regex(r"\)?\s+if (\w+) in (\w+)\s*[)}\]]")
_WORD = regex(r"\w+")
_CONSTANT = regex(r"[A-Z][A-Z0-9_]+")
_FALLBACK = regex(r"""(?:environ\.get\(|environ\[|getenv\()\s*(['"])(\w+)\1""")


_Function = ast.FunctionDef | ast.AsyncFunctionDef
_RELEVANT = frozenset({
    ast.Assign, ast.AnnAssign, ast.ImportFrom, ast.Import, ast.With, ast.Subscript, ast.Compare, ast.Call,
    ast.For, ast.comprehension,
})  # fmt: skip
_LEAVES = frozenset({type(None), str, int, bool, ast.Name, ast.Constant})
_NO_CODE = frozenset(
    {"ctx", "op", "ops", "names", "name", "id", "attr", "type_comment", "type_ignores", "rest"}
)
"""Fields that hold no expressions and no statements."""
_INNER: dict[type[ast.AST], tuple[str, ...]] = {}
"""The fields of each kind of node in which others may stand, once met."""


class EnvironmentRead(msgspec.Struct, frozen=True, gc=False):
    name: str
    name_range: Range


class DynamicRead(msgspec.Struct, frozen=True, gc=False):
    """A name that is composed at run time; it begins with `prefix` and ends with `suffix`."""

    prefix: str
    suffix: str
    constant: str = ""
    """The name is the worth of this constant, which another module defines."""
    whole: bool = False
    """All of the environment is taken, not one variable."""


class PythonReads(msgspec.Struct, frozen=True, gc=False):
    reads: tuple[EnvironmentRead, ...] = ()
    dynamic: tuple[DynamicRead, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_python_reads(text: str) -> PythonReads:
    """The reads in the module `text`. Never raises; code that cannot be parsed is searched by pattern."""
    try:
        tree = parse(text)
    except UNREADABLE as error:
        reads = tuple(EnvironmentRead(m[2], Range(*m.span(2))) for m in _FALLBACK.finditer(text))
        return PythonReads(reads, problems=(Problem(f"This is not valid Python: {error}.", 0, 0),))
    try:
        return _Reader(text, tree).read()
    except RecursionError:
        return PythonReads(problems=(Problem("This Python code is nested too deeply to be followed.", 0, 0),))


class _Reader:
    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self.starts = [*SourceFile("", text).line_starts, len(text)]
        self.reads: list[EnvironmentRead] = []
        self.dynamic: list[DynamicRead] = []
        self.constants: dict[str, str] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        """Names of collections of texts, and what is in them."""
        self.environs = {"os.environ", "environ"}
        self.getenvs = {"os.getenv", "getenv", "os.environ.get"}
        self.libraries: set[str] = set()
        """Names of what reads the variable that its first argument names, as objects of libraries do."""
        self.helpers: dict[str, int] = {}
        """The functions of the module that do, and which argument it is."""
        self.made: dict[tuple[_Function | None, str], list[ast.expr]] = {}
        """What the variables of functions, and of the module, are set to that is no text."""
        self.functions: dict[ast.AST, tuple[_Function, ...]] = {}

    def read(self) -> PythonReads:
        nodes, functions = self.nodes()
        self.functions = functions
        for node in nodes:
            self.learn(node)
            self.learn_made(node, functions.get(node, ()))
        asked = [(node, argument) for node in nodes if (argument := self.asked(node)) is not None]
        for node, argument in asked:
            for function in functions.get(node, ()):
                self.learn_helper(function, argument)
        arguments = dict(asked)
        for node in nodes:
            self.visit(node, arguments.get(node), functions.get(node, ()))
        return PythonReads(tuple(self.reads), tuple(self.dynamic))

    def nodes(self) -> tuple[list[ast.AST], dict[ast.AST, tuple[_Function, ...]]]:
        """The nodes that may matter, breadth first, and the functions around each of them."""
        nodes: list[ast.AST] = []
        functions: dict[ast.AST, tuple[_Function, ...]] = {}
        pending: deque[tuple[ast.AST, tuple[_Function, ...]]] = deque([(self.tree, ())])
        append, take = pending.append, pending.popleft
        while pending:
            node, around = take()
            kind = type(node)
            if kind in _RELEVANT:
                nodes.append(node)
                functions[node] = around
            elif kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
                around = (*around, node)  # type: ignore[arg-type]
            fields = _INNER.get(kind)
            if fields is None:
                fields = _INNER[kind] = tuple(name for name in kind._fields if name not in _NO_CODE)
            for name in fields:
                value = getattr(node, name, None)
                if type(value) is list:
                    for item in value:
                        if type(item) not in _LEAVES:
                            append((item, around))
                elif type(value) not in _LEAVES:
                    append((value, around))  # type: ignore[arg-type]
        return nodes, functions

    # ---- places

    def offset(self, line: int, column: int) -> int:
        start = self.starts[line - 1]
        if self.text.isascii():
            return start + column
        encoded = self.text[start : self.starts[line]].encode("utf-8", "surrogatepass")[:column]
        return start + len(encoded.decode("utf-8", "surrogatepass"))

    def range(self, node: ast.AST) -> Range:
        line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        return Range(
            self.offset(line, getattr(node, "col_offset", 0)),
            self.offset(end, getattr(node, "end_col_offset", 0)),
        )

    # ---- what names mean

    def learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self.learn_value(node.targets[0].id, node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            self.learn_value(node.target.id, node.value)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = alias.asname or alias.name
                if node.module == "os" and alias.name == "environ":
                    self.environs.add(name)
                elif node.module == "os" and alias.name == "getenv":
                    self.getenvs.add(name)
                elif (node.module == "decouple" and alias.name in {"config", "AutoConfig"}) or (
                    node.module == "environs" and alias.name == "env"
                ):
                    self.libraries.add(name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "decouple":
                    self.libraries.add(f"{alias.asname or alias.name}.config")
                if alias.name == "os" and alias.asname:
                    self.environs.add(f"{alias.asname}.environ")
                    self.getenvs.add(f"{alias.asname}.getenv")
        elif isinstance(node, ast.With):
            for item in node.items:  # environs: with env.prefixed("P_"): names below are composed
                call = item.context_expr
                if isinstance(call, ast.Call) and _dotted(call.func).endswith(".prefixed") and call.args:
                    prefix = self.string(call.args[0])
                    self.dynamic.append(DynamicRead(prefix or "", ""))

    def learn_value(self, name: str, value: ast.expr) -> None:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            self.constants[name] = value.value
        elif isinstance(value, ast.Tuple | ast.List | ast.Set):
            texts = [self.string(item) for item in value.elts]
            if None not in texts:
                self.lists[name] = tuple(text for text in texts if text)
        elif isinstance(value, ast.Call):
            maker = _dotted(value.func).rpartition(".")[2]
            if maker in {"Env", "FileAwareEnv"}:
                self.libraries.add(name)
                for keyword in value.keywords:  # django-environ declares its variables so
                    if keyword.arg:
                        start = self.range(keyword).start
                        place = Range(start, start + len(keyword.arg))
                        self.reads.append(EnvironmentRead(keyword.arg, place))
            elif maker in {"Config", "AutoConfig"}:
                self.libraries.add(name)

    def learn_made(self, node: ast.AST, functions: tuple[_Function, ...]) -> None:
        if not isinstance(node, ast.Assign) or not isinstance(
            node.value, ast.JoinedStr | ast.BinOp | ast.Call
        ):
            return
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.made.setdefault((_innermost(functions), target.id), []).append(node.value)

    def learn_helper(self, function: _Function, argument: ast.expr) -> None:
        """`def env(name, default=None): return os.environ.get(name, default)` is a reader of its argument."""
        names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
        if isinstance(argument, ast.Name) and argument.id in names and argument.id not in self.constants:
            index = names.index(argument.id)
            self.helpers[function.name] = index - (bool(names) and names[0] in {"self", "cls"})

    def asked(self, node: ast.AST) -> ast.expr | None:
        """The expression that names the variable which `node` reads."""
        if isinstance(node, ast.Subscript) and _dotted(node.value) in self.environs:
            return node.slice if not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del) else None
        if (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and isinstance(node.ops[0], ast.In | ast.NotIn)
        ):
            return node.left if _dotted(node.comparators[0]) in self.environs else None
        if not isinstance(node, ast.Call) or not node.args:
            return None
        function = _dotted(node.func)
        head, _, method = function.rpartition(".")
        if function in self.getenvs or (head in self.environs and method in _METHODS):
            return node.args[0]
        if function in self.libraries or (head in self.libraries and method in _CASTS):
            return node.args[0]
        return None

    def string(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name):
            return self.constants.get(node.id)
        return None

    # ---- reads

    def visit(self, node: ast.AST, argument: ast.expr | None, functions: tuple[_Function, ...]) -> None:
        inner = _innermost(functions)
        if argument is not None:
            self.add(node, argument, inner)
            return
        if isinstance(node, ast.Call):
            name = _dotted(node.func).rpartition(".")[2]
            index = self.helpers.get(name)
            if index is not None and 0 <= index < len(node.args):
                self.add(node, node.args[index], inner)
            for keyword in node.keywords:
                if keyword.arg == "envvar":
                    values = (
                        keyword.value.elts
                        if isinstance(keyword.value, ast.List | ast.Tuple)
                        else [keyword.value]
                    )
                    for value in values:
                        self.add(node, value, inner)
                elif keyword.arg == "auto_envvar_prefix" and self.string(keyword.value):
                    self.dynamic.append(DynamicRead(f"{self.string(keyword.value)}_", ""))
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            if _TAKES_ALL.search(name) and any(self.is_environment(value, functions) for value in given):
                self.dynamic.append(DynamicRead("", "", whole=True))
            elif (
                isinstance(node.func, ast.Attribute)
                and node.func.attr in {"items", "keys", "values"}
                and self.is_environment(node.func.value, functions)
            ):
                self.dynamic += self.filtered(node, functions)
        elif isinstance(node, ast.For | ast.comprehension) and self.is_environment(node.iter, functions):
            self.dynamic += self.filtered(node.iter, functions)

    def is_environment(self, node: ast.expr, functions: tuple[_Function, ...]) -> bool:
        """Whether it is the environment of the process: a parameter of that name is a request's (PEP 3333)."""
        return _dotted(node) in self.environs and not _is_parameter(_dotted(node), functions)

    def filtered(self, node: ast.expr, functions: tuple[_Function, ...]) -> Iterator[DynamicRead]:
        """What a loop over the environment takes: what begins as the code beside it asks for, where that says so, and
        nothing where it asks for the names of a list, which stand there."""
        around = self.range(node)
        listed = _LISTED.match(self.text, around.end)
        before = self.text[max(0, around.start - 80) : around.start]
        if listed and f"for {listed[1]}" in before and self.texts(listed[2], functions):
            return
        prefixes: set[str] = set()
        for found in _FILTER.finditer(self.text, around.start, around.end + 400):
            texts = tuple(_WORD.findall(found["text"])) if found["text"] else None
            prefixes.update(texts or self.texts(found["name"], functions) or ("",))
        yield from (DynamicRead(prefix, "", whole=True) for prefix in sorted(prefixes or {""}))

    def texts(self, name: str, functions: tuple[_Function, ...]) -> tuple[str, ...]:
        """The text, or texts, that the variable stands for in all of the module; nothing where that is not known."""
        known = (self.constants[name],) if name in self.constants else self.lists.get(name, ())
        changed = known and re.search(rf"\b{name}(?: *[|+]=|\.(?:add|append|extend|update)\()", self.text)
        return () if changed or _is_parameter(name, functions) else known

    def add(self, node: ast.AST, argument: ast.expr, inner: _Function | None) -> None:
        name = self.string(argument)
        if name is not None:
            place = self.range(argument)
            if isinstance(argument, ast.Constant) and self.text[place.start : place.start + 1] in {"'", '"'}:
                place = Range(place.start + 1, place.end - 1)
            self.reads.append(EnvironmentRead(name, place))
        elif isinstance(argument, ast.Name | ast.Attribute) and _CONSTANT.fullmatch(
            constant := _dotted(argument).rpartition(".")[2]
        ):
            self.dynamic.append(DynamicRead("", "", constant))
        elif isinstance(node, ast.Compare):
            pass  # whether a variable is set, not what it says
        elif isinstance(argument, ast.Name) and is_listed(argument.id, self.functions[node], self.tree):
            pass  # each name stands in the list
        else:
            made = self.made.get((inner, argument.id), []) if isinstance(argument, ast.Name) else []
            if made or not (isinstance(argument, ast.Name) and self.helpers):
                for value in made or [argument]:
                    for prefix, suffix in self.composed(value):
                        self.dynamic.append(DynamicRead(prefix, suffix))

    def composed(self, argument: ast.expr) -> Iterator[tuple[str, str]]:
        """The known beginning and end of a name that is composed."""
        if isinstance(argument, ast.JoinedStr) and argument.values:
            parts = [
                self.string(part.value if isinstance(part, ast.FormattedValue) else part)
                for part in argument.values
            ]
        elif isinstance(argument, ast.BinOp) and isinstance(argument.op, ast.Add):
            parts = [self.string(argument.left), self.string(argument.right)]
        else:
            parts = [None]
        if all(part is not None for part in parts):
            name = "".join(part or "" for part in parts)
            yield name, ""
            return
        first = next(index for index, part in enumerate(parts) if part is None)
        last = next(index for index, part in enumerate(reversed(parts)) if part is None)
        yield "".join(p or "" for p in parts[:first]), "".join(p or "" for p in parts[len(parts) - last :])


def _is_parameter(name: str, functions: tuple[_Function, ...]) -> bool:
    return any(
        p.arg == name for f in functions for p in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)
    )


def _innermost(functions: tuple[_Function, ...]) -> _Function | None:
    return functions[-1] if functions else None


def _dotted(node: ast.AST | None) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])
