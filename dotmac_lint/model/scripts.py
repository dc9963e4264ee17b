"""The scripts that containers run, and the repository's files that lie where they are run from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from dotmac_lint.fix import Applicability, Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.image import MAX_DEPTH, Command, is_plain_image
from dotmac_lint.model.run_step import executable_mode, is_system_path, split_commands
from dotmac_lint.model.start_scripts import INTERPRETERS, SHELLS, script_words
from dotmac_lint.readers.dockerignore import has_wildcards
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Mount
    from dotmac_lint.model.compose_tree import Text
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.image import Copy, Stage

_RUN_BY_IMAGES = regex(r"/(docker-entrypoint-initdb\.d|docker-entrypoint\.d)/[^/]+\.(sh|envsh)$")
"""Shell scripts that the entrypoints of database servers and of nginx run."""
BY_IMAGE = "the image's entrypoint"
_INTERPRETING = regex(r"(^|/)(node|php|bun|deno)(:|@|$)|distroless")
"""Images whose entrypoint gives what it does not know, or may not execute, to their interpreter."""
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_CONVERTS = regex(r"dos2unix|\\r|\\015")
"""RUN steps that take carriage returns away."""


class Script(msgspec.Struct, frozen=True):
    """A script of the repository that a container runs."""

    path: str
    """In the container."""
    source: str
    """In the repository."""
    at: Span
    """The word that runs it, or the mount or COPY that puts it where the image runs it."""
    what: str
    """What runs it, as a subject: "ENTRYPOINT", "the command of service `api`"."""
    direct: bool
    """It is run by the kernel, which needs its execute bit and its first line; else by an interpreter."""
    mount: Mount | None
    """The bind mount that brings it; None where the image holds it."""
    service: Service


class Word(NamedTuple):
    """A word of a command, and what runs the command."""

    text: str
    span: Span
    what: str


def started_scripts(deployment: Deployment) -> Iterator[Script]:
    """The scripts of the repository that active services run, in order; one may come several times."""
    for service in deployment.startable:
        for words in commands_of(service):
            found = script_run_by(service, words)
            if found is not None:
                yield found
        yield from _run_by_the_image(service)


def script_run_by(service: Service, words: list[Word]) -> Script | None:
    """The script of the repository that a simple command runs."""
    texts = [word.text for word in words]
    for index in script_words(texts):
        before = {posixpath.basename(text) for text in texts[:index]}
        return _script(service, words[index], direct=not before & (SHELLS | INTERPRETERS))
    return None


def commands_of(service: Service) -> Iterator[list[Word]]:
    """The simple commands that the container runs: entrypoint and command together, and the health check."""
    stage, definition = service.stage, service.definition
    service_name = f"service `{service.name}`"
    entrypoint, command = _start(service)
    if entrypoint or not _has_interpreter(service):
        yield from _simple([*entrypoint, *command])
    if definition.healthcheck is not None:
        test = _texts(definition.healthcheck.test, f"the health check of {service_name}")
        shell = len(test) == 1 or (test and test[0].text == "CMD-SHELL")
        yield from _simple(_shell(test[-1]) if shell else test[1:])
    elif stage is not None and isinstance(stage.healthcheck, Command):
        yield from _simple(_words(stage.healthcheck, "HEALTHCHECK"))


def _start(service: Service) -> tuple[list[Word], list[Word]]:
    """Entrypoint and command."""
    stage, definition = service.stage, service.definition
    service_name = f"service `{service.name}`"
    entrypoint: list[Word] = []
    command: list[Word] = []
    if definition.entrypoint is not None:
        entrypoint = _texts(definition.entrypoint.words, f"the entrypoint of {service_name}")
    elif stage is not None and isinstance(stage.entrypoint, Command):
        entrypoint = _words(stage.entrypoint, "ENTRYPOINT")
    if definition.command is not None:
        command = _texts(definition.command.words, f"the command of {service_name}")
    elif definition.entrypoint is None and stage is not None and isinstance(stage.cmd, Command):
        command = _words(stage.cmd, "CMD")
    return entrypoint, command


def runs_strangers(service: Service) -> bool:
    """Whether the container starts a file that neither the repository nor, as far as it is known, the image holds: by
    its command, or by a script which that runs. What such a program reads is not known.
    """
    entrypoint, command = _start(service)
    pending, seen = list(_simple([*entrypoint, *command])), set[str]()
    while pending:
        words = pending.pop()
        script = script_run_by(service, words)
        if script is None:
            if any(_is_strange(service, words[index].text) for index in _programs(words)):
                return True
        elif script.source not in seen and len(seen) < MAX_DEPTH:
            seen.add(script.source)
            shell = posixpath.splitext(script.source)[1] in {"", ".sh", ".bash"}
            source = service.workspace.source(script.source) if shell else None
            commands = split_commands(source.text) if source is not None else ()
            pending += [[Word(text, script.at, script.path) for text in one.words] for one in commands]
    return False


def _is_strange(service: Service, text: str) -> bool:
    path = absolute_path(service, text)
    if path is None or "$" in path or is_system_path(path):
        return False
    mount, stage = covering_mount(service, path), service.stage
    if stage is None or path in stage.files:
        return False
    if mount is not None:
        return mount.type == "volume"
    ignored = any(service.workspace.is_ignored(source) for source in _would_bring(stage, path))
    return ignored or stage.holds(path) == Known(False)


def _would_bring(stage: Stage, path: str) -> Iterator[str]:
    """What a COPY of a folder would put at `path`, if the repository had it."""
    for layer in stage.chain:
        for copy in layer.copies:
            folder, target = copy.path, copy.destination
            if copy.origin == "context" and isinstance(folder, Known) and isinstance(target, Known):
                rest = path.removeprefix(target.value.rstrip("/") + "/")
                if copy.is_directory and rest != path:
                    yield posixpath.normpath(posixpath.join(folder.value, rest))


def _has_interpreter(service: Service) -> bool:
    """Whether the base image's own entrypoint may read the command as a file or as its arguments."""
    base = service.base_image
    if service.definition.entrypoint is not None:
        return False
    return not (isinstance(base, Known) and is_plain_image(base.value)) or bool(
        _INTERPRETING.search(base.value)
    )


