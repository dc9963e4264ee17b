"""Lists of requirements that documents, Makefiles, workflows and scripts hand to pip, and that lie nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING

from dotmac_lint.diagnostic import grouped
from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.documentation import Missing, lies_somewhere
from dotmac_lint.model.documented_scripts import (
    COMMAND_BEGINS,
    commands_in,
    entered_folder,
    is_for_us,
    lines_with,
    texts,
)
from dotmac_lint.model.followed import is_followed
from dotmac_lint.model.made_elsewhere import is_made_by_hand_or_script
from dotmac_lint.source import Span
from dotmac_lint.workspace import normalise, without_dots

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_INSTALLS = regex(
    COMMAND_BEGINS + r"(?:[$%>][ \t]+)?[@+-]*[ \t]*(?:sudo[ \t]+(?:-\w+[ \t]+)*)?"
    r"(?:(?:[\w./-]+/)?python3?[ \t]+-m[ \t]+|uv[ \t]+|(?:[\w./-]+/)?(?=pip))pip3?[ \t]+install[ \t]+"
    r"(?:--?[\w-]+(?:=\S+)?[ \t]+)*?(?:-r|--requirement)[ \t=]*[\"']?"
    r"(?P<path>(?:\.{1,2}/)*(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.txt)(?=[\s`;&|)\"',]|$)",
    re.M,
)
_LIST = regex(r"\.txt")
_STANDS_FOR_ANY = regex(r"(^|/)(file(_?name)?|name|x+|packages?)\.txt$", re.I)


def missing_requirements(workspace: Workspace) -> Iterator[Missing]:
    """Each of them, once a text and path."""
    for path in () if workspace.submodules else texts(workspace):
        missing = [
            (name, place)
            for name, start, end, commands in _lists_in(workspace, path)
            if _is_missing(workspace, place := Span(path, start, end), name, commands)
        ]
        for calls in grouped(missing, itemgetter(0)):
            name, aside = calls[0][0], not is_followed(workspace, path)
            if "/" in name or not aside:
                places = tuple(place for _, place in calls)
                yield Missing("file", name, places, _near(workspace, name), aside=aside)


def _is_missing(workspace: Workspace, place: Span, name: str, commands: int) -> bool:
    if _STANDS_FOR_ANY.search(name) or lies_somewhere(workspace, name):
        return False
    source, bare = workspace.source(place.path), normalise(without_dots(name))
    if source is None or bare is None or is_made_by_hand_or_script(workspace, bare):
        return False
    if _is_checked_out_by_pip(workspace, bare):
        return False
    if entered_folder(workspace, place.path, source.text[commands : place.start]) is None:
        return False
    return is_for_us(workspace, source.text, commands, place, name)


def _is_checked_out_by_pip(workspace: Workspace, path: str) -> bool:
    """Whether it lies in what pip checks out for an editable requirement: `src/NAME` for `-e git+...#egg=NAME`."""
    match = re.match(r"src/([^/]+)/", path)
    lists = (file for file in workspace.files if re.search(r"requirements[^/]*\.(txt|in)$", file))
    return match is not None and any(
        f"#egg={match[1]}".encode() in (workspace.bytes(file) or b"") for file in lists
    )


@fact(list[tuple[str, int, int, int]])
def _lists_in(workspace: Workspace, path: str) -> list[tuple[str, int, int, int]]:
    """Each list that commands of the text install, where it stands, and where these commands begin."""
    data = workspace.bytes(path) or b""
    source = workspace.source(path) if b"pip" in data and b".txt" in data else None
    text = source.text if source is not None else ""
    return [
        (run["path"], start + run.start("path"), start + run.end("path"), begin)
        for begin, end in (commands_in(workspace, path, text) if text else ())
        for start, line in lines_with(_LIST, text, begin, end)
        for run in _INSTALLS.finditer(line)
    ]


def _near(workspace: Workspace, name: str) -> str | None:
    """The one list of the same folder whose name differs by a slip, as it would be written."""
    from rapidfuzz.fuzz import ratio

    folder = normalise(dirname(name)) or ""
    others = [
        basename(file)
        for file in workspace.files_in(folder)
        if file.endswith(".txt") and ratio(basename(file), basename(name)) >= 90
    ]
    return join(dirname(name), others[0]) if len(others) == 1 else None
