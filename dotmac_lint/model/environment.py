"""A variable of a service's environment, with its provenance."""

from __future__ import annotations

from typing import Literal

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.source import Span

Mechanism = Literal["environment", "env_file", "dockerfile"]


class Variable(msgspec.Struct, frozen=True):
    """One environment variable, where it is set and what it overrode.

    `value` is None for a name without a value (`- NAME` in Compose), which passes the host's value through.
    """

    name: str
    value: Known[str] | Unknown | None
    name_span: Span
    span: Span
    mechanism: Mechanism
    value_span: Span | None = None
    raw: str | None = None
    """The value as written, before interpolation."""
    references: tuple[str, ...] = ()
    """The names that the raw value interpolates."""
    placeholder: bool = False
    """The value stems from an example file, which stands for one that is not committed."""
    overrides: tuple[Variable, ...] = ()
