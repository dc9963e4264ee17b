"""Names that a loop takes, one after the other, from a list that is written down: `for name in ["A", "B"]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scopes = Sequence[ast.AST]
_COPIES = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed"})
_CHANGES = frozenset({"append", "extend", "insert", "add", "update", "setdefault"})
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


class _Given(NamedTuple):
    """What gives a variable its value: a loop over `value`, of whose items it takes `place`, or an assignment."""

    value: ast.expr | None
    loop: bool = False
    place: int | None = None


def is_listed(name: str, around: Sequence[_Function], tree: ast.Module) -> bool:
    """Whether all that the variable `name` can be, in the functions `around`, stands in lists of the module."""
    scopes = (tree, *around)
    found = _given(name, scopes)
    return bool(found) and all(given.loop and _lists(given.value, given.place, scopes) for given in found)


def _given(name: str, scopes: _Scopes) -> list[_Given]:
    """What gives the variable its values in the innermost scope that has it."""
    for scope in reversed(scopes):
        if found := list(_bindings(name, scope)):
            return found
    return []


def _bindings(name: str, scope: ast.AST) -> Iterator[_Given]:
    taken: set[ast.AST] = set()
    nodes = list(ast.walk(scope))
    for node in nodes:
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            parts = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
            for place, part in enumerate(parts):
                if isinstance(part, ast.Name) and part.id == name:
                    taken.add(part)
                    yield _Given(node.iter, True, place if isinstance(node.target, ast.Tuple) else None)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and target.id == name:
                    taken.add(target)
                    yield _Given(node.value)
    if any(_gives(node, name) for node in nodes if node not in taken):
        yield _Given(None)


def _gives(node: ast.AST, name: str) -> bool:
    """Whether `node` gives the variable a value, or changes it, in a way that is not followed."""
    if isinstance(node, ast.Call):  # `names.append(other)`
        function = node.func
        return isinstance(function, ast.Attribute) and function.attr in _CHANGES and _is(function.value, name)
    if isinstance(node, ast.Subscript):
        return not isinstance(node.ctx, ast.Load) and _is(node.value, name)
    if isinstance(node, ast.Name):
        return _is(node, name) and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.arg):
        return node.arg == name
    if isinstance(node, ast.alias):
        return (node.asname or node.name) == name
    return isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name == name


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _lists(value: ast.expr | None, place: int | None, scopes: _Scopes) -> bool:
    """Whether the items of `value`, or what stands at `place` of each, are texts that are written down."""
    if isinstance(value, ast.Name):
        found = _given(value.id, scopes)
        return bool(found) and all(
            not given.loop and isinstance(given.value, _DISPLAYS) and _lists(given.value, place, scopes)
            for given in found
        )
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return all(_is_text(item, place) for item in value.elts)
    if isinstance(value, ast.Dict):
        return place is None and all(_is_text(key, None) for key in value.keys)
    if not isinstance(value, ast.Call) or value.keywords:
        return False
    function = value.func
    if isinstance(function, ast.Name) and len(value.args) == 1:
        if function.id == "enumerate":
            return place == 1 and _lists(value.args[0], None, scopes)
        return function.id in _COPIES and _lists(value.args[0], place, scopes)
    if isinstance(function, ast.Attribute) and function.attr == "items" and not value.args:
        return place == 0 and _lists(function.value, None, scopes)
    return False


def _is_text(item: ast.expr | None, place: int | None) -> bool:
    if place is not None:
        whole = isinstance(item, ast.Tuple | ast.List) and not any(
            isinstance(i, ast.Starred) for i in item.elts
        )
        item = item.elts[place] if whole and place < len(item.elts) else None  # type: ignore[union-attr]
    return isinstance(item, ast.Constant) and isinstance(item.value, str)
