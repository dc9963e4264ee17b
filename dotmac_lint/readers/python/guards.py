"""The code of a module that can stop a start: validators, checks, and who calls them."""

from __future__ import annotations

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.readers.python.code import Class, Function, Import, Stmt


class GuardModule(msgspec.Struct, frozen=True, gc=False):
    """A module's code. Functions and classes stand in `body` where they are defined."""

    body: tuple[Stmt, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def functions(self) -> tuple[Function, ...]:
        return tuple(statement for statement in self.body if isinstance(statement, Function))

    @property
    def classes(self) -> tuple[Class, ...]:
        return tuple(statement for statement in self.body if isinstance(statement, Class))

    @property
    def imports(self) -> tuple[Import, ...]:
        return tuple(statement for statement in self.body if isinstance(statement, Import))


def read_guards(text: str) -> GuardModule:
    """The statements of the module `text`, in the small language of `readers.python.code`."""
    from dotmac_lint.readers.python import plain

    try:
        return GuardModule(plain.statements_of(text))
    except plain.UnsureError:
        return _read_by_libcst(text)


def _read_by_libcst(text: str) -> GuardModule:
    from dotmac_lint.readers.python.lowering import Converter, parse

    module = parse(text)
    if isinstance(module, Problem):
        return GuardModule(problems=(module,))
    try:
        return GuardModule(Converter(module).block(module.body))
    except RecursionError:
        return GuardModule(problems=(Problem("The Python code is nested too deeply to be read.", 0, 0),))
