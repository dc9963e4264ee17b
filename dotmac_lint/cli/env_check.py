"""How a committed env file or a Markdown table differs from the settings reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from dotmac_lint.cli.env_reference import COLUMNS, markdown_cells
from dotmac_lint.hint import hint
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.reference import Setting, reference
from dotmac_lint.model.settings import SettingsClass
from dotmac_lint.readers.dotenv import read_dotenv
from dotmac_lint.readers.markdown import Table, read_markdown
from dotmac_lint.report.secrets import MASK, mask_secrets, mask_value
from dotmac_lint.source import SourceFile
from dotmac_lint.workspace import Workspace

_COMMENTED = regex(r"^[ \t]*#[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=", re.MULTILINE)
_NAMES = regex(r"`?(?P<first>[A-Za-z_]\w*)`?(?P<others>(?:, *`?[A-Za-z_]\w*`?)*)(?:=.*)?")
_NAME_HEADING = regex(r"\b(variables?|name|env|settings?|key|parameter|option)\b", re.IGNORECASE)
_NO_DEFAULT = frozenset({"", "-", "–", "—", "none", "null", "(none)", "unset", "empty"})
_NO_READER = regex(r"\.(md|mdx|rst|txt|adoc|lock)$|(^|/)[^/]*\.env[^/]*$|(^|/)env\.", re.IGNORECASE)


class Difference(msgspec.Struct, frozen=True):
    """`line` is None for what the document lacks."""

    line: int | None
    message: str


class _Row(msgspec.Struct, frozen=True):
    """A variable that a document names, and what it says of it, by the heading of the column."""

    name: str
    offset: int
    cells: dict[str, str] = {}


def differences(
    workspace: Workspace, classes: Sequence[SettingsClass], document: SourceFile, *, markdown: bool
) -> list[Difference]:
    """What of the settings the document lacks, and what it has that is no setting or says otherwise."""
    return list(_Comparison(workspace, classes, document, markdown).differences())


class _Comparison:
    def __init__(
        self, workspace: Workspace, classes: Sequence[SettingsClass], document: SourceFile, markdown: bool
    ) -> None:
        self.workspace = workspace
        self.classes = classes
        self.rows = [row for row in reference(classes) if not row.covered]
        self.by_field = {(id(row.settings), row.field.path): row for row in self.rows}
        self.document = document
        self.named = list(self._tabled() if markdown else self._assigned())

    def differences(self) -> Iterator[Difference]:
        names = [row.name for row in self.named]
        strange = {name for name in names if self._is_strange(name)}
        strange -= self._named_elsewhere(strange)
        known = [name for row in self.rows for name in row.field.names]
        for row in self.named:
            line = self.document.position(row.offset).line
            if row.name in strange:
                yield Difference(line, f"`{row.name}` is read by no setting{hint(row.name, known)}")
            for setting in self._settings(row.name):
                for message in self._wrong_cells(row, setting):
                    yield Difference(line, message)
        for setting in self.rows:
            if not self._is_given(setting, names):
                need = "required " if setting.required else ""
                of = setting.settings.qualified
                yield Difference(None, f"the {need}variable `{setting.name}` of `{of}` is missing")

    def _settings(self, name: str) -> list[Setting]:
        found = [(id(one), field.path) for one in self.classes for field in one.lookup(name).fields]
        return [self.by_field[key] for key in found if key in self.by_field]

    def _is_strange(self, name: str) -> bool:
        found = [settings.lookup(name) for settings in self.classes]
        return not any(one.fields or one.unknown for one in found)

    def _named_elsewhere(self, names: set[str]) -> set[str]:
        """Which of the names stand as words in files that are neither documents nor env files."""
        pattern = re.compile(rb"(?<!\w)(?:" + "|".join(sorted(names)).encode() + rb")(?!\w)")
        found: set[str] = set()
        for path in self.workspace.files if names else ():
            if not _NO_READER.search(path):
                found.update(m[0].decode() for m in pattern.finditer(self.workspace.bytes(path) or b""))
        return found

    def _is_given(self, setting: Setting, names: Sequence[str]) -> bool:
        """Whether the document names the variable, a section that holds it, or a key of the mapping it is."""
        settings, path = setting.settings, setting.field.path
        keys = names if settings.case_sensitive else [*names, *(name.upper() for name in names)]
        fields = [settings.by_path[path[:length]] for length in range(1, len(path) + 1)]
        return any(name in field.names for field in fields for name in keys) or any(
            name.startswith(prefix) for prefix in setting.field.any_below for name in keys
        )

    # ---- env files

    def _assigned(self) -> Iterator[_Row]:
        """What the env file sets, and what it shows in comments."""
        text = self.document.text
        for entry in read_dotenv(text, "python").entries:
            yield _Row(entry.key, entry.key_range.start)
        for match in _COMMENTED.finditer(text):
            if self._settings(match["name"]):  # or it is prose
                yield _Row(match["name"], match.start("name"))

    # ---- Markdown

    def _tabled(self) -> Iterator[_Row]:
        """The rows of the tables whose first column names variables of the reference."""
        for table in read_markdown(self.document.text).tables:
            rows = list(_table_rows(table))
            if any(self._settings(row.name) for row in rows):
                yield from rows

    def _wrong_cells(self, row: _Row, setting: Setting) -> Iterator[str]:
        """Of the table that is made here every cell counts; of others only a default that is a plain value."""
        ours = set(row.cells) == set(COLUMNS)
        for column, made in zip(COLUMNS[1:], markdown_cells(setting)[1:], strict=True):
            expected, cell = made.replace("\\|", "|"), row.cells.get(column, "")
            if MASK in expected or _plain(cell) == _plain(expected):
                continue
            if ours or (column == "Default" and isinstance(setting.field.default, Known) and _is_value(cell)):
                theirs = mask_value(row.name, cell) if column == "Default" else mask_secrets(cell)
                shown = f"the {column.lower()} of `{row.name}` is {expected or 'empty'}"
                yield f"{shown}, not {theirs or 'empty'}"


def _table_rows(table: Table) -> Iterator[_Row]:
    heading = [piece.text.strip("`* ") for piece in table.rows[0]] if table.rows else []
    if not heading or not _NAME_HEADING.search(heading[0]):
        return
    for pieces in table.rows[1:]:
        match = _NAMES.fullmatch(pieces[0].text.strip("* ")) if pieces else None
        if match is not None:
            texts = [piece.text.strip() for piece in pieces]
            offset = pieces[0].range.start
            yield _Row(match["first"], offset, dict(zip(heading, texts, strict=False)))
            yield from (_Row(name, offset) for name in re.findall(r"\w+", match["others"]))


def _plain(cell: str) -> str:
    text = cell.strip("`\"'* ").lower()
    return "" if text in _NO_DEFAULT else text


def _is_value(cell: str) -> bool:
    """Whether a cell is a value and no prose about it."""
    return bool(_plain(cell)) and re.fullmatch(r"`[^`]*`|\S+", cell) is not None
