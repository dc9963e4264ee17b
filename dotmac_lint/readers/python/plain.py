"""The tree of `readers.python.code` by the standard library's `ast`: what `lowering` makes by libcst, at a tenth of
its cost. Gives up where `ast` does not tell the same: code that is no Python of this version, odd line ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dotmac_lint.lazy import regex
from dotmac_lint.readers.python.code import (
    DEPTH,
    Assert,
    Assign,
    Attribute,
    Binary,
    Boolean,
    Call,
    Class,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Declare,
    Display,
    Do,
    Expr,
    For,
    Formatted,
    Function,
    Handler,
    If,
    Import,
    Joined,
    Jump,
    Name,
    Opaque,
    Other,
    Pairs,
    Parameter,
    Raise,
    Return,
    Slice,
    Stmt,
    Subscript,
    Try,
    Unary,
    Walrus,
    With,
)
from dotmac_lint.readers.python.tree import UNREADABLE, parse
from dotmac_lint.source import Range, SourceFile

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.BitOr: "|",
    ast.BitAnd: "&",
}  # fmt: skip
_ASSIGNED = frozenset({ast.Add, ast.Sub, ast.BitOr, ast.BitAnd, ast.Mult})
"""Operators that an augmented assignment is followed through."""
_UNARY: dict[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_NAME = regex(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_SPACE = "\\ \t\r\n\f"
_COMMENT = regex(r"#[^\n]*")
_AFTER = regex(r"[\s)]*[}!:=]")


class UnsureError(Exception):
    """`ast` does not tell what libcst would."""


def statements_of(text: str) -> tuple[Stmt, ...]:
    """The statements of the module `text`. Raises UnsureError."""
    if text.startswith("\ufeff") or text.count("\r") != text.count("\r\n"):
        raise UnsureError
    try:
        tree = parse(text)
        return _Converter(text).block(tree.body)
    except UNREADABLE as error:
        raise UnsureError from error


class _Converter:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.starts = [*SourceFile("", text).line_starts, len(text) + 1]
        self.ascii = text.isascii()

    # -- places

    def offset(self, line: int, column: int) -> int:
        """`ast` counts bytes of UTF-8."""
        start = self.starts[line - 1]
        if self.ascii:
            return start + column
        before = self.text[start : start + column]
        if before.isascii():
            return start + column
        return start + len(before.encode()[:column].decode("utf-8", "ignore"))

    def range(self, node: Any) -> Range:
        if self.ascii:
            starts = self.starts
            return Range(
                starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
            )
        return Range(
            self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)
        )

    def within(self, at: Range, first: ast.expr, last: ast.expr) -> Range:
        """The place without the parentheses that `ast` counts as part of a tuple or a generator."""
        head = self.code(at.start + 1, self.range(first).start)
        tail = self.code(self.range(last).end, at.end - 1)
        return Range(
            at.start + 1 + len(head) - len(head.lstrip(_SPACE)),
            at.end - 1 - len(tail) + len(tail.rstrip(_SPACE)),
        )

    def code(self, start: int, end: int) -> str:
        """The text between two places, with blanks for its comments."""
        text = self.text[start:end]
        return _COMMENT.sub(lambda match: " " * len(match.group()), text) if "#" in text else text

    def closing(self, start: int, end: int, word: str) -> int:
        """Where the parentheses end that close between an operand and the operator `word` after it."""
        gap = self.code(start, end)
        return start + gap.rfind(")", 0, gap.index(word)) + 1

    # -- expressions

    def expression(self, node: ast.expr) -> Expr:
        if self.depth >= DEPTH:
            return Other(self.range(node))
        self.depth += 1
        try:
            convert = _EXPRESSIONS.get(type(node))
            return Other(self.range(node)) if convert is None else convert(self, node)
        finally:
            self.depth -= 1

    def optional(self, node: ast.expr | None) -> Expr | None:
        return None if node is None else self.expression(node)

    def name(self, node: ast.Name) -> Expr:
        return Name(self.range(node), node.id)

    def constant(self, node: ast.Constant) -> Expr:
        value, at = node.value, self.range(node)
        if value is Ellipsis:
            return Name(at, "Ellipsis")
        if value is not None and not isinstance(value, str | int | float):
            return Other(at)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return Other(at)
        return Constant(at, value)

    def joined(self, node: ast.JoinedStr) -> Expr:
        at = self.range(node)
        parts: list[Expr] = []
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                inner = self.expression(value.value)
                self.check_inside(at, self.range(value.value))
                plain = value.conversion == -1 and value.format_spec is None
                parts.append(Formatted(inner.range, inner, plain))
            else:
                parts.append(Constant(at, value.value))  # type: ignore[attr-defined]
        if all(isinstance(part, Constant) for part in parts):
            return Constant(at, "".join(str(part.value) for part in parts if isinstance(part, Constant)))
        return Joined(at, tuple(parts))

    def check_inside(self, whole: Range, at: Range) -> None:
        """Python before 3.12 is sometimes wrong about places inside f-strings."""
        before = self.text[whole.start : at.start].rstrip(" \t\r\n(")
        if not before.endswith("{") or at.end > whole.end or not _AFTER.match(self.text, at.end):
            raise UnsureError

    def attribute(self, node: ast.Attribute) -> Expr:
        return Attribute(self.range(node), self.expression(node.value), node.attr)

    def call(self, node: ast.Call) -> Expr:
        arguments = tuple(self.expression(one) for one in node.args if not isinstance(one, ast.Starred))
        keywords = tuple(
            (one.arg, self.expression(one.value)) for one in node.keywords if one.arg is not None
        )
        complete = len(arguments) == len(node.args) and len(keywords) == len(node.keywords)
        return Call(self.range(node), self.expression(node.func), arguments, keywords, complete)

    def compare(self, node: ast.Compare) -> Expr:
        rest = tuple(
            (_COMPARISONS[type(operator)], self.expression(right))
            for operator, right in zip(node.ops, node.comparators, strict=True)
        )
        return Compare(self.range(node), self.expression(node.left), rest)

    def boolean(self, node: ast.BoolOp) -> Expr:
        """`a and b and c` is `(a and b) and c`."""
        operator = "and" if isinstance(node.op, ast.And) else "or"
        at, count, depth = self.range(node), len(node.values), self.depth
        if depth + count > DEPTH:
            raise UnsureError
        self.depth += count - 2  # the first two stand deepest
        try:
            result = self.expression(node.values[0])
            for index, value in enumerate(node.values[1:], 1):
                right = self.expression(value)
                end = at.end
                if index + 1 < count:
                    following = self.range(node.values[index + 1]).start
                    end = self.closing(self.range(value).end, following, operator)
                    self.depth -= 1
                result = Boolean(Range(at.start, end), operator, result, right)  # type: ignore[arg-type]
        finally:
            self.depth = depth
        return result

    def unary(self, node: ast.UnaryOp) -> Expr:
        return Unary(self.range(node), _UNARY[type(node.op)], self.expression(node.operand))

    def binary(self, node: ast.BinOp) -> Expr:
        at, operator = self.range(node), _BINARY.get(type(node.op))
        if operator is None:
            return Other(at)
        return Binary(at, operator, self.expression(node.left), self.expression(node.right))

    def display(self, node: ast.List | ast.Set | ast.Tuple) -> Expr:
        at = self.range(node)
        kind = type(node).__name__.lower()
        if kind == "tuple" and self.is_enclosed(node, at):
            at = (
                self.within(at, node.elts[0], node.elts[-1]) if node.elts else Range(at.start + 1, at.end - 1)
            )
        if any(isinstance(item, ast.Starred) for item in node.elts):
            return Other(at)
        return Display(at, kind, tuple(map(self.expression, node.elts)))  # type: ignore[arg-type]

    def is_enclosed(self, node: ast.List | ast.Set | ast.Tuple, at: Range) -> bool:
        """Whether the parentheses are the tuple's own, not those of its first item."""
        if self.text[at.start] != "(":
            return False
        if not node.elts:
            return True
        if self.text[at.end - 1] != ")":
            return False
        first = self.range(node.elts[0])
        if isinstance(node.elts[0], ast.Tuple | ast.GeneratorExp) and first.start == at.start:
            return False  # its item has parentheses of its own
        following = self.range(node.elts[1]).start if len(node.elts) > 1 else at.end
        closed = self.code(first.end, following).partition(",")[0].count(")")
        return self.code(at.start, first.start).count("(") > closed

    def pairs(self, node: ast.Dict) -> Expr:
        at = self.range(node)
        items = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                return Other(at)
            items.append((self.expression(key), self.expression(value)))
        return Pairs(at, tuple(items))

    def conditional(self, node: ast.IfExp) -> Expr:
        test, then = self.expression(node.test), self.expression(node.body)
        return Conditional(self.range(node), test, then, self.expression(node.orelse))

    def subscript(self, node: ast.Subscript) -> Expr:
        at, index = self.range(node), node.slice
        found: Expr = Other(at)
        if isinstance(index, ast.Slice):
            if index.step is None:
                found = Slice(at, self.optional(index.lower), self.optional(index.upper))
        elif isinstance(index, ast.Tuple) and not self.is_enclosed(index, self.range(index)):
            if any(isinstance(item, ast.Starred) for item in index.elts):
                raise UnsureError
            if not any(isinstance(item, ast.Slice) for item in index.elts):
                found = Display(at, "tuple", tuple(map(self.expression, index.elts)))
        else:
            found = self.expression(index)
        return Subscript(at, self.expression(node.value), found)

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Expr:
        at = self.range(node)
        kind = {ast.ListComp: "list", ast.SetComp: "set"}.get(type(node), "generator")
        loop = node.generators[0]
        if kind == "generator":
            last = node.generators[-1]
            at = self.within(at, node.elt, [last.iter, *last.ifs][-1])
        if len(node.generators) > 1 or loop.is_async:
            return Other(at)
        conditions = tuple(map(self.expression, loop.ifs))
        target, iterable = self.expression(loop.target), self.expression(loop.iter)
        return Comprehension(at, kind, self.expression(node.elt), target, iterable, conditions)  # type: ignore[arg-type]

    def walrus(self, node: ast.NamedExpr) -> Expr:
        return Walrus(self.range(node), node.target.id, self.expression(node.value))

    def awaited(self, node: ast.Await) -> Expr:
        return self.expression(node.value)

    # -- statements

    def block(self, nodes: Sequence[ast.stmt]) -> tuple[Stmt, ...]:
        self.depth += 1
        try:
            if self.depth > DEPTH:
                raise UnsureError
            return tuple(statement for node in nodes for statement in self.statements(node))
        finally:
            self.depth -= 1

    def statements(self, node: ast.stmt) -> Iterator[Stmt]:
        at = self.range(node)
        match node:
            case ast.Assign():
                value = self.expression(node.value)
                for target in node.targets:
                    named = self.expression(target)
                    yield Assign(at, named, value)
                    value = named if isinstance(named, Name) else value  # one object for all of them
            case ast.Expr():
                yield Do(at, self.expression(node.value))
            case ast.If():
                yield self.if_(node, at)
            case ast.Return():
                yield Return(at, self.optional(node.value))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield self.function(node, at)
            case ast.AnnAssign():
                target_, annotation = self.expression(node.target), self.expression(node.annotation)
                if node.value is None:
                    yield Declare(at, target_, annotation)
                else:
                    yield Assign(at, target_, self.expression(node.value), annotation)
            case ast.Import() | ast.ImportFrom():
                yield _import(node, at)
            case ast.Raise():
                yield Raise(at, self.optional(node.exc))
            case ast.For():
                otherwise = self.block(node.orelse) if node.orelse else ()
                target_, iterable = self.expression(node.target), self.expression(node.iter)
                yield For(at, target_, iterable, self.block(node.body), otherwise)
            case ast.Try():
                yield self.try_(node, at)
            case ast.With() | ast.AsyncWith():
                items = tuple(
                    (self.expression(item.context_expr), self.optional(item.optional_vars))
                    for item in node.items
                )
                yield With(at, items, self.block(node.body))
            case ast.ClassDef():
                bases = tuple(
                    self.expression(base.value if isinstance(base, ast.Starred) else base)
                    for base in node.bases
                )
                decorators = tuple(map(self.expression, node.decorator_list))
                yield Class(
                    at, node.name, self.named(at, node.name), bases, self.block(node.body), decorators
                )
            case ast.AugAssign():
                target_, value = self.expression(node.target), self.expression(node.value)
                operator = _BINARY[type(node.op)] if type(node.op) in _ASSIGNED else None
                yield Assign(at, target_, Binary(at, operator, target_, value) if operator else Other(at))
            case ast.Assert():
                yield Assert(at, self.expression(node.test), self.optional(node.msg))
            case ast.Break():
                yield Jump(at, "break")
            case ast.Continue():
                yield Jump(at, "continue")
            case ast.Pass() | ast.Global() | ast.Nonlocal():
                yield Jump(at, "pass")
            case ast.While() | ast.AsyncFor() | ast.TryStar():
                yield Opaque(at, self.block(node.body))
            case ast.Match():
                yield Opaque(
                    at, tuple(statement for case in node.cases for statement in self.block(case.body))
                )
            case _:
                yield Opaque(at)

    def if_(self, node: ast.If, at: Range) -> Stmt:
        # A long elif chain nests as deeply as it is long: built from its end, without recursion.
        chain = [node]
        while self.has_elif(chain[-1]):
            chain.append(chain[-1].orelse[0])  # type: ignore[arg-type]
        if len(chain) > DEPTH:
            return Opaque(at)
        otherwise = self.block(chain[-1].orelse) if chain[-1].orelse else ()
        for branch in reversed(chain):
            test = self.expression(branch.test)
            otherwise = (If(self.range(branch), test, self.block(branch.body), otherwise),)
        return otherwise[0]

    def has_elif(self, node: ast.If) -> bool:
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            return False
        return self.text.startswith("elif", self.range(node.orelse[0]).start)

    def try_(self, node: ast.Try, at: Range) -> Stmt:
        handlers = tuple(
            Handler(
                None if handler.type is None else _exception_names(handler.type),
                handler.name,
                self.block(handler.body),
            )
            for handler in node.handlers
        )
        return Try(
            at,
            self.block(node.body),
            handlers,
            self.block(node.orelse) if node.orelse else (),
            self.block(node.finalbody) if node.finalbody else (),
        )

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, at: Range) -> Function:
        given = node.args
        plain = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
        rows = [("plain", one, value) for one, value in zip(plain, [*defaults, *given.defaults], strict=True)]
        rows += [("keyword", o, value) for o, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
        rows += [("star", given.vararg, None)] if given.vararg else []
        rows += [("double star", given.kwarg, None)] if given.kwarg else []
        parameters = tuple(
            Parameter(one.arg, self.optional(value), kind, self.optional(one.annotation))  # type: ignore[arg-type]
            for kind, one, value in rows
        )
        return Function(
            at,
            node.name,
            self.named(at, node.name),
            tuple(map(self.expression, node.decorator_list)),
            parameters,
            self.block(node.body),
            isinstance(node, ast.AsyncFunctionDef),
            self.optional(node.returns),
        )

    def named(self, at: Range, name: str) -> Range:
        """Where the name of a function or class stands."""
        found = _NAME.match(self.text, at.start)
        if found is None or found[1] != name:
            raise UnsureError
        return Range(*found.span(1))


_EXPRESSIONS: dict[type[ast.expr], Callable[[_Converter, Any], Expr]] = {
    ast.Name: _Converter.name,
    ast.Constant: _Converter.constant,
    ast.JoinedStr: _Converter.joined,
    ast.Attribute: _Converter.attribute,
    ast.Call: _Converter.call,
    ast.Compare: _Converter.compare,
    ast.BoolOp: _Converter.boolean,
    ast.UnaryOp: _Converter.unary,
    ast.BinOp: _Converter.binary,
    ast.List: _Converter.display,
    ast.Tuple: _Converter.display,
    ast.Set: _Converter.display,
    ast.Dict: _Converter.pairs,
    ast.IfExp: _Converter.conditional,
    ast.Subscript: _Converter.subscript,
    ast.ListComp: _Converter.comprehension,
    ast.SetComp: _Converter.comprehension,
    ast.GeneratorExp: _Converter.comprehension,
    ast.NamedExpr: _Converter.walrus,
    ast.Await: _Converter.awaited,
}


def _dotted(node: ast.expr | None) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else "?"


def _exception_names(node: ast.expr) -> tuple[str, ...]:
    elements = node.elts if isinstance(node, ast.Tuple) else [node]
    return tuple(_dotted(element).rpartition(".")[2] for element in elements)


def _import(node: ast.Import | ast.ImportFrom, at: Range) -> Import:
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return Import(at, tuple((alias.asname or alias.name, module, alias.name) for alias in node.names))
    bindings: list[tuple[str, str, str | None]] = []
    for alias in node.names:
        top = alias.name.partition(".")[0]
        bindings.append((alias.asname, alias.name, None) if alias.asname else (top, top, None))
    return Import(at, tuple(bindings))