def words_of(command: Command, what: str) -> Iterator[list[Word]]:
    """The simple commands of an instruction."""
    return _simple(_words(command, what))


def _texts(words: Iterable[Text], what: str) -> list[Word]:
    return [Word(w.value.value if isinstance(w.value, Known) else "$", w.span, what) for w in words]


def _words(command: Command, what: str) -> list[Word]:
    if command.form == "exec":
        return [Word(text, span, what) for text, span in zip(command.words, command.spans, strict=False)]
    return _shell(Word(command.words[0], command.span, what)) if command.words else []


def _shell(text: Word) -> list[Word]:
    return [Word("sh", text.span, text.what), Word("-c", text.span, text.what), text]


def _simple(words: list[Word]) -> Iterator[list[Word]]:
    """The words themselves, or the commands of the text that they give a shell."""
    for index in range(1, len(words) - 1):
        if words[index].text in {"-c", "-lc", "-ec"} and posixpath.basename(words[index - 1].text) in SHELLS:
            text = words[index + 1]
            for command in split_commands(text.text):
                yield [Word(word, text.span, text.what) for word in command.words]
            return
    yield words


def _script(service: Service, word: Word, *, direct: bool) -> Script | None:
    by_name = direct and "/" not in word.text
    places = [f"{folder}/{word.text}" for folder in _PATH] if by_name else [absolute_path(service, word.text)]
    for path in places:
        if path is not None and "$" not in path:
            mount, source = _file_at(service, path)
            if source is not None:
                return Script(path, source, word.span, word.what, direct, mount, service)
    return None


def absolute_path(service: Service, path: str) -> str | None:
    directory = service.definition.working_dir
    if path.startswith("/") or directory is None:
        if not path.startswith("/") and service.stage is None:
            return None
        return service.stage.resolve(path) if service.stage is not None else posixpath.normpath(path)
    if not isinstance(directory.value, Known):
        return None
    return posixpath.normpath(posixpath.join("/", directory.value.value, path))


def _file_at(service: Service, path: str) -> tuple[Mount | None, str | None]:
    """The repository's file that the container has at `path`, and the mount that brings it."""
    mount = covering_mount(service, path)
    if mount is None:
        return None, service.stage.files.get(path) if service.stage is not None else None
    assert isinstance(mount.target.value, Known)
    source = mount.source
    if mount.type != "bind" or source is None or source.outside or not isinstance(source.value, Known):
        return mount, None
    rest = path[len(mount.target.value.value.rstrip("/")) :].lstrip("/")
    file = posixpath.join(source.value.value, rest) if rest else source.value.value
    return mount, file if service.workspace.kind(file) == "file" else None


