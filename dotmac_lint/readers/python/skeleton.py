"""A module without what functions do that says nothing about settings: libcst takes its time over every token."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dotmac_lint.lazy import regex
from dotmac_lint.readers.python.tree import UNREADABLE, parse
from dotmac_lint.source import SourceFile

_DOTTED_KEY = regex(r"""['"][A-Za-z_]\w*(?:\.\w+)+['"]\s*:""")
_KEPT = frozenset({"settings_customise_sources", "customise_sources"})
_SETTERS = frozenset({"setattr", "__setattr__"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Skeleton(NamedTuple):
    text: str
    starts: Sequence[int] = ()
    """Where text follows that was cut, in `text`."""
    cut: Sequence[int] = ()
    """How much was cut before each of them in all."""

    def original(self, offset: int) -> int:
        """The place in the whole text."""
        index = bisect_right(self.starts, offset)
        return offset + (self.cut[index - 1] if index else 0)


def skeleton(text: str) -> Skeleton:
    """`text` with `...` for statements inside functions that set no attribute, map no dotted paths and bind no names
    that others need."""
    if text.count("\r") != text.count("\r\n"):
        return Skeleton(text)
    try:
        tree = parse(text)
        return _Cutter(text).skeleton(tree)
    except UNREADABLE:
        return Skeleton(text)


class _Cutter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [*SourceFile("", text).line_starts, len(text) + 1]

    def skeleton(self, tree: ast.Module) -> Skeleton:
        parts: list[str] = []
        starts: list[int] = []
        cut: list[int] = []
        done = length = 0
        for start, end in (place for body in _bodies_of_functions(tree.body) for place in self.idle(body)):
            indent = self.indent(start)
            parts += (self.text[done:start], indent, "...")
            length += start - done + len(indent) + 3
            done = end
            starts.append(length)
            cut.append(done - length)
        parts.append(self.text[done:])
        return Skeleton("".join(parts), starts, cut)

    def indent(self, start: int) -> str:
        end = start
        while self.text[end] in " \t":
            end += 1
        return self.text[start:end]

    def idle(self, body: list[ast.stmt]) -> Iterator[tuple[int, int]]:
        """The places of what may go of a function's body."""
        if _returns(body):
            return
        yield from self.among(body) if self.any(_says, body) else self.place(body)

    def among(self, body: list[ast.stmt]) -> Iterator[tuple[int, int]]:
        run: list[ast.stmt] = []
        for node in body:
            if self.any(_counts, [node]):
                yield from self.place(run)
                run = []
                if isinstance(node, _Function):
                    yield from self.idle(node.body)
                elif not isinstance(node, ast.ClassDef):
                    for inner in _bodies(node):
                        yield from self.among(inner)
            else:
                run.append(node)
        yield from self.place(run)

    def place(self, run: list[ast.stmt]) -> Iterator[tuple[int, int]]:
        """The lines of statements, where nothing else stands in them."""
        if not run:
            return
        first, last = run[0], run[-1]
        decorators = getattr(first, "decorator_list", ())
        start = self.lines[min([first.lineno, *(one.lineno for one in decorators)]) - 1]
        line = last.end_lineno or last.lineno
        end = self.lines[line] - 1
        rest = self.text[self.lines[line - 1] : end].encode("utf-8", "surrogatepass")[last.end_col_offset :]
        alone = decorators or first.col_offset == len(self.indent(start))
        if alone and rest.strip()[:1] in (b"", b"#"):
            yield start, end

    def any(self, matters: Callable[[ast.stmt], bool], body: list[ast.stmt]) -> bool:
        """Whether something in the statements matters, or maps dotted paths."""
        pending = list(body)
        while pending:
            node = pending.pop()
            inner = list(_bodies(node))
            if matters(node) or (not inner and _DOTTED_KEY.search(self.source(node))):
                return True
            for part in inner:
                pending += part
        return False

    def source(self, node: ast.stmt) -> str:
        return self.text[self.lines[node.lineno - 1] : self.lines[node.end_lineno or node.lineno]]


def _bodies_of_functions(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Of functions and methods, in order."""
    pending = body[::-1]
    while pending:
        node = pending.pop()
        if not isinstance(node, _Function):
            pending += [one for inner in _bodies(node) for one in inner][::-1]
        elif node.name not in _KEPT:
            yield node.body


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements in a compound statement, block by block."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        parts = getattr(node, name, None)
        if parts and isinstance(parts[0], ast.stmt):
            yield parts
        elif parts:
            yield from (part.body for part in parts)  # of handlers, of cases


def _says(node: ast.stmt) -> bool:
    """Whether the statement sets an attribute."""
    match node:
        case ast.Assign():
            return any(isinstance(target, ast.Attribute) for target in node.targets)
        case ast.AnnAssign() | ast.AugAssign():
            return isinstance(node.target, ast.Attribute)
        case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
            return name in _SETTERS
    return False


def _counts(node: ast.stmt) -> bool:
    """Whether it says something, or what names in such statements mean."""
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute | ast.Name) for target in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom) or _says(node)


def _returns(body: list[ast.stmt]) -> bool:
    """Whether a body only returns a value, below its docstring."""
    *head, last = body
    documented = len(head) == 1 and isinstance(head[0], ast.Expr)
    return isinstance(last, ast.Return) and (not head or documented)
