"""What a Python module says about settings: its imports, constants, classes with their fields, and who
changes a setting at run time. Data only; `model.settings` makes sense of it.
"""

from __future__ import annotations

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.readers.python.code import Expr, Stmt
from dotmac_lint.source import Range


class Import(msgspec.Struct, frozen=True, gc=False, tag="import"):
    """`from module import attribute as name`; of `import a.b`, the name `a` (attribute None).

    A relative module keeps its dots; a star import binds "*".
    """

    name: str
    module: str
    attribute: str | None
    range: Range
    fallback: bool = False
    """It stands in an `except` or `else` branch."""


class Assignment(msgspec.Struct, frozen=True, gc=False, tag="assignment"):
    """A name that a module or class body binds to a value, or only annotates."""

    name: str
    range: Range
    """Of the name."""
    annotation: Expr | None
    value: Expr | None
    documentation: str = ""
    """The string that stands below it."""
    conditional: bool = False
    """It stands inside `if`, `for`, `try` ..."""
    fallback: bool = False
    """It stands in an `except` or `else` branch."""


class Function(msgspec.Struct, frozen=True, gc=False, tag="function"):
    name: str
    range: Range
    """Of the name."""
    decorators: tuple[Expr, ...]
    parameters: tuple[str, ...]
    returns: Expr | None
    result: Expr | None
    """What it returns, where its body has one `return` and nothing else but a docstring."""
    body: tuple[Stmt, ...] = ()
    """Only of `settings_customise_sources` and v1's `customise_sources`."""


class Class(msgspec.Struct, frozen=True, gc=False, tag="class"):
    name: str
    range: Range
    """Of the name."""
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    decorators: tuple[Expr, ...]
    body: tuple[Member, ...]
    documentation: str = ""


class Change(msgspec.Struct, frozen=True, gc=False):
    """`root.path = ...`, `setattr(root.path, "name", ...)` or `object.__setattr__(root, "name", ...)`."""

    root: str
    path: tuple[str, ...]
    """What follows the root. Empty parts stand for a name that is worked out at run time."""
    range: Range
    """Of the attribute that is set."""
    annotation: Expr | None = None
    """That of the root, where it is a parameter of the function around it."""
    owner: str = ""
    """The class (dotted where nested) in whose method it stands."""
    imported: Import | None = None
    """The import inside the function that binds the root."""


class PathMapping(msgspec.Struct, frozen=True, gc=False):
    """A dict display whose keys are dotted paths and whose values are texts."""

    entries: tuple[tuple[str, str, Range], ...]
    """Key, value, the range of the key."""


Member = Import | Assignment | Function | Class


class SettingsModule(msgspec.Struct, frozen=True, gc=False):
    body: tuple[Member, ...] = ()
    """In order; what stands inside `if`, `try`, `with` is lifted out of it."""
    changes: tuple[Change, ...] = ()
    mappings: tuple[PathMapping, ...] = ()
    names: tuple[str, ...] | None = None
    """`__all__`."""
    problems: tuple[Problem, ...] = ()


def read_settings_module(text: str) -> SettingsModule:
    """The module `text`. Code that cannot be parsed is a problem of the guards' reader as well."""
    from dotmac_lint.readers.python.declarations import Reader
    from dotmac_lint.readers.python.lowering import parse
    from dotmac_lint.readers.python.skeleton import skeleton

    bones = skeleton(text)
    module = parse(bones.text)
    if isinstance(module, Problem):
        return SettingsModule(problems=(module,))
    try:
        return Reader(text, module, bones).module()
    except RecursionError:
        return SettingsModule(problems=(Problem("The Python code is nested too deeply to be read.", 0, 0),))
