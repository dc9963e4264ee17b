"""Fixes as edits of text, and how they are applied."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import msgspec

from dotmac_lint.source import Span


class Applicability(IntEnum):
    """How far a fix may be trusted, in rising order."""

    DISPLAY_ONLY = 1
    UNSAFE = 2
    SAFE = 3

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", "-")


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replace the characters of `span` by `text`; an empty span inserts."""

    span: Span
    text: str


class CreateFile(msgspec.Struct, frozen=True, order=True):
    """Make the file `path` (never over an existing one), with its parent directories."""

    path: str
    text: str
    mode: int = 0o644


class Fix(msgspec.Struct, frozen=True):
    """All of it or nothing; may touch several files."""

    title: str
    edits: tuple[Edit, ...] = ()
    creates: tuple[CreateFile, ...] = ()
    applicability: Applicability = Applicability.UNSAFE


def joined(fixes: Iterable[Fix | None]) -> Fix | None:
    """One fix for all that has one cause; None where there is none."""
    found = [fix for fix in fixes if fix is not None]
    if not found:
        return None
    more = len({fix.title for fix in found}) - 1
    return Fix(
        found[0].title + (f" (and {more} more)" if more else ""),
        tuple(dict.fromkeys(edit for fix in found for edit in fix.edits)),
        tuple(dict.fromkeys(file for fix in found for file in fix.creates)),
        min(fix.applicability for fix in found),
    )
