"""Lists of requirements and Dockerfiles that lie nowhere, and that documents, Makefiles, workflows and scripts hand to
pip and Docker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from posixpath import basename, dirname, join, splitext
from typing import TYPE_CHECKING

from dotmac_lint.diagnostic import grouped
from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.documentation import Missing, checked_out, lies_somewhere
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

_BEGINS = COMMAND_BEGINS + r"(?:[$%>][ \t]+)?[@+-]*[ \t]*(?:sudo[ \t]+(?:-\w+[ \t]+)*)?"
_FOLDERS = r"(?P<path>(?:\.{1,2}/)*(?:[\w-][\w.-]*/)*"
_ENDS = r")(?=[\s`;&|)\"',]|$)"
_INSTALLS = regex(
    _BEGINS
    + r"(?:(?:[\w./-]+/)?python3?[ \t]+-m[ \t]+|uv[ \t]+|(?:[\w./-]+/)?(?=pip))pip3?[ \t]+install[ \t]+"
    r"(?:--?[\w-]+(?:=\S+)?[ \t]+)*?(?:-r|--requirement)[ \t=]*[\"']?"
    + _FOLDERS
    + r"[\w-][\w.-]*\.txt"
    + _ENDS,
    re.M,
)
_BUILDS = regex(
    _BEGINS + r"(?:docker|podman)[ \t]+(?:buildx[ \t]+|image[ \t]+)?build[ \t](?:[^\n;&|`#]{0,300}?[ \t])?"
    r"(?:-f|--file)[ \t=][\"']?" + _FOLDERS + r"(?:[\w-][\w.-]{0,60})?[Dd]ockerfile[\w.-]*" + _ENDS,
    re.M,
)
_COMMANDS = ((regex(r"\.txt"), _INSTALLS), (regex(r"ockerfile"), _BUILDS))
"""What each file has in its name, and the commands that take it."""
_MAY_BUILD = regex(rb"\bbuild[ \t](?:[^\n]{0,300}[ \t])?(-f|--file)[ \t=]")
_STANDS_FOR_ANY = regex(r"(^|/)(file(_?name)?|name|x+|packages?)\.txt$", re.I)


def missing_files(workspace: Workspace) -> Iterator[Missing]:
    """Each of them, once a text and path."""
    for path in () if workspace.submodules else texts(workspace):
        missing = [
            (name, place)
            for name, start, end, commands in _files_in(workspace, path)
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
    if _is_checked_out_by_pip(workspace, bare) or bare.partition("/")[0] in checked_out(
        workspace, place.path
    ):
        return False
    folder = dirname(bare)
    if folder and not workspace.is_directory(folder) and is_made_by_hand_or_script(workspace, folder):
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
def _files_in(workspace: Workspace, path: str) -> list[tuple[str, int, int, int]]:
    """Each file that commands of the text take, where it stands, and where these commands begin."""
    data = workspace.bytes(path) or b""
    installs, builds = b"pip" in data and b".txt" in data, _MAY_BUILD.search(data) is not None
    source = workspace.source(path) if installs or builds else None
    text = source.text if source is not None else ""
    return [
        (run["path"], start + run.start("path"), start + run.end("path"), begin)
        for begin, end in (commands_in(workspace, path, text) if text else ())
        for part, command in _COMMANDS
        for start, line in lines_with(part, text, begin, end)
        for run in command.finditer(line)
    ]


def _near(workspace: Workspace, name: str) -> str | None:
    """The one list of the same folder whose name differs by a slip, as it would be written."""
    from rapidfuzz.fuzz import ratio

    folder = normalise(dirname(name)) or ""
    others = [
        basename(file)
        for file in workspace.files_in(folder)
        if splitext(file)[1] == splitext(name)[1] and ratio(basename(file), basename(name)) >= 90
    ]
    return join(dirname(name), others[0]) if len(others) == 1 else None
