"""How `readers.python.settings` reads a module, by libcst."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

import libcst as cst
import msgspec

from dotmac_lint.lazy import regex
from dotmac_lint.readers.python import code
from dotmac_lint.readers.python.code import Call, Display, Expr, Lambda, Other, Pairs, Starred, Subscript
from dotmac_lint.readers.python.lowering import Converter
from dotmac_lint.readers.python.settings import (
    Assignment,
    Change,
    Class,
    Function,
    Import,
    Member,
    PathMapping,
    SettingsModule,
)
from dotmac_lint.readers.python.skeleton import Skeleton
from dotmac_lint.source import Range

_CUSTOMISE = ("settings_customise_sources", "customise_sources")
_PATH = regex(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_MAY_CHANGE = regex(r"\.\w+\s*(?::[^=\n]+)?[-+|]?=[^=]|setattr")


class Annotations(Converter):
    """Strings inside annotations are converted as the code that they hold; they keep the string's range."""

    def __init__(self, module: cst.Module, bones: Skeleton) -> None:
        super().__init__(module)
        self._bones = bones
        self._annotating = False
        self._within: Range | None = None

    def range(self, node: cst.CSTNode) -> Range:
        if self._within is not None:
            return self._within
        at = super().range(node)
        return Range(self._bones.original(at.start), self._bones.original(at.end))

    def annotation(self, node: cst.CSTNode) -> Expr:
        outer, self._annotating = self._annotating, True
        try:
            return self.expression(node)
        finally:
            self._annotating = outer

    def _plain(self, node: cst.CSTNode) -> Expr:
        outer, self._annotating = self._annotating, False
        try:
            return self.expression(node)
        finally:
            self._annotating = outer

    def _expression(self, node: cst.CSTNode, at: Range) -> Expr:
        match node:
            case cst.SimpleString() if self._annotating:
                return self._quoted(node, at)
            case cst.Lambda():
                parameters = tuple(p.name.value for p in node.params.params)
                return Lambda(at, parameters, self._plain(node.body))
            case cst.List() | cst.Tuple() | cst.Set():
                items = [
                    Starred(self.range(e), self.expression(e.value), 1)
                    if isinstance(e, cst.StarredElement)
                    else self.expression(e.value)
                    for e in node.elements
                ]
                return Display(at, type(node).__name__.lower(), tuple(items))  # type: ignore[arg-type]
            case cst.Dict():
                pairs: list[tuple[Expr, Expr]] = []
                for element in node.elements:
                    if isinstance(element, cst.DictElement):
                        pairs.append((self.expression(element.key), self.expression(element.value)))
                    else:
                        at_ = self.range(element)
                        pairs.append((Starred(at_, self.expression(element.value), 2), Other(at_)))
                return Pairs(at, tuple(pairs))
        return super()._expression(node, at)

    def _quoted(self, node: cst.SimpleString, at: Range) -> Expr:
        text = node.evaluated_value
        if not isinstance(text, str) or len(text) > 1000 or self._within is not None:
            return Other(at)
        try:
            inner = cst.parse_expression(text.strip())
        except Exception:  # cst.ParserSyntaxError, and what the tokenizer raises on odd characters
            return Other(at)
        self._within = at
        try:
            return self.expression(inner)
        finally:
            self._within = None

    def _call(self, node: cst.Call, at: Range) -> Expr:
        outer, self._annotating = self._annotating, False
        try:
            arguments: list[Expr] = []
            keywords: list[tuple[str, Expr]] = []
            complete = True
            for argument in node.args:
                value = self.expression(argument.value)
                if argument.star:
                    complete = False
                    arguments.append(Starred(self.range(argument), value, len(argument.star)))
                elif argument.keyword is not None:
                    keywords.append((argument.keyword.value, value))
                else:
                    arguments.append(value)
            return Call(at, self.expression(node.func), tuple(arguments), tuple(keywords), complete)
        finally:
            self._annotating = outer

    def _subscript(self, node: cst.Subscript, at: Range) -> Expr:
        if not self._annotating:
            return super()._subscript(node, at)
        name = node.value
        while isinstance(name, cst.Attribute):
            name = name.attr
        word = name.value if isinstance(name, cst.Name) else ""
        items: list[Expr] = []
        for position, element in enumerate(node.slice):
            index = element.slice
            if not isinstance(index, cst.Index) or index.star is not None:
                items.append(Other(at))
            elif word == "Literal" or (word == "Annotated" and position):
                items.append(self._plain(index.value))
            else:
                items.append(self.expression(index.value))
        one = items[0] if len(items) == 1 else Display(at, "tuple", tuple(items))
        return Subscript(at, self.expression(node.value), one)


