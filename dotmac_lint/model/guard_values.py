"""What the values of simulated start-up code are.

A value is Unknown, a plain Python value (text, number, None, list, dict, date ...; lists and dicts may
hold Unknown), or one of the classes below.
"""

from __future__ import annotations

import datetime
import ipaddress
import operator
import uuid
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import msgspec

from dotmac_lint.known import Unknown
from dotmac_lint.model.scalars import Member, Secret, Url
from dotmac_lint.readers.python.code import (
    Assign,
    Attribute,
    Call,
    Class,
    Constant,
    Declare,
    Do,
    Expr,
    Function,
    If,
    Import,
    Name,
    Opaque,
    Stmt,
    Subscript,
    Try,
    With,
)
from dotmac_lint.source import Range

UNKNOWN = Unknown("cannot be worked out")


class Open(list[Any]):
    """A list that may hold more than its items."""


class Fields(dict[str, Any]):
    """The fields of the object at `path`, as a dict: what validators get as `values` or `info.data`."""

    def __init__(self, path: tuple[str, ...], items: Mapping[str, Any], *, earlier: bool = False) -> None:
        super().__init__(items)
        self.path = path
        self.earlier = earlier
        """It holds the fields that stand before one: what it lacks is not yet validated."""

    def reads(self, name: str) -> bool:
        """Whether what it gives for the name depends on the field."""
        return name in self or not self.earlier


class External(msgspec.Struct, frozen=True):
    """Something that is not of this repository, by its dotted name: `os.environ`, `ValueError`."""

    name: str


class Info(msgspec.Struct, frozen=True):
    """pydantic's ValidationInfo."""

    data: Any


class Handler(msgspec.Struct, frozen=True):
    """The function that a wrapping validator gets: the field's own conversion."""

    convert: Callable[[Any], Any]
    """Gives Known, Unknown or Invalid."""


class Super(msgspec.Struct, frozen=True):
    """`super()`."""


class Failure(msgspec.Struct, frozen=True):
    """An exception that is raised: what it is, where it started."""

    names: tuple[str, ...]
    """The name of its class, then those of the bases that are known."""
    kind: str
    """"raise", "exit", "assert", or "implicit" for what Python itself raises."""
    message: Any
    path: str
    range: Range
    where: str
    condition: tuple[str, Range] | None = None
    depends: frozenset[tuple[str, ...]] = frozenset()
    complete: bool = True
    """All the bases of its class are known."""


class Raised(msgspec.Struct, frozen=True):
    """An exception object as a value."""

    names: tuple[str, ...]
    message: Any
    complete: bool = True


class Namespace:
    """The names of one module."""

    @cached_property
    def changed(self) -> frozenset[str]:
        """The names whose lists, dicts and sets some code of the module changes in place."""
        return frozenset(_changed_in_place(self.body))

    def __init__(self, path: str, module: str, body: tuple[Stmt, ...]) -> None:
        self.path = path
        self.module = module
        self.body = body
        names: dict[str, list[Stmt]] = {}
        for statement in flattened(body):
            for name in bound_names(statement):
                names.setdefault(name, []).append(statement)
        self.names = {name: tuple(statements) for name, statements in names.items()}


class Code:
    """A class of the repository."""

    def __init__(self, node: Class, namespace: Namespace, bases: tuple[Code | External | None, ...]) -> None:
        self.node = node
        self.name = node.name
        self.namespace = namespace
        self.bases = bases

    def mro(self) -> Iterator[Code]:
        """This class and its bases in the repository; for single inheritance, Python's order."""
        seen: list[Code] = []
        pending: list[Code] = [self]
        while pending:
            code = pending.pop(0)
            if code not in seen:
                seen.append(code)
                yield code
                pending = [base for base in code.bases if isinstance(base, Code)] + pending

    def externals(self) -> Iterator[str]:
        """The names of the bases that are not of the repository ("?" for what is no name)."""
        for code in self.mro():
            for base in code.bases:
                if not isinstance(base, Code):
                    yield base.name if base is not None else "?"

    def find(self, name: str) -> tuple[Code, Stmt] | None:
        """What the class body binds to `name`; the last one counts."""
        for code in self.mro():
            if name in code._bindings:
                return code, code._bindings[name]
        return None

    def declared(self, name: str) -> tuple[Code, Assign | Declare] | None:
        """Where the class says of which type its attribute `name` is, with a value or without."""
        for code in self.mro():
            for statement in reversed(code.node.body):
                if isinstance(statement, Assign | Declare) and statement.annotation is not None:
                    if isinstance(statement.target, Name) and statement.target.name == name:
                        return code, statement
        return None

    @cached_property
    def _bindings(self) -> dict[str, Stmt]:
        return {name: statement for statement in self.node.body for name in bound_names(statement)}

    def functions(self) -> Iterator[tuple[Code, Function]]:
        """All methods, those of bases first; what is overridden is left out."""
        classes = list(self.mro())
        for position, code in enumerate(reversed(classes)):
            nearer = classes[: len(classes) - 1 - position]
            for index, statement in enumerate(code.node.body):
                if isinstance(statement, Function):
                    later = code.node.body[index + 1 :]
                    hidden = any(isinstance(s, Function) and s.name == statement.name for s in later)
                    hidden |= any(
                        isinstance(s, Function) and s.name == statement.name
                        for c in nearer
                        for s in c.node.body
                    )
                    if not hidden:
                        yield code, statement


