"""The name that was meant: "did you mean"."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` is a misspelling, a part or an extension of; None where two are as near."""
    words = _words(name)
    scores: dict[str, float] = {}
    for other in known:
        if other == name:
            continue
        others = _words(other)
        likeness = difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()
        shared = words <= others or others <= words
        if likeness >= 0.75 or (shared and min(len(name), len(other)) > 1):
            scores[other] = likeness + shared
    best = sorted(scores, key=lambda other: -scores[other])[:2]
    if not best or (len(best) == 2 and scores[best[0]] == scores[best[1]]):
        return None
    return best[0]


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", name.lower()))
