"""Examples of env files against what the repository reads: what they hold for nobody, and what they lack.

That nothing reads a name is proved by absence, of the whole repository: its words, its settings classes, the
names that its code composes, and the programs and libraries that read variables of their own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.fix import Applicability, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.command_lines import default_file, overlays_others
from dotmac_lint.model.compose import example_names, load_project, stand_in
from dotmac_lint.model.compose_tree import Leaf, Reference, every_leaf
from dotmac_lint.model.dotenv_extras import dotenv_extras
from dotmac_lint.model.edits import append_lines
from dotmac_lint.model.image import Command, is_plain_image
from dotmac_lint.model.image_variables import ImageVariables, variables_of
from dotmac_lint.model.interpolated import host_gives, may_reach_compose
from dotmac_lint.model.made_elsewhere import is_fetched, is_named, lines_naming
from dotmac_lint.model.made_names import may_be_made
from dotmac_lint.model.misnamed import CAUSES, folded, misnamed_variables, misnaming
from dotmac_lint.model.similar import is_slip, similar_name
from dotmac_lint.model.start_faults import unset_with_examples
from dotmac_lint.model.variable_readers import (
    BUNDLED,
    dynamic_patterns,
    is_well_known,
    may_be_a_librarys,
    runs_our_code_from_elsewhere,
)
from dotmac_lint.phrases import listed
from dotmac_lint.source import Span
from dotmac_lint.workspace import VENDORED

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Service as Definition
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.settings import Field, Lookup, SettingsClass
    from dotmac_lint.readers.dotenv import EnvEntry
    from dotmac_lint.workspace import Workspace

_EXAMPLE = regex(
    r"(^|/)(\.?env([.-][\w-]+)*[.-](example|sample|template|dist)|\.?(example|sample)\.env"
    r"|[\w.-]*\.env\.(example|sample|template|dist))$",
    re.I,
)
_PROGRAM = regex(r"\.(py|[cm]?[jt]sx?|sh|go|rb|php|rs|java|kt|cs)$")
_RUNS = regex(r"compose[^/]*\.ya?ml$|(^|[/.])(Docker|Container|Make)file[^/]*$")
_NOT_OURS = regex(
    rf"(^|/)({VENDORED}|tests?|fixtures|testdata|templates?|archived?|old|legacy|deprecated)/"
    r"|\{\{",
    re.I,
)
_DOCUMENT = regex(
    r"\.(md|mdx|rst|txt|adoc|csv|svg|lock|map|po|pot|snap|css)$|(^|/)(package-lock|pnpm-lock)[^/]*$", re.I
)
_NAME = regex(r"(?!(VAR(IABLE)?(_?NAME)?|KEY|FOO|BAR)$)[A-Za-z_]")
"""How names begin that are no placeholders; other keys are the rest of a value of several lines without quotes."""
LARGEST = 2 * 1024 * 1024
"""Bytes of a file that people write."""
_COMPOSE = regex(r"compose[^/]*\.ya?ml$")
_OTHERWISE = rb"\$\{?%b\b|\b%b\b(?![\"']?[ \t]*[:=])"
"""A name in a Compose file that is no key."""
_CODE = regex(r"\.(py|[cm]?[jt]sx?|go|rb|php|rs|java|kt|cs)$")
CUSTOM = 4
"""Folders whose examples hold a variable that nothing here reads, so that it is no slip of one of them."""
_REFERENCE = regex(rb"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_COMMANDS = regex(rb"(?ms)^[ \t]*```(?:bash|sh|shell|zsh|console|powershell|pwsh|ps1|ya?ml)\b(.*?)^[ \t]*```")
_EXPANDED = regex(rb"(?i)\$(?:env:|\{(?:env:)?)?([A-Z_][A-Z0-9_]*)\b(?!\s*=[^=])")
_WORD = regex(rb"\w+")
_LINE = regex(rb"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=(.*)$", re.MULTILINE)
_FIELD = regex(rb"\n[ \t]++([a-z]\w*+)[ \t]*+[:=]([^\n]*+)")
_COMMENT = regex(rb"[ \t]#.*")


class Idle(msgspec.Struct, frozen=True):
    """A variable of an example that nothing reads."""

    name: str
    at: Span
    section: str | None
    """The settings section that its name falls into, and that has no such field."""
    near: str | None
    """A name that is read, and that may have been meant."""

    @property
    def cause(self) -> tuple[object, ...]:
        return self.at.path, self.section, self.near is not None

    @property
    def why(self) -> str:
        """A clause that ends before its object."""
        if self.section:
            return f"the settings section `{self.section}` has no field for"
        return "no settings, code, script or Compose file reads"


def idle_entries(repository: Repository) -> Iterator[Idle]:
    """What each example of an env file holds and nothing reads, once a file and name."""
    workspace = repository.workspace
    examples = {
        path: [
            entry
            for entry in file.entries
            if (_NAME.match(entry.key) if entry.value is not None else entry.key.isidentifier())
        ]
        for path in workspace.chosen(_is_example)
        if (file := workspace.env_file(path))
    }
    if not examples or workspace.submodules:
        return
    names = {entry.key for entries in examples.values() for entry in entries}
    read = read_names(workspace, names)
    read -= _set_in_vain(repository, names & read)
    unread = {name for name in names - read if not may_be_read(repository, name)}
    unread -= _interpolated_in_use(workspace, unread) | _expanded_in_documents(workspace, unread)
    told = _told_elsewhere(repository)
    foreign = _foreign_readers(repository)
    unread -= _given_by_a_catalogue(workspace, examples)
    blind = _with_settings_elsewhere(
        workspace, {posixpath.dirname(path) for path in examples} if unread else set()
    )
    for path, entries in examples.items():
        if posixpath.dirname(path) in blind:
            continue
        for entry in {entry.key: entry for entry in reversed(entries)}.values():
            at = entry.key_range.at(path)
            taken = any(image is None or image.may_read(entry.key) for image in foreign.get(path, ()))
            idle = entry.key in unread and at not in told and not taken
            if idle and not is_fetched(workspace, path) and not _is_for_a_stranger(workspace, path, entries):
                yield _idle(repository, path, entry, read - {other.key for other in entries})


def _given_by_a_catalogue(workspace: Workspace, examples: dict[str, list[EnvEntry]]) -> set[str]:
    """What the examples of several folders without code hold alike: a custom of the repository, which what starts them
    knows.
    """
    folders: dict[str, set[str]] = {}
    for path, entries in examples.items():
        for entry in entries:
            folders.setdefault(entry.key, set()).add(posixpath.dirname(path))
    customs: set[str] = set()
    for name, held in folders.items():
        if len(held) >= CUSTOM:
            bare = sum(not any(map(_CODE.search, workspace.under(folder))) for folder in held)
            customs |= {name} if bare >= CUSTOM else set()
    return customs


def _is_for_a_stranger(workspace: Workspace, path: str, entries: list[EnvEntry]) -> bool:
    """Whether the program that takes the variables is not here: the Compose files beside the example overlay or include
    others that are not there, or nothing in its folder starts anything or reads one of them, and no text names it.
    """
    folder = posixpath.dirname(path)
    beside = default_file(workspace, folder) or ""
    incomplete = (
        beside and posixpath.dirname(beside) == folder and not load_project(workspace, (beside,)).complete
    )
    if incomplete or overlays_others(workspace, folder):
        return True
    inside = workspace.under(folder)
    if not folder or any(map(_RUNS.search, inside)) or is_named(workspace, path):
        return False
    names = {entry.key.encode() for entry in entries}
    return not any(workspace.words.search(filter(_PROGRAM.search, inside), names))


def _set_in_vain(repository: Repository, names: set[str]) -> set[str]:
    """Those of `names` that stand nowhere but in Compose files, which set them for services that do not read them."""
    vain: dict[str, bool] = {}
    for deployment in repository.deployments:
        for service in deployment.services:
            for variable in service.environment:
                if (
                    variable.mechanism == "environment"
                    and variable.name in names
                    and vain.get(variable.name, True)
                ):
                    given = isinstance(variable.value, Known) and variable.name not in variable.references
                    vain[variable.name] = given and service.reads(variable) is False
    found = frozenset(name.encode() for name, idle in vain.items() if idle)
    workspace = repository.workspace
    used: set[bytes] = set()
    for path, here in workspace.words.search(_programs_and_data(workspace), found) if found else ():
        data = (workspace.bytes(path) or b"") if _COMPOSE.search(path) else None
        used |= {name for name in here if data is None or re.search(_OTHERWISE % (name, name), data)}
    return {name.decode() for name in found - used}


def _programs_and_data(workspace: Workspace) -> tuple[str, ...]:
    return workspace.chosen(_is_program_or_data)


def _is_program_or_data(path: str) -> bool:
    return not _sets_only(path) and _DOCUMENT.search(path) is None


def _is_example(path: str) -> bool:
    return _EXAMPLE.search(path) is not None and _NOT_OURS.search(path) is None


def _with_settings_elsewhere(workspace: Workspace, folders: set[str]) -> set[str]:
    """Those of `folders` with a module that takes its settings from a package which is not in the repository; a module
    belongs to the nearest one above it.
    """
    found: set[str] = set()
    for path in workspace.files if folders else ():
        if path.endswith(".py") and runs_our_code_from_elsewhere(workspace, path):
            above = posixpath.dirname(path)
            while above and above not in folders:
                above = posixpath.dirname(above)
            found.add(above)
    return found


def _told_elsewhere(repository: Repository) -> set[Span]:
    """The names that settings refuse (DM026), and those that miss a field by little (DM021, DM025, DM027)."""
    found = {extras.at(entry) for extras in dotenv_extras(repository) for entry in extras.entries}
    for deployment in repository.deployments:
        for cause in CAUSES:
            found.update(row.variable.name_span for row in misnamed_variables(deployment, cause))
    return found


def _idle(repository: Repository, path: str, entry: EnvEntry, read: set[str]) -> Idle:
    sections = (settings.lookup(entry.key).section for settings in repository.settings)
    section = next((one.dotted for one in sections if one is not None), None)
    meant = (misnaming(settings, entry.key) for settings in repository.settings)
    near = next((one.right for one in meant if one is not None), None)
    if near is None:  # a bundler reads only what begins as it asks for
        bundled = BUNDLED.match(entry.key) is not None
        near = similar_name(entry.key, {n for n in read if (BUNDLED.match(n) is not None) == bundled})
        near = near if near and _may_be_meant(repository.workspace, path, entry.key, near) else None
    return Idle(entry.key, entry.key_range.at(path), section, near)


def _may_be_meant(workspace: Workspace, path: str, name: str, near: str) -> bool:
    """Whether `near` is no other thing of the same, with two words more or fewer, and a file of the example's folder,
    or of one below it, names it: other folders have examples of their own."""
    folder = posixpath.dirname(path)
    others = (other for other in workspace.under(folder) if other != path)
    alike = is_slip(name, near) and abs(name.count("_") - near.count("_")) < 2
    return alike and (not folder or any(workspace.words.search(others, {near.encode()})))


def read_names(workspace: Workspace, names: set[str]) -> set[str]:
    """Those of `names` that stand as a word in anything but a document or an env file.

    A class attribute counts for the variable of its name in capitals, whatever reads it.
    """
    wanted = {name.encode() for name in names}
    modules = [path for path in workspace.files if path.endswith(".py")]
    asked = " ".join(sorted(names))
    found = {field for path in modules for field in _fields_in(workspace, path, asked)}
    for path, here in workspace.words.search(_programs_and_data(workspace), wanted):
        if not here <= found and not _makes_env_file(workspace, path):
            found |= here - _written_by(workspace, path)
    return {name.decode() for name in wanted & found}


def _sets_only(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return (".env" in name or name.startswith(("env.", "env-"))) and not _PROGRAM.search(path)


def _interpolated_in_use(workspace: Workspace, idle: set[str]) -> set[str]:
    """Those of `idle` that a line of an env file interpolates which is of use itself."""
    lines = [
        (match[1].decode(), {name.decode() for name in _REFERENCE.findall(match[2])})
        for path in workspace.files
        if _sets_only(path)
        for match in _LINE.finditer(workspace.bytes(path) or b"")
    ]
    used: set[str] = set()
    while more := {n for key, names in lines if key not in idle or key in used for n in names} & idle - used:
        used |= more
    return used


def _expanded_in_documents(workspace: Workspace, idle: set[str]) -> set[str]:
    """Those of `idle` that a command expands which a document tells to run, or a Compose file that it shows."""
    used: set[str] = set()
    documents = (path for path in workspace.files if path.endswith((".md", ".mdx")))
    for path, _ in workspace.words.search(documents, {name.encode() for name in idle}):
        for block in _COMMANDS.findall(workspace.bytes(path) or b""):
            used |= {name.decode() for name in _EXPANDED.findall(block)}
    return used & idle


@fact(set[bytes])
def _fields_in(workspace: Workspace, path: str, names: str) -> set[bytes]:
    """Those of the names, separated by spaces, that class attributes or local variables have in capitals."""
    wanted, data = _encoded(names), workspace.bytes(path) or b""
    return {
        n for name, rest in _FIELD.findall(data) if (n := name.upper()) in wanted and not _is_argument(rest)
    }


def _is_argument(rest: bytes) -> bool:
    """Whether a line of code that goes on so after a name is a parameter of a function or an argument of a call."""
    rest = _COMMENT.sub(b"", rest).rstrip()
    return rest.endswith(b",") and all(
        rest.count(begin) == rest.count(end) for begin, end in ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))
    )


@lru_cache(maxsize=4)
def _encoded(names: str) -> frozenset[bytes]:
    return frozenset(names.encode().split())


_TEXT_BEGINS = regex(
    rb"(?i)^[^\n#]{0,200}env[^\n#]{0,200}<<-?[ \t]*[\"']?(\w+)|<<-?[ \t]*[\"']?(\w+)[\"']?[^\n#]{0,200}env",
    re.M,
)
"""The first line of a text that a script writes into an env file: `cat > .env <<EOF`."""
_MOST_TEXTS = 20


@fact(set[bytes])
def _written_by(workspace: Workspace, path: str) -> set[bytes]:
    """The names that stand in a shell script only where it writes them into an env file: it reads none of them."""
    data = (workspace.bytes(path) if path.endswith((".sh", ".bash")) else None) or b""
    inside, rest, end = b"", b"", 0
    for begins in [*_TEXT_BEGINS.finditer(data)][:_MOST_TEXTS] if b"<<" in data else ():
        first = data.find(b"\n", begins.end())
        last = data.find(b"\n" + (begins[1] or begins[2]), first)
        if begins.start() >= end and 0 <= first < last:
            rest += data[end:first]
            inside += data[first:last]
            end = last
    rest += data[end:] + b"\n".join(b"=" + value for _, value in _LINE.findall(inside))
    return {name for name, _ in _LINE.findall(inside)} - set(_WORD.findall(rest))


@fact(bool)
def _makes_env_file(workspace: Workspace, path: str) -> bool:
    """Whether the script writes an env file and reads no variable itself."""
    data = (workspace.bytes(path) if re.search(r"\.[cm]?[jt]s$", path) else None) or b""
    return (
        b"writeFile" in data
        and re.search(rb"[\"'`/]\.env\b", data) is not None
        and b"process.env" not in data
    )


def may_be_read(repository: Repository, name: str) -> bool:
    workspace = repository.workspace
    sections = False
    for settings in () if BUNDLED.match(name) else repository.settings:
        found = settings.lookup(name)
        sections = sections or found.section is not None
        if found.fields or (found.unknown is not None and _may_take(settings, name, found)):
            return True
    if is_well_known(name):
        # Each option of `celery worker` has a variable; settings that have almost its name were meant.
        option = name.startswith("CELERY_WORKER_")
        return not (option and any(misnaming(settings, name) for settings in repository.settings))
    if "__" in name and any(path.endswith(".cs") for path in workspace.files):
        return True  # .NET reads `Section__Key__0` as a part of a section
    if not sections and may_be_a_librarys(workspace, workspace.files, name):
        return True
    if may_be_made(workspace, name):
        return True
    patterns = workspace.remembered(
        "patterns of all code",
        lambda: {pattern for path in workspace.files for pattern in dynamic_patterns(workspace, path)},
    )
    # A pattern that reaches every name reads a parameter: the name itself stands where that is given. Code that goes
    # through all of the environment may take a name apart.
    return any(
        (pattern.prefix or pattern.suffix or (pattern.whole and "__" in name)) and pattern.reaches(name)
        for pattern in patterns
    )


def _may_take(settings: SettingsClass, name: str, found: Lookup) -> bool:
    """Whether settings that are not wholly known may take the name: a source of their own fills known fields only."""
    if found.section is not None or settings.model.open or "..." in settings.model.config:
        return True
    return any(folded(name).endswith(folded(field.path[-1])) for field in settings.fields)


def _foreign_readers(repository: Repository) -> dict[str, set[ImageVariables | None]]:
    """What the images read, of those not built here, that each example's env file goes into; None: anything.

    Where the env file has no example of its name, every example beside it may be what it is made from, and one below it
    that a text tells to copy.
    """
    workspace = repository.workspace
    found: dict[str, set[ImageVariables | None]] = {}
    for deployment in repository.deployments:
        for definition in deployment.project.services.values():
            foreign = definition.env_files and _runs_its_base(repository, definition)
            for reference in definition.env_files if foreign else ():
                path = reference.path
                if not isinstance(path.value, Known):
                    continue
                folder, name = posixpath.split(path.value.value)
                if path.outside:  # where this machine has the repository, or a copy of what it tells to set
                    for own in example_names(name):
                        for file in workspace.named(own):
                            found.setdefault(file, set()).add(variables_of(definition))
                    continue
                example = stand_in(workspace, path.value.value)
                beside = workspace.files_in(folder)
                below = (file for own in example_names(name) for file in workspace.named(own))
                copied = (file for file in below if _is_copied(workspace, file, folder, name))
                for file in (path.value.value, example) if example else (*beside, *copied):
                    found.setdefault(file, set()).add(variables_of(definition))
    return found


def _is_copied(workspace: Workspace, example: str, folder: str, name: str) -> bool:
    """Whether a text tells to copy an example of a folder below to `name`: `cp contrib/.env.sample .env`."""
    inside = posixpath.relpath(example, folder or ".")
    if "/" not in inside or inside.startswith(".."):
        return False
    copies = re.compile(rf"\bcp\b.*{re.escape(inside)}[ \t]+(\./)?{re.escape(name)}(?![\w/.-])")
    return any(copies.search(line) for line in lines_naming(workspace, example))


def _runs_its_base(repository: Repository, definition: Definition) -> bool:
    """Whether the program is that of an image which is not built here, alone or as the base of one that is: its
    entrypoint takes the command where the build adds no program of the repository."""
    image = repository.image_of(definition)
    stage = image.target if image is not None else None
    if definition.build is None or stage is None:
        return definition.build is None
    base = stage.external_base
    return (
        not (isinstance(base, Known) and is_plain_image(base.value))
        and definition.entrypoint is None
        and (definition.command is None or not stage.sources)
        and not isinstance(stage.entrypoint, Command)
        and not isinstance(stage.cmd, Command)
    )


# ---- what an example lacks


class Lacking(msgspec.Struct, frozen=True):
    """A variable that Compose demands, and that the example of its env file does not have."""

    name: str
    at: Span
    """Where Compose demands it."""
    example: str
    env_file: str
    workspace: Workspace


def lacking_variables(deployment: Deployment) -> Iterator[Lacking]:
    """Each variable with `:?` that the example lacks from which the env file of the deployment is made."""
    workspace = deployment.repository.workspace
    project = deployment.project
    seen: set[str] = set()
    for service in project.services.values():
        for leaf in every_leaf(service.node) if service.active else ():
            for reference in leaf.references:
                name = reference.name
                if name in seen or name in leaf.origin.scope or not _demanded(leaf, reference):
                    continue
                seen.add(name)
                files = deployment.spec.env_files or (posixpath.join(leaf.origin.base, ".env"),)
                if host_gives(name) or len(files) != 1 or workspace.kind(files[0]) == "file":
                    continue
                example = stand_in(workspace, files[0])
                if example is None or not _is_example_of(deployment, files[0], example):
                    continue
                if not _is_set_elsewhere(workspace, name, example):
                    yield Lacking(name, reference.span, example, files[0], workspace)


def appended(group: Sequence[Lacking]) -> Fix | None:
    """All of them, which one example lacks, at its end."""
    return _append(group[0].workspace, group[0].example, *(lacking.name for lacking in group))


class LackingField(msgspec.Struct, frozen=True):
    """A required field of the settings that a service runs, and the example of its env file, which lacks it."""

    name: str
    field: Field
    settings: SettingsClass
    service: Service
    example: str
    fix: Fix | None


def lacking_fields(deployment: Deployment) -> Iterator[LackingField]:
    """Each such field that no other text tells to set."""
    workspace = deployment.repository.workspace
    seen: set[tuple[str, str]] = set()
    for found, example in unset_with_examples(deployment):
        for name, field in zip(found.names, found.fields, strict=True):
            if (name, example) not in seen and not _is_told(workspace, name):
                seen.add((name, example))
                fix = _append(workspace, example, name)
                yield LackingField(name, field, found.settings, found.service, example, fix)


def _is_told(workspace: Workspace, name: str) -> bool:
    """Whether anything but programs and workflows names the variable: a document, a script, an env file."""
    files = (
        path
        for path in workspace.files
        if not path.endswith((".py", ".pyi", ".ipynb")) and not path.startswith(".github/")
    )
    return any(workspace.words.search(files, {name.encode(), name.upper().encode()}))


def _demanded(leaf: Leaf, reference: Reference) -> bool:
    """Whether Compose stops without it: no default of another variable is around it."""
    return reference.demands and not any(
        other is not reference
        and other.span.start < reference.span.start
        and reference.span.end <= other.span.end
        for other in leaf.references
    )


def _is_example_of(deployment: Deployment, env_file: str, example: str) -> bool:
    """Whether the deployment takes another variable from the example, or hands all of the env file to a service."""
    file = deployment.repository.workspace.env_file(example)
    held = {entry.key for entry in file.entries} if file is not None and not file.fatal else set()
    project = deployment.project
    given = (one.path.value for s in project.services.values() if s.active for one in s.env_files)
    return Known(env_file) in given or any(reference.name in held for reference in project.interpolations)


def _is_set_elsewhere(workspace: Workspace, name: str, example: str) -> bool:
    """Whether a file sets or names it which is no document, no Compose file and no other folder's env file, and which
    has to do with Compose."""
    files = (
        path
        for path in workspace.files
        if not _DOCUMENT.search(path)
        and not _COMPOSE.search(path)
        and not path.endswith((".py", ".ts", ".js", ".tsx", ".go", ".rs", ".java"))
        and not (_sets_only(path) and posixpath.dirname(path) != posixpath.dirname(example))
    )
    return any(
        may_reach_compose(workspace, path) for path, _ in workspace.words.search(files, {name.encode()})
    )


def _append(workspace: Workspace, example: str, *names: str) -> Fix | None:
    source = workspace.source(example)
    if source is None:
        return None
    shown = listed([f"`{name}=`" for name in names])
    edit = append_lines(source, *(f"{name}=" for name in names))
    return Fix(f"Append {shown} to `{example}`", (edit,), applicability=Applicability.SAFE)
