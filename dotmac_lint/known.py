"""Known or Unknown: what the model cannot work out is Unknown and stays so."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


MAXIMUM_VALUE = 128 * 1024
"""Characters of a variable: no process can be given more (Linux, execve(2), MAX_ARG_STRLEN)."""


class Known(msgspec.Struct, Generic[T], frozen=True, tag="known"):
    """A value that the model is sure of."""

    value: T


class Unknown(msgspec.Struct, frozen=True, gc=False, tag="unknown"):
    """A value that cannot be worked out without running something; `why` is a short clause."""

    why: str


TOO_LONG = Unknown("it grows beyond what a process can be given")


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Why a reader could not read (a part of) a file; becomes DM000. One full sentence."""

    message: str
    start: int
    end: int
