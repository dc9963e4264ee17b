"""Python code as a small tree of expressions and statements that the model can follow without libcst.

Only what start-up checks are made of is represented; the rest is `Other` (an expression) or `Opaque`
(a statement), of which the model knows nothing.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from dotmac_lint.source import Range

DEPTH = 60
"""Code nested deeper than this is not followed: no check is, and the stack is finite."""

# ---- expressions


class Expression(msgspec.Struct, frozen=True, gc=False):
    range: Range


class Constant(Expression, frozen=True, tag="constant"):
    value: str | int | float | bool | None


class Name(Expression, frozen=True, tag="name"):
    name: str


class Attribute(Expression, frozen=True, tag="attribute"):
    of: Expr
    name: str


class Call(Expression, frozen=True, tag="call"):
    """A call; `complete` is False where arguments are unpacked (`*a`, `**k`), which are left out."""

    function: Expr
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    complete: bool = True


class Compare(Expression, frozen=True, tag="compare"):
    first: Expr
    rest: tuple[tuple[str, Expr], ...]
    """Operator ("==", "not in" ...) and right-hand side."""


class Boolean(Expression, frozen=True, tag="boolean"):
    operator: Literal["and", "or"]
    left: Expr
    right: Expr


class Unary(Expression, frozen=True, tag="unary"):
    operator: str
    value: Expr


class Binary(Expression, frozen=True, tag="binary"):
    operator: str
    left: Expr
    right: Expr


class Display(Expression, frozen=True, tag="display"):
    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


class Pairs(Expression, frozen=True, tag="pairs"):
    """A dict display."""

    items: tuple[tuple[Expr, Expr], ...]


class Joined(Expression, frozen=True, tag="joined"):
    """An f-string, or adjacent strings of which one is; `Formatted` marks what is put in."""

    parts: tuple[Expr, ...]


class Formatted(Expression, frozen=True, tag="formatted"):
    value: Expr
    plain: bool
    """No conversion and no format specification."""


class Conditional(Expression, frozen=True, tag="conditional"):
    test: Expr
    then: Expr
    otherwise: Expr


class Subscript(Expression, frozen=True, tag="subscript"):
    of: Expr
    index: Expr


class Slice(Expression, frozen=True, tag="slice"):
    lower: Expr | None
    upper: Expr | None


class Comprehension(Expression, frozen=True, tag="comprehension"):
    kind: Literal["list", "set", "generator"]
    element: Expr
    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]


class Walrus(Expression, frozen=True, tag="walrus"):
    name: str
    value: Expr


class Lambda(Expression, frozen=True, tag="lambda"):
    """Only where the settings reader asks for it, as `Starred` is; elsewhere it is `Other`."""

    parameters: tuple[str, ...]
    body: Expr


class Starred(Expression, frozen=True, tag="starred"):
    """`*value` or `**value` (in a dict display: a pair whose value is not used)."""

    value: Expr
    stars: int


class Other(Expression, frozen=True, tag="other"):
    """An expression of another kind."""


Expr = (
    Constant | Name | Attribute | Call | Compare | Boolean | Unary | Binary | Display | Pairs | Joined
    | Formatted | Conditional | Subscript | Slice | Comprehension | Walrus | Lambda | Starred | Other
)  # fmt: skip

# ---- statements


class Statement(msgspec.Struct, frozen=True, gc=False):
    range: Range


class If(Statement, frozen=True, tag="if"):
    test: Expr
    then: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...]


class Assign(Statement, frozen=True, tag="assign"):
    target: Expr
    value: Expr
    annotation: Expr | None = None


class Declare(Statement, frozen=True, tag="declare"):
    """`name: annotation` without a value."""

    target: Expr
    annotation: Expr


class Raise(Statement, frozen=True, tag="raise"):
    exception: Expr | None


class Return(Statement, frozen=True, tag="return"):
    value: Expr | None


class Assert(Statement, frozen=True, tag="assert"):
    test: Expr
    message: Expr | None


class Do(Statement, frozen=True, tag="do"):
    """An expression as a statement."""

    value: Expr


class For(Statement, frozen=True, tag="for"):
    target: Expr
    iterable: Expr
    body: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...]


class Handler(msgspec.Struct, frozen=True, gc=False):
    """`except NAMES as alias`; `names` is None for a bare `except`, and holds "?" for what is no name."""

    names: tuple[str, ...] | None
    alias: str | None
    body: tuple[Stmt, ...]


class Try(Statement, frozen=True, tag="try"):
    body: tuple[Stmt, ...]
    handlers: tuple[Handler, ...]
    otherwise: tuple[Stmt, ...]
    finally_: tuple[Stmt, ...]


class With(Statement, frozen=True, tag="with"):
    items: tuple[tuple[Expr, Expr | None], ...]
    body: tuple[Stmt, ...]


class Jump(Statement, frozen=True, tag="jump"):
    kind: Literal["break", "continue", "pass"]


class Import(Statement, frozen=True, tag="import"):
    """`from module import name as alias` is (alias, module, name); `import a.b as c` is (c, "a.b", None)."""

    bindings: tuple[tuple[str, str, str | None], ...]
    """The module of a relative import keeps its leading dots; `*` binds the name "*"."""


class Opaque(Statement, frozen=True, tag="opaque"):
    """A statement of another kind (while, match, del, global, async for ...), with all that stands in it."""

    body: tuple[Stmt, ...] = ()


class Parameter(msgspec.Struct, frozen=True, gc=False):
    name: str
    default: Expr | None
    kind: Literal["plain", "keyword", "star", "double star"]
    annotation: Expr | None = None


class Function(Statement, frozen=True, tag="function"):
    name: str
    name_range: Range
    decorators: tuple[Expr, ...]
    parameters: tuple[Parameter, ...]
    body: tuple[Stmt, ...]
    asynchronous: bool = False
    returns: Expr | None = None
    """The annotation of what it returns."""


class Class(Statement, frozen=True, tag="class"):
    name: str
    name_range: Range
    bases: tuple[Expr, ...]
    body: tuple[Stmt, ...]
    decorators: tuple[Expr, ...] = ()


Stmt = (
    If | Assign | Declare | Raise | Return | Assert | Do | For | Try | With | Jump | Import
    | Opaque | Function | Class
)  # fmt: skip
