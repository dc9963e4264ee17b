"""Edits that several fixes need: a variable added in the style of its block, a word in its own quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dotmac_lint.fix import Edit
from dotmac_lint.model.compose_tree import Items
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.workspace import Workspace


def add_variable(
    service: Service, name: str, value: str | None, after: Variable | None = None
) -> Edit | None:
    """Put `name` with `value` (plain words) behind `after`, or at the end of the service's own block.

    Without a value Compose hands on what its own environment has.

    None where the service has no block of its own. In a mapping the value is quoted: it stays a string.
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


def remove_item(service: Service, attribute: str, item: Span, word: str | None = None) -> Edit | None:
    """Take `item` out of the list that is the service's `attribute`, with the key where nothing else is left.

    With `word`, the item may also be a word of a text (`command: server --reload`). None where other things share
    the line, or where the list is not written in the service itself.
    """
    source, row = service.workspace.source(item.path), service.definition.node.rows.get(attribute)
    if source is None or row is None:
        return None
    text = source.text
    start, end = item.start, item.end
    if word is not None and text[start:end].strip("\"'") != word:
        return None  # a part of a longer text
    first, last = source.position(start).line, source.position(max(end - 1, start)).line
    before = text[source.offset(first) : start]
    if re.fullmatch(r"[ \t]*-[ \t]+", before):
        after = text[end : source.line_range(last).end]
        if after.strip() and not after.lstrip().startswith("#"):
            return None
        if isinstance(row.value, Items) and len(row.value.items) == 1:
            first = source.position(row.key.span.start).line
            if row.key.span.path != item.path or text[source.offset(first) : row.key.span.start].strip():
                return None
        end = source.line_range(last).end
        end += len(re.match(r"\r?\n|\r|", text[end:])[0])  # type: ignore[index]
        return Edit(Span(item.path, source.offset(first), end), "")
    if isinstance(row.value, Items):
        comma = re.search(r",[ \t]*$", before)
        if comma is not None:
            return Edit(Span(item.path, start - len(comma[0]), end), "")
        comma = re.match(r"[ \t]*,[ \t]*", text[end:])
        return Edit(Span(item.path, start, end + len(comma[0])), "") if comma is not None else None
    space = re.search(r"[ \t]+$", before)
    return Edit(Span(item.path, start - len(space[0]), end), "") if space is not None else None
