"""The environment of a service: every variable with its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from dotmac_lint.diagnostic import Label
from dotmac_lint.known import Known, Unknown
from dotmac_lint.source import Span

Mechanism = Literal["environment", "env_file", "dockerfile"]


class Variable(msgspec.Struct, frozen=True, gc=False):
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
    sources: tuple[Span, ...] = ()
    """Where env files set what the value interpolates, or passes through."""
    certain: str | None = None
    """Of a URL that the host or an example gives parts of, the rest, with a UNKNOWN_CHARACTER for each of them."""
    placeholder: bool = False
    """The value stems from an example file, which stands for one that is not committed."""
    overrides: tuple[Variable, ...] = ()

    @property
    def origin(self) -> tuple[Label, ...]:
        return tuple(Label(source, "its value is set here") for source in self.sources)


class Environment:
    """The environment of one service: what its container would get, by name."""

    def __init__(self, variables: Mapping[str, Variable], unknown: str | None = None) -> None:
        self.variables = dict(variables)
        self.unknown = unknown
        """Why other names may be set as well (an env file that is not in the repository); else None."""

    def __iter__(self) -> Iterator[Variable]:
        return iter(self.variables.values())

    def get(self, name: str) -> Variable | None:
        return self.variables.get(name)

    def value(self, name: str) -> Known[str] | Unknown | None:
        """The value of `name`; None where it is not set at all."""
        variable = self.variables.get(name)
        if variable is not None:
            return Unknown("given by the host") if variable.value is None else variable.value
        return Unknown(self.unknown) if self.unknown else None


def layered(layers: Iterable[Iterable[Variable]], unknown: str | None = None) -> Environment:
    """The environment that results where each layer wins over those before it.

    In Compose's order these are: ENV of the image, the files of `env_file`, `environment`
    (Compose specification, "env_file" and "environment").
    """
    result: dict[str, Variable] = {}
    for layer in layers:
        for variable in layer:
            earlier = result.pop(variable.name, None)
            if earlier is not None:
                overrides = (*variable.overrides, *earlier.overrides, earlier)
                result[variable.name] = msgspec.structs.replace(variable, overrides=overrides)
            else:
                result[variable.name] = variable
    return Environment(result, unknown)