class Bound(msgspec.Struct, frozen=True):
    """A function of the repository, and the object it is a method of (`()` for none)."""

    function: Function
    namespace: Namespace
    owner: Code | None = None
    receiver: tuple[Any, ...] = ()
    within: Any = None
    """The frame of the function in which it is defined; None for functions of modules and classes."""


class Instance:
    """An object of a class of the repository: the settings, or a section of them."""

    def __init__(self, code: Code | None, path: tuple[str, ...], fields: Mapping[str, Any]) -> None:
        self.code = code
        self.path = path
        self.fields = dict(fields)


class Enumeration(msgspec.Struct, frozen=True):
    """An Enum class: members by name. `complete` is False where one cannot be worked out."""

    name: str
    members: dict[str, Member]
    complete: bool
    code: Code


def flattened(body: tuple[Stmt, ...]) -> Iterator[Stmt]:
    """Statements of a module or class body, those inside `if` and `try` too."""
    for statement in body:
        yield statement
        match statement:
            case If():
                yield from flattened(statement.then)
                yield from flattened(statement.otherwise)
            case Try():
                yield from flattened(statement.body)
                for handler in statement.handlers:
                    yield from flattened(handler.body)
                yield from flattened(statement.otherwise)
                yield from flattened(statement.finally_)
            case With() | Opaque():
                yield from flattened(statement.body)


_CHANGING = frozenset(
    {
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "remove",
        "discard",
        "pop",
        "popitem",
        "clear",
        "setdefault",
    }
)


def _changed_in_place(body: tuple[Stmt, ...]) -> Iterator[str]:
    for statement in body:
        match statement:
            case Do(value=Call(function=Attribute(of=Name(name=name), name=method))) if method in _CHANGING:
                yield name
            case Assign(target=Subscript(of=Name(name=name))):
                yield name
        for field in ("then", "otherwise", "body", "finally_"):
            yield from _changed_in_place(getattr(statement, field, ()))
        for handler in getattr(statement, "handlers", ()):
            yield from _changed_in_place(handler.body)


def bound_names(statement: Stmt) -> tuple[str, ...]:
    match statement:
        case Function() | Class():
            return (statement.name,)
        case Import():
            return tuple(name for name, _, _ in statement.bindings)
        case Assign(target=Name(name=name)):
            return (name,)
        case Assign():
            return tuple(node.name for node in _names(statement.target))
    return ()


def _names(target: Expr) -> Iterator[Name]:
    for item in getattr(target, "items", ()):
        if isinstance(item, Name):
            yield item


def dotted(node: Expr) -> str:
    """`a.b.c` of a chain of names; subscripts (`Generic[T]`) are dropped; "" for anything else."""
    match node:
        case Name():
            return node.name
        case Attribute():
            base = dotted(node.of)
            return f"{base}.{node.name}" if base else ""
        case Subscript():
            return dotted(node.of)
        case Call():
            return dotted(node.function)
        case Constant(value=str() as text) if text.replace(".", "").isidentifier():
            return text
    return ""


# ---- what can be said about values

NATIVE = (
    str, int, float, type(None), list, tuple, set, frozenset, dict, bytes, range, Decimal, datetime.datetime,
    datetime.date, datetime.time, datetime.timedelta, uuid.UUID, PurePosixPath,
    ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network,
)  # fmt: skip


def plain(value: Any) -> Any:
    """A member of an Enum that is a text or a number as that text or number."""
    return value.value if isinstance(value, Member) and value.mixin else value


