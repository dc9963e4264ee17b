"""What a rule reports."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import IntEnum
from typing import TypeVar

import msgspec

from dotmac_lint.fix import Fix
from dotmac_lint.source import Span

Found = TypeVar("Found")


class Severity(IntEnum):
    """How bad a finding is, in rising order."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        return self.name.lower()


class Label(msgspec.Struct, frozen=True):
    """A place, and what it has to do with the matter: "the settings are declared here"."""

    span: Span
    text: str


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding. `message` is a full sentence that makes sense on its own in a pull request."""

    code: str
    name: str
    severity: Severity
    message: str
    at: Span
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    service: str | None = None
    deployments: tuple[str, ...] = ()
    key: str = ""
    """What the finding is about, without places and values: the stable part of its fingerprint."""


def grouped(findings: Iterable[Found], cause: Callable[[Found], Hashable]) -> list[list[Found]]:
    """Those of one cause together, in the order of the first of each: one diagnostic tells of all."""
    groups: dict[Hashable, list[Found]] = {}
    for found in findings:
        groups.setdefault(cause(found), []).append(found)
    return list(groups.values())


def listed(words: Sequence[str], last: str = "and", most: int | None = None) -> str:
    """The words as a sentence has them: "`a`, `b` and `c`"; of more than `most` the first ones, and how many more."""
    if most is not None and len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end
