"""Scripts that documents, Makefiles, workflows and other scripts run by their path, and that lie nowhere.

Only a path into a folder of the repository counts, a name that another folder has, or in a document a name of several
words that it does not show as a program, or that it puts into a folder of scripts: anything else may be another
program's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from posixpath import basename, dirname, join, relpath, splitext
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.diagnostic import grouped
from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.documentation import (
    CLONE,
    ELSEWHERE,
    Missing,
    checked_out,
    if_it_is_there,
    is_announced,
    is_meant,
    is_of_other_times,
    is_written_out,
    lies_somewhere,
)
from dotmac_lint.model.followed import is_followed
from dotmac_lint.model.made_elsewhere import DOCUMENT, is_no_source, lines_naming, redirected_to
from dotmac_lint.model.similar import is_slip
from dotmac_lint.source import Span, line_start
from dotmac_lint.workspace import normalise, without_dots

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_MAKEFILE = regex(r"(^|/)(GNUm|M|m)akefile$|\.mk$")
_WORKFLOW = regex(r"^(\.github/.*|[^/]*\.gitlab-ci)\.ya?ml$")
_SHELL = regex(r"\.(sh|bash)$")
COMMAND_BEGINS = r"(?:^[ \t>]*(?:[-*+][ \t]+)?[\"']?|(?:&&|\|\||;|\(|\b(?:then|do|else))[ \t]*)"
_RUNS = regex(
    COMMAND_BEGINS
    + r"(?:[$%>][ \t]+)?[@+-]*[ \t]*(?:(?:sudo|time|exec|nohup)[ \t]+(?:-\w+[ \t]+)*|\w+=\S*[ \t]+)*"
    r"(?:(?:(?:uv|poetry|pdm|pipenv|rye|hatch)[ \t]+run[ \t]+(?:--\S+[ \t]+)*)?"
    r"(?:(?:ba|z|da)?sh|source|python3?|chmod[ \t]+[\w+=]+)[ \t]+(?:-[a-zA-Z]+[ \t]+)*|uv[ \t]+run[ \t]+|(?=\./))"
    r"(?P<path>(?:\.{1,2}/)*(?:(?!\.{1,2}/)[\w.-]+/)*[\w.-]+\.(?:sh|bash|py))(?=[\s`;&|)\"',]|$)",
    re.M,
)
_OWN_NAME = regex(r"(\./)?[A-Za-z0-9]+([_-][A-Za-z0-9]+)+\.(sh|bash|py)")
_OF_SCRIPTS = regex(r"(scripts?|bin|tools?|ops)/([\w-]+/)*[A-Za-z0-9]+([_-][A-Za-z0-9]+)+\.(sh|bash|py)")
"""A script of a name of several words, in a folder that there need not be."""
_ENDING = regex(r"\.(?:sh|bash|py)(?![\w.-])")
_NO_PATH = regex(r"[^\w./-]")
_LONGEST = 300
"""Characters of a path."""
_ENDINGS = regex(rb"\.(sh|bash|py)\b")
_SHELL_LANGUAGES = frozenset(
    {"", "bash", "sh", "shell", "zsh", "console", "terminal", "shell-session", "text"}
)
_OF_ACCOUNT = regex(r"openrc[^/]*$")
"""What a provider of OpenStack gives to each account, to be sourced."""
_ARGUMENT = regex(r"<[\w ./:-]+>")
"""What stands for an argument, or is a tag: `./scripts/deploy.sh <new-version>`."""
_ELSEWHERE = regex(
    r"\b(docker|podman|kubectl|compose|oc)\b[^\n]*\b(exec|run)\b[^\n]*\s-\w*i|^[ \t>$]*(ssh|vagrant ssh)\b"
    r"|\b(curl|wget|unzip|tar)[ \t]|\b(cookiecutter|copier|django-admin)\b",
    re.M,
)
"""What may lead out of the repository, or bring files of others into it."""
_AS_ANOTHER = regex(r"\bsudo su\b|\bsu -")
"""Leads into the folder of another user of the machine."""
_ENTERS = regex(r"\b(?:cd|pushd)[ \t]+([^\s;&|)]+)")
_PLACEHOLDER = regex(
    r"(^|[/_.-])(path|your?|my|some|new|foo|bar|name|example|x{3,})([/_.-]|$)|(^|/)test_(file|module|script|case|something)\.",
    re.I,
)
_GUARD = regex(r"\[\s+(!\s+)?-[a-z]\s|\btest\s+-[a-z]\s|exists?\b|hashFiles|\|\||\bif\b")
_MAKES = regex(
    r"\b(cp|mv|ln|touch|curl|wget|clone|tee|cop(y|ies|ied)|rename[ds]?|add(s|ed)?|new|plann?(ed)?|todo"
    r"|place[ds]?|put|crea\w*|créer|erstell\w*|download\w*|writ\w*|wrote|save[ds]?|removed?|deleted?|deprecated|missing|future|\+{3})\b",
    re.I,
)
_REPLACED = regex(r"[^`\n]*`\s*(?:→|⇒|➜|[-=]>)\s*(?:use\b|now\b|instead\b|[*_]*`)", re.I)
"""What follows a command of former times: "`python run.py` → use `./bin/start.sh`"."""
_TESTS = regex(r"(^|/)tests?/")
_INSTALLED = regex(r"(^|/)(site-packages|s?venv|\.venv)/")
_BRINGS = regex(r"\b(curl|wget|download\w*|unzip|tar)\b", re.I)
_FILLED_IN = regex(r"\{\w+\}")
_NEAR_BEFORE = 8
"""Lines before the command of a script in which the document may show it."""
_NEAR_AFTER = 4
_LARGEST = 400_000
"""Bytes of a file that is looked through."""


def missing_scripts(workspace: Workspace) -> Iterator[Missing]:
    """Each of them, once a text and path."""
    for path in texts(workspace):
        calls = grouped(_calls_in(workspace, path), lambda call: without_dots(call.name))
        folders = [_folder_with(workspace, path, join(c[0].folder, dirname(c[0].name))) for c in calls]
        meant = [_near(workspace, c[0], folder) for c, folder in zip(calls, folders, strict=True)]
        taken = Counter(meant)
        for group, folder, near in zip(calls, folders, meant, strict=True):
            name = group[0].name
            if _is_of_linked_program(workspace, path, without_dots(name)):
                continue
            aside = not is_followed(workspace, path)
            if workspace.submodules and (aside or folder is None or not dirname(without_dots(name))):
                continue  # it may lie in a submodule, which a plain clone leaves empty
            own = (folder is not None or _OWN_NAME.fullmatch(name)) and ("/" in name or not aside)
            if near is not None or own or (not aside and _is_gone(workspace, path, without_dots(name))):
                own_near = near if taken[near] == 1 else None  # each of several is another
                yield Missing("script", name, tuple(call.place for call in group), own_near, aside=aside)


_LINKED = regex(rb"://[\w.-]+/[\w.-]+/([\w-]{4,})[)>\s/]")


def _is_of_linked_program(workspace: Workspace, path: str, name: str) -> bool:
    """Whether the document is about a program of another repository, by which the script is called:
    `./tidepool-restore.sh`, and a link to `tidepool`."""
    return DOCUMENT.search(path) is not None and any(
        re.match(rf"{re.escape(program)}[^A-Za-z0-9]", name) for program in _programs_linked(workspace, path)
    )


@fact(set[str])
def _programs_linked(workspace: Workspace, path: str) -> set[str]:
    return {name.decode() for name in _LINKED.findall(workspace.bytes(path) or b"")}


def _is_gone(workspace: Workspace, path: str, name: str) -> bool:
    """Whether a document puts a script of its own name into a folder of scripts, and no link says where it lies."""
    return (
        DOCUMENT.search(path) is not None
        and _OF_SCRIPTS.fullmatch(name) is not None
        and not any("://" in line for line in lines_naming(workspace, name))
    )


def texts(workspace: Workspace) -> tuple[str, ...]:
    """The files with commands for people and for runners, but for those that tell of other times and places."""
    found: tuple[str, ...] = workspace.remembered(
        "texts with commands",
        lambda: tuple(p for p in workspace.chosen(_is_text) if not is_of_other_times(workspace, p)),
    )
    return found


def _is_text(path: str) -> bool:
    return any(kind.search(path) for kind in (DOCUMENT, _MAKEFILE, _WORKFLOW, _SHELL))


class _Call(NamedTuple):
    name: str
    place: Span
    folder: str
    """Where a `cd` before it leads."""


def _calls_in(workspace: Workspace, path: str) -> Iterator[_Call]:
    """What the text runs and is not there."""
    if all(lies_somewhere(workspace, name) for name in _scripts_in(workspace, path)):
        return
    if DOCUMENT.search(path) and all(
        lies_somewhere(workspace, name) for name in _run_on_lines(workspace, path)
    ):
        return  # to find out what is a command costs far more
    for name, start, end, commands in _runs_in(workspace, path):
        source = None if lies_somewhere(workspace, name) else workspace.source(path)
        if source is None or _OF_ACCOUNT.search(name):
            continue
        if without_dots(name).partition("/")[0] in checked_out(workspace, path):
            continue
        place = Span(path, start, end)
        folder = entered_folder(workspace, path, source.text[commands:start])
        if folder is None or ("/" not in without_dots(name) and _is_shown(workspace, place)):
            continue
        if is_for_us(workspace, source.text, commands, place, name):
            yield _Call(name, place, folder)


@fact(set[str])
def _scripts_in(workspace: Workspace, path: str) -> set[str]:
    """All that looks like the path of a script."""
    data = workspace.bytes(path) or b""
    source = workspace.source(path) if len(data) <= _LARGEST and _ENDINGS.search(data) else None
    text = source.text if source is not None else ""
    words = (
        _NO_PATH.split(text[max(0, match.start() - _LONGEST) : match.end()])[-1]
        for match in _ENDING.finditer(text)
    )
    return {word for word in words if "/" in word or _is_own_name(path, word)}


@fact(set[str])
def _run_on_lines(workspace: Workspace, path: str) -> set[str]:
    """The scripts of all lines that look like commands."""
    source = workspace.source(path)
    lines = source.text.replace("`", "\n").split("\n") if source is not None else ()
    return {run["path"] for line in lines if _ENDING.search(line) for run in _RUNS.finditer(line)}


@fact(list[tuple[str, int, int, int]])
def _runs_in(workspace: Workspace, path: str) -> list[tuple[str, int, int, int]]:
    """Each script that commands of the text run, where it stands, and where these commands begin."""
    source = workspace.source(path)
    text = source.text if source is not None else ""
    return [
        (run["path"], start + run.start("path"), start + run.end("path"), begin)
        for begin, end in commands_in(workspace, path, text)
        for start, line in lines_with(_ENDING, text, begin, end)
        for run in _RUNS.finditer(line)
        if "/" in without_dots(run["path"]) or _is_own_name(path, run["path"])
    ]


def lines_with(part: re.Pattern[str], text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines of text[begin:end] in which `part` stands, each with where it starts: to look through all of them for
    a longer pattern costs far more."""
    stop = begin - 1
    for match in part.finditer(text, begin, end):
        if match.start() > stop:
            start = max(begin, line_start(text, match.start()))
            stop = text.find("\n", match.start(), end)
            stop = end if stop < 0 else stop
            yield start, text[start:stop]


