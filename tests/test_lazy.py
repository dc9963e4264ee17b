"""Patterns that are compiled when they are first used."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import dotmac_lint.rules

import dotmac_lint
from dotmac_lint.lazy import Lazy, regex


def test_a_pattern_is_compiled_once_and_is_one() -> None:
    word = regex(r"(?P<first>[a-z])\w*", re.ASCII)
    assert vars(word).keys() == {"_given"}
    assert [match["first"] for match in word.finditer("an example")] == ["a", "e"]
    assert word.fullmatch("word")
    assert word.search is word.search
    assert (word.pattern, word.flags, word.groups) == (r"(?P<first>[a-z])\w*", re.ASCII, 1)
    assert regex(rb"\s+").sub(b" ", b"a \n b") == b"a b"


def test_all_patterns_are_well_formed() -> None:
    """A mistake would show only where the pattern is first used."""
    patterns = []
    for package in (dotmac_lint, dotmac_lint.rules):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                patterns += [v for v in vars(import_module(module.name)).values() if isinstance(v, Lazy)]
    assert patterns
    for pattern in patterns:
        pattern.search  # noqa: B018 - compiles it
