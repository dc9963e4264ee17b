"""The nodes of Compose files once their variables are put in: each knows its file and its folder.

Source of behaviour: Compose specification, "Interpolation"; go-yaml (types of plain scalars).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from dotmac_lint.known import TOO_LONG, Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model import interpolation
from dotmac_lint.readers.template import InterpolationError, Operator
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.readers import yaml

ProblemKind = Literal["file", "yaml", "interpolation", "extends", "cycle", "include", "shape", "outside"]


class ComposeProblem(msgspec.Struct, frozen=True):
    """What Compose would refuse, or could not be followed; `message` is a full sentence."""

    message: str
    span: Span
    kind: ProblemKind
    name: str = ""
    """Of kind "extends": the service that is not there."""
    known: tuple[str, ...] = ()
    """Of kind "extends": the services that are."""
    meant_from_root: bool = False
    """Of kind "extends": the file is there, if the project's directory is the root."""


class Given(msgspec.Struct, frozen=True, gc=False):
    """The value of a variable that interpolation sees, and where it is set (None: from outside)."""

    value: Known[str] | Unknown
    span: Span | None = None
    placeholder: bool = False


UNKNOWN_CHARACTER = "\ue000"

Scope: TypeAlias = dict[str, Given]


class Reference(msgspec.Struct, frozen=True, gc=False):
    """A variable that a text interpolates: `${name<operator>default}`, at `span`."""

    name: str
    operator: Operator
    default: str
    span: Span
    value: Known[str] | Unknown
    """What stands in its place."""
    source: Span | None = None
    """Where the variable is set, if an env file sets it."""
    placeholder: bool = False

    @property
    def demands(self) -> bool:
        """Whether Compose does not start without the variable."""
        return self.operator in {":?", "?"}


Interpolation = Reference


class Text(msgspec.Struct, frozen=True, gc=False):
    """A located value; paths are relative to the root, unless `outside`."""

    value: Known[str] | Unknown
    raw: str
    span: Span
    references: tuple[Reference, ...] = ()
    outside: bool = False
    """A path that leaves the repository: absolute, `~`, or with too many `..`."""
    placeholder: bool = False
    """An example env file gave a part of it."""


