"""Python modules and configuration files that a container's commands name, and that it lacks.

Source of behaviour: the command lines of the servers and workers below, `python -m`, alembic and supervisord.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.image import Command, is_plain_image
from dotmac_lint.model.importable import (
    files_named,
    has_word,
    importable_from,
    lacks_module,
    lies_at,
    places_of,
)
from dotmac_lint.model.made_elsewhere import is_made_elsewhere
from dotmac_lint.model.run_step import split_commands
from dotmac_lint.model.scripts import (
    Word,
    absolute_path,
    commands_of,
    covering_mount,
    script_run_by,
    words_of,
)
from dotmac_lint.model.similar import similar_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.workspace import Workspace

_SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "granian", "daphne", "dramatiq", "arq", "taskiq"})
_MODULE = regex(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(:[A-Za-z_][\w.]*(?:\(\))?)?")
_SPEAKS = frozenset(
    {"echo", "printf", "log", "info", "warn", "error", "which", "pip", "pkill", "pgrep", "grep"}
)
_CONFIGURED = {"alembic": ("-c", "--config"), "gunicorn": ("-c", "--config"), "supervisord": ("-c",)}
"""Programs and their options for a configuration file."""
_COMPOSE_FILE = regex(r"compose[^/]*\.ya?ml$", re.I)
_SHEBANG = regex(r"#!.*\b(ba|da|a|z|k)?sh\b")


class MissingReference(msgspec.Struct, frozen=True):
    """Something that a command names and that its container does not have."""

    kind: Literal["module", "misplaced module", "file", "misplaced file"]
    name: str
    """`package.module`, or the path in the container."""
    program: str
    at: Span
    what: str
    """What runs the command, as a subject: "CMD", "the command of service `api`", or a script."""
    service: Service | None
    """None where no Compose file builds the image."""
    meant: str | None = None
    """A module of a similar name, or the place of the misplaced one in the container."""
    looked: tuple[str, ...] = ()
    """The folders in which a misplaced one is looked for."""


def missing_references(deployment: Deployment) -> Iterator[MissingReference]:
    """What is missing for the commands of each active service that is built here, and of its shell scripts."""
    for service in deployment.startable:
        if service.stage is None:
            continue
        commands = list(_all_commands(service))
        roots = importable_from(service, [[word.text for word in words] for words in commands]) or ()
        for words in commands:
            texts = [word.text for word in words]
            if not texts or texts[0] in _SPEAKS:
                continue
            for program, index in _modules(texts):
                match = _MODULE.fullmatch(texts[index])
                if match is not None:
                    yield from _missing_module(service, program, match[1], words[index], roots)
            for program, index, path in _configurations(texts):
                yield from _missing_file(service, program, path, words[index], roots)


def missing_in_images(repository: Repository) -> Iterator[MissingReference]:
    """The modules that ENTRYPOINT, CMD and HEALTHCHECK of images name which no service is built from, and that nowhere
    is. Where the build context is a guess, the module must be missing in every one that is likely.
    """
    for image, others in repository.dockerfile_images:
        stage = image.target
        if stage is None or any(True for _ in repository.services_built_from(stage, image)):
            continue
        held = [one.target.sources if one.target is not None else frozenset() for one in (image, *others)]
        starts = {"ENTRYPOINT": stage.entrypoint, "CMD": stage.cmd, "HEALTHCHECK": stage.healthcheck}
        for what, start in starts.items():
            for words in words_of(start, what) if isinstance(start, Command) else ():
                texts = [word.text for word in words]
                for program, index in _modules(texts) if texts and texts[0] not in _SPEAKS else ():
                    match = _MODULE.fullmatch(texts[index])
                    if match is None or "." not in match[1]:
                        continue
                    if all(_is_missing_module(repository.workspace, files, match[1]) for files in held):
                        word = words[index]
                        yield MissingReference("module", match[1], program, word.span, word.what, None)


def _missing_module(
    service: Service, program: str, module: str, word: Word, roots: tuple[str, ...]
) -> Iterator[MissingReference]:
    at, what = word.span, word.what
    if "." in module and (
        _is_missing_module(service.workspace, service.files, module)
        or (program in {"celery", *_SERVERS} and _is_nobodys(service, module))
    ):
        meant = similar_name(module, _modules_beside(service, module))
        yield MissingReference("module", module, program, at, what, service, meant)
    elif roots and all(lacks_module(service, root, module) for root in roots):
        places = places_of(service, module)
        if places and ("." in module or program != "python -m"):
            yield MissingReference("misplaced module", module, program, at, what, service, places[0], roots)


def _missing_file(
    service: Service, program: str, path: str, word: Word, roots: tuple[str, ...]
) -> Iterator[MissingReference]:
    if _is_missing_file(service, path):
        yield MissingReference("file", path, program, word.span, word.what, service)
        return
    full = absolute_path(service, path) if roots and "$" not in path and ":" not in path else None
    if (
        full is not None
        and service.environment.get("ALEMBIC_CONFIG") is None
        and lies_at(service, full) is False
    ):
        places = files_named(service, posixpath.basename(path))
        if places:
            found = (word.span, word.what, service, places[0], (posixpath.dirname(full),))
            yield MissingReference("misplaced file", path, program, *found)


def _all_commands(service: Service) -> Iterator[list[Word]]:
    for words in commands_of(service):
        yield words
        script = script_run_by(service, words)
        source = service.workspace.source(script.source) if script is not None else None
        if script is None or source is None or not _SHEBANG.match(source.text):
            continue
        position = 0
        for command in split_commands(source.text):
            found = []
            for word in command.words:
                start = source.text.find(word, position)
                position = max(position, start)
                found.append(Word(word, Span(script.source, start, start + len(word)), f"`{script.source}`"))
            if all(word.span.start >= 0 for word in found):
                yield found


def _modules(texts: Sequence[str]) -> Iterator[tuple[str, int]]:
    """(program, index of the word that names the module) of a command line."""
    for index, text in enumerate(texts):
        program = posixpath.basename(text)
        rest = range(index + 1, len(texts))
        if program in _SERVERS:
            named = [at for at in rest if ":" in texts[at] and _MODULE.fullmatch(texts[at])]
            yield from ((program, at) for at in named[:1])
            return
        if program == "celery":
            yield from ((program, at) for at in rest if texts[at - 1] in {"-A", "--app"})
            return
        if (
            re.fullmatch(r"python[\d.]*", program)
            and texts[index + 1 : index + 2] == ["-m"]
            and len(texts) > index + 2
        ):
            if texts[index + 2] not in _SERVERS | {"celery"}:
                yield "python -m", index + 2
                return


def _is_missing_module(workspace: Workspace, held: Iterable[str], module: str) -> bool:
    """Whether the repository owns the package, the container holds it, and nowhere is there such a module."""
    parts = module.split(".")
    if parts[0] in sys.stdlib_module_names:
        return False
    modules = _modules_by_part(workspace).get(parts[0], ())
    owners = {
        folder + "/"
        for folder, name in map(posixpath.split, modules)
        if posixpath.basename(folder) == parts[0] and re.fullmatch(r"\w+\.py", name)
    }
    if not any(file.startswith(owner) and file.endswith(".py") for owner in owners for file in held):
        return False
    path, parent = "/".join(parts), "/".join(parts[:-1])
    for file in modules:
        if f"/{file}".endswith(f"/{path}.py") or f"/{path}/" in f"/{file}":
            return False
        if f"/{file}".endswith((f"/{parent}.py", f"/{parent}/__init__.py")):
            if has_word(workspace, file, parts[-1]):
                return False
    rest = "/".join(parts[1:])
    return not any(is_made_elsewhere(workspace, f"{owner}{rest}.py") for owner in owners)


def _is_nobodys(service: Service, module: str) -> bool:
    """Whether no package of that name is in the repository, nor can be installed: nothing but Compose files names it,
    and the image is made of a plain one.
    """
    top = module.partition(".")[0]
    workspace, stage = service.workspace, service.stage
    base = stage.external_base if stage is not None else None
    if not isinstance(base, Known) or not is_plain_image(base.value) or _modules_by_part(workspace).get(top):
        return False
    if not any(file.endswith(".py") for file in service.files) or workspace.is_ignored(f"{top}/"):
        return False
    if any(mount.type == "bind" for mount in service.definition.mounts if mount not in service.binds):
        return False  # of a folder that is not the repository's
    others = (path for path in workspace.files if not _COMPOSE_FILE.search(path))
    name = re.compile(top.replace("_", "[-_]").encode(), re.I)
    found = workspace.words.search(others, {top.encode(), top.replace("_", "-").encode()})
    return not any(name.search(workspace.bytes(path) or b"") for path, _ in found)


def _modules_by_part(workspace: Workspace) -> dict[str, list[str]]:
    """The Python files by each part of their path, in order."""

    def find() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in workspace.files:
            if path.endswith(".py"):
                for part in dict.fromkeys(path.removesuffix(".py").split("/")):
                    found.setdefault(part, []).append(path)
        return found

    modules: dict[str, list[str]] = workspace.remembered("modules by part", find)
    return modules


def _modules_beside(service: Service, module: str) -> list[str]:
    """The modules of the repository whose names begin with the same package."""
    top = module.partition(".")[0]
    found = (re.search(rf"(?:^|/)({top}/[\w/]+)\.py$", file) for file in service.files)
    return sorted({match[1].replace("/", ".").removesuffix(".__init__") for match in found if match})


def _configurations(texts: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """(program, index of the word, path) of the configuration file that a command line reads."""
    for index, text in enumerate(texts):
        program = posixpath.basename(text)
        options = _CONFIGURED.get(program)
        if options is None:
            continue
        for at in range(index + 1, len(texts)):
            option, equals, value = texts[at].partition("=")
            if texts[at - 1] in options:
                yield program, at, texts[at]
                return
            if option in options and equals:
                yield program, at, value
                return
        if program == "alembic" and len(texts) > index + 1:
            yield program, index, "alembic.ini"
        return


def _is_missing_file(service: Service, path: str) -> bool:
    """Whether the file is in the repository, nowhere in the container, and no step could have made it there."""
    name = posixpath.basename(path)
    full = absolute_path(service, path)
    stage = service.stage
    if full is None or stage is None or "$" in path or ":" in path or covering_mount(service, full):
        return False
    return (
        bool(service.workspace.named(name))
        and not any(posixpath.basename(file) == name for file in stage.files)
        and stage.holds(full) == Known(False)
    )