def _is_own_name(path: str, name: str) -> bool:
    """Whether it names a script of its own without a folder: `load_parcels.py`, not `main.py`."""
    return bool(DOCUMENT.search(path) and _OWN_NAME.fullmatch(name))


def _is_shown(workspace: Workspace, place: Span) -> bool:
    """Whether the document shows a program before the command, brings files, or tells of another's tool."""
    source, document = workspace.source(place.path), workspace.document(place.path)
    if source is None or document is None or _INSTALLED.search(place.path):
        return True
    begin = line_start(source.text, place.start)
    above = source.text[:begin].splitlines(keepends=True)[-_NEAR_BEFORE:]
    after = source.text[place.end :].splitlines()[:_NEAR_AFTER]
    start = begin - sum(map(len, above))
    return (
        bool(_BRINGS.search("".join((*above[-_NEAR_AFTER:], *after))))
        or any(
            block.range.end > start and block.range.start < begin
            for block in document.code_blocks
            if block.language not in _SHELL_LANGUAGES
            or "#!" in source.text[block.range.start : block.range.end]
        )
        or bool(after and _FILLED_IN.search(after[0]))
    )


@fact(set[str])
def _cloned_in(workspace: Workspace, path: str) -> set[str]:
    """The repositories that commands of the text clone."""
    source = workspace.source(path)
    return {match[1] for match in CLONE.finditer(source.text)} if source is not None else set()


