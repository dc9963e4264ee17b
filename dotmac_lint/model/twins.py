"""Compose files that Compose passes over, because it takes another of the same folder.

Source of behaviour: compose-go, cli/options.go: of the default names the first that exists is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.facts import fact
from dotmac_lint.model.command_lines import DEFAULT_FILES, OVERRIDE_FILES

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.workspace import Workspace


class Twin(NamedTuple):
    """`path` is ignored, `taken` is what Compose reads instead."""

    path: str
    taken: str


def twin_files(repository: Repository) -> Iterator[Twin]:
    """The ignored files that no command, `include` or `extends` names, and that say something else."""
    workspace = repository.workspace
    read: set[str] = set()
    named: set[str] = set()
    for deployment in repository.deployments:
        files = deployment.project.files
        read.update(files)
        named.update(path for path in files if deployment.spec.commanded or path not in deployment.spec.files)
    for path in workspace.files:
        for names in (DEFAULT_FILES, OVERRIDE_FILES):
            if basename(path) not in names or path in named:
                continue
            taken = next(p for name in names if workspace.is_listed(p := join(dirname(path), name)))
            if _knows(workspace, path, basename(taken)):
                continue
            if taken in read and workspace.bytes(taken) != workspace.bytes(path):
                yield Twin(path, taken)


@fact(bool)
def _knows(workspace: Workspace, path: str, name: str) -> bool:
    """Whether a comment of the file names the other: its owners know which is taken."""
    named = rb"(?m)^[ \t]*#.*(?<![\w./-])%s(?![\w-])" % re.escape(name.encode())
    return re.search(named, workspace.bytes(path) or b"") is not None