@dataclass(eq=False)
class Budget:
    """Characters that interpolation may still make in a project."""

    left: int = 16 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a node comes from: its file, the folder of its relative paths, the variables it sees."""

    path: str
    text: str
    base: str
    scope: Scope
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """A scalar. `raw` is its text as YAML decodes it, before interpolation."""

    raw: str
    kind: yaml.ScalarKind
    style: str
    tag: str | None
    span: Span
    origin: Origin

    @property
    def is_null(self) -> bool:
        return self.kind == "null"

    @property
    def parts(self) -> tuple[interpolation.Part, ...] | InterpolationError:
        if self.kind != "str":
            return (_printed(self.raw, self.kind),)
        return (self.raw,) if self.raw else ()

    @property
    def value(self) -> Known[str] | Unknown:
        plain = not self.style and self.tag != "!!str"
        return Known(_printed(self.raw, self.kind) if plain else self.raw)

    @property
    def references(self) -> tuple[Reference, ...]:
        return ()

    def _lookup(self, name: str) -> Known[str] | Unknown | None:
        given = self.origin.scope.get(name)
        return given.value if given else None

    @property
    def placeholder(self) -> bool:
        return any(reference.placeholder for reference in self.references)

    @property
    def text(self) -> Text:
        return Text(self.value, self.raw, self.span, self.references, placeholder=self.placeholder)

    @property
    def known(self) -> str:
        """The value, or the raw text where it is not known."""
        return self.value.value if isinstance(self.value, Known) else self.raw

    def expanded(self) -> list[tuple[str, int, int]]:
        """The characters of the value, each with the range of `raw` that it stems from; UNKNOWN_CHARACTER stands
        for a variable that is not known."""
        if isinstance(self.parts, InterpolationError):
            return [(character, n, n + 1) for n, character in enumerate(self.raw)]
        found: list[tuple[str, int, int]] = []
        position = 0
        for part in self.parts:
            if isinstance(part, str):
                for character in part:
                    width = 2 if character == "$" and self.raw[position : position + 2] == "$$" else 1
                    found.append((character, position, position + width))
                    position += width
                continue
            value = interpolation.value_of(part, self._lookup)
            text = value.value if isinstance(value, Known) else UNKNOWN_CHARACTER
            given = self.origin.scope.get(part.name)
            if not text and given is not None and given.placeholder:
                text = UNKNOWN_CHARACTER  # an example has the name without a value
            found += [(character, part.start, part.end) for character in text]
            position = part.end
        return found

    @property
    def certain(self) -> str:
        """The value; UNKNOWN_CHARACTER stands for what the host gives, or an example in its place."""
        return self.known

    def part(self, start: int, end: int) -> Leaf:
        """The text between two offsets of `raw`, always a string."""
        return scalar(self.raw[start:end], "str", self.style, "!!str", self._place(start, end), self.origin)

    def _place(self, start: int, end: int) -> Span:
        written = self.span.range.slice(self.origin.text)
        wanted, opening = self.raw[start:end], len(self.style)
        if written[opening + start : opening + end] != wanted:
            # Escapes or folded lines moved it.
            found = written.find(wanted) if wanted else -1
            if found < 0:
                return self.span
            opening = found - start
        offset = self.span.start + opening
        return Span(self.origin.path, offset + start, offset + end)

    def split(self, separators: str) -> tuple[Leaf, Leaf | None]:
        """The text before and after the first of `separators` that is not inside an interpolation."""
        spans: tuple[tuple[int, int], ...] = ()
        if not isinstance(self.parts, InterpolationError):
            spans = tuple((p.start, p.end) for p in self.parts if not isinstance(p, str))
        for match in re.finditer(f"[{re.escape(separators)}]", self.raw):
            position = match.start()
            if not any(start <= position < end for start, end in spans):
                return self.part(0, position), self.part(position + 1, len(self.raw))
        if isinstance(self.value, Known) and self.references:
            # The separator stems from a variable.
            for position, character in enumerate(self.value.value):
                if character in separators:
                    name, value = self.value.value[:position], self.value.value[position + 1 :]
                    return (literal(name, self), literal(value, self))
        return self.part(0, len(self.raw)), None


@dataclass(frozen=True, eq=False)
class Template(Leaf):
    """A scalar that interpolates variables: what comes of it is worked out once."""

    @cached_property
    def parts(self) -> tuple[interpolation.Part, ...] | InterpolationError:
        try:
            return interpolation.parse(self.raw)
        except InterpolationError as error:
            return error

    @cached_property
    def value(self) -> Known[str] | Unknown:
        if isinstance(self.parts, InterpolationError):
            return Unknown("its interpolation is not valid")
        value = interpolation.evaluate(self.parts, self._lookup)
        if isinstance(value, Known):
            self.origin.budget.left -= len(value.value)
        return value if self.origin.budget.left > 0 else TOO_LONG

    @property
    def certain(self) -> str:
        if isinstance(self.parts, InterpolationError) or self.value is TOO_LONG:
            return UNKNOWN_CHARACTER
        found = []
        for part in self.parts:
            value = Known(part) if isinstance(part, str) else interpolation.value_of(part, self._lookup)
            names = [] if isinstance(part, str) else [one.name for one in interpolation.variables((part,))]
            given = [self.origin.scope.get(name) for name in names]
            sure = isinstance(value, Known) and not any(one is not None and one.placeholder for one in given)
            found.append(value.value if sure and isinstance(value, Known) else UNKNOWN_CHARACTER)
        return "".join(found)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        if isinstance(self.parts, InterpolationError):
            return ()
        found = []
        written = self.span.range.slice(self.origin.text)
        position = 0
        for part in interpolation.variables(self.parts):
            opening = self.raw[part.start : part.end]
            place = written.find(opening, position)
            if place < 0:
                opening = opening[: 2 + len(part.name)]
                place = written.find(opening, position)
            if place < 0:
                span = self.span
            else:
                position = place + 1
                start = self.span.start + place
                span = Span(self.origin.path, start, start + len(opening))
            given = self.origin.scope.get(part.name)
            value = interpolation.value_of(part, self._lookup)
            found.append(
                Reference(
                    part.name,
                    part.operator,
                    part.word,
                    span,
                    value,
                    given.span if given else None,
                    placeholder=given.placeholder if given else False,
                )
            )
        return tuple(found)


def scalar(raw: str, kind: yaml.ScalarKind, style: str, tag: str | None, span: Span, origin: Origin) -> Leaf:
    made = Template if "$" in raw else Leaf
    return made(raw, kind, style, tag, span, origin)


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """An entry of a mapping, and those that it overrides."""

    key: Leaf
    value: Tree
    span: Span
    merged: bool = False
    """A merge key (`<<`) brought it."""
    listed: bool = False
    """It is written as an item of a list."""
    overrides: tuple[Row, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """A mapping, or a list of `NAME=value` that stands for one (`form`)."""

    rows: dict[str, Row]
    flow: bool
    tag: str | None
    span: Span
    origin: Origin
    form: Literal["mapping", "list"] = "mapping"
    own: tuple[Row, ...] = ()
    """The rows that are written at `span`, where files are merged."""

    def get(self, *keys: str) -> Tree | None:
        """The node below `keys`, one after the other."""
        node: Tree | None = self
        for key in keys:
            row = node.rows.get(key) if isinstance(node, Table) else None
            node = row.value if row else None
        return node


@dataclass(frozen=True, eq=False, slots=True)
class Items:
    items: tuple[Tree, ...]
    flow: bool
    tag: str | None
    span: Span
    origin: Origin


Tree: TypeAlias = Leaf | Table | Items


def literal(raw: str, like: Tree) -> Leaf:
    """`raw` as a string that interpolation leaves alone, at the place of `like`."""
    return scalar(raw.replace("$", "$$"), "str", '"', None, like.span, like.origin)


_literal = literal


def unquoted(leaf: Leaf) -> Leaf:
    """The same text, placed between its quotes."""
    return leaf.part(0, len(leaf.raw)) if leaf.style in {'"', "'"} else leaf


def null(like: Tree) -> Leaf:
    return scalar("", "null", "", None, like.span, like.origin)


def text_of(node: Tree | None) -> Text | None:
    """The text of a scalar that is not null."""
    return node.text if isinstance(node, Leaf) and not node.is_null else None


def leaves(node: Tree | None) -> tuple[Leaf, ...]:
    """The scalars of a list, or the one scalar that stands for a list."""
    if isinstance(node, Items):
        return tuple(item for item in node.items if isinstance(item, Leaf))
    return (node,) if isinstance(node, Leaf) and not node.is_null else ()


def every_leaf(node: Tree) -> Iterator[Leaf]:
    """All scalars below the node."""
    return (inner for inner in walk(node) if isinstance(inner, Leaf))


def flag(node: Tree | None) -> bool | None:
    """A boolean; None where it is not given or not known."""
    if not isinstance(node, Leaf) or node.is_null:
        return None
    word = node.known.lower()
    return True if word in {"true", "yes", "on", "1", "y"} else False if word in _FALSE else None


_FALSE = frozenset({"false", "no", "off", "0", "n"})


def path_text(leaf: Leaf, folder: str | None = None) -> Text:
    """A path relative to the root; `folder` is where relative ones start, else the node's own."""
    text = leaf.text
    if not isinstance(text.value, Known):
        return text
    place = resolve(leaf.origin.base if folder is None else folder, text.value.value)
    if place is None:
        return msgspec.structs.replace(text, outside=True)
    return msgspec.structs.replace(text, value=Known(place))


