"""What stands in files, with exact places.

A large repository has millions of these objects. They are trees, without cycles, so the garbage collector need not
know them (`gc=False`), which makes each smaller by a third and every collection shorter.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def reader(module: str, function: str) -> Callable[..., Any]:
    """The reader of this name; its module, and the parser that it needs, is imported when it is first asked for."""
    found: Callable[..., Any] = getattr(import_module(f"dotmac_lint.readers.{module}"), function)
    return found
