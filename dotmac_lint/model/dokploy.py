"""What Dokploy makes for a template: a Compose file beside which a `template.toml` lies.

Source of behaviour: Dokploy's documentation of templates and of Compose projects. The files of `mounts` come into
`../files`, and the variables of `env` into `.env` beside the Compose file.
"""

from __future__ import annotations

from posixpath import dirname, join
from typing import TYPE_CHECKING

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.workspace import normalise

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_TEMPLATE = regex(rb"(?m)^[ \t]*\[\[?config\b")
_WRITES = regex(rb"""(?m)^[ \t]*filePath[ \t]*=[ \t]*["']/?([^"'\n]+)["']""")
_SETS = regex(rb"""(?m)^[ \t]*["']?([A-Za-z_]\w*)["']?[ \t]*=""")


def is_template(workspace: Workspace, folder: str) -> bool:
    """Whether Dokploy starts the Compose file of the folder."""
    return _is_template(workspace, join(folder, "template.toml"))


def is_written(workspace: Workspace, compose_file: str, path: str) -> bool:
    """Whether Dokploy writes the file, or one in the folder, before it starts the Compose file."""
    folder = dirname(compose_file)
    if not is_template(workspace, folder):
        return False
    files = join(folder, "..", "files")
    written = (
        normalise(join(files, name)) for name in _files_written(workspace, join(folder, "template.toml"))
    )
    return any(f"{name}/".startswith(f"{path}/") for name in written)


def variables(workspace: Workspace, folder: str) -> frozenset[str]:
    """The names that the template sets for Compose, and a few others."""
    return frozenset(
        _names_set(workspace, join(folder, "template.toml")) if is_template(workspace, folder) else ()
    )


@fact(bool)
def _is_template(workspace: Workspace, path: str) -> bool:
    return _TEMPLATE.search(workspace.bytes(path) or b"") is not None


@fact(list[str])
def _files_written(workspace: Workspace, path: str) -> list[str]:
    return [name.decode(errors="replace") for name in _WRITES.findall(workspace.bytes(path) or b"")]


@fact(list[str])
def _names_set(workspace: Workspace, path: str) -> list[str]:
    return [name.decode() for name in _SETS.findall(workspace.bytes(path) or b"")]
