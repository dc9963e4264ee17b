"""YAML as a tree of nodes with their places.

Works on the text of the nodes, never on constructed values: Compose's YAML library types plain scalars
otherwise than PyYAML does. Source of behaviour: YAML 1.2; go-yaml (merge keys, scalars, duplicate keys).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import Range

MAXIMUM_NODES = 50_000
"""Nodes of a file with its aliases expanded; more is a bomb, not a configuration."""
MAXIMUM_DEPTH = 200
_SHORT = 40
"""Characters of texts that files have in common: keys, most of them."""

ScalarKind = Literal["null", "bool", "int", "float", "str"]


class Scalar(msgspec.Struct, frozen=True, gc=False, tag="scalar"):
    """`value` is the decoded text, whatever its type; `style` is "" for a plain scalar, or the indicator."""

    value: str
    style: str
    tag: str | None
    range: Range


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A key and its value; `merged` when a merge key (`<<`) brought it."""

    key: Scalar
    value: Node
    range: Range
    merged: bool = False


class Mapping(msgspec.Struct, frozen=True, gc=False, tag="mapping"):
    """Entries in the order written, the merged ones last; `range` ends with the last content."""

    entries: tuple[Entry, ...]
    flow: bool
    tag: str | None
    range: Range

    def get(self, key: str) -> Node | None:
        return next((entry.value for entry in self.entries if entry.key.value == key), None)

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key.value == key), None)


class Sequence(msgspec.Struct, frozen=True, gc=False, tag="sequence"):
    items: tuple[Node, ...]
    flow: bool
    tag: str | None
    range: Range


Node: TypeAlias = Scalar | Mapping | Sequence