def covering_mount(service: Service, path: str) -> Mount | None:
    """The mount that decides what lies at `path`: the one with the longest target."""
    covering = [
        (len(target.value.rstrip("/")), index)
        for index, mount in enumerate(service.definition.mounts)
        if isinstance(target := mount.target.value, Known)
        and (path == target.value.rstrip("/") or path.startswith(target.value.rstrip("/") + "/"))
    ]
    return service.definition.mounts[max(covering)[1]] if covering else None


def _run_by_the_image(service: Service) -> Iterator[Script]:
    """Scripts in the folders that the entrypoints of well-known images run."""
    for mount in service.binds:
        assert mount.source is not None
        assert isinstance(mount.source.value, Known)
        if not isinstance(mount.target.value, Known):
            continue
        source, target = mount.source.value.value, mount.target.value.value.rstrip("/")
        files = (source,) if service.workspace.is_listed(source) else service.workspace.under(source)
        for file in files:
            path = target + file[len(source) :]
            if _RUN_BY_IMAGES.match(path):
                yield _by_image(service, path, file, mount.span, mount)
    for path, file in service.stage.files.items() if service.stage is not None else ():
        if _RUN_BY_IMAGES.match(path) and covering_mount(service, path) is None:
            assert service.stage is not None
            yield _by_image(service, path, file, service.stage.span, None)


def _by_image(service: Service, path: str, file: str, at: Span, mount: Mount | None) -> Script:
    # nginx runs them by name and passes over what it may not execute; databases and others read them.
    base = service.base_image
    direct = path.startswith("/docker-entrypoint.d/") and path.endswith(".sh")
    direct = direct and isinstance(base, Known) and "nginx" in base.value
    return Script(path, file, at, BY_IMAGE, direct, mount, service)


# ---- line ends


def breaks_on_carriage_returns(script: Script) -> bool:
    """Whether the script's lines end in CRLF where a shell or the kernel reads them."""
    source = script.service.workspace.source(script.source)
    if source is None or source.newline != "\r\n" or _is_converted(script):
        return False
    first = source.text[: source.text.find("\n")].rstrip("\r")
    if first.startswith("#!"):
        return script.direct or re.search(r"\b(ba|da|a|z|k)?sh\b", first) is not None
    return script.source.endswith((".sh", ".bash", ".envsh"))


def _is_converted(script: Script) -> bool:
    """Whether a step of the build may have taken the carriage returns away."""
    image = script.service.image
    return (
        script.mount is None
        and image is not None
        and any(_CONVERTS.search(run.script) for stage in image.stages for run in stage.runs)
    )


def with_line_feeds(script: Script) -> Fix | None:
    source = script.service.workspace.source(script.source)
    if source is None:
        return None
    edits = tuple(
        Edit(Span(script.source, match.start(), match.start() + 1), "")
        for match in re.finditer(r"\r\n", source.text)
    )
    return Fix(f"End the lines of `{script.source}` with LF", edits=edits, applicability=Applicability.SAFE)


# ---- the execute bit


def lacks_execute_bit(script: Script) -> bool:
    """Whether the kernel refuses to run the script: neither git nor the build gives it an execute bit, or its COPY
    takes that away."""
    given = script.service.workspace.is_executable(script.source) and mode_taken(script) is None
    if not script.direct or given:
        return False
    if any(_marks(words, script.path) for words in commands_of(script.service)):
        return False
    stage = script.service.stage
    return script.mount is not None or stage is None or not _becomes_executable(stage, script.path)


def mode_taken(script: Script) -> Span | None:
    """The `--chmod` without an execute bit with which the last COPY of the file brings it."""
    stage = script.service.stage if script.mount is None else None
    copies = [copy for layer in stage.chain for copy in layer.copies] if stage is not None else []
    last = next((copy for copy in reversed(copies) if script.source in copy.matches), None)
    flag = last.instruction.flag("chmod") if last is not None else None
    if last is None or flag is None or not re.fullmatch("[0-7]{3,4}", flag.value or ""):
        return None
    return None if executable_mode(flag.value or "") else flag.range.at(last.span.path)


def _marks(words: list[Word], path: str) -> bool:
    """Whether the command is a `chmod` that gives a file of that name an execute bit."""
    texts = [word.text for word in words]
    if texts[:1] != ["chmod"] or not any(map(executable_mode, texts[1:])):
        return False
    name = posixpath.basename(path)
    return any(fnmatchcase(name, posixpath.basename(text)) for text in texts[2:])


