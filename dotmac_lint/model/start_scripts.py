"""The scripts that containers start with, and whether the image holds them."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import CreateFile, Fix
from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.edits import replace_word
from dotmac_lint.model.made_elsewhere import is_compiled, is_compiled_beside, is_own_program
from dotmac_lint.model.similar import similar_file
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Service as Definition
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.image import Copy, Image, Stage

# Programs that run the script they are given: shells, interpreters, and the init processes of containers.
SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_RUNNERS = SHELLS | {"env", "exec", "nice", "gosu", "su-exec"}
_INITS = frozenset({"tini", "dumb-init", "catatonit", "docker-init"})
INTERPRETERS = frozenset({"python", "python3", "node", "ruby", "perl", "php", "fastapi"})
_FASTAPI = frozenset({"run", "dev"})
"""What its command line does with a file."""
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_SCRIPT_SUFFIXES = (".sh", ".bash", ".py", ".js", ".rb", ".pl", ".ts", ".mjs", ".cjs")


class MissingScript(msgspec.Struct, frozen=True):
    """A script that a container starts and that its image cannot hold."""

    script: str
    """The path in the image."""
    at: Span
    """The COPY source that does not exist, or the word of the command."""
    command: Span
    source: str | None
    """The path in the repository that is copied but absent; None where nothing puts the script there."""
    stage: Stage
    image: Image
    service: Service | None = None
    instruction: str = "ENTRYPOINT"

    @property
    def held(self) -> str | None:
        """The one file of that name which the image holds elsewhere."""
        name = posixpath.basename(self.script)
        found = [path for path in self.stage.files if posixpath.basename(path) == name]
        return found[0] if len(found) == 1 else None


def script_words(arguments: Sequence[str], before: Sequence[str] = ()) -> Iterator[int]:
    """Which of the words of a command are paths of scripts that it starts, by index. `before` are those of an
    entrypoint to which it is appended.
    """
    words = [*before, *arguments]
    index = 0
    while index < len(words):
        word = words[index]
        name = posixpath.basename(word)
        if name in _INITS or name in _RUNNERS or name in INTERPRETERS:
            index += 1
            while index < len(words) and words[index].startswith("-"):
                if words[index] in {"-c", "-m", "-e", "-lc"}:
                    return
                index += 1
            if name in {"gosu", "su-exec"} or (name == "fastapi" and {*words[index : index + 1]} & _FASTAPI):
                index += 1
            continue
        if index >= len(before) and (word.startswith(("/", "./")) or word.endswith(_SCRIPT_SUFFIXES)):
            yield index - len(before)
        return


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=False)
    except ValueError:
        return []


def missing_in_images(repository: Repository) -> Iterator[MissingScript]:
    """The scripts of ENTRYPOINT and CMD that cannot be in the image, once for each place."""
    seen: set[tuple[Span, str]] = set()
    for image, others in repository.dockerfile_images:
        for stage in image.stages:
            for found in _missing_in_stage(image, stage):
                # Where the build context is a guess, the script must be missing in every one that is likely.
                if all(
                    any(m.at == found.at for m in _missing_in_stage(o, o.stages[stage.index])) for o in others
                ):
                    key = (found.at, found.script)
                    if key in seen or _is_there_from_elsewhere(repository, found):
                        continue
                    if not _explained(repository, found):
                        seen.add(key)
                        yield found


def _is_there_from_elsewhere(repository: Repository, found: MissingScript) -> bool:
    """Whether the same Dockerfile, built with another context, has what COPY takes: the context is wrong (DM005)."""
    image, index = found.image, found.stage.index
    same = (other for other, _ in repository.dockerfile_images if other.dockerfile == image.dockerfile)
    return found.source is not None and any(
        all(missing.at != found.at for missing in _missing_in_stage(other, other.stages[index]))
        for other in same
        if other is not image and len(other.stages) > index
    )


def _explained(repository: Repository, found: MissingScript) -> bool:
    """Whether a mount brings what no COPY does, or another context has what this one lacks: one that nobody names, or
    the root, of which DM005 tells."""
    image = found.image
    users = repository.services_built_from(found.stage, image)
    if found.source is None:
        if any(
            found.stage in stage.chain and stage.holds(found.script) != Known(False) for stage in image.stages
        ):
            return True  # a base that says how the stages on it start
        if _is_brought_on_top(repository, found):
            return True
        if users:
            return all(_mounted(definition, found.script) for definition in users)
        return any(
            mount.target.value == Known(found.script)
            for project in repository.projects
            for definition in project.services.values()
            for mount in definition.mounts
        )
    context = f"{image.context}/" if image.context else ""
    relative = "/" + found.source.removeprefix(context)
    if image.context and image.workspace.is_listed(relative[1:]):
        return True
    if users:
        return False
    copies = [copy for stage in image.stages for copy in stage.copies if copy.origin == "context"]
    named = [copy for copy in copies if copy.source.text.rstrip("/.")]
    nothing_there = len(named) > 1 and all(copy.missing for copy in named)
    beside = relative.split("/", 2)[2:]  # from the folder in which the repository lies
    if beside and image.workspace.is_listed(beside[0]):
        return True
    return nothing_there or any(
        path.endswith(relative) for path in image.workspace.named(relative.rpartition("/")[2])
    )


def _is_brought_on_top(repository: Repository, found: MissingScript) -> bool:
    """Whether an image that starts from this one, whose tag its Dockerfile is called by, has the script."""
    name = posixpath.basename(found.image.dockerfile or "")
    return any(
        found.script in other.target.files and name.endswith(f".{base.value.rpartition(':')[2]}")
        for first, guesses in repository.dockerfile_images
        for other in (first, *guesses)
        if other.target is not None and isinstance(base := other.external_base, Known) and ":" in base.value
    )


def _missing_in_stage(image: Image, stage: Stage) -> Iterator[MissingScript]:
    entrypoint, cmd = stage.entrypoint, stage.cmd
    for command, keyword in ((entrypoint, "ENTRYPOINT"), (cmd, "CMD")):
        if command is None or isinstance(command, Unknown) or command.instruction is None:
            continue
        if command.instruction not in stage.instructions:
            continue  # inherited: reported where it is written
        before = _before_the_command(stage) if keyword == "CMD" else ()
        if before is None:
            continue  # only arguments of the entrypoint
        words: Sequence[str] = command.words
        spans: Sequence[Span] = command.spans
        if command.form == "shell":
            words = _split(command.words[0]) if command.words else []
            spans = [command.span] * len(words)
        for index in script_words(words, before):
            if "$" in words[index]:
                continue
            found = _missing(image, stage, words[index], spans[index])
            if found is not None:
                yield msgspec.structs.replace(found, command=command.span, instruction=keyword)


def _before_the_command(stage: Stage) -> Sequence[str] | None:
    """The words of the entrypoint, to which the command is appended; None where it is not known what it does with
    them. A base image's own runs them, where that is one of a language or a system.
    """
    from dotmac_lint.model.image import Command, is_plain_image

    base, entrypoint = stage.external_base, stage.entrypoint
    if isinstance(entrypoint, Command):
        return entrypoint.words if entrypoint.form == "exec" else None
    starts = entrypoint is None or (isinstance(base, Known) and is_plain_image(base.value))
    return () if starts else None


def _missing(image: Image, stage: Stage, script: str, at: Span) -> MissingScript | None:
    full = stage.resolve(script)
    if full is None or full in stage.files:
        return None
    if "/" not in script and any(f"{folder}/{script}" in stage.files for folder in _PATH):
        return None
    for layer in reversed(stage.chain):
        for copy in reversed(layer.copies):
            source = _absent_source(copy, full)
            if source is not None:
                workspace = image.workspace
                if (
                    workspace.is_ignored(source)
                    or workspace.in_submodule(source)
                    or is_compiled_beside(workspace, source)
                    or is_own_program(workspace, source)
                    or ("." not in posixpath.basename(source) and is_compiled(workspace, source))
                ):
                    return None  # it is known to be made elsewhere
                return MissingScript(full, copy.span, at, source, stage, image)
    if stage.holds(full) == Known(False):
        return MissingScript(full, at, at, None, stage, image)
    return None


def _absent_source(copy: Copy, full: str) -> str | None:
    """The path in the repository that `copy` would have brought to `full`, if it existed."""
    if not copy.missing or not isinstance(copy.path, Known) or not isinstance(copy.destination, Known):
        return None
    source, destination = copy.path.value, copy.destination.value
    name = posixpath.basename(source)
    into_folder = posixpath.join(destination, name)
    if full == into_folder or (not copy.destination_is_directory and full == destination.rstrip("/")):
        return source
    if full.startswith(destination.rstrip("/") + "/") and "." not in name:
        return f"{source}/{full[len(destination.rstrip('/')) + 1 :]}"  # the folder itself is missing
    return None


def missing_in_services(deployment: Deployment) -> Iterator[MissingScript]:
    """The scripts that a service's own `entrypoint` or `command` starts and that it cannot have."""
    for service in deployment.startable:
        stage = service.stage
        if stage is None or service.image is None:
            continue
        definition = service.definition
        before = _before_the_command(stage)
        for command, keyword in ((definition.entrypoint, "entrypoint"), (definition.command, "command")):
            if command is None:
                continue
            texts = [word.value.value if isinstance(word.value, Known) else "$" for word in command.words]
            spans = [word.span for word in command.words]
            preceding, before = () if keyword == "entrypoint" else before, texts
            if preceding is None:
                continue  # only arguments of the entrypoint
            if len(texts) > 2 and posixpath.basename(texts[0]) in _RUNNERS and texts[1] in {"-c", "-lc"}:
                inner = _split(texts[2])
                texts, spans = inner, [spans[2]] * len(inner)
            for index in script_words(texts, preceding):
                script = texts[index]
                full = stage.resolve(script)
                if "$" in script or full is None or full in stage.files or _mounted(definition, full):
                    continue
                if definition.working_dir is not None and not script.startswith("/"):
                    continue
                if stage.holds(full) == Known(False):
                    yield MissingScript(
                        full, spans[index], spans[index], None, stage, service.image, service, keyword
                    )


def _mounted(service: Definition, path: str) -> bool:
    """Whether some mount covers `path`: the image does not decide what lies there."""
    for mount in service.mounts:
        target = mount.target.value
        if (
            not isinstance(target, Known)
            or path == target.value
            or path.startswith(target.value.rstrip("/") + "/")
        ):
            return True
    return False


def repair(missing: MissingScript) -> Fix | None:
    """Point the COPY at the script that was meant, if one has almost its name; else create the script."""
    if missing.source is None or missing.image.inline:
        return None
    context = missing.image.context or ""
    meant = similar_file(missing.image.workspace, context, missing.source)
    if meant is not None:
        written = meant[len(context) + 1 :] if context else meant
        edit = replace_word(missing.image.workspace, missing.at, written)
        return Fix(f"Copy `{written}` instead", edits=(edit,)) if edit else None
    from dotmac_lint.model.launch import entrypoint_text

    text = entrypoint_text(missing)
    if text is None:
        return None
    return Fix(f"Create `{missing.source}`", creates=(CreateFile(missing.source, text, 0o755),))
