"""Edits that several fixes need: a variable added in the style of its block, a word in its own quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotmac_lint.fix import Edit
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.workspace import Workspace


def add_variable(service: Service, name: str, value: str, after: Variable | None = None) -> Edit | None:
    """Put `name` with `value` (plain words) behind `after`, or at the end of the service's own block.

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
    written = f"{name}={value}" if block.form == "list" else f'{name}: "{value}"'
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
