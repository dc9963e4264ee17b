"""Commands that name no Compose file in a repository all of whose Compose files have to be named.

Source of behaviour: compose-go (cli/options.go): the default names, in the folder of the command and those above it.
"""

from __future__ import annotations

from posixpath import basename, dirname
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.lazy import regex
from dotmac_lint.model.command_lines import DEFAULT_FILES, OVERRIDE_FILES, find_command_lines
from dotmac_lint.model.documentation import ELSEWHERE, is_meant
from dotmac_lint.model.followed import is_followed
from dotmac_lint.model.made_elsewhere import is_made_by_hand_or_script

if TYPE_CHECKING:
    from dotmac_lint.model.command_lines import CommandLine
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.source import Span
    from dotmac_lint.workspace import Workspace

_STARTS = frozenset({"up", "build", "pull", "run", "create", "watch"})
_TO_BE_NAMED = regex(r"^[^/{]*compose[^/]*\.ya?ml$")
_KEPT = regex(r"\.(bak|backup|old|orig)$")
_TEMPLATE = regex(r"[._-](tpl|tmpl|template|example|sample|dist)\b")
_MENTIONS = regex(
    r"\.(md|mdx|rst|txt|adoc|sh|bash|ps1|bat|ya?ml|just|mk|env|toml|json)$|(^|/)[^/]*(env|[Mm]ake|[Jj]ust)[^/]*$"
)


class Unnamed(msgspec.Struct, frozen=True):
    """The texts that start Compose so, and the files of which one is meant."""

    places: tuple[Span, ...]
    """The first such command of each text."""
    files: tuple[str, ...]
    aside: bool
    """No reader is sent to any of the texts."""


def unnamed_files(repository: Repository) -> Unnamed | None:
    """Where Compose files in the root start something, and no file of a default name lies, or is made, anywhere."""
    workspace = repository.workspace
    first_files = dict.fromkeys(deployment.spec.files[0] for deployment in repository.deployments)
    files = tuple(file for file in first_files if _TO_BE_NAMED.search(file))
    if not files or workspace.submodules or any(map(_TEMPLATE.search, files)):
        return None
    defaults = (*DEFAULT_FILES, *OVERRIDE_FILES)
    if any(map(workspace.named, defaults)) or any(map(workspace.is_ignored, DEFAULT_FILES)):
        return None  # each machine has its own
    first: dict[str, CommandLine] = {}
    for line in find_command_lines(workspace):
        path = line.span.path
        if not _needs_one(line) or _is_template(workspace, path):
            continue
        if not (ELSEWHERE.search(path) or _KEPT.search(path)):
            if is_meant(workspace, line.span, in_document=line.kind == "document"):
                first.setdefault(path, line)
    if not first or any(is_made_by_hand_or_script(workspace, name) for name in defaults):
        return None
    if any(True for _ in workspace.words.search(workspace.chosen(_may_mention), (b"COMPOSE_FILE",))):
        return None
    aside = {path: not is_followed(workspace, path) for path in first}
    paths = sorted(first, key=lambda path: (aside[path], dirname(path) != ""))
    return Unnamed(tuple(first[path].span for path in paths), files, aside[paths[0]])


def _is_template(workspace: Workspace, path: str) -> bool:
    """Whether it is a manifest among the sources of another package: a program writes out what is made of it."""
    package, among, _ = path.rpartition("/src/")
    manifest = basename(path) == "package.json"
    return bool(manifest and among) and workspace.is_listed(f"{package}/package.json")


def _may_mention(path: str) -> bool:
    return _MENTIONS.search(path) is not None


def _needs_one(line: CommandLine) -> bool:
    return (
        line.subcommand in _STARTS
        and line.kind not in ("code", "comment")
        and line.complete
        and (line.services or line.subcommand != "run")  # of which a sentence speaks
        and not (line.files or line.project_directory or line.away or line.vague or line.guessed)
    )