def entered_folder(workspace: Workspace, path: str, before: str) -> str | None:
    """Where the commands `before` lead; None where that is not in the repository, or not known."""
    cloned = _cloned_in(workspace, path)
    if cloned and ("/" in path or len(cloned) > 1) and CLONE.search(before):
        return None
    folder = ""
    for match in _ENTERS.finditer(before):
        entered = match[1].strip("\"'")
        if entered in cloned:  # the first page of a repository tells how to clone it
            continue
        folder = join(folder, entered)
        if entered.startswith(("/", "~", "-")) or _folder_with(workspace, path, folder) is None:
            return None
    return folder


def commands_in(workspace: Workspace, path: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the commands of the text stand."""
    from dotmac_lint.model.build_commands import mappings
    from dotmac_lint.readers.yaml import Scalar, Sequence

    if DOCUMENT.search(path):
        document = workspace.document(path)
        for block in document.code_blocks if document is not None else ():
            if block.language in _SHELL_LANGUAGES:
                yield block.range.start, block.range.end
        for piece in document.inline_code if document is not None else ():
            if " " in piece.text:  # alone it is a name
                yield piece.range.start, piece.range.end
    elif _MAKEFILE.search(path):
        for recipe in re.finditer(r"(?:^\t[^\n]*(?:\n|$))+", text, re.M):
            yield recipe.span()
    elif _WORKFLOW.search(path):
        file = workspace.yaml(path)
        for tree in file.documents if file is not None else ():
            for entries in mappings(tree):
                for key in ("run", "script", "before_script", "after_script"):
                    node = entries.get(key)
                    for scalar in node.items if isinstance(node, Sequence) else (node,):
                        if isinstance(scalar, Scalar):
                            yield scalar.range.start, scalar.range.end
    else:
        yield 0, len(text)


def is_for_us(workspace: Workspace, text: str, start: int, place: Span, name: str) -> bool:
    """Whether the command runs in this repository, and nothing makes, guards or announces what it runs."""
    path = place.path
    begin = line_start(text, place.start)
    before = text[start:begin]
    line = text[begin : text.find("\n", place.end) if "\n" in text[place.end :] else len(text)]
    if line.count(basename(name)) > 1:
        return False  # a sentence tells to run the one, and not the other
    continued = before.rstrip(" \t\r\n").endswith("\\")
    if continued or "#" in text[begin : place.start] or _PLACEHOLDER.search(name):
        return False
    if not is_meant(workspace, place, in_document=DOCUMENT.search(path) is not None):
        return False
    if DOCUMENT.search(path) and (
        _REPLACED.match(text, place.end)
        or is_written_out(workspace, path, name)
        or is_announced(text, name)
        or if_it_is_there(workspace, place)
        or _AS_ANOTHER.search(text, text.rfind("\n#", 0, begin) + 1, begin)
    ):
        return False
    if _ELSEWHERE.search(before if DOCUMENT.search(path) else text[:begin]):
        return False
    bare = without_dots(name)
    beside = _SHELL.search(path) is not None and workspace.is_ignored(join(dirname(path), bare))
    if beside or is_no_source(workspace, bare):
        return False
    shown = re.compile(rf"\s*(#|//)\s*(file(name)?:\s*)?(\./)?{re.escape(bare)}\s*", re.I)
    written = redirected_to(name)
    lines = lines_naming(workspace, bare)
    return not any(
        shown.fullmatch(line) or written.search(line) or _MAKES.search(rest) or _GUARD.search(rest)
        for line in lines
        for rest in (_ARGUMENT.sub("", line.replace(basename(name), "")),)
    )


def _folder_with(workspace: Workspace, path: str, below: str) -> str | None:
    """The nearest of the text's folder and those above it that has the folder `below`."""
    folder = "" if _WORKFLOW.search(path) else dirname(path)
    while True:
        inside = normalise(join(folder, below))
        if inside and workspace.is_directory(inside):
            return folder
        if not folder:
            return None
        folder = dirname(folder)


def _is_module(workspace: Workspace, path: str) -> bool:
    """Whether the file is a part of a Python package that is not started by itself."""
    beside = join(dirname(path), "__init__.py")
    return path.endswith(".py") and workspace.is_listed(beside) and not _is_program(workspace, path)


@fact(bool)
def _is_program(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path) or b""
    return data.startswith(b"#!") or b"__main__" in data


def _near(workspace: Workspace, call: _Call, folder: str | None) -> str | None:
    """The one script of that name in another folder, or of a similar name in the same, as it would be written."""
    from rapidfuzz.fuzz import ratio

    name = call.name
    stem, ending = splitext(basename(name))
    own = folder is not None or (re.search(r"\w[_-]\w", stem) and not re.match(r"(\./)?\.\w", name))
    others = workspace.named(basename(name)) if own else ()
    if not others and folder is not None:
        inside = normalise(join(folder, call.folder, dirname(name))) or ""
        others = [
            other
            for other in workspace.files_in(inside)
            if other.endswith(ending)
            and ratio(splitext(basename(other))[0], stem) >= 85
            and is_slip(stem, splitext(basename(other))[0])
        ]
    if len(others) != 1 or _is_module(workspace, others[0]):
        return None
    if any(kind.search(others[0]) and not kind.search(name) for kind in (ELSEWHERE, _TESTS)):
        return None
    written = relpath(others[0], join(folder or ".", call.folder))
    return f"./{written}" if name.startswith("./") and not written.startswith(".") else written
