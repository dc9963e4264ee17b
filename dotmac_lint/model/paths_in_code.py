"""The paths that code puts together from its own file: `Path(__file__).parent.parent / ".env"`."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.readers.python.code import (
    Attribute,
    Binary,
    Call,
    Constant,
    Display,
    Expr,
    Formatted,
    Joined,
    Name,
    Subscript,
)

if TYPE_CHECKING:
    from dotmac_lint.model.settings_code import Code, Raw, Scope

_DEPTH = 20
_SAME = frozenset(
    {"Path", "PurePath", "str", "fspath", "abspath", "realpath", "normpath", "resolve", "absolute"}
)
"""What gives the same path."""


class Beside(msgspec.Struct, frozen=True):
    """A path as seen from the folder of the module that puts it together."""

    module: str
    path: str

    @property
    def in_repository(self) -> str | None:
        """None where it leaves the repository."""
        return self.below(posixpath.dirname(self.module))

    def below(self, folder: str) -> str | None:
        """Where it lies if the module lies in the folder; None where it leads out of the first one."""
        path = posixpath.normpath(posixpath.join(folder, self.path))
        return None if path.startswith("..") else path


def paths_of(code: Code, value: Raw) -> tuple[Beside, ...] | None:
    """The paths of a value, or of those in a list; None where one is not known."""
    items: Sequence[Expr] = value.node.items if isinstance(value.node, Display) else (value.node,)
    found = [_path(code, item, value.scope, 0) for item in items]
    return None if None in found else tuple(path for path in found if path is not None)


def _path(code: Code, node: Expr, scope: Scope, depth: int) -> Beside | None:
    if depth > _DEPTH:
        return None

    def inner(other: Expr) -> Beside | None:
        return _path(code, other, scope, depth + 1)

    match node:
        case Name(name="__file__"):
            return Beside(scope.module.path, posixpath.basename(scope.module.path))
        case Attribute(name="parent"):
            return _above(inner(node.of), 1)
        case Subscript(of=Attribute(name="parents", of=of), index=Constant(value=int(times))) if (
            0 <= times < _DEPTH
        ):
            return _above(inner(of), times + 1)
        case Binary(operator="/"):
            return _joined(inner(node.left), [node.right])
        case Joined(parts=(first, *rest)):
            start = inner(first.value) if isinstance(first, Formatted) and first.plain else None
            return _joined(start, rest, written=True)
        case Call(complete=True, keywords=()):
            return _called(code, node, scope, depth)
        case Name() | Attribute():
            from dotmac_lint.model.settings_code import Value

            entity = code.resolve(node, scope)
            if not isinstance(entity, Value) or len(entity.bindings) != 1:
                return None
            bound = entity.bindings[0].value
            return _path(code, bound, entity.scope, depth + 1) if bound is not None else None
    return None


def _called(code: Code, node: Call, scope: Scope, depth: int) -> Beside | None:
    function, arguments = node.function, node.arguments
    name = function.name if isinstance(function, Name | Attribute) else ""
    if not arguments:
        of = function.of if isinstance(function, Attribute) and name in _SAME else None
        return _path(code, of, scope, depth + 1) if of is not None else None
    if name == "joinpath" and isinstance(function, Attribute):
        return _joined(_path(code, function.of, scope, depth + 1), arguments)
    start = _path(code, arguments[0], scope, depth + 1)
    if name == "dirname" and len(arguments) == 1:
        return _above(start, 1)
    if name == "join" or (name in _SAME and len(arguments) == 1):
        return _joined(start, arguments[1:])
    return None


def _above(start: Beside | None, times: int) -> Beside | None:
    if start is None:
        return None
    return Beside(start.module, posixpath.normpath(posixpath.join(start.path, *[".."] * times)))


def _joined(start: Beside | None, parts: Sequence[Expr], *, written: bool = False) -> Beside | None:
    """The path with the parts below it, which are constants; `written`, with the slash that parts them."""
    texts = [part.value for part in parts if isinstance(part, Constant) and isinstance(part.value, str)]
    if start is None or len(texts) < len(parts):
        return None
    rest = "".join(texts) if written else posixpath.join("", *texts)
    if written and rest:
        if not rest.startswith("/"):
            return None
        rest = rest[1:]
    if rest.startswith("/"):
        return None
    return Beside(start.module, posixpath.normpath(posixpath.join(start.path, rest)))
