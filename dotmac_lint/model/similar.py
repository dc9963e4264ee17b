"""What was meant by a name that names nothing: the one that differs by a slip."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_ALIKE_PATHS, _ALIKE_NAMES = 85, 88
"""How like a name must be, of 100."""


_LIKE_WORD = 60


def is_slip(wanted: str, other: str) -> bool:
    """Whether no word of the one name is another word in the other: `cleanup_temp.sh` is not `cleanup_env.sh`."""
    from rapidfuzz.fuzz import partial_ratio

    own, others = (re.findall(r"[a-z]+|\d+", name.lower()) for name in (wanted, other))
    left, right = ([word for word in a if word not in b] for a, b in ((own, others), (others, own)))
    return not right or all(any(partial_ratio(w, r) >= _LIKE_WORD for r in right) for w in left)


_SHORTEST_END = 4


def shared_ending(name: str, names: Collection[str]) -> str:
    """The longest end of `name`, of four letters at least, that several of `names` have."""
    ends = (name[start:] for start in range(1, len(name) - _SHORTEST_END + 1))
    return next((end for end in ends if sum(other.endswith(end) for other in names) > 1), "")


def similar_name(wanted: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is almost `wanted`, or a form of it (prod, production; not prod.db)."""
    from rapidfuzz.fuzz import ratio

    scores = []
    for name in names:
        short, long = sorted((wanted.lower(), name.lower()), key=len)
        form = 95.0 if len(short) > 2 and re.match(rf"{re.escape(short)}(?!\.)", long) else 0.0
        scores.append((max(form, ratio(_plain(wanted), _plain(name))), name))
    return _best(scores, _ALIKE_NAMES)


def similar_path(wanted: str, paths: Iterable[str]) -> str | None:
    """The one of `paths` whose last part is almost that of `wanted`; one in the same folder is preferred.

    The order of the words may differ (`prod-entrypoint.sh`, `entrypoint-prod.sh`), their suffix may not, nor may one
    word be another.
    """
    from rapidfuzz.fuzz import ratio, token_sort_ratio

    folder, name = posixpath.split(wanted)
    suffix = posixpath.splitext(name)[1]
    scores = []
    for path in paths:
        where, other = posixpath.split(path)
        if posixpath.splitext(other)[1] == suffix and is_slip(name, other):
            score = max(ratio(other, name), token_sort_ratio(_plain(other), _plain(name)))
            scores.append((score + (where == folder), path))
    return _best(scores, _ALIKE_PATHS)


def folders_beside(workspace: Workspace, folder: str) -> set[str]:
    parent = posixpath.dirname(folder)
    depth = parent.count("/") + 2 if parent else 1
    return {"/".join(file.split("/")[:depth]) for file in workspace.under(parent) if file.count("/") >= depth}


def similar_file(workspace: Workspace, folder: str, wanted: str) -> str | None:
    """The file below `folder` that was meant by `wanted`, which is missing."""
    return similar_path(wanted, workspace.under(folder))


@cache
def _plain(text: str) -> str:
    return re.sub(r"[-_.]", " ", text.lower())


def _best(scores: list[tuple[float, str]], least: float) -> str | None:
    """None where nothing is alike, or several are equally so."""
    top = sorted(scores, reverse=True)[:2]
    if not top or top[0][0] < least or (len(top) > 1 and top[0][0] == top[1][0]):
        return None
    return top[0][1]
