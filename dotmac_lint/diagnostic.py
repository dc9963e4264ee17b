"""What a rule reports."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
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


def slips(rows: Iterable[tuple[Span, str | None]], otherwise: str = "nor this") -> list[Label]:
    """What may be meant at each place; where nothing is near, what else is to be said of it."""
    return [Label(at, f"`{near}` may be meant" if near else otherwise) for at, near in rows]


def grouped(
    findings: Iterable[Found], cause: Callable[[Found], Hashable], apart: int = 1
) -> list[list[Found]]:
    """Those of one cause together, in the order of the first of each: one diagnostic tells of all.

    Up to `apart` of one cause are told one by one.
    """
    groups: dict[Hashable, list[Found]] = {}
    for found in findings:
        groups.setdefault(cause(found), []).append(found)
    return [
        told
        for group in groups.values()
        for told in ([group] if len(group) > apart else [[found] for found in group])
    ]
