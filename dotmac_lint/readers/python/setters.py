"""Which attributes a module sets: enough to tell whether it may change settings, at a tenth of a full reading."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import msgspec

from dotmac_lint.lazy import regex
from dotmac_lint.readers.python.tree import UNREADABLE, parse

OWN = frozenset({"self", "cls"})
SETTINGS_NAME = regex(r"settings|config|cfg|conf\b", re.IGNORECASE)
"""What variables are called that hold settings."""
_SETTERS = frozenset({"setattr", "__setattr__"})


ANY = "*"
"""A name that is worked out at run time, or that cannot be told."""


class Setters(msgspec.Struct, frozen=True, gc=False):
    names: frozenset[str] = frozenset()
    """Those in what is set, `a` and `b` of `x.a.b = 1`, where `x` may hold settings and is no object that sets its
    own attributes."""
    typed: frozenset[tuple[str, str]] = frozenset()
    """Names that are set of a parameter, each with that of the parameter's class."""


def read_setters(text: str) -> Setters:
    """What the module sets. Never raises."""
    try:
        tree = parse(text)
    except UNREADABLE:
        return Setters(frozenset({ANY}))
    module = _Module()
    module.read(tree.body, top=True)
    found = set(module.set())
    names = frozenset(name for class_, name in found if not class_)
    return Setters(names, frozenset(row for row in found if row[0]))


class _Module:
    def __init__(self) -> None:
        self.targets: list[list[str]] = []
        self.aliases: dict[str, list[list[str]]] = {}
        self.known: set[str] = set()
        """What stands for something outside the function: names of the module, and parameters that say their type."""
        self.classes: dict[str, set[str]] = {}
        """Of parameters that say it by name."""
        self.original: dict[str, str] = {}
        """What imported names are called where they come from."""

    def read(self, body: Iterable[ast.stmt], *, top: bool) -> None:
        pending = [(node, top) for node in body]
        while pending:
            node, top = pending.pop()
            match node:
                case ast.Assign():
                    value = _chain(node.value)
                    for target in node.targets:
                        self.target(target, top)
                        if isinstance(target, ast.Name) and value is not None:
                            self.aliases.setdefault(target.id, []).append(value)
                case ast.AnnAssign() | ast.AugAssign():
                    self.target(node.target, top)
                case ast.Expr(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) as call):
                    if (
                        name in _SETTERS
                        and len(call.args) > 2
                        and (chain := _chain(call.args[0])) is not None
                    ):
                        named = call.args[1].value if isinstance(call.args[1], ast.Constant) else ANY
                        self.targets.append([*chain, named if isinstance(named, str) else ANY])
                case ast.Import() | ast.ImportFrom():
                    bound = {(one.asname or one.name).partition(".")[0]: one.name for one in node.names}
                    self.known.update(bound)
                    self.original.update(bound)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    given = node.args
                    self.known.add(node.name)
                    for one in (*given.posonlyargs, *given.args, *given.kwonlyargs):
                        match one.annotation:
                            case ast.Name(id=name) | ast.Attribute(attr=name):
                                self.classes.setdefault(one.arg, set()).add(name)
                            case ast.expr():
                                self.known.add(one.arg)
                    pending += [(inner, False) for inner in node.body]
                case _:
                    self.known.update([node.name] if isinstance(node, ast.ClassDef) else ())
                    for child in ast.iter_child_nodes(node):
                        if isinstance(child, ast.stmt):
                            pending.append((child, top))
                        elif isinstance(child, ast.ExceptHandler | ast.match_case):
                            pending += [(inner, top) for inner in child.body]

    def target(self, target: ast.expr, top: bool) -> None:
        if isinstance(target, ast.Name):
            self.known.update([target.id] if top else ())
        elif isinstance(target, ast.Attribute) and (chain := _chain(target)) is not None:
            self.targets.append(chain)

    def set(self) -> Iterator[tuple[str, str]]:
        """What is set, each with the name of its class where a parameter tells it."""
        anything = ANY in self.known  # from module import *
        for target in self.targets:
            pending, seen = [target], {target[0]}
            while pending:
                root, *parts = pending.pop()
                if root not in OWN and (anything or root in self.known or SETTINGS_NAME.search(root)):
                    yield from (("", part) for part in parts)
                elif root in self.classes:
                    names = {self.original.get(name, name) for name in self.classes[root]}
                    yield from ((name, part) for name in names for part in parts)
                for alias in self.aliases.get(root, ()):
                    if alias[0] not in seen:
                        seen.add(alias[0])
                        pending.append([*alias, *parts])


def _chain(node: ast.expr) -> list[str] | None:
    """`a.b.c`, or `a().b.c`, as names: what a call with arguments gives is followed by nobody."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call) and not node.args and not node.keywords:
        node = node.func
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else None
