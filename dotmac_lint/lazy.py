"""Patterns that are compiled when they are first used: a run needs half of those that its modules define, and
compiling them all takes longer than linting a small repository.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class Lazy:
    """Stands for a `re.Pattern`, whose methods it takes over with its first use."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._given)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`; a mistake in the pattern is told where it is first used."""
    return cast("re.Pattern[AnyStr]", Lazy(pattern, flags))
