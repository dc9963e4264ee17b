"""The standard library's tree of a Python module."""

from __future__ import annotations

import ast
import warnings

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `parse` raises for code that this Python cannot read, and for what is nested too deeply."""


def parse(text: str) -> ast.Module:
    """The module `text`; what its own text is warned of is not said. Raises UNREADABLE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)