def _becomes_executable(stage: Stage, path: str, depth: int = 0) -> bool:
    if depth > MAX_DEPTH or stage.makes_executable(path):
        return True
    name = posixpath.basename(path)
    for chmod in stage.chmods:  # relative ones, whose folder is not known
        if not chmod.path.startswith("/") and fnmatchcase(name, posixpath.basename(chmod.path)):
            return True
    for layer in stage.chain:
        for copy in layer.copies:
            if copy.from_stage is None or not isinstance(copy.destination, Known):
                continue
            target = copy.destination.value.rstrip("/")
            if not (path == target or path.startswith(target + "/")) or not isinstance(
                copy.source_path, Known
            ):
                continue
            origin = copy.source_path.value.rstrip("/")
            places = {origin + path[len(target) :], origin}
            if has_wildcards(origin):
                places = {posixpath.join(posixpath.dirname(origin), name)}
            earlier = stage.image.stages[copy.from_stage]
            if any(_becomes_executable(earlier, place, depth + 1) for place in places):
                return True
    return False


def with_execute_bit(script: Script) -> Fix | None:
    """`COPY --chmod=755`, where a COPY brings this one file."""
    stage = script.service.stage
    if script.mount is not None or stage is None or stage.image.inline:
        return None
    for layer in reversed(stage.chain):
        for copy in reversed(layer.copies):
            if copy.matches == (script.source,) and copy.origin == "context":
                return _with_chmod(copy)
    return None


def _with_chmod(copy: Copy) -> Fix | None:
    instruction, flag = copy.instruction, copy.instruction.flag("chmod")
    if len(instruction.arguments) != 2 or not copy.span.path:
        return None
    end = instruction.keyword_range.end
    edit = Edit(Span(copy.span.path, end, end), " --chmod=755")
    if flag is not None:
        edit = Edit(flag.range.at(copy.span.path), "--chmod=755")
    return Fix(f"Copy `{copy.matches[0]}` with an execute bit", edits=(edit,))


# ---- mounts over what is run


class HiddenProgram(msgspec.Struct, frozen=True):
    """A program that the image holds and that a bind mount covers with a folder that lacks it."""

    path: str
    at: Span
    what: str
    mount: Mount
    source: str
    """The mounted folder of the repository."""
    service: Service


def hidden_programs(deployment: Deployment) -> Iterator[HiddenProgram]:
    """What a service runs from under a bind mount whose folder does not have it.

    Sure of scripts that a COPY brings; of the folders of package managers, which a build fills and git
    ignores, that the repository does not have them.
    """
    for service in deployment.startable:
        stage = service.stage
        if stage is None:
            continue
        for words in (*commands_of(service), *_interpreted(service)):
            for index in _programs(words):
                path = absolute_path(service, words[index].text)
                mount = covering_mount(service, path) if path and "$" not in path else None
                if path is None or mount is None or not _is_folder_of_repository(service, mount):
                    continue
                assert mount.source is not None
                assert isinstance(mount.source.value, Known)
                held = (
                    path in stage.files
                    or (_INSTALLED.search(path) and stage.may_create(path))
                    or _is_standalone(stage, path)
                )
                if held and _file_at(service, path)[1] is None:
                    word = words[index]
                    yield HiddenProgram(path, word.span, word.what, mount, mount.source.value.value, service)


def _interpreted(service: Service) -> Iterator[list[Word]]:
    """The command that names the interpreter itself, so that the entrypoint of the base image leaves it as it is."""
    entrypoint, command = _start(service)
    if not entrypoint and command and command[0].text in INTERPRETERS and _has_interpreter(service):
        yield command


_INSTALLED = regex(r"/(\.?venv/bin|node_modules/\.bin)/")


def _is_standalone(stage: Stage, path: str) -> bool:
    """Whether it is the server that Next.js writes into its `.next/standalone` (its reference, "output")."""
    folder, name = posixpath.split(path)
    return name == "server.js" and any(
        isinstance(copy.source_path, Known)
        and copy.source_path.value.rstrip("/").endswith("/.next/standalone")
        and isinstance(copy.destination, Known)
        and posixpath.normpath(copy.destination.value) == folder
        for layer in stage.chain
        for copy in layer.copies
    )


def _programs(words: list[Word]) -> list[int]:
    """The program itself and the script that it reads."""
    texts = [word.text for word in words]
    program = 1 if texts[:1] == ["exec"] else 0
    first = [program] if texts[program : program + 1] and texts[program].startswith("/") else []
    return list(dict.fromkeys([*first, *script_words(texts)]))


def _is_folder_of_repository(service: Service, mount: Mount) -> bool:
    source = mount.source
    return (
        mount.type == "bind"
        and source is not None
        and not source.outside
        and isinstance(source.value, Known)
        and service.workspace.kind(source.value.value) == "directory"
    )