def resolve(folder: str, path: str) -> str | None:
    """`path` from `folder`, relative to the root; None where it leaves the root."""
    if path.startswith(("/", "~", "\\")) or re.match(r"[A-Za-z]:[\\/]", path) or "://" in path:
        return None
    joined = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
    if joined == ".." or joined.startswith(("../", "/")):
        return None
    return "" if joined == "." else joined


# ---- from the reader's nodes


class Wrapper:
    """Gives the reader's nodes of one file their origin. Aliased nodes are wrapped once."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.seen: dict[int, Tree] = {}
        self.interpolated: list[Leaf] = []

    def wrap(self, node: yaml.Node) -> Tree:
        known = self.seen.get(id(node))
        if known is None:
            known = self.seen[id(node)] = self._wrap(node)
        return known

    def leaf(self, node: yaml.Scalar) -> Leaf:
        from dotmac_lint.readers.yaml import scalar_kind

        kind: yaml.ScalarKind = scalar_kind(node)
        span = node.range.at(self.origin.path)
        return scalar(node.value, kind, node.style, node.tag, span, self.origin)

    def _wrap(self, node: yaml.Node) -> Tree:
        from dotmac_lint.readers.yaml import Mapping, Scalar

        if isinstance(node, Scalar):
            leaf = self.leaf(node)
            if "$" in leaf.raw:
                self.interpolated.append(leaf)
            return leaf
        path = self.origin.path
        if isinstance(node, Mapping):
            rows = {
                entry.key.value: Row(
                    self.leaf(entry.key), self.wrap(entry.value), entry.range.at(path), merged=entry.merged
                )
                for entry in node.entries
            }
            own = tuple(row for row in rows.values() if not row.merged)
            return Table(rows, node.flow, node.tag, node.range.at(path), self.origin, own=own)
        items = tuple(self.wrap(item) for item in node.items)
        return Items(items, node.flow, node.tag, node.range.at(path), self.origin)


# ---- what go-yaml and Go's %v make of plain scalars

_TIMESTAMP = regex(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](?P<zoned>\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)(?P<zone>Z|[+-]\d\d:\d\d))"
    r"| (?P<plain>\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?))?"
)


def _printed(raw: str, kind: yaml.ScalarKind) -> str:
    text = raw.replace("_", "")
    if kind == "bool":
        return raw.lower()
    if kind == "int":
        try:
            number = _integer(text)
        except ValueError:
            return raw
        if -(2**63) <= number < 2**64:
            return "-0" if raw == "-0" else str(number)
        return raw if "x" in text.lower() else _float(str(number), raw)
    if kind == "float":
        return _float(text, raw)
    return _timestamp(raw) or raw


def _timestamp(raw: str) -> str | None:
    """go-yaml takes some texts for times, which Go prints at length; None for other texts."""
    match = _TIMESTAMP.fullmatch(raw)
    if match is None:
        return None
    clock, _, fraction = (match["zoned"] or match["plain"] or "0:0:0").partition(".")
    try:
        time = datetime(*map(int, match.group(1, 2, 3)), *map(int, clock.split(":")))  # type: ignore[arg-type]
    except ValueError:
        return None
    zone = (match["zone"] or "Z").replace(":", "")
    fraction = fraction.rstrip("0")
    shown = "+0000 UTC" if zone == "Z" else f"{zone} {zone}"
    return f"{time.isoformat(' ', 'seconds')}{'.' if fraction else ''}{fraction} {shown}"


def _integer(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if re.fullmatch("0[0-7]+", digits):
        digits = "0o" + digits[1:]
    if len(digits) > 100:
        raise ValueError
    return sign * int(digits, 0)


def _float(text: str, raw: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return {".inf": "+Inf", "+.inf": "+Inf", "-.inf": "-Inf", ".nan": "NaN"}.get(raw.lower(), raw)
    if number != number or number in (float("inf"), float("-inf")):
        return raw
    sign, digit_tuple, exponent = Decimal(repr(number)).as_tuple()
    assert isinstance(exponent, int)
    digits = "".join(map(str, digit_tuple)).rstrip("0")
    exponent += len(digit_tuple) - len(digits)
    digits = digits.lstrip("0")
    minus = "-" if sign else ""
    if not digits:
        return minus + "0"
    power = exponent + len(digits) - 1
    if power < -4 or power >= 6:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{minus}{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    return minus + format(Decimal((0, tuple(map(int, digits)), exponent)), "f")


def walk(node: Tree) -> Iterator[Tree]:
    yield node
    if isinstance(node, Table):
        for row in node.rows.values():
            yield from walk(row.value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from walk(item)