class YamlFile(msgspec.Struct, frozen=True, gc=False):
    documents: tuple[Node, ...]
    problems: tuple[Problem, ...]


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_INTEGER = regex(r"[-+]?(0|[1-9][0-9]*|0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+)")
_FLOAT = regex(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DIGITS_APART = regex(r"(?<=[0-9])_(?=[0-9])")
_SURROGATE = regex("[\ud800-\udfff]")


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and scalar_kind(node) == "null"


def scalar_kind(node: Node) -> ScalarKind:
    """What go-yaml makes of a scalar: yes, no, on, off and 22:22 are strings, 0777 is an integer."""
    if not isinstance(node, Scalar) or node.style or node.tag == "!!str":
        return "str"
    text = node.value
    if text in _NULLS:
        return "null"
    if text in _BOOLEANS:
        return "bool"
    # Underscores are ignored, but behind a leading point they must stand between digits (go-yaml, resolve.go).
    plain = _DIGITS_APART.sub("", text) if text[0] == "." else text.replace("_", "")
    if text[0] == "_":
        return "str"
    return "int" if _INTEGER.fullmatch(plain) else "float" if _FLOAT.fullmatch(plain) else "str"


def read_yaml(text: str) -> YamlFile:
    """The documents of `text`. Never raises: what cannot be read is among the problems."""
    return _Reader(text).read()


def _tag(event: Any) -> str | None:
    """The tag as it is written: `!reset`, `!!str`."""
    return str(event.tag).replace("tag:yaml.org,2002:", "!!") if event.tag else None


def _end(event: Any) -> int:
    return int(event.end_mark.index)


class _TooMuchError(Exception):
    """The document is larger or deeper than anybody writes."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}
        self.sizes: dict[int, int] = {}
        self.nodes = 0

    def read(self) -> YamlFile:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        documents: list[Node] = []
        # The C parser wants UTF-8: a lone surrogate (a byte that is none) becomes U+FFFD, of the same length.
        bad = None if self.text.isascii() else _SURROGATE.search(self.text)
        if bad is not None:
            self.problem("This is not valid YAML: it holds a byte that is no UTF-8.", bad.start(), bad.end())
        events: Iterator[Any] = yaml.parse(_SURROGATE.sub("\ufffd", self.text), Loader=loader)
        try:
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    self.anchors = {}
                elif not isinstance(
                    event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent
                ):
                    documents.append(self.node(event, events, 0))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problem(
                f"This is not valid YAML: {error.problem or error.context}.", mark.index if mark else 0
            )
        except yaml.YAMLError as error:
            position = getattr(error, "position", 0) or 0
            reason = getattr(error, "reason", "it cannot be decoded")
            self.problem(f"This is not valid YAML: {reason}.", position)
        except _TooMuchError as error:
            self.problem(str(error), 0)
        return YamlFile(tuple(documents), tuple(self.problems))

    def problem(self, message: str, start: int, end: int | None = None) -> None:
        start = min(start, len(self.text))
        self.problems.append(Problem(message, start, start if end is None else end))

    def count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAXIMUM_NODES:
            raise _TooMuchError(f"This YAML has over {MAXIMUM_NODES} nodes when its aliases are expanded.")

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        import yaml

        if depth > MAXIMUM_DEPTH:
            raise _TooMuchError(f"This YAML is nested over {MAXIMUM_DEPTH} levels deep.")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        before = self.nodes
        self.count(1)
        node: Node
        start = int(event.start_mark.index)
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(child := next(events), yaml.SequenceEndEvent):
                items.append(self.node(child, events, depth + 1))
            end = _end(child) if event.flow_style else self.last(items, event)
            node = Sequence(
                tuple(items), bool(event.flow_style), _tag(event), Range(self.begin(event, start), end)
            )
        else:
            node = self.mapping(event, events, depth, start)
        if event.anchor:
            self.anchors[event.anchor] = node
            self.sizes[id(node)] = self.nodes - before
        return node

    def begin(self, event: Any, start: int) -> int:
        """Where a collection's content begins: after its anchor and tag."""
        if not (event.anchor or event.tag):
            return int(start)
        return int(event.end_mark.index) if not event.flow_style else int(start)

    def last(self, nodes: list[Node], event: Any) -> int:
        return nodes[-1].range.end if nodes else int(event.end_mark.index)

    def alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        start, end = event.start_mark.index, event.end_mark.index
        if node is None:
            self.problem(f"There is no anchor `&{event.anchor}` before this alias.", start, end)
            return Scalar("", "", None, Range(start, end))
        self.count(self.sizes.get(id(node), 1))
        return node

    def scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        style = event.style or ""
        if event.anchor or event.tag:
            # The marks cover anchor and tag as well; the content is what follows them.
            found = re.compile(r"(?:[&!]\S*\s*)*").match(self.text, start, end)
            start = found.end() if found else start
        if style in {"|", ">"}:
            end = start + len(self.text[start:end].rstrip())
        value = sys.intern(event.value) if len(event.value) <= _SHORT else event.value
        return Scalar(value, style, _tag(event), Range(start, max(start, end)))

    def mapping(self, event: Any, events: Iterator[Any], depth: int, start: int) -> Mapping:
        import yaml

        entries: list[Entry] = []
        merges: list[Node] = []
        seen: dict[str, Scalar] = {}
        last = int(event.end_mark.index)
        while not isinstance(child := next(events), yaml.MappingEndEvent):
            key = self.node(child, events, depth + 1)
            value = self.node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                self.problem(
                    "A key must be a word here, not a list or a mapping.", key.range.start, key.range.end
                )
                continue
            place = value.range if value.range.start >= key.range.end else key.range
            if is_null(value) and value.range.start == value.range.end:
                place = key.range
            last = max(last, place.end)
            if key.value in seen:
                self.problem(
                    f"The key `{key.value}` is there twice in this mapping.", key.range.start, key.range.end
                )
                continue
            seen[key.value] = key
            if key.value == "<<" and not key.style:
                merges.append(value)
            else:
                entries.append(Entry(key, value, Range(key.range.start, max(place.end, key.range.end))))
        self.merge(entries, merges)
        end = _end(child) if event.flow_style else last
        return Mapping(
            tuple(entries), bool(event.flow_style), _tag(event), Range(self.begin(event, start), end)
        )

    def merge(self, entries: list[Entry], merges: list[Node]) -> None:
        """Merge keys: local keys win wherever they stand, and of several sources the first (FIRST wins)."""
        have = {entry.key.value for entry in entries}
        for value in merges:
            for source in value.items if isinstance(value, Sequence) else (value,):
                if not isinstance(source, Mapping):
                    continue
                self.count(len(source.entries))
                for entry in source.entries:
                    if entry.key.value not in have:
                        have.add(entry.key.value)
                        entries.append(Entry(entry.key, entry.value, entry.range, merged=True))
