"""The `docker build` command lines and build steps of workflows that a repository's files hold.

Nothing is run, and little is followed: a word with a variable is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname, join
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.documentation import is_of_other_times, sentence_above
from dotmac_lint.model.made_elsewhere import DOCUMENT, is_artefact, is_written_by_command
from dotmac_lint.source import Span, line_start
from dotmac_lint.workspace import VENDORED, Workspace, normalise

if TYPE_CHECKING:
    from dotmac_lint.readers.yaml import Node

_FILES = regex(
    r"(^|/)((GNUm|M|m)akefile[^/]*|package\.json|[Tt]askfile[^/]*|\.?[Jj]ustfile|Jenkinsfile[^/]*|[^/.]+)$"
    r"|\.(sh|bash|zsh|ps1|mk|just|ya?ml|md|mdx|rst|adoc)$"
)
_NOT_OURS = regex(rf"(^|/)({VENDORED})/|(^|/)CHANGELOG[^/]*$")
_COMMAND = regex(
    r"(?:\bcd[ \t]+(?P<folder>[^\s;&|]+)[ \t]*(?:&&|;)[ \t]*)?\b(?:docker|podman)(?:[ \t]+buildx)?[ \t]+build\b"
    r"(?P<rest>(?:\\\r?\n|[^\n;&|`#])*)"
)
_OF_FORMER_VERSIONS = regex(
    r"\bversions?[ \t]*(<|≤|before|prior|older|earlier|up to)|\b(older|earlier|previous|former) versions?\b",
    re.I,
)
_BUILDS = regex(rb"(?:docker|podman)(?:[ \t]+buildx)?[ \t]+build\b")
_WORD = regex(r"(?:\\\r?\n|[^\s\"'\\]|\"[^\"\n]*\"|'[^'\n]*'|\\.)+")
_FLAGS = frozenset(
    {"--push", "--load", "--no-cache", "--pull", "--rm", "--force-rm", "--squash", "-q", "--quiet", "--debug"}
)
_FROM_ROOT = (".github/", "docs/", "doc/", "scripts/", "bin/", "ci/", ".circleci/", "tools/", "hack/")
"""Folders whose commands are mostly run from the root."""
_LARGEST = 400_000
"""Bytes of a file that is looked through."""


class BuildArgument(msgspec.Struct, frozen=True):
    """A name that the command gives: of a build argument, or of a target."""

    name: str
    span: Span


class BuildCommand(msgspec.Struct, frozen=True):
    """One build of one Dockerfile; paths are relative to the root."""

    span: Span
    dockerfile: str
    context: str
    arguments: tuple[BuildArgument, ...]
    target: BuildArgument | None = None
    names: tuple[str, ...] = ()
    """Patterns of the names that the image gets, without tags: what only the run of a workflow knows is open."""


def find_build_commands(workspace: Workspace) -> tuple[BuildCommand, ...]:
    """Those whose Dockerfile and context are known and in the repository."""
    found: tuple[BuildCommand, ...] = workspace.remembered("build commands", lambda: tuple(_find(workspace)))
    return found


def _may_build(path: str) -> bool:
    return _FILES.search(path) is not None and _NOT_OURS.search(path) is None


def _find(workspace: Workspace) -> Iterator[BuildCommand]:
    for path in workspace.chosen(_may_build):
        if DOCUMENT.search(path) and is_of_other_times(workspace, path):
            continue
        source = workspace.source(path) if _builds(workspace, path) else None
        if source is None:
            continue
        for match in _COMMAND.finditer(source.text):
            yield from _command(workspace, path, match)
        if "build-push-action" in source.text and path.endswith((".yml", ".yaml")):
            file = workspace.yaml(path)
            for document in file.documents if file is not None else ():
                yield from _steps(workspace, path, document)


@fact(bool)
def _builds(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path) or b""
    return len(data) <= _LARGEST and (_BUILDS.search(data) is not None or b"build-push-action" in data)


def _command(workspace: Workspace, path: str, match: re.Match[str]) -> Iterator[BuildCommand]:
    file = context = target = None
    arguments: list[BuildArgument] = []
    names: list[str] = []
    option = ""
    begin = match.start("rest")
    for word in _WORD.finditer(match["rest"]):
        text = re.sub(r"[\"']|\\\r?\n", "", word[0])
        value, start = text, begin + word.start()
        if not text:
            continue
        if not option and text.startswith("-") and text != "-":
            name, equals, value = text.partition("=")
            if not equals:
                option = "" if name in _FLAGS else name
                continue
            option, start = name, start + len(name) + 1
        if option in {"-f", "--file"}:
            file = value
        elif option in {"-t", "--tag"}:
            names += _name(value)
        elif option in {"--build-arg", "--target"}:
            begins = match["rest"].find(value.partition("=")[0], start - begin) + begin
            for given in _argument(path, value.partition("=")[0], begins):
                if option == "--target":
                    target = given
                else:
                    arguments.append(given)
        elif not option:
            context = context or value
        option = ""
    if context is None or context == "-" or any(c in context + (file or "") for c in "$<{*"):
        return
    above = match.string[: line_start(match.string, match.start())]
    if DOCUMENT.search(path) and _OF_FORMER_VERSIONS.search(sentence_above(above)):
        return
    starts = [dirname(path), ""] if path.startswith(_FROM_ROOT) or "/" not in path else [dirname(path)]
    if file is not None:
        starts = ["", *_parents(path)]
    folder = match["folder"] or _entered(match.string, match.start())
    places = [join(place, folder) for place in dict.fromkeys(starts)]
    span = Span(path, match.start(), match.start("rest") + len(match["rest"].rstrip()))
    command = BuildCommand(span, file or "", context, tuple(arguments), target, tuple(names))
    yield from _resolved(workspace, command, places)


_REACH = 2_000
"""Characters before a command in which its script begins."""
_ENTERS = regex(r"[ \t]*cd[ \t]+([\w./-]+)[ \t\r]*")


def _entered(text: str, start: int) -> str:
    """The folder that the script enters on a line of its own, before the command: above it, with the same margin."""
    first = line_start(text, start)
    margin = re.compile(r"[ \t]*").match(text, first)
    assert margin is not None
    folder = ""
    lines: list[str] = []
    for line in reversed(text[max(0, first - _REACH) : first].splitlines()):
        if line.strip() and not line.startswith(margin[0]):
            break
        lines.append(line)
    for line in reversed(lines):
        entered = _ENTERS.fullmatch(line) if not line[len(margin[0]) :].startswith((" ", "\t")) else None
        if entered is not None:
            folder = "" if entered[1].startswith(("/", "-")) else join(folder, entered[1])
    return folder


_EXPRESSION = regex(r"\$\{\{\s*([\w.-]+)\s*\}\}")
OPEN_OWNER = "[^/:]+"
OPEN_NAME = f"{OPEN_OWNER}/[^/:]+"
_REPOSITORY = {"github.repository": OPEN_NAME, "github.repository_owner": OPEN_OWNER}
"""Expressions of workflows whose form is known (https://docs.github.com/actions, github context)."""


def _name(text: str, variables: dict[str, str] | None = None) -> list[str]:
    """The pattern of an image's name, from its name and tag; none where a part of the name is not known."""

    known_variables = variables or {}

    def replace(match: re.Match[str]) -> str:
        context, _, variable = match[1].partition(".")
        return known_variables.get(variable, match[0]) if context == "env" else match[0]

    text = _EXPRESSION.sub(replace, text.strip())
    pieces = re.split(r"(\$\{\{.*?\}\})", text)
    # The tag follows the last colon behind the last slash.
    pattern = ""
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        expression = _EXPRESSION.fullmatch(piece)
        if expression is not None:
            known = _REPOSITORY.get(expression[1])
            if known is None and expression[1].startswith(("secrets.", "vars.")) and following[:1] == "/":
                known = OPEN_OWNER  # an account: `${{ secrets.DOCKERHUB_USERNAME }}/shop-api`
            if known is None:
                return []
            pattern += known
            continue
        plain, colon, tag = piece.rpartition(":")
        if not colon or "/" in tag:
            plain, colon = piece, ""
        if "$" in plain:
            return []
        pattern += re.escape(plain)
        if colon:
            break
    return [pattern] if re.search(r"[a-z]", pattern) else []


def _argument(path: str, name: str, start: int) -> Iterator[BuildArgument]:
    if re.fullmatch(r"[A-Za-z_][\w.-]*", name):
        yield BuildArgument(name, Span(path, start, start + len(name)))


def _parents(path: str) -> Iterator[str]:
    while path:
        path = dirname(path)
        yield path


def _resolved(workspace: Workspace, command: BuildCommand, places: list[str]) -> Iterator[BuildCommand]:
    """With the paths from the one place where the Dockerfile exists; nothing where there are several."""
    found: set[tuple[str, str]] = set()
    for place in places:
        folder = normalise(join(place, command.context))
        if folder is None or not workspace.is_directory(folder):
            continue
        dockerfile = (
            normalise(join(place, command.dockerfile)) if command.dockerfile else join(folder, "Dockerfile")
        )
        if dockerfile is not None and workspace.is_listed(dockerfile):
            found.add((dockerfile, folder))
    for dockerfile, folder in found if len(found) == 1 else ():
        yield msgspec.structs.replace(command, dockerfile=dockerfile, context=folder)


def _steps(workspace: Workspace, path: str, node: Node) -> Iterator[BuildCommand]:
    """The steps that use docker/build-push-action, once for each combination of their job's matrix."""
    variables = _variables(node)
    for job in mappings(node):
        steps = job.get("steps")
        if steps is not None:
            combinations = _combinations(job.get("strategy"))
            images = (_images_of_job(workspace, path, steps, variables, one) for one in combinations)
            yield from dict.fromkeys(command for commands in images for command in commands)


_Combination = dict[str, str] | None
"""What `matrix.NAME` stands for; None where there is no matrix."""


def _images_of_job(
    workspace: Workspace, path: str, steps: Node, variables: dict[str, str], combination: _Combination
) -> Iterator[BuildCommand]:
    from dotmac_lint.readers.yaml import Mapping, Scalar

    variables = {name: _filled(value, combination) for name, value in variables.items()}
    named = _images_of_steps(steps)
    for entries in mappings(steps):
        uses, given = entries.get("uses"), entries.get("with")
        if not (
            isinstance(uses, Scalar)
            and "docker/build-push-action" in uses.value
            and isinstance(given, Mapping)
        ):
            continue
        scalars = {e.key.value: e.value for e in given.entries if isinstance(e.value, Scalar)}
        inputs = {name: _filled(scalar.value, combination) for name, scalar in scalars.items()}
        # Without a context it builds the repository itself.
        context, file = inputs.get("context", ""), inputs.get("file", "")
        if "$" in context + file:
            continue
        arguments: list[BuildArgument] = []
        source = workspace.source(path)
        listed, stage = scalars.get("build-args"), scalars.get("target")
        varies = any("matrix." in scalars[n].value for n in ("context", "file", "target") if n in scalars)
        # Those of several images are for whichever takes them.
        if listed is not None and source is not None and not varies:
            written = listed.range.slice(source.text)
            for match in re.finditer(r"^[ \t|>-]*([A-Za-z_]\w*)=", written, re.M):
                arguments += _argument(path, match[1], listed.range.start + match.start(1))
        target = None
        if stage is not None:
            target = next(_argument(path, inputs["target"], stage.range.start), None)
        tags, outputs, labels = (inputs.get(name, "") for name in ("tags", "outputs", "labels"))
        # An image for each platform is pushed by its digest, without a tag.
        tags = "\n".join((tags, *re.findall(r"\bname=([^,\"\n]+)", outputs)))
        for step in re.findall(r"steps\.([\w-]+)\.outputs\.(?:tags|labels)", tags + labels):
            tags += "\n" + _filled(named.get(step, ""), combination)
        names = [name for tag in re.split(r"[,\n]", tags) for name in _name(tag, variables)]
        command = BuildCommand(uses.range.at(path), file, context, tuple(arguments), target, tuple(names))
        yield from _resolved(workspace, command, [""])


_OF_MATRIX = regex(r"\$\{\{[ \t]*matrix\.([\w.-]+)[ \t]*\}\}")
_MOST_COMBINATIONS = 100


def _filled(text: str, combination: _Combination) -> str:
    """The text with what the matrix gives; what a combination lacks is empty, as it is to GitHub."""
    if combination is None or "matrix." not in text:
        return text
    return _OF_MATRIX.sub(lambda match: combination.get(match[1], ""), text)


def _combinations(strategy: Node | None) -> list[_Combination]:
    """Those of a job's matrix; nothing is known of one that an expression makes, or that leaves some out."""
    from dotmac_lint.readers.yaml import Mapping, Sequence

    matrix = _entry(strategy, "matrix")
    if not isinstance(matrix, Mapping):
        return [None]
    axes = {entry.key.value: entry.value for entry in matrix.entries}
    included = axes.pop("include", None)
    given = [*axes.values(), *([included] if included is not None else [])]
    if "exclude" in axes or not all(isinstance(values, Sequence) for values in given):
        return [None]
    found: list[dict[str, str]] = [{}] if axes else []
    for name, axis in axes.items():
        values = [_flat(name, item) for item in axis.items] if isinstance(axis, Sequence) else []
        found = [{**one, **value} for one in found for value in values][:_MOST_COMBINATIONS]
    originals = [dict(one) for one in found]
    for item in included.items if isinstance(included, Sequence) else ():
        more = _flat("", item)
        fitting = [
            one
            for one, original in zip(found, originals, strict=False)
            if all(original.get(key, value) == value for key, value in more.items())
        ]
        for one in fitting:
            one.update(more)
        if not fitting:
            found.append(more)
    return [*found[:_MOST_COMBINATIONS]] or [None]


def _flat(name: str, node: Node) -> dict[str, str]:
    """The scalars of a value of a matrix, each by its path: `service.context`."""
    from dotmac_lint.readers.yaml import Mapping, Scalar

    if isinstance(node, Scalar):
        return {name: node.value}
    found: dict[str, str] = {}
    for entry in node.entries if isinstance(node, Mapping) else ():
        found |= _flat(f"{name}.{entry.key.value}" if name else entry.key.value, entry.value)
    return found


def _entry(node: Node | None, name: str) -> Node | None:
    from dotmac_lint.readers.yaml import Mapping

    entries = node.entries if isinstance(node, Mapping) else ()
    return next((entry.value for entry in entries if entry.key.value == name), None)


class MissingDockerfile(msgspec.Struct, frozen=True, gc=False):
    """The Dockerfile of a step of a workflow that builds this repository."""

    path: str
    start: int
    end: int


_BRINGS_FILES = regex(
    r"download-artifact|\brepository:|submodules:|\bgit clone\b|\bwget\b"
    r"|\bcurl\b[^\n]*\s-\w*[oO]\b(?![ \t]+/dev/null)"
)
_WORKFLOW = regex(r"^\.github/workflows/[^/]+\.ya?ml$")


def _is_workflow(path: str) -> bool:
    return _WORKFLOW.search(path) is not None


def missing_dockerfiles(workspace: Workspace) -> Iterator[tuple[str, MissingDockerfile]]:
    """The workflow and the Dockerfile of each docker/build-push-action step whose Dockerfile nothing makes."""
    for path in workspace.chosen(_is_workflow):
        for found in _dockerfiles_of_steps(workspace, path) if _builds(workspace, path) else ():
            if (
                workspace.kind(found.path) is None
                and not is_of_other_times(workspace, path)
                and not workspace.is_ignored(found.path)
                and not workspace.in_submodule(found.path)
                and not is_artefact(found.path)
                and not is_written_by_command(workspace, found.path)
            ):
                yield path, found


@fact(list[MissingDockerfile])
def _dockerfiles_of_steps(workspace: Workspace, path: str) -> list[MissingDockerfile]:
    """Nothing where the workflow brings files of others."""
    from dotmac_lint.readers.yaml import Mapping, Scalar

    source, file = workspace.source(path), workspace.yaml(path)
    found: list[MissingDockerfile] = []
    if source is None or file is None or _BRINGS_FILES.search(source.text):
        return found
    for document in file.documents:
        for entries in mappings(document):
            uses, given = entries.get("uses"), entries.get("with")
            if not isinstance(uses, Scalar) or "docker/build-push-action@" not in uses.value:
                continue
            inputs = given.entries if isinstance(given, Mapping) else ()
            values = {e.key.value: e.value for e in inputs if isinstance(e.value, Scalar)}
            context, name = values.get("context"), values.get("file")
            folder = context.value if context is not None else "."
            written = name.value if name is not None and name.value else join(folder, "Dockerfile")
            place = normalise(written)
            if "$" in folder + written or "://" in folder or place is None or written.startswith("/"):
                continue
            at = name if name is not None and name.value else context if context is not None else uses
            found.append(MissingDockerfile(place, at.range.start, at.range.end))
    return found


def _variables(node: Node) -> dict[str, str]:
    """The variables of `env` that a workflow sets once."""
    from dotmac_lint.readers.yaml import Mapping, Scalar

    variables: dict[str, set[str]] = {}
    for entries in mappings(node):
        given = entries.get("env")
        for entry in given.entries if isinstance(given, Mapping) else ():
            if isinstance(entry.value, Scalar):
                variables.setdefault(entry.key.value, set()).add(entry.value.value)
    return {name: next(iter(values)) for name, values in variables.items() if len(values) == 1}


def _images_of_steps(steps: Node) -> dict[str, str]:
    """The `images` of docker/metadata-action by step."""
    from dotmac_lint.readers.yaml import Scalar

    named: dict[str, str] = {}
    for entries in mappings(steps):
        uses, step = entries.get("uses"), entries.get("id")
        if isinstance(uses, Scalar) and "docker/metadata-action" in uses.value and isinstance(step, Scalar):
            images = _entry(entries.get("with"), "images")
            if isinstance(images, Scalar):
                named[step.value] = images.value
    return named


def mappings(node: Node) -> Iterator[dict[str, Node]]:
    """Every mapping of the document."""
    from dotmac_lint.readers.yaml import Mapping, Sequence

    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, Sequence):
            todo += one.items
        if isinstance(one, Mapping):
            entries = {entry.key.value: entry.value for entry in one.entries}
            todo += entries.values()
            yield entries
