"""Edits that several fixes need: a variable added in the style of its block, a word in its own quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import TYPE_CHECKING

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import Items
from dotmac_lint.phrases import listed
from dotmac_lint.source import SourceFile, Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.workspace import Workspace


_REFERENCE = regex(r"\$\{[^{}\s:#\"']+(:?[?-][^{}:#\"']*)?\}")


def add_variable(
    service: Service, name: str, value: str | None, after: Variable | None = None
) -> Edit | None:
    """Put `name` with `value` (plain words) behind `after`, or at the end of the service's own block.

    Without a value Compose hands on what its own environment has.

    None where the service has no block of its own. In a mapping the value is quoted: it stays a string. Nothing but a
    reference is written as that before it.
    """
    block = service.definition.environment_block
    if block is None:
        return None
    inside = (
        after is not None
        and after.span.path == block.path
        and (block.span.start <= after.span.start and after.span.end <= block.span.end)
    )
    anchor = after.span if after is not None and inside else block.last
    if anchor is None:
        return None
    if block.form == "list":
        written = name if value is None else f"{name}={value}"
    else:
        written = f"{name}: null" if value is None else f'{name}: "{value}"'
        source = service.workspace.source(block.path)
        before = anchor.range.slice(source.text).rstrip() if source is not None else ""
        if value and _REFERENCE.fullmatch(value) and not block.flow and before[-1:] not in ('"', "'"):
            written = f"{name}: {value}"
    if block.flow:
        return Edit(Span(block.path, anchor.end, anchor.end), f", {written}")
    source = service.workspace.source(block.path)
    if source is None:
        return None
    first = source.position(anchor.start).line
    lead = source.text[source.offset(first) : anchor.start]
    dash = "- " if block.form == "list" else ""
    if dash and "-" not in lead:  # the entry's span begins with its dash
        lead = lead + "- "
    elif dash:
        lead = lead[: lead.rindex("-")] + "- "
    if lead.strip(" \t-\"'"):
        return None
    lead = lead.replace('"', "").replace("'", "")
    end = source.line_range(source.position(max(anchor.end - 1, anchor.start)).line).end
    return Edit(Span(block.path, end, end), f"{source.newline}{lead}{written}")


def append_lines(source: SourceFile, *lines: str) -> Edit:
    """Put `lines` at the end of the file, apart from a block there that has a heading."""
    text, end = source.text, len(source.text)
    rows = text.splitlines()
    block = [*takewhile(str.strip, reversed(rows))]
    apart = bool(block) and len(block) < len(rows) and block[-1].startswith("#")
    whole = not text or text.endswith(("\n", "\r"))
    lead = source.newline * ((not whole) + apart)
    return Edit(Span(source.path, end, end), lead + "".join(f"{line}{source.newline}" for line in lines))


def replace_word(workspace: Workspace, at: Span, text: str) -> Edit | None:
    """Put `text` in the place of the word at `at`, inside the quotes that it is written in."""
    source = workspace.source(at.path)
    if source is None:
        return None
    written = at.range.slice(source.text)
    quote = written[:1] if len(written) > 1 and written[0] in "\"'" and written[-1] == written[0] else ""
    if any(character in text for character in " \t\"'\\$"):
        return None
    return Edit(at, f"{quote}{text}{quote}")


def replaced(slips: Iterable[tuple[str, str | None, tuple[Span, ...]]]) -> Fix | None:
    """Names by what was meant, where something was: each with all its places, in which nothing else may stand."""
    meant = [
        (name, near, places)
        for name, near, places in slips
        if near and all(place.end - place.start == len(name) for place in places)
    ]
    edits = tuple(Edit(place, near) for _, near, places in meant for place in places)
    names = [f"`{name}` by `{near}`" for name, near, _ in meant]
    return Fix(f"Replace {listed(names)}", edits) if edits else None


def remove_attribute(service: Service, name: str) -> Edit | None:
    """Take the list `name` out of the service, key and all; None where a comment would go with it."""
    row = service.definition.node.rows.get(name)
    if row is None or not isinstance(row.value, Items) or not row.value.items:
        return None
    key, spans = row.key.span, [item.span for item in row.value.items]
    source = service.workspace.source(key.path)
    if source is None or any(span.path != key.path for span in spans):
        return None
    end = row.value.span.end if row.value.flow else max(span.end for span in spans)
    lines = _lines(source, Span(key.path, key.start, end))
    return None if lines is None or re.search(r"(^|\s)#", lines.range.slice(source.text)) else Edit(lines, "")


def remove_item(service: Service, attribute: str, item: Span, word: str | None = None) -> Edit | None:
    """Take `item` out of the list that is the service's `attribute`, where others stay.

    With `word`, the item may also be a word of a text (`command: server --reload`). None where other things share
    the line.
    """
    source, row = service.workspace.source(item.path), service.definition.node.rows.get(attribute)
    if source is None or row is None:
        return None
    text, listed = source.text, isinstance(row.value, Items)
    if word is not None and item.range.slice(text).strip("\"'") != word:
        return None  # a part of a longer text
    lines = _lines(source, item, "[ \t]*-[ \t]+" if listed else "[ \t]*")
    if lines is not None:
        return Edit(lines, "")
    before, after = text[: item.start], text[item.end :]
    if listed:
        comma = re.search(r",[ \t]*$", before)
        if comma is not None:
            return Edit(Span(item.path, comma.start(), item.end), "")
        comma = re.match(r"[ \t]*,[ \t]*", after)
        return Edit(Span(item.path, item.start, item.end + comma.end()), "") if comma is not None else None
    space = re.search(r"[ \t]+$", before)
    return Edit(Span(item.path, space.start(), item.end), "") if space is not None else None


def _lines(source: SourceFile, at: Span, before: str = "[ \t]*") -> Span | None:
    """The whole lines of `at` with their ends; None where they hold anything else but `before` and a comment."""
    start = source.offset(source.position(at.start).line)
    end = source.line_range(source.position(max(at.end - 1, at.start)).line).end
    rest = source.text[at.end : end].strip()
    if not re.fullmatch(before, source.text[start : at.start]) or (rest and not rest.startswith("#")):
        return None
    newline = re.match(r"\r?\n|\r|", source.text[end:])
    return Span(at.path, start, end + len(newline[0] if newline else ""))
