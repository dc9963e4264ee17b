"""The settings reference as a table, Markdown, an env file and JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from dotmac_lint.cli.table import aligned
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.reference import Setting
from dotmac_lint.report.markdown import cell
from dotmac_lint.report.secrets import MASK, mask_message, mask_value, visible
from dotmac_lint.source import SourceFile

COLUMNS = ("Variable", "Setting", "Type", "Default", "Required", "Description", "Declared in")

_PLAIN_VALUE = regex(r"[\w./:@%+,=*&?~^-]*")


def entries(
    rows: Iterable[Setting], source: Callable[[str], SourceFile | None], *, reveal: bool = False
) -> list[dict[str, Any]]:
    """One entry a variable; docs/env.md lists the fields."""
    return [_entry(row, source(row.field.span.path), reveal) for row in rows]


def _entry(row: Setting, source: SourceFile | None, reveal: bool) -> dict[str, Any]:
    default = row.field.default
    value = default.value if isinstance(default, Known) else None
    shown = _default(row, reveal)
    return {
        "name": row.name,
        "names": list(row.field.names),
        "field": row.field.dotted,
        "type": row.type,
        # The JSON of a container is read back by no one who wants its text, so it stays what it is.
        "default": value if shown == row.default and _is_json(value) else shown,
        "required": row.required,
        "secret": row.field.secret,
        "description": mask_message(row.field.description),
        "settings": row.settings.qualified,
        "path": row.field.span.path,
        "line": source.position(row.field.span.start).line if source else 1,
    }


def _is_json(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_json, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(one) for key, one in value.items())
    return value is None or isinstance(value, str | bool | int | float)


def _default(row: Setting, reveal: bool) -> str | None:
    text = row.default
    if text is None or reveal:
        return text
    return mask_value(row.name, text, secret=row.field.secret)


def _listed(rows: Sequence[Setting]) -> Iterator[tuple[str, list[Setting]]]:
    """By settings class, the rows that people set one by one."""
    shown = [row for row in rows if not row.covered]
    for qualified, group in groupby(shown, lambda row: row.settings.qualified):
        yield qualified, list(group)


def table(rows: Sequence[Setting], source: Callable[[str], SourceFile | None], *, reveal: bool) -> str:
    blocks = []
    for qualified, group in _listed(rows):
        lines = []
        for row, entry in zip(group, entries(group, source, reveal=reveal), strict=True):
            default = "(required)" if row.required else _default(row, reveal)
            place = f"{entry['path']}:{entry['line']}"
            description = " ".join(entry["description"].split())
            lines.append(
                (", ".join(row.field.names), row.field.dotted, row.type, default or "", place, description)
            )
        heading = ("variable", "setting", "type", "default", "declared in", "description")
        blocks.append(f"{visible(qualified)}\n{aligned(heading, lines)}")
    return "\n".join(blocks)


def markdown(rows: Sequence[Setting], *, reveal: bool = False) -> str:
    blocks = []
    groups = list(_listed(rows))
    for qualified, group in groups:
        lines = [] if len(groups) == 1 else [f"### `{visible(qualified)}`", ""]
        lines += ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
        lines += ["| " + " | ".join(markdown_cells(row, reveal=reveal)) + " |" for row in group]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def markdown_cells(row: Setting, *, reveal: bool = False) -> tuple[str, ...]:
    """The cells of a variable, in the order of `COLUMNS`. The line of the declaration is left out: it moves."""
    default = _default(row, reveal)
    cells = (
        ", ".join(f"`{name}`" for name in row.field.names),
        f"`{row.field.dotted}`",
        f"`{row.type}`",
        f"`{default}`" if default else "",
        "yes" if row.required else "",
        mask_message(row.field.description),
        f"`{row.field.span.path}`",
    )
    return tuple(map(cell, cells))


def dotenv(rows: Sequence[Setting], *, reveal: bool = False) -> str:
    """An example env file: what is required stands empty, what has a default is a comment."""
    blocks, seen = [], set()
    for qualified, group in _listed(rows):
        lines = [f"# The settings of {visible(qualified)}", ""]
        for row in group:
            if row.name in seen:
                continue
            seen.add(row.name)
            about = " ".join(visible(mask_message(row.field.description)).split())
            lines.append(f"# {about + ' ' if about else ''}({visible(row.type)})")
            default = _default(row, reveal) or ""
            if default == MASK:
                default = ""
            lines += [f"{'' if row.required else '# '}{row.name}={_quoted(default)}", ""]
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def _quoted(value: str) -> str:
    """The value as every dialect of env files reads it, as far as there is such a way."""
    if _PLAIN_VALUE.fullmatch(value):
        return value
    if not re.search(r"['\\\n\r]", value):
        return f"'{value}'"
    escaped = re.sub(r'(["\\])', r"\\\1", value).replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
