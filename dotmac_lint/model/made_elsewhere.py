"""Files that a build needs and the repository rightly lacks: something makes them before it.

Made by git (submodules), by a build tool, by a script, a workflow or the reader of a document. Only asked
about what is missing, so the files that could make it are read only then.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_ARTEFACT = re.compile(
    r"(^|/)(dist|build|_build|target|out|output|outputs|obj|release|releases|publish|artifacts?|wheels?"
    r"|wheelhouse|vendor|node_modules|\.next|\.nuxt|\.output|\.svelte-kit|\.venv|venv|staticfiles|generated|gen"
    r"|coverage|tmp|temp|\.git|\.cache|cache)(/|$)"
    r"|\.(whl|jar|war|ear|tar|t?gz|tgz|txz|xz|zip|zst|deb|rpm|apk|exe|dll|so|egg|nupkg|crx|bin|img|pyz)$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"[{}<>%]|__[A-Z_]+__")
_TOOLS = re.compile(
    r"(^|/)((GNUm|M|m)akefile[^/]*|package\.json|pyproject\.toml|[Tt]askfile[^/]*|\.?[Jj]ustfile|Jenkinsfile[^/]*|Rakefile"
    r"|noxfile\.py|[^/.]+)$"
    r"|\.(sh|bash|zsh|ps1|bat|cmd|mk|just|ya?ml|md|mdx|rst|adoc|txt|py|js|mjs|cjs|ts|rb|go|gradle|tf)$"
)
_NO_TOOLS = re.compile(
    r"(^|/)([^/]*(docker-?)?compose[^/]*\.ya?ml|[^/]*(Docker|Container)file[^/]*|requirements[^/]*\.txt"
    r"|CHANGELOG[^/]*|LICENSE[^/]*|pnpm-lock\.yaml)$|(^|/)(node_modules|vendor|third_party|\.claude|\.cursor)/|(^|/)tests?/.*(?<!\.md)$",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"(^|[^-=])>|\b(?i:cp|mv|ln|touch|mkdir|curl|wget|clone|tee|copy|copies|copied|rename[ds]?|echo|openssl|mkcert"
    r"|keygen|envsubst|creat\w*|generat\w*|download\w*|fetch\w*|export\w*|writ\w*|wrote|render\w*|save[ds]?"
    r"|upload\w*|provid\w*|place|make(?! sure)|dump|output\w*|scp|rsync|gsutil|sops|decrypt\w*)\b"
    r"|\s-(o|out|keyout)\b|--out\w*\b"
)
_MAKES_FOLDER = re.compile(
    r"\b(mkdir|clone|cp|mv|ln|rsync|unzip|tar|svn|makedirs|copytree|cookiecutter)\b|--?out\w*\b"
)
_LARGEST = 400_000
"""Bytes of a file that is looked through for a name."""


def is_made_elsewhere(workspace: Workspace, path: str) -> bool:
    """Whether `path`, which is not there, is likely to be made before it is needed."""
    return is_no_source(workspace, path) or is_made_by_hand_or_script(workspace, path)


def is_artefact(path: str) -> bool:
    """Whether the path is one of what builds make."""
    return _ARTEFACT.search(path) is not None


def is_no_source(workspace: Workspace, path: str) -> bool:
    """Whether `path` is of a kind that no repository holds: ignored, built, a template, another repository's."""
    return (
        os.path.lexists(workspace.root / path)  # a link that leads out of the repository
        or workspace.in_submodule(path)
        or is_artefact(path)
        or _TEMPLATE.search(path) is not None
        or workspace.is_ignored(path)
        or workspace.is_ignored(path + "/")
    )


def is_made_by_hand_or_script(workspace: Workspace, path: str) -> bool:
    """Whether a script, a workflow or a document has a line that names `path` and makes something."""
    makes = _MAKES if "." in posixpath.basename(path) else _MAKES_FOLDER
    return any(makes.search(line) for line in lines_naming(workspace, path))


def is_made_beside(workspace: Workspace, path: str) -> bool:
    """Whether a document or a script in a folder above `path` has a `mkdir` with its name as seen from there, or from
    the folder above `path` which it enters; or any other one, of all of `path`, that puts something into it, too; or
    its name in a folder that a variable gives, where some text names the folder above `path`."""
    above, _, own = path.rpartition("/")
    for file, _ in workspace.words.search(_tools(workspace), (b"mkdir",)):
        folder = posixpath.dirname(file)
        data = workspace.bytes(file)
        if data is None or len(data) > _LARGEST:
            continue
        if "/" in above and _makes_folder(data, own, rb"\$\{?\w+\}?/") and is_named(workspace, above):
            return True
        if path.startswith(f"{folder}/" if folder else ""):
            name = path[len(folder) + 1 :] if folder else path
            parent, _, last = name.rpartition("/")
            if _makes_folder(data, name):
                return True
            entered = re.search(rb"\bcd %s/?\n" % re.escape(os.fsencode(parent)), data) if parent else None
            if entered and _makes_folder(data[entered.end() :], last):
                return True
        elif os.fsencode(f"{path}/") in data and _makes_folder(data, path):
            return True
    return False


def _makes_folder(data: bytes, name: str, before: bytes = rb"[\s\"'](\./)?") -> bool:
    """Whether a line has a `mkdir` and after it, behind what `before` says, the name."""
    folder = before + re.escape(os.fsencode(name)) + rb"(?![\w.-])"
    return re.search(rb"(?m)^(?:(?!\bmkdir\b)[^\n])*+\bmkdir\b[^\n]*" + folder, data) is not None


def is_named(workspace: Workspace, path: str) -> bool:
    """Whether any script, code, workflow or document names `path`."""
    return bool(lines_naming(workspace, path))


def lines_naming(workspace: Workspace, path: str) -> tuple[str, ...]:
    """The lines of scripts, code, workflows and documents that name `path`."""
    lines: tuple[str, ...] = workspace.remembered(
        f"lines {path}", lambda: tuple(_find_lines(workspace, path))
    )
    return lines


def _tools(workspace: Workspace) -> list[str]:
    tools: list[str] = workspace.remembered(
        "tools", lambda: [f for f in workspace.files if _TOOLS.search(f) and not _NO_TOOLS.search(f)]
    )
    return tools


def _find_lines(workspace: Workspace, path: str) -> Iterator[str]:
    name = posixpath.basename(path)
    if "." not in name or workspace.named(name):
        # The name alone may be a word, or that of another file.
        name = "/".join(path.split("/")[-2:])
    wanted = name.encode("utf-8", "surrogateescape")
    line = re.compile(rf"^.*(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w).*$", re.M)

    def names_it(file: str) -> bool:
        data = workspace.bytes(file) or b""
        return len(data) <= _LARGEST and wanted in data

    for file, _ in workspace.words.search(_tools(workspace), (wanted,)):
        named = workspace.fact(f"names {name}", file, bool, partial(names_it, file))
        source = workspace.source(file) if named else None
        if source is not None:
            yield from (found[0] for found in line.finditer(source.text))
