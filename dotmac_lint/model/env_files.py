"""Env files that services need and the repository neither has nor says how to make."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import CreateFile, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.dokploy import is_template
from dotmac_lint.model.edits import replace_word
from dotmac_lint.model.env_template import render
from dotmac_lint.model.made_elsewhere import (
    is_cloned,
    is_composed,
    is_made_by_hand_or_script,
    is_written_by_command,
    lines_naming,
)
from dotmac_lint.model.similar import similar_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import EnvFileReference
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.workspace import Workspace

_EXAMPLE_WORDS = "example|sample|template|tmpl|dist|default|tpl"
_EXAMPLE = regex(_EXAMPLE_WORDS, re.IGNORECASE)
_INSIDE = regex(rf"[._-]({_EXAMPLE_WORDS})(?=[._-])", re.IGNORECASE)
"""`.env_shop.example.env` for `.env_shop.env`."""
_FOR_ANY = regex(rf"({_EXAMPLE_WORDS})\.env", re.IGNORECASE)
"""`example.env` for `prod.env`."""
_FILLED = regex(
    r"\b(configur(e|ing)|fill(ed)?|edit|populate|set up|adjust|(variables?|lines?|values?) (in)?to"
    r"|set\b.{0,30}\b(variables?|values?)|values? for)\b",
    re.IGNORECASE,
)
"""What documents tell the reader to do with a file that is not there."""
_ENV_FILE = regex(
    r"(^|[/._-])env(?![^/]*\.(py|pyi|[cm]?[jt]sx?|go|rs|java|sh|rb|php|md)$)([._-][^/]*)?$|(^|/)\.envs?(\.d)?/",
    re.IGNORECASE,
)
_OF_ENV_FILES = regex(r"\.?(envs?|environments?)/[^/]+$", re.IGNORECASE)
_MADE_BY_TOOLS = frozenset({"stack.env"})
"""Portainer writes it beside the Compose file of a stack."""


class MissingEnvFile(msgspec.Struct, frozen=True):
    """An `env_file` that is not there; Compose refuses to start the services that read it."""

    path: str
    services: tuple[Service, ...]
    at: Span
    others: tuple[Span, ...]
    """Where the other services name it."""
    ignored: bool
    """Git ignores it: its owners keep it elsewhere."""
    fix: Fix | None


def missing_env_files(deployment: Deployment) -> Iterator[MissingEnvFile]:
    """Each required env file that is absent, once.

    One that has an example, or that a script or document says how to make, is a normal part of setting the
    project up, and must not be committed: nothing is said of it. Nor of one that git ignores beside others.
    """
    workspace = deployment.repository.workspace
    needed: dict[str, list[tuple[Service, EnvFileReference]]] = {}
    for service in deployment.startable:
        for reference in service.definition.env_files:
            path = reference.path
            if (
                reference.required
                and isinstance(path.value, Known)
                and not (path.outside or path.placeholder)
            ):
                needed.setdefault(path.value.value, []).append((service, reference))
    for name, readers in needed.items():
        first = readers[0][1]
        # What is taken and has no kind is a link that leads out of the repository: not ours to read.
        if workspace.is_taken(name):
            continue
        if not deployment.is_placed:
            return
        if _is_chosen(workspace, first) or _is_set_up(workspace, name):
            continue
        ignored = workspace.is_ignored(name)
        if _overlays_a_known_one(deployment, name) or (ignored and _has_its_like(workspace, name)):
            continue
        yield MissingEnvFile(
            name,
            tuple(service for service, _ in readers),
            first.span,
            tuple(dict.fromkeys(other.span for _, other in readers if other.span != first.span)),
            ignored,
            _other_file(workspace, *readers[0], name) or _example(deployment, name),
        )


def _has_its_like(workspace: Workspace, path: str) -> bool:
    """Whether an env file, or the example of one, lies in the folder, or in one for env files there: it shows what its
    owners write."""
    folder = posixpath.dirname(path)
    files = (file[len(folder) + 1 :] if folder else file for file in workspace.under(folder))
    return any(("/" not in file or _OF_ENV_FILES.match(file)) and _ENV_FILE.search(file) for file in files)


def _is_chosen(workspace: Workspace, reference: EnvFileReference) -> bool:
    """Whether a variable names the file, and a script or workflow sets it: `${API_ENV_FILE:-.env.prod}`."""
    variables = re.findall(r"\$\{(\w+)", reference.path.raw)
    return any(
        re.search(rf"\b{variable}\b[\"'\])]*\s*[:=](?!=)", line)
        for variable in variables
        for line in lines_naming(workspace, variable)
    )


def _overlays_a_known_one(deployment: Deployment, path: str) -> bool:
    """Whether settings read it after a committed file, which shows what it may hold: `("project.env", ".env")`."""
    folder, name = posixpath.split(path)
    known = deployment.repository.workspace.is_listed
    return any(
        name in files and any(known(posixpath.join(folder, other)) for other in files[: files.index(name)])
        for files in (settings.env_files or () for settings in deployment.repository.settings)
    )


def _is_set_up(workspace: Workspace, path: str) -> bool:
    folder, name = posixpath.split(path)
    elsewhere = folder and "env" not in folder and not workspace.is_directory(folder)
    if elsewhere and workspace.is_ignored(f"{folder}/"):
        return True  # another repository is checked out there
    if name == ".env" and is_template(workspace, folder):
        return True
    if name in _MADE_BY_TOOLS or workspace.in_submodule(path) or is_made_by_hand_or_script(workspace, path):
        return True
    if any(_FILLED.search(line) or _names_example(workspace, line) for line in lines_naming(workspace, path)):
        return True
    if is_composed(workspace, path) or is_written_by_command(workspace, path) or is_cloned(workspace, path):
        return True
    stages = posixpath.dirname(folder)
    if "env" in stages and any(
        posixpath.dirname(posixpath.dirname(other)) == stages for other in workspace.named(name)
    ):
        return True  # `.envs/local/.web` shows what `.envs/production/.web` holds
    beside = [file for file in workspace.under(folder) if "env" in posixpath.basename(file)]
    if re.fullmatch(r"\w+\.env", name) and any(
        posixpath.dirname(file) == folder and _FOR_ANY.fullmatch(posixpath.basename(file)) for file in beside
    ):
        return True
    examples = (workspace.source(file) for file in beside if _EXAMPLE.search(posixpath.basename(file)))
    if any(example is not None and f" {name}" in example.text for example in examples):
        return True  # "Copy it to NAME"
    stem = name.strip(".")
    others = (file for file in map(posixpath.basename, workspace.files) if _EXAMPLE.search(file))
    return any(stem in other or stem == _INSIDE.sub("", other).strip(".") for other in others)


def _names_example(workspace: Workspace, line: str) -> bool:
    """Whether the line names an example that is there, in whatever language: `.env.example` is copied to NAME."""
    words = (posixpath.basename(word) for word in re.findall(r"[\w./-]+", line))
    return any("env" in word and _EXAMPLE.search(word) and workspace.named(word) for word in words)


def _other_file(workspace: Workspace, service: Service, reference: EnvFileReference, path: str) -> Fix | None:
    """Read the committed env file of the same folder that has almost the name, and that the service does not read."""
    folder, name = posixpath.split(path)
    read = {other.path.value for other in service.definition.env_files}
    names = [
        posixpath.basename(file)
        for file in workspace.files_in(folder)
        if "env" in posixpath.basename(file) and Known(file) not in read
    ]
    meant = similar_name(name, names)
    raw = reference.path.raw
    if meant is None or not raw.endswith(name):
        return None
    edit = replace_word(workspace, reference.span, raw.removesuffix(name) + meant)
    return Fix(f"Read `{meant}` instead", edits=(edit,)) if edit else None


def _example(deployment: Deployment, path: str) -> Fix | None:
    """Commit an example that names what must be set; None where nothing is known of it, or git would ignore it."""
    example = f"{path}.example"
    if deployment.repository.workspace.is_ignored(example):
        return None
    template = render(deployment, path)
    if not template.names:
        return None
    return Fix(
        f"Create `{example}` with what the services need", creates=(CreateFile(example, template.text),)
    )
