"""The `docker compose` command lines that a repository's own files hold, with the files that they name.

Scripts, Makefiles, workflows, manifests and documents are read as text with a small shell: variables,
continuations, `cd`. Nothing is run; what cannot be worked out stays open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice, pairwise, product
from posixpath import dirname, join
from typing import NamedTuple, Protocol

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.command_pieces import (
    MAX_BYTES,
    MAX_LINES,
    Kind,
    Piece,
    is_named_so,
    may_hold,
    pieces_of,
    with_shells,
)
from dotmac_lint.model.shell import ASSIGNMENT, AWAY, OPEN, OWN, ROOT, Shell, Text
from dotmac_lint.source import Span
from dotmac_lint.workspace import Data, Workspace, normalise

DEFAULT_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In Compose's order of preference (compose-go, cli/options.go)."""
OVERRIDE_FILES = (
    "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"
)  # fmt: skip
"""In Compose's order of preference (compose-go, cli/options.go)."""
MAX_MATCHES = 16
"""Files that one word may mean."""
_WORDS = regex(
    rb"(?:docker|podman)[ -]compose\b|docker-compose\b|docker[ ]+stack\b|\bcompose[\w.-]*\.ya?ml\b"
    rb"|COMPOSE_FILE|[\"']compose[\"']"
)

