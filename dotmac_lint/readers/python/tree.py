"""The standard library's tree of a Python module."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `parse` raises for code that this Python cannot read, and for what is nested too deeply."""


@lru_cache(maxsize=4)  # one reader often follows another
def parse(text: str) -> ast.Module:
    """The module `text`; what its own text is warned of is not said. Raises UNREADABLE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)