class _Scope(msgspec.Struct):
    """Where a statement stands: parameters with their annotations, imports, the class around it."""

    parameters: dict[str, cst.BaseExpression | None]
    imported: dict[str, Import]
    owner: str
    aliases: dict[str, list[str]]
    """Names that stand for a chain of names: `jwt = settings.jwt`, `s = get_settings()`."""


class Reader:
    """Reads the module `text`, of which `module` is the skeleton."""

    def __init__(self, text: str, module: cst.Module, bones: Skeleton) -> None:
        self.text = text
        self.tree = module
        self.converter = Annotations(module, bones)
        self.changes: list[Change] = []
        self.mappings: list[PathMapping] = []
        self.may_change = _MAY_CHANGE.search(text) is not None

    def module(self) -> SettingsModule:
        body = tuple(self.members(self.tree.body))
        names: tuple[str, ...] | None = None
        for member in body:
            if isinstance(member, Assignment) and member.name == "__all__" and member.value is not None:
                items = getattr(member.value, "items", ())
                texts = tuple(getattr(item, "value", None) for item in items)
                names = tuple(t for t in texts if isinstance(t, str)) or None
        if self.may_change or "{" in self.text:
            self.run_time(self.tree.body, _Scope({}, {}, "", {}))
        return SettingsModule(body, tuple(self.changes), tuple(self.mappings), names)

    # ---- declarations

    def members(
        self,
        nodes: Sequence[cst.CSTNode],
        conditional: bool = False,
        fallback: bool = False,
        in_class: bool = False,
    ) -> Iterator[Member]:
        pending: Assignment | None = None
        for node in nodes:
            small = node.body if isinstance(node, cst.SimpleStatementLine) else [node]
            for statement in small:
                if pending is not None:
                    text = _documentation(statement)
                    yield msgspec.structs.replace(pending, documentation=text) if text else pending
                    pending = None
                    if text:
                        continue
                for member in self.member(statement, conditional, fallback, in_class):
                    if pending is not None:
                        yield pending
                        pending = None
                    if isinstance(member, Assignment):
                        pending = member
                    else:
                        yield member
        if pending is not None:
            yield pending

    def member(
        self, node: cst.CSTNode, conditional: bool, fallback: bool, in_class: bool
    ) -> Iterator[Member]:
        at = self.converter.range
        value: Expr | None
        match node:
            case cst.Import() | cst.ImportFrom():
                yield from self.imports(node, fallback)
            case cst.AnnAssign(target=cst.Name() as target_):
                annotation = self.converter.annotation(node.annotation.annotation)
                if node.value is not None and getattr(annotation, "name", "") == "TypeAlias":
                    value = self.converter.annotation(node.value)
                else:
                    value = self.converter.optional(node.value)
                name = target_.value
                yield Assignment(name, at(node.target), annotation, value, "", conditional, fallback)
            case cst.Assign():
                value = None
                for target in node.targets:
                    if isinstance(target.target, cst.Name):
                        value = value or self.converter.expression(node.value)
                        yield Assignment(
                            target.target.value, at(target.target), None, value, "", conditional, fallback
                        )
            case cst.AugAssign(target=cst.Name() as target_):
                name = target_.value
                yield Assignment(name, at(node.target), None, None, "", True, fallback)
            case cst.TypeAlias():
                yield Assignment(
                    node.name.value,
                    at(node.name),
                    None,
                    self.converter.annotation(node.value),
                    "",
                    conditional,
                )
            case cst.ClassDef():
                yield self.class_(node)
            case cst.FunctionDef():
                yield self.function(node, in_class)
            case cst.If():
                checking = _is_type_checking(node.test)
                yield from self.suite(node.body, conditional or not checking, fallback, in_class)
                if node.orelse is not None:
                    branch = node.orelse
                    if isinstance(branch, cst.If):
                        yield from self.member(branch, True, True, in_class)
                    else:
                        yield from self.suite(branch.body, True, True, in_class)
            case cst.Try() | cst.TryStar():
                yield from self.suite(node.body, conditional, fallback, in_class)
                for handler in node.handlers:
                    yield from self.suite(handler.body, True, True, in_class)
                if node.orelse is not None:
                    yield from self.suite(node.orelse.body, conditional, fallback, in_class)
                if node.finalbody is not None:
                    yield from self.suite(node.finalbody.body, conditional, fallback, in_class)
            case cst.With():
                yield from self.suite(node.body, conditional, fallback, in_class)
            case cst.For() | cst.While():
                yield from self.suite(node.body, True, fallback, in_class)

    def suite(
        self, suite: cst.BaseSuite, conditional: bool, fallback: bool, in_class: bool
    ) -> Iterator[Member]:
        yield from self.members(suite.body, conditional, fallback, in_class)

    def imports(self, node: cst.Import | cst.ImportFrom, fallback: bool) -> Iterator[Import]:
        for statement in self.converter.statements(node):
            if isinstance(statement, code.Import):
                for name, module, attribute in statement.bindings:
                    yield Import(name, module, attribute, statement.range, fallback)

    def class_(self, node: cst.ClassDef) -> Class:
        bases = tuple(self.converter.expression(argument.value) for argument in node.bases)
        keywords = [
            (argument.keyword.value, self.converter.expression(argument.value))
            for argument in node.keywords
            if argument.keyword is not None
        ]
        keywords += [("**", self.converter.expression(a.value)) for a in node.keywords if a.star == "**"]
        decorators = tuple(self.converter.expression(d.decorator) for d in node.decorators)
        body = tuple(self.members(node.body.body, in_class=True))
        first = next(iter(node.body.body), None)
        return Class(
            node.name.value,
            self.converter.range(node.name),
            bases,
            tuple(keywords),
            decorators,
            body,
            _documentation(first) or "",
        )

    def function(self, node: cst.FunctionDef, in_class: bool) -> Function:
        convert = self.converter
        parameters = [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]
        result: Expr | None = None
        statements: list[cst.CSTNode] = []
        for line in node.body.body:
            statements += line.body if isinstance(line, cst.SimpleStatementLine) else [line]
        if statements and _documentation(statements[0]):
            statements = statements[1:]
        if len(statements) == 1 and isinstance(statements[0], cst.Return) and statements[0].value is not None:
            result = convert.expression(statements[0].value)
        customises = in_class and node.name.value in _CUSTOMISE
        return Function(
            node.name.value,
            convert.range(node.name),
            tuple(convert.expression(d.decorator) for d in node.decorators),
            tuple(p.name.value for p in parameters),
            convert.annotation(node.returns.annotation) if node.returns else None,
            result,
            convert.suite(node.body) if customises else (),
        )

    # ---- what happens at run time

    def run_time(
        self,
        nodes: Sequence[cst.CSTNode],
        scope: _Scope,
    ) -> None:
        """Collects changes and mappings in `nodes` and in all that stands inside them."""
        pending: list[cst.CSTNode] = list(reversed(nodes))
        while pending:
            node = pending.pop()
            match node:
                case cst.SimpleStatementLine():
                    pending += reversed(node.body)
                case cst.FunctionDef():
                    given = [
                        *node.params.posonly_params, *node.params.params, *node.params.kwonly_params,
                    ]  # fmt: skip
                    inner = {p.name.value: p.annotation.annotation if p.annotation else None for p in given}
                    self.run_time(
                        node.body.body,
                        _Scope(
                            {**scope.parameters, **inner},
                            dict(scope.imported),
                            scope.owner,
                            dict(scope.aliases),
                        ),
                    )
                case cst.ClassDef():
                    name = f"{scope.owner}.{node.name.value}" if scope.owner else node.name.value
                    self.run_time(
                        node.body.body, _Scope(scope.parameters, scope.imported, name, scope.aliases)
                    )
                case cst.Import() | cst.ImportFrom():
                    scope.imported.update((found.name, found) for found in self.imports(node, False))
                case cst.Assign():
                    chain = _chain(node.value)
                    for target in node.targets:
                        self.change(target.target, scope)
                        if isinstance(target.target, cst.Name):
                            scope.aliases.pop(target.target.value, None)
                            if chain is not None:
                                scope.aliases[target.target.value] = self.unaliased(chain, scope)
                    self.displays(node.value)
                case cst.AnnAssign() | cst.AugAssign():
                    self.change(node.target, scope)
                    if node.value is not None:
                        self.displays(node.value)
                case cst.Expr():
                    self.call(node.value, scope)
                    self.displays(node.value)
                case cst.Return():
                    if node.value is not None:
                        self.displays(node.value)
                case cst.For():
                    self.displays(node.iter)
                    pending += _blocks(node)
                case _:
                    pending += _blocks(node)

    @staticmethod
    def unaliased(chain: list[str], scope: _Scope) -> list[str]:
        return [*scope.aliases.get(chain[0], chain[:1]), *chain[1:]]

    def change(
        self,
        target: cst.BaseExpression,
        scope: _Scope,
    ) -> None:
        chain = _chain(target)
        if chain is not None and len(chain) > 1:
            self.changed(chain[0], tuple(chain[1:]), target, scope)

    def changed(
        self,
        root: str,
        path: tuple[str, ...],
        node: cst.BaseExpression,
        scope: _Scope,
    ) -> None:
        root, *rest = self.unaliased([root], scope)
        path = (*rest, *path)
        annotation = scope.parameters.get(root)
        self.changes.append(
            Change(
                root,
                path,
                self.converter.range(node),
                None if annotation is None else self.converter.annotation(annotation),
                scope.owner,
                scope.imported.get(root.removesuffix("()")),
            )
        )

    def call(
        self,
        node: cst.BaseExpression,
        scope: _Scope,
    ) -> None:
        if not isinstance(node, cst.Call) or len(node.args) < 3:
            return
        function = _chain(node.func)
        if function is None or function[-1] not in ("setattr", "__setattr__"):
            return
        chain = _chain(node.args[0].value)
        name = node.args[1].value
        if chain is not None:
            text = name.evaluated_value if isinstance(name, cst.SimpleString) else ""
            last = text if isinstance(text, str) else ""
            self.changed(chain[0], (*chain[1:], last), name, scope)

    def displays(self, node: cst.BaseExpression) -> None:
        """Finds mappings of dotted paths in `node`: itself, an argument, or inside lists and dicts."""
        pending: list[cst.BaseExpression] = [node]
        while pending:
            match pending.pop():
                case cst.Dict() as display:
                    entries = []
                    for element in display.elements:
                        if not isinstance(element, cst.DictElement):
                            continue
                        key, value = element.key, element.value
                        if isinstance(key, cst.SimpleString) and isinstance(value, cst.SimpleString):
                            name, text = key.evaluated_value, value.evaluated_value
                            if isinstance(name, str) and isinstance(text, str) and _PATH.fullmatch(name):
                                entries.append((name, text, self.converter.range(key)))
                        elif isinstance(value, cst.Dict | cst.List | cst.Call):
                            pending.append(value)
                    if any("." in name for name, _, _ in entries):
                        self.mappings.append(PathMapping(tuple(entries)))
                case cst.Call() as call:
                    pending.append(call.func)
                    pending += [argument.value for argument in call.args]
                case cst.Attribute() as attribute:
                    pending.append(attribute.value)
                case cst.List() | cst.Tuple() as sequence:
                    pending += [element.value for element in sequence.elements]


def _blocks(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The statements inside a compound statement, last first."""
    parts: list[cst.CSTNode] = []
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        part = getattr(node, name, None)
        if part is None or isinstance(part, str):
            continue
        parts += part if isinstance(part, list | tuple) else [part]
    yield from reversed(parts)


def _chain(node: cst.CSTNode) -> list[str] | None:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Call) and not node.args:  # get_settings().debug = True
        node = node.func
        name = _chain(node)
        return None if name is None or len(name) > 1 else [f"{name[0]}()", *reversed(parts)]
    return [node.value, *reversed(parts)] if isinstance(node, cst.Name) else None


def _documentation(node: cst.CSTNode | None) -> str | None:
    if isinstance(node, cst.SimpleStatementLine):
        node = node.body[0]
    if not isinstance(node, cst.Expr) or not isinstance(
        node.value, cst.SimpleString | cst.ConcatenatedString
    ):
        return None
    text = node.value.evaluated_value
    return inspect.cleandoc(text) if isinstance(text, str) else None


def _is_type_checking(test: cst.BaseExpression) -> bool:
    chain = _chain(test)
    return chain is not None and chain[-1] == "TYPE_CHECKING"
