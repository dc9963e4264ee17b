"""Python source text made into the small tree of `readers.python.code`, by libcst."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState

from dotmac_lint.known import Problem
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
from dotmac_lint.source import Range

_COMPARISONS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in", cst.Is: "is", cst.IsNot: "is not",
}  # fmt: skip
_BINARY: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/",
    cst.FloorDivide: "//", cst.Modulo: "%",
    cst.BitOr: "|", cst.BitAnd: "&", cst.AddAssign: "+", cst.SubtractAssign: "-", cst.BitOrAssign: "|",
    cst.BitAndAssign: "&", cst.MultiplyAssign: "*",
}  # fmt: skip
_UNARY: dict[type[cst.BaseUnaryOp], str] = {
    cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~",
}  # fmt: skip


class Offsets(CodegenState):
    """Writes a module again to learn where each of its nodes stands, in code points."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.offset = 0
        self.ranges: dict[int, Range] = {}
        self._starts: list[int] = []
        module._codegen(self)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        self.offset += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        if id(node) not in self.ranges:
            self.ranges[id(node)] = Range(start, self.offset)

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Iterator[None]:
        start = self.offset
        yield
        self.ranges[id(node)] = Range(
            start if start_node is None else self.ranges[id(start_node)].start,
            self.offset if end_node is None else self.ranges[id(end_node)].end,
        )


_BRACKETS = regex(r"[(\[{]|[)\]}]")
_CHAIN = regex(r"(?:[-+~*.(\[{]|\bnot\b|\blambda\b|\belse\b)[^\S\n]*")


def parse(text: str) -> cst.Module | Problem:
    """The module `text`; a Problem where it cannot be parsed.

    libcst's parser recurses natively: deep nesting would end the process, so it is refused here.
    """
    depth = deepest = 0
    for bracket in _BRACKETS.finditer(text):
        depth = depth + 1 if bracket.group() in "([{" else max(depth - 1, 0)
        deepest = max(depth, deepest)
    longest = max(map(len, text.splitlines()), default=0)
    if deepest > 200 or (
        longest > 5000 and any(len(_CHAIN.findall(line)) > 1000 for line in text.splitlines())
    ):
        return Problem("The Python code is nested too deeply to be read.", 0, 0)
    try:
        return cst.parse_module(text)
    except (cst.ParserSyntaxError, RecursionError, UnicodeError, ValueError) as error:
        line = getattr(error, "raw_line", 0)
        where = f" at line {line}" if line else ""
        return Problem(f"The Python code cannot be parsed{where}.", 0, 0)


