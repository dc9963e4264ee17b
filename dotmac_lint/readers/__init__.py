"""What stands in files, with exact places."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def reader(module: str, function: str) -> Callable[..., Any]:
    """The reader of this name; its module, and the parser that it needs, is imported when it is first asked for."""
    found: Callable[..., Any] = getattr(import_module(f"dotmac_lint.readers.{module}"), function)
    return found