def solid(value: Any, depth: int = 6) -> bool:
    """Whether `value` is a plain Python value through and through."""
    if isinstance(value, Open) or not isinstance(value, NATIVE) or depth == 0:
        return False
    if isinstance(value, dict):
        return all(solid(k, depth - 1) and solid(v, depth - 1) for k, v in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return all(solid(item, depth - 1) for item in value)
    return True


def truth(value: Any) -> bool | None:
    """`bool(value)`; None where it cannot be told."""
    match value:
        case Unknown():
            return None
        case Open():
            return True if value else None
        case Member():
            return bool(value.value) if value.mixin else True
        case Secret():
            return bool(value.value)
        case Instance():
            odd = value.code is None or value.code.find("__bool__") or value.code.find("__len__")
            return None if odd else True
        case Super() | Info() | Handler() | Bound():
            return True
        case External():
            return None
    return bool(value)


def equal(left: Any, right: Any) -> bool | None:
    """`left == right`; None where it cannot be told."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, Member) and isinstance(right, Member):
        if left.enum == right.enum:
            return bool(left.value == right.value)
        return bool(left.value == right.value) if left.mixin and right.mixin else False
    if isinstance(left, Member) or isinstance(right, Member):
        member, other = (left, right) if isinstance(left, Member) else (right, left)
        if not isinstance(other, NATIVE):
            return None
        return equal(member.value, other) if member.mixin else False
    if isinstance(left, Secret) or isinstance(right, Secret):
        if isinstance(left, Secret) and isinstance(right, Secret):
            return left.value == right.value
        return False if isinstance(left, NATIVE) or isinstance(right, NATIVE) else None
    if isinstance(left, Url | Instance | External | Raised) or isinstance(
        right, Url | Instance | External | Raised
    ):
        other = right if isinstance(left, Url | Instance | External | Raised) else left
        return False if other is None else None
    if (isinstance(left, list) and isinstance(right, list)) or (
        isinstance(left, tuple) and isinstance(right, tuple)
    ):
        if isinstance(left, Open) or isinstance(right, Open):
            return None
        if len(left) != len(right):
            return False
        results = [equal(a, b) for a, b in zip(left, right, strict=True)]
        return False if False in results else None if None in results else True
    if solid(left) and solid(right):
        return bool(left == right)
    return None


def identical(left: Any, right: Any) -> bool | None:
    """`left is right` for None, booleans and members of Enums; None for anything else."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Member) or isinstance(right, Member):
        return isinstance(left, Member) and isinstance(right, Member) and bool(equal(left, right))
    return None


class Fails(Exception):  # noqa: N818
    """Python itself would raise an exception of class `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def contains(container: Any, item: Any) -> bool | None:
    """`item in container`; None where it cannot be told; Fails where Python raises."""
    container, probe = plain(container), plain(item)
    if isinstance(container, str):
        if isinstance(probe, str):
            return probe in container
        if isinstance(probe, NATIVE):
            raise Fails("TypeError")
        return None
    if isinstance(container, dict):
        container = list(container)
    if isinstance(container, list | tuple | set | frozenset):
        results = [equal(item, element) for element in container]
        if True in results:
            return True
        return None if None in results or isinstance(container, Open) else False
    if solid(container) and not isinstance(container, range):
        raise Fails("TypeError")
    return None


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "|": operator.or_, "&": operator.and_,
}  # fmt: skip


def compare(name: str, left: Any, right: Any) -> bool | None:
    """One comparison; None where it cannot be told; Fails where Python raises."""
    match name:
        case "==":
            return equal(left, right)
        case "!=":
            return negated(equal(left, right))
        case "is":
            return identical(left, right)
        case "is not":
            return negated(identical(left, right))
        case "in":
            return contains(right, left)
        case "not in":
            return negated(contains(right, left))
    left, right = plain(left), plain(right)
    if name not in _ORDER or not solid(left) or not solid(right):
        return None
    try:
        return bool(_ORDER[name](left, right))
    except (TypeError, ValueError) as error:
        raise Fails(type(error).__name__) from None


def arithmetic(name: str, left: Any, right: Any) -> Any:
    left, right = plain(left), plain(right)
    if isinstance(left, list) and isinstance(right, list) and name == "+":
        joined = [*left, *right]
        return Open(joined) if isinstance(left, Open) or isinstance(right, Open) else joined
    if not solid(left) or not solid(right):
        return UNKNOWN
    if name == "*" and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return UNKNOWN  # "a" * 10**9
    if name == "%" and isinstance(left, str):
        return UNKNOWN
    try:
        return _ARITHMETIC[name](left, right)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise Fails(type(error).__name__) from None


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def known(value: bool | None) -> Any:
    return UNKNOWN if value is None else value


def same(left: Any, right: Any) -> bool:
    """Whether two values are surely one and the same: for joining what two branches leave behind."""
    if left is right:
        return True
    if type(left) is not type(right) or isinstance(left, Open | Instance | Unknown):
        return False
    return equal(left, right) is True and repr(left) == repr(right)


def joined(left: Any, right: Any) -> Any:
    """What is known of a value that is `left` or `right`."""
    if same(left, right):
        return left
    if isinstance(left, list) and isinstance(right, list):
        common = [item for item in left if any(same(item, other) for other in right)]
        return Open(common)
    return UNKNOWN


def copied(value: Any, memo: dict[int, Any]) -> Any:
    """A copy of what code can change in place; `memo` keeps shared things shared."""
    if id(value) in memo:
        return memo[id(value)]
    if isinstance(value, list):
        result: Any = type(value)()
        memo[id(value)] = result
        result.extend(copied(item, memo) for item in value)
        return result
    if isinstance(value, dict):
        result = Fields(value.path, {}, earlier=value.earlier) if isinstance(value, Fields) else {}
        memo[id(value)] = result
        result.update((key, copied(item, memo)) for key, item in value.items())
        return result
    if isinstance(value, set):
        memo[id(value)] = result = set(value)
        return result
    return value