class Converter:
    """Makes the small tree out of libcst's."""

    def __init__(self, module: cst.Module) -> None:
        self.ranges = Offsets(module).ranges
        self.depth = 0

    def range(self, node: cst.CSTNode) -> Range:
        return self.ranges.get(id(node), Range(0, 0))

    # -- expressions

    def expression(self, node: cst.CSTNode) -> Expr:
        at = self.range(node)
        self.depth += 1
        try:
            return Other(at) if self.depth > DEPTH else self._expression(node, at)
        finally:
            self.depth -= 1

    def optional(self, node: cst.CSTNode | None) -> Expr | None:
        return None if node is None else self.expression(node)

    def _expression(self, node: cst.CSTNode, at: Range) -> Expr:
        match node:
            case cst.Name():
                constants = {"True": True, "False": False, "None": None}
                return (
                    Constant(at, constants[node.value]) if node.value in constants else Name(at, node.value)
                )
            case cst.Integer() | cst.Float() | cst.SimpleString():
                return self._constant(node.value, at)
            case cst.ConcatenatedString() | cst.FormattedString():
                return self._string(node, at)
            case cst.Attribute():
                return Attribute(at, self.expression(node.value), node.attr.value)
            case cst.Call():
                return self._call(node, at)
            case cst.Comparison():
                rest = []
                for target in node.comparisons:
                    operator = _COMPARISONS.get(type(target.operator), "?")
                    rest.append((operator, self.expression(target.comparator)))
                return Compare(at, self.expression(node.left), tuple(rest))
            case cst.BooleanOperation():
                operator_ = "and" if isinstance(node.operator, cst.And) else "or"
                return Boolean(at, operator_, self.expression(node.left), self.expression(node.right))  # type: ignore[arg-type]
            case cst.UnaryOperation():
                return Unary(at, _UNARY[type(node.operator)], self.expression(node.expression))
            case cst.BinaryOperation() if type(node.operator) in _BINARY:
                left, right = self.expression(node.left), self.expression(node.right)
                return Binary(at, _BINARY[type(node.operator)], left, right)
            case cst.List() | cst.Tuple() | cst.Set():
                if any(isinstance(element, cst.StarredElement) for element in node.elements):
                    return Other(at)
                kind = type(node).__name__.lower()
                return Display(at, kind, tuple(self.expression(e.value) for e in node.elements))  # type: ignore[arg-type]
            case cst.Dict():
                if not all(isinstance(element, cst.DictElement) for element in node.elements):
                    return Other(at)
                return Pairs(
                    at,
                    tuple(
                        (self.expression(e.key), self.expression(e.value))
                        for e in node.elements
                        if isinstance(e, cst.DictElement)
                    ),
                )
            case cst.IfExp():
                test, then = self.expression(node.test), self.expression(node.body)
                return Conditional(at, test, then, self.expression(node.orelse))
            case cst.Subscript():
                return self._subscript(node, at)
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                return self._comprehension(node, at)
            case cst.NamedExpr() if isinstance(node.target, cst.Name):
                return Walrus(at, node.target.value, self.expression(node.value))
            case cst.Await():
                return self.expression(node.expression)
            case cst.Ellipsis():
                return Name(at, "Ellipsis")
        return Other(at)

    def _constant(self, text: str, at: Range) -> Expr:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return Other(at)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            return Other(at)
        return Constant(at, value) if isinstance(value, str | int | float) else Other(at)

    def _string(self, node: cst.BaseString, at: Range) -> Expr:
        parts: list[Expr] = []
        pending: list[cst.CSTNode] = [node]
        while pending:
            piece = pending.pop()
            if isinstance(piece, cst.ConcatenatedString):
                pending += [piece.right, piece.left]
            elif isinstance(piece, cst.FormattedString):
                raw = "r" in piece.prefix.lower()
                for part in piece.parts:
                    if isinstance(part, cst.FormattedStringText):
                        text = part.value.replace("{{", "{").replace("}}", "}")
                        quoted = f"{'r' if raw else ''}{piece.quote}{text}{piece.quote}"
                        parts.append(self._constant(quoted, self.range(part)))
                    elif isinstance(part, cst.FormattedStringExpression):
                        plain = part.conversion is None and part.format_spec is None and part.equal is None
                        value = self.expression(part.expression)
                        parts.append(Formatted(self.range(part), value, plain))
            else:
                parts.append(self.expression(piece))
        if all(isinstance(part, Constant) and isinstance(part.value, str) for part in parts):
            return Constant(at, "".join(str(part.value) for part in parts if isinstance(part, Constant)))
        return Joined(at, tuple(parts))

    def _call(self, node: cst.Call, at: Range) -> Expr:
        arguments, keywords, complete = [], [], True
        for argument in node.args:
            if argument.star:
                complete = False
            elif argument.keyword is not None:
                keywords.append((argument.keyword.value, self.expression(argument.value)))
            else:
                arguments.append(self.expression(argument.value))
        return Call(at, self.expression(node.func), tuple(arguments), tuple(keywords), complete)

    def _subscript(self, node: cst.Subscript, at: Range) -> Expr:
        indices = [element.slice for element in node.slice]
        index: Expr = Other(at)
        if len(indices) == 1 and isinstance(indices[0], cst.Index) and indices[0].star is None:
            index = self.expression(indices[0].value)
        elif len(indices) == 1 and isinstance(indices[0], cst.Slice) and indices[0].step is None:
            lower, upper = indices[0].lower, indices[0].upper
            index = Slice(at, self.optional(lower), self.optional(upper))
        elif all(isinstance(i, cst.Index) for i in indices):
            items = [self.expression(i.value) for i in indices if isinstance(i, cst.Index)]
            index = Display(at, "tuple", tuple(items))
        return Subscript(at, self.expression(node.value), index)

    def _comprehension(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, at: Range) -> Expr:
        loop = node.for_in
        if loop.inner_for_in is not None or loop.asynchronous is not None:
            return Other(at)
        kind = {cst.ListComp: "list", cst.SetComp: "set"}.get(type(node), "generator")
        conditions = tuple(self.expression(condition.test) for condition in loop.ifs)
        target, iterable = self.expression(loop.target), self.expression(loop.iter)
        return Comprehension(at, kind, self.expression(node.elt), target, iterable, conditions)  # type: ignore[arg-type]

    # -- statements

    def block(self, nodes: Sequence[cst.CSTNode]) -> tuple[Stmt, ...]:
        self.depth += 1
        try:
            if self.depth > DEPTH:
                return tuple(Opaque(self.range(node)) for node in nodes)
            return tuple(statement for node in nodes for statement in self.statements(node))
        finally:
            self.depth -= 1

    def suite(self, node: cst.BaseSuite) -> tuple[Stmt, ...]:
        return self.block(node.body)

    def statements(self, node: cst.CSTNode) -> Iterator[Stmt]:
        at = self.range(node)
        match node:
            case cst.SimpleStatementLine():
                for small in node.body:
                    yield from self.statements(small)
            case cst.If():
                yield self._if(node, at)
            case cst.Assign():
                value = self.expression(node.value)
                for target in node.targets:
                    named = self.expression(target.target)
                    yield Assign(at, named, value)
                    value = named if isinstance(named, Name) else value  # one object for all of them
            case cst.AnnAssign():
                target_, annotation = (
                    self.expression(node.target),
                    self.expression(node.annotation.annotation),
                )
                if node.value is None:
                    yield Declare(at, target_, annotation)
                else:
                    yield Assign(at, target_, self.expression(node.value), annotation)
            case cst.AugAssign():
                target_, value = self.expression(node.target), self.expression(node.value)
                operator = _BINARY.get(type(node.operator))
                yield Assign(at, target_, Binary(at, operator, target_, value) if operator else Other(at))
            case cst.Raise():
                yield Raise(at, self.optional(node.exc))
            case cst.Return():
                yield Return(at, self.optional(node.value))
            case cst.Assert():
                yield Assert(at, self.expression(node.test), self.optional(node.msg))
            case cst.Expr():
                yield Do(at, self.expression(node.value))
            case cst.For() if node.asynchronous is None:
                otherwise = self.suite(node.orelse.body) if node.orelse else ()
                target_, iterable = self.expression(node.target), self.expression(node.iter)
                yield For(at, target_, iterable, self.suite(node.body), otherwise)
            case cst.Try():
                yield self._try(node, at)
            case cst.With():
                items = [
                    (self.expression(item.item), self.optional(item.asname.name if item.asname else None))
                    for item in node.items
                ]
                yield With(at, tuple(items), self.suite(node.body))
            case cst.Break():
                yield Jump(at, "break")
            case cst.Continue():
                yield Jump(at, "continue")
            case cst.Pass() | cst.Global() | cst.Nonlocal():
                yield Jump(at, "pass")
            case cst.Import() | cst.ImportFrom():
                yield _import(node, at)
            case cst.FunctionDef():
                yield self._function(node, at)
            case cst.ClassDef():
                bases = tuple(self.expression(argument.value) for argument in node.bases)
                decorators = tuple(self.expression(d.decorator) for d in node.decorators)
                yield Class(
                    at, node.name.value, self.range(node.name), bases, self.suite(node.body), decorators
                )
            case cst.While() | cst.For() | cst.TryStar():
                yield Opaque(at, self.suite(node.body))
            case cst.Match():
                yield Opaque(at, tuple(statement for c in node.cases for statement in self.suite(c.body)))
            case _:
                yield Opaque(at)

    def _if(self, node: cst.If, at: Range) -> Stmt:
        # A long elif chain nests as deeply as it is long: built from its end, without recursion.
        chain = [node]
        last: cst.Else | None = None
        while isinstance(branch := chain[-1].orelse, cst.If):
            chain.append(branch)
        last = chain[-1].orelse if isinstance(chain[-1].orelse, cst.Else) else None
        otherwise: tuple[Stmt, ...] = self.suite(last.body) if last is not None else ()
        if len(chain) > DEPTH:
            return Opaque(at)
        for branch in reversed(chain):
            test = self.expression(branch.test)
            otherwise = (If(self.range(branch), test, self.suite(branch.body), otherwise),)
        return otherwise[0]

    def _try(self, node: cst.Try, at: Range) -> Stmt:
        handlers = []
        for handler in node.handlers:
            alias = handler.name.name if handler.name else None
            handlers.append(
                Handler(
                    None if handler.type is None else _exception_names(handler.type),
                    alias.value if isinstance(alias, cst.Name) else None,
                    self.suite(handler.body),
                )
            )
        return Try(
            at,
            self.suite(node.body),
            tuple(handlers),
            self.suite(node.orelse.body) if node.orelse else (),
            self.suite(node.finalbody.body) if node.finalbody else (),
        )

    def _function(self, node: cst.FunctionDef, at: Range) -> Function:
        parameters = []
        given = node.params
        groups = (
            ("plain", given.posonly_params),
            ("plain", given.params),
            ("keyword", given.kwonly_params),
            ("star", [given.star_arg] if isinstance(given.star_arg, cst.Param) else []),
            ("double star", [given.star_kwarg] if given.star_kwarg else []),
        )
        for kind, group in groups:
            for parameter in group:
                default = self.optional(parameter.default)
                annotation = self.optional(parameter.annotation.annotation if parameter.annotation else None)
                parameters.append(Parameter(parameter.name.value, default, kind, annotation))  # type: ignore[arg-type]
        return Function(
            at,
            node.name.value,
            self.range(node.name),
            tuple(self.expression(decorator.decorator) for decorator in node.decorators),
            tuple(parameters),
            self.suite(node.body),
            node.asynchronous is not None,
            self.optional(node.returns.annotation if node.returns else None),
        )


def _dotted(node: cst.CSTNode | None) -> str:
    if isinstance(node, cst.Name):
        return node.value
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join(reversed([*parts, node.value])) if isinstance(node, cst.Name) else "?"


def _exception_names(node: cst.BaseExpression) -> tuple[str, ...]:
    elements = [e.value for e in node.elements] if isinstance(node, cst.Tuple) else [node]
    return tuple(_dotted(element).rpartition(".")[2] for element in elements)


def _import(node: cst.Import | cst.ImportFrom, at: Range) -> Import:
    bindings: list[tuple[str, str, str | None]] = []
    module = ""
    if isinstance(node, cst.ImportFrom):
        module = "." * len(node.relative) + (_dotted(node.module) if node.module else "")
    if isinstance(node.names, cst.ImportStar):
        return Import(at, (("*", module, "*"),))
    for alias in node.names:
        name = _dotted(alias.name)
        bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else None
        if isinstance(node, cst.ImportFrom):
            bindings.append((bound or name, module, name))
        else:
            bindings.append(
                (bound, name, None) if bound else (name.partition(".")[0], name.partition(".")[0], None)
            )
    return Import(at, tuple(bindings))