_VALUE_OPTIONS = frozenset(
    {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi"}
    | {"--progress", "--parallel", "--workdir", "-H", "--host", "-c", "--context", "--log-level"}
)
_OPTIONS_WITH_VALUE = frozenset(
    {"--scale", "--timeout", "-t", "--exit-code-from", "--attach", "--no-attach", "--pull", "--wait-timeout"}
    | {
        "-e",
        "--env",
        "--name",
        "-u",
        "--user",
        "-v",
        "--volume",
        "-w",
        "--workdir",
        "--entrypoint",
        "-p",
        "--publish",
    }
    | {
        "-l",
        "--label",
        "--index",
        "--build-arg",
        "--progress",
        "--tail",
        "-n",
        "--since",
        "--until",
        "-s",
        "--signal",
    }
    | {
        "--profile",
        "--file",
        "--env-file",
        "--project-name",
        "--env-from-file",
        "--rmi",
        "--format",
        "-m",
        "--memory",
        "--ssh",
        "--status",
        "--filter",
    }
    | {"--policy", "--cap-add", "--cap-drop", "--detach-keys", "--builder"}
)
_FLAGS = frozenset({("exec", "-t"), ("run", "-t"), ("logs", "-t"), ("rm", "-s"), ("rm", "-v")})
"""Options that take a value elsewhere (docker/compose, cmd/compose)."""
_SERVICE_COMMANDS = frozenset(
    {"up", "run", "exec", "build", "pull", "push", "start", "stop", "restart", "logs", "rm", "kill", "create"}
    | {"pause", "unpause", "top", "watch", "attach"}
)
_SUBCOMMANDS = _SERVICE_COMMANDS | {
    "config",
    "convert",
    "cp",
    "down",
    "events",
    "images",
    "ls",
    "port",
    "ps",
    "scale",
}
_SUBCOMMANDS |= {"stats", "version", "volumes", "wait", "commit", "export", "publish", "bridge"}
_COMPOSE_VARIABLES = frozenset(
    {"COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"}
)
_ONE_SERVICE = frozenset({"run", "exec", "port", "attach"})


class FileWord(msgspec.Struct, frozen=True):
    """A file or folder that a command line names; `path` is None where the text is not wholly known."""

    text: str
    span: Span
    path: str | None
    exists: bool


class ServiceWord(msgspec.Struct, frozen=True):
    name: str
    span: Span


class CommandLine(msgspec.Struct, frozen=True):
    """One `docker compose` command; `directory` is where it runs, relative to the root."""

    span: Span
    kind: Kind
    directory: str
    files: tuple[FileWord, ...]
    env_files: tuple[FileWord, ...]
    profiles: tuple[str, ...]
    project_directory: FileWord | None
    project_name: str | None
    subcommand: str | None
    services: tuple[ServiceWord, ...]
    complete: bool
    """Every file word is known."""
    vague: bool
    """Words that are not known may name services: `up $SERVICE`."""
    away: bool
    """It runs in a folder which is not known (`cd "$TARGET"`) or in that of a workflow, and there is no file of ours
    which it would find there."""
    guessed: bool
    """The files are those that fit a name which is not known: `-f compose.$ROLE.yml`."""


def find_command_lines(workspace: Workspace) -> tuple[CommandLine, ...]:
    """Every `docker compose` command line of the repository, in the order of paths and places."""
    lines: tuple[CommandLine, ...] = workspace.remembered("command lines", lambda: _find(workspace))
    return lines


def _find(workspace: Workspace) -> tuple[CommandLine, ...]:
    found: dict[tuple[object, ...], CommandLine] = {}
    for path in workspace.chosen(may_hold):
        for line in _lines_in(workspace, path).lines if _holds(workspace, path) else ():
            key = (line.span, *(word.path for word in (*line.files, *line.env_files)))
            found.setdefault(key, line)
    return tuple(sorted(found.values(), key=lambda line: line.span))


class Places(Protocol):
    """Where files and folders lie: what the words of a command line are looked up in."""

    def kind(self, path: str) -> str | None: ...

    def bytes(self, path: str) -> Data | None: ...

    def under(self, directory: str) -> Sequence[str]: ...


class Lines(msgspec.Struct, frozen=True):
    """The command lines of a file, and what was found at the paths that they name."""

    lines: tuple[CommandLine, ...]
    kinds: dict[str, str | None]
    more: bool
    """They depend on more: on what other files say, or on which there are."""


class _Asking:
    """The places of a repository; notes what it is asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self.kinds: dict[str, str | None] = {}
        self.more = False
        self._workspace = workspace

    def kind(self, path: str) -> str | None:
        self.kinds[path] = self._workspace.kind(path)
        return self.kinds[path]

    def bytes(self, path: str) -> Data | None:
        self.more = True
        return self._workspace.bytes(path)

    def under(self, directory: str) -> Sequence[str]:
        self.more = True
        return self._workspace.under(directory)


def _hold(workspace: Workspace, lines: Lines) -> bool:
    return not lines.more and all(workspace.kind(path) == kind for path, kind in lines.kinds.items())


@fact(Lines, _hold)
def _lines_in(workspace: Workspace, path: str) -> Lines:
    source = workspace.source(path)
    asking = _Asking(workspace)
    lines = tuple(islice(_lines_of(asking, path, source.text), MAX_LINES)) if source is not None else ()
    return Lines(lines, asking.kinds, asking.more)


def _lines_of(places: Places, path: str, source: str) -> Iterator[CommandLine]:
    for pieces in pieces_of(path, source):
        for piece, shell in with_shells(pieces, Shell):
            if piece.kind != "shell":
                shell.exported.update(name for name, _ in piece.variables if name in _COMPOSE_VARIABLES)
            if piece.folder:
                there = any(
                    places.kind(normalise(join(base, piece.folder)) or "") == "directory"
                    for base in ("", dirname(path))
                )
                shell.folder = OPEN if "$" in piece.folder else piece.folder if there else AWAY
            yield from _piece_lines(places, path, piece, shell)


def _holds(workspace: Workspace, path: str) -> bool:
    meant = is_named_so(path.rpartition("/")[2]) or workspace.is_executable(path)
    return meant and _speaks_of_compose(workspace, path)


@fact(bool)
def _speaks_of_compose(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path)
    if data is None or len(data) > MAX_BYTES:
        return False
    likely = b"compose" in data or b"COMPOSE_FILE" in data or (b"stack" in data and b"docker" in data)
    return likely and _WORDS.search(data) is not None


def _piece_lines(places: Places, path: str, piece: Piece, shell: Shell) -> Iterator[CommandLine]:
    for words, folder in shell.run(piece.text):
        yield from _commands_in(places, path, piece, words, folder, shell)


def _commands_in(
    places: Places,
    path: str,
    piece: Piece,
    words: list[Text],
    folder: str,
    shell: Shell,
    depth: int = 0,
) -> Iterator[CommandLine]:
    def emit(number: int, arguments: list[Text]) -> Iterator[CommandLine]:
        given = {}
        for earlier in words[:number]:
            name, equals, _ = earlier.chars.partition("=")
            if equals and name in _COMPOSE_VARIABLES:
                given[name] = earlier.cut(len(name) + 1, len(earlier.chars))
        for name in shell.exported & _COMPOSE_VARIABLES:
            given.setdefault(name, shell.variables[name][0])
        word, line = words[number], piece.line or shell.line
        place = (word.at[0], max(word.at) + 1)
        if not line[0] <= place[0] < line[1]:  # the name of the program stands in a variable
            place = line
        elif number + 1 < len(words):
            ends = [max(w.at) + 1 for w in words[number:] if w.at and line[0] <= w.at[0] < line[1]]
            place = (place[0], max(*ends, place[1]) if ends else place[1])
        yield from _command_lines(places, piece.kind, Span(path, *place), arguments, folder, given)

    first = words[0].chars
    if piece.kind == "document" and first.endswith(":") and first[0].isupper():
        return  # a sentence, where `run:` is a step of a workflow
    if piece.kind == "document" and depth and _BEGINS_SENTENCE.fullmatch(first):
        return
    for number, word in enumerate(words):
        chars = word.chars
        base = chars.rpartition("/")[2].lstrip("@-+")
        if base == "docker-compose":
            yield from emit(number, words[number + 1 :])
            return
        if base in ("docker", "podman"):
            arguments = _after_options(words[number + 1 :])
            if arguments and arguments[0].chars == "compose":
                yield from emit(number, arguments[1:])
                return
        if number == 0 and chars == OPEN and _for_compose(words[1:]):  # `$DOCKER_COMPOSE -f compose.yml up`
            yield from emit(number, words[1:])
            return
        arguments = _indirect(places, path, piece.kind, folder, words[number:])
        if arguments:
            yield from emit(number, arguments)
            return
        nested_command = depth < 2 and re.search(r"docker[ -]compose[ \t]", chars)
        if nested_command and not ASSIGNMENT.match(chars):  # bash -c "...", ssh host "..."
            inner = Shell()
            inner.variables, inner.folder = dict(shell.variables), folder
            for nested, where in inner.run(word):
                yield from _commands_in(places, path, piece, nested, where, inner, depth=depth + 1)


def _after_options(words: list[Text]) -> list[Text]:
    """Without the options of `docker` itself: `docker --log-level error compose up`."""
    while words and words[0].chars.startswith("-"):
        words = words[2 if words[0].chars in _VALUE_OPTIONS else 1 :]
    return words


def _for_compose(words: list[Text]) -> bool:
    """Whether the arguments are such as only Compose takes."""
    chars = [word.chars for word in words]
    files = [after for word, after in pairwise(chars) if word in ("-f", "--file")]
    named = any(re.search(r"compose[^/]*\.ya?ml$", file) for file in files)
    return named and not _SERVICE_COMMANDS.isdisjoint(chars)


_BEGINS_SENTENCE = regex(r"[A-Z][a-z]+")
"""No program is called so."""
_TAKES_FILES = regex(rb"--?(?:compose-)?f(?:ile)?[ =\"']")
_COMPOSE_PROGRAM = regex(rb"docker[ -]compose\b|docker stack\b")


def _indirect(places: Places, path: str, kind: Kind, folder: str, words: list[Text]) -> list[Text]:
    """The arguments of Compose that `docker stack deploy -c FILE`, a script that is given several Compose files,
    or a file that is put in the place of the override come to; empty where `words` are none of these."""
    chars = [word.chars for word in words]
    program = chars[0].lstrip("@-+")
    files: list[Text] = []
    if program == "docker" and chars[1:3] in (["stack", "deploy"], ["stack", "up"], ["stack", "config"]):
        for number, word in enumerate(words[3:], 3):
            if word.chars.startswith("--compose-file="):
                files.append(word.cut(15, len(word.chars)))
            elif chars[number - 1] in ("-c", "--compose-file"):
                files.append(word)
    elif program in ("ln", "cp"):
        given = [word for word in words if not word.chars.startswith("-")]
        source, target = given[-2:] if len(given) > 2 else (words[0], words[0])
        name = (source if target.chars in (".", "./") else target).chars.rpartition("/")[2]
        for base in _folders(places, path, kind, folder) if name in OVERRIDE_FILES else ():
            inside = _inside(path, base, source.chars)
            place = _inside(path, base, dirname(target.chars))
            first = None if place is None else default_file(places, place)
            if first is not None and inside not in (None, first) and places.kind(inside) == "file":
                return [
                    _constant(word, source) for word in ("-f", ROOT + first, "-f", f"{ROOT}{inside}", "up")
                ]
    elif "/" in program or program.endswith((".sh", ".bash")):
        files = [word for word in words[1:] if re.search(r"compose[^/]*\.ya?ml$", word.chars)]
        for base in _folders(places, path, kind, folder) if files else ():
            inside = _inside(path, base, program)
            data = places.bytes(inside) if inside else None
            if data and b"$@" in data and _TAKES_FILES.search(data) and _COMPOSE_PROGRAM.search(data):
                break
        else:
            files = []
    up = [_constant("up", files[-1])] if files else []
    return [word for file in files for word in (_constant("-f", file), file)] + up


def _constant(chars: str, like: Text) -> Text:
    return Text(chars, like.at[:1] * len(chars))


def _command_lines(
    places: Places,
    kind: Kind,
    span: Span,
    words: list[Text],
    folder: str,
    given: dict[str, Text],
) -> Iterator[CommandLine]:
    path = span.path
    away = folder[:1] == AWAY or kind == "workflow"
    folder = folder.lstrip(AWAY)
    files: list[Text] = []
    env_files: list[Text] = []
    profiles: list[str] = []
    project_directory: Text | None = None
    project_name: str | None = None
    i = 0
    while i < len(words) and words[i].chars.startswith("-"):
        option, equals, _ = words[i].chars.partition("=")
        word: Text | None = words[i].cut(len(option) + 1, len(words[i].chars)) if equals else None
        if not equals and option[:2] in ("-f", "-p") and len(option) > 2 and option[1] != "-":
            word, option = words[i].cut(2, len(words[i].chars)), option[:2]
        elif not equals and option in _VALUE_OPTIONS:
            i += 1
            word = words[i] if i < len(words) else None
        i += 1
        if word is None:
            continue
        if option in ("-f", "--file"):
            files.append(word)
        elif option == "--env-file":
            env_files.append(word)
        elif option == "--profile":
            profiles.append(word.chars)
        elif option in ("--project-directory", "--workdir"):
            project_directory = word
        elif option in ("-p", "--project-name"):
            project_name = None if OPEN in word.chars else word.chars
    if not files and "COMPOSE_FILE" in given:
        value_text = given["COMPOSE_FILE"]
        files = [value_text.cut(*m.span()) for m in re.finditer(r"[^:;]+", value_text.chars)]
    if not env_files and "COMPOSE_ENV_FILES" in given:
        listed = given["COMPOSE_ENV_FILES"]
        env_files = [listed.cut(*m.span()) for m in re.finditer(r"[^,]+", listed.chars)]
    if not profiles and "COMPOSE_PROFILES" in given:
        profiles += given["COMPOSE_PROFILES"].chars.split(",")
    if "COMPOSE_PROJECT_NAME" in given and OPEN not in given["COMPOSE_PROJECT_NAME"].chars:
        project_name = project_name or given["COMPOSE_PROJECT_NAME"].chars
    subcommand = words[i].chars.strip("`.,;:") if i < len(words) else None
    if subcommand not in _SUBCOMMANDS:
        subcommand = None
    if subcommand is None and not files and not profiles:
        return
    services = tuple(_services(span, subcommand, words[i + 1 :])) if subcommand in _SERVICE_COMMANDS else ()
    known = tuple(profile for profile in profiles if profile and OPEN not in profile)
    seen: set[tuple[object, ...]] = set()
    for variant in _variants(places, path, kind, folder, files):
        base = variant.folder
        resolved = tuple(_file_word(places, span, base, word) for word in variant.files)
        if OPEN in folder:  # below a folder of ours, but nobody knows which
            resolved = tuple(w if w.exists else msgspec.structs.replace(w, path=None) for w in resolved)
        result = CommandLine(
            span=span,
            kind=kind,
            directory=base,
            files=resolved,
            env_files=tuple(_file_word(places, span, base, word) for word in env_files),
            profiles=known,
            project_directory=_file_word(places, span, base, project_directory, folder=True)
            if project_directory
            else None,
            project_name=project_name,
            subcommand=subcommand,
            services=services,
            complete=all(word.path is not None for word in resolved),
            vague=any(OPEN in word.chars for word in words[i + 1 :]),
            away=away and not files and default_file(places, base) is None,
            guessed=any(OPEN in word.chars for word in files),
        )
        key = tuple(word.path for word in resolved)
        if key not in seen:
            seen.add(key)
            yield result


def _services(command: Span, subcommand: str | None, words: list[Text]) -> Iterator[ServiceWord]:
    skip = False
    for word in words:
        chars = word.chars
        if skip:
            skip = False
        elif chars.startswith("-"):
            skip = chars in _OPTIONS_WITH_VALUE and (subcommand, chars) not in _FLAGS
        elif re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", chars):
            yield ServiceWord(chars, _place(command, word))
            if subcommand in _ONE_SERVICE:
                return
        else:
            return


class _Variant(NamedTuple):
    folder: str
    files: list[Text]


def _variants(places: Places, path: str, kind: Kind, folder: str, files: list[Text]) -> Iterator[_Variant]:
    """Where the command runs, judged by which of its files exist there; wildcards for what is not known."""
    best: tuple[tuple[int, int], str, list[list[Text]]] | None = None
    for base in _folders(places, path, kind, folder):
        named = {_inside(path, base, word.chars) for word in files}
        choices = [_matches(places, path, base, word, named) for word in files]
        if (
            sum(
                len(choice) > 1 and word.chars[:1] == OPEN
                for choice, word in zip(choices, files, strict=True)
            )
            > 1
        ):
            choices = [
                choice if len(choice) == 1 else [] for choice in choices
            ]  # they belong together somehow
        if files:
            near = sum(
                1 for word in files if "/" in word.chars and _has_folder(places, path, base, word.chars)
            )
            score = (sum(1 for choice in choices if choice), near)
        else:
            score = (1 if default_file(places, base) else 0, 0)
        if not any(score) and not base and kind in ("shell", "comment", "document", "code"):
            score = (0, 1)  # most are run from the root
        if best is None or score > best[0]:
            best = (score, base, [choice or [word] for choice, word in zip(choices, files, strict=True)])
    if best is not None:
        for count, combination in enumerate(product(*best[2])):
            if count >= MAX_MATCHES:
                return
            yield _Variant(best[1], list(combination))


def default_file(places: Places, folder: str) -> str | None:
    """The default Compose file for commands in `folder`: its own, else that of the nearest folder above."""
    while True:
        for name in DEFAULT_FILES:
            if places.kind(path := join(folder, name)) == "file":
                return path
        if not folder:
            return None
        folder = dirname(folder)


def overlays_others(places: Places, folder: str) -> bool:
    """Whether the folder has an override and there is no file of ours that it overrides."""
    overrides = (places.kind(join(folder, name)) for name in OVERRIDE_FILES)
    return "file" in overrides and default_file(places, folder) is None


def _folders(places: Places, path: str, kind: Kind, folder: str) -> list[str]:
    own = dirname(path)
    if folder[:1] == OWN:
        starts, rest = [own], folder[1:]
    elif folder[:1] == ROOT or kind == "workflow":
        starts, rest = [""], folder.lstrip(ROOT)
    else:
        starts, rest = [own], folder
        while starts[-1]:
            starts.append(dirname(starts[-1]))
    rest = rest.strip("/")
    result: list[str] = []
    tails = [rest]
    while "/" in tails[-1]:  # `git clone ...; cd repository/folder`
        tails.append(tails[-1].partition("/")[2])
    for tail in (*tails, ""):
        for start in starts:
            inside = normalise(join(start, tail)) if OPEN not in tail else None
            if (
                inside is not None
                and inside not in result
                and (not inside or places.kind(inside) == "directory")
            ):
                result.append(inside)
    return result or [""]


def _has_folder(places: Places, path: str, base: str, chars: str) -> bool:
    inside = _inside(path, base, dirname(chars))
    return inside is not None and OPEN not in inside and places.kind(inside) == "directory"


def _inside(path: str, base: str, chars: str) -> str | None:
    """The path relative to the root; None outside it."""
    if chars[:1] == OWN:
        return normalise(join(dirname(path), chars[1:].lstrip("/")))
    if chars[:1] == ROOT:
        return normalise(chars[1:])
    return None if chars.startswith(("/", "~")) else normalise(join(base, chars))


def _matches(places: Places, path: str, base: str, word: Text, named: Collection[str | None]) -> list[Text]:
    """The files that the word may mean; one that the command line already names is not meant again."""
    inside = _inside(path, base, word.chars)
    if inside is None or inside == OPEN or not word.chars.strip(OPEN + "/"):
        return []
    if OPEN not in inside:
        return [word] if places.kind(inside) == "file" else []
    pattern = re.sub(f"{OPEN}+", "*", inside.replace("[", "[[]"))
    if "compose" not in pattern and not pattern.endswith((".yml", ".yaml")):
        return []
    depth = pattern.count("/")
    listed = places.under(dirname(pattern) if "*" not in dirname(pattern) else "")
    below = pattern.removeprefix("*/")  # `$ROOT/name` may lie in the root
    end = re.split(r"[*?\]]", below)[-1]
    likely = [f for f in listed if f.endswith(end) and f not in named]
    fitting = [f for f in likely if fnmatchcase(f, pattern) or fnmatchcase(f, below)]
    names = [f for f in fitting if f.count("/") == depth]
    # `compose.$SYSTEM.yml` is compose.linux.yml, and compose.tests.linux.yml where nothing else is.
    names = [f for f in names if f.count(".") == pattern.count(".")] or names
    if not names and word.chars[:1] == OPEN:  # a folder whose name is not known
        names = fitting
    if not names or len(names) > MAX_MATCHES:
        return []
    place = word.at[0] if word.at else 0
    return [Text(ROOT + name, (place, *([place] * (len(name) - 1)), word.at[-1])) for name in names]


def _place(command: Span, word: Text) -> Span:
    """Of a word that variables are a part of, the place is what stands in the command."""
    here = [offset for offset in word.at if command.start <= offset < command.end] or word.at
    return Span(command.path, min(here, default=0), max(here, default=-1) + 1)


def _file_word(places: Places, command: Span, base: str, word: Text, *, folder: bool = False) -> FileWord:
    path, span = command.path, _place(command, word)
    inside = None if OPEN in word.chars or "*" in word.chars else _inside(path, base, word.chars)
    text = (
        word.chars.replace(OPEN, "*").lstrip(OWN + ROOT).lstrip("/" if word.chars[:1] in (OWN, ROOT) else "")
    )
    if word.chars[:1] == OWN and text.startswith("../") and inside is not None:
        text = inside
    exists = inside is not None and places.kind(inside) == ("directory" if folder else "file")
    return FileWord(text, span, inside, exists)
