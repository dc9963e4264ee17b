"""Which deployments a repository has: found as their owners start them.

In this order: command lines, COMPOSE_FILE in env files, the default pair of each folder, and each other
file that can stand alone. An overlay is only ever part of a deployment that has its base.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from dotmac_lint.diagnostic import Label
from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.command_lines import (
    DEFAULT_FILES,
    OVERRIDE_FILES,
    CommandLine,
    default_file,
    find_command_lines,
)
from dotmac_lint.model.made_elsewhere import is_fetched
from dotmac_lint.model.shell import OPEN
from dotmac_lint.source import Span
from dotmac_lint.workspace import VENDORED, Workspace, normalise

if TYPE_CHECKING:
    from dotmac_lint.readers.yaml import Node, YamlFile
    from dotmac_lint.source import Range

_COMPOSE_NAME = regex(r"(?<!rancher-)compose[^/]*\.ya?ml$", re.I)
_SKIPPED = regex(
    rf"(^|/)({VENDORED}|testdata|__?fixtures__?|fixtures|cookiecutters?)/"
    r"|(^|/)(docs?|documentation|tests?/(.*/)?(data|resources)|[_.]?(backups?|archived?)([_-]?\d[^/]*)?)/"
    r"|\{\{|\{%|\.(j2|jinja2?|tmpl|tpl)(/|$)",
    re.I,
)
_PUT_ASIDE = regex(r"(^|/)[_.]?(backups?|archived?)([_-]?\d[^/]*)?/", re.I)
"""Folders of copies, whose own texts tell how the originals are started."""
_TEMPLATE = regex(r"^[^#\n]*(?:\{%|(?<!s[/|#@])\{\{[-~]?[ \t]*[A-Za-z_]|\$\{project\.[a-z])", re.M)
"""A placeholder, unless a container's `sed s/{{NAME}}/value/` fills it; `${project.version}` is Maven's."""
_OVERRIDE = regex(r"\boverrides?\b", re.I)
_ENVIRONMENT_FILE = regex(r"\.env([.-](example|sample|template|dist))?|(example|sample)\.env|env\.example")
_DEVCONTAINER = regex(r'"dockerComposeFile"\s*:\s*(?P<files>\[[^\]]*\]|"[^"\n]*")')
_QUOTED = regex(r'"([^"\n]+)"')
_TO_BE_FILLED = regex(r"\btemplate\b[^/]*$|(^|/)_templates?/", re.I)
_RELATIVE = regex(r"(?m)^[ \t]*(?:-|build:|context:|dockerfile:)[ \t]+[\"']?(\.{1,2}/[^\s:\"']+)")
"""A path in a list, most of them sources of mounts and env files, or of a build."""
_EXAMPLE = regex(r"\b(example|sample|template|dist)\b", re.I)
_IMAGE_KEYS = frozenset({"image", "build", "pull_policy", "platform"})
_LOOKS_ONLY = frozenset(
    {"config", "convert", "version", "ls", "images", "publish", "down", "rm", "stop", "kill"}
)
"""Subcommands that say nothing of how a project is started, unless they join several files."""
_ENDS = frozenset({"down", "rm", "stop", "kill"})
_BUILDS = frozenset({"build", "push"})
STARTS = frozenset({"up", "run", "start", "create", "watch", None})
_DEVCONTAINER_STARTS = regex(r'(?m)^(?:(?!//).)*"(service|runServices)"\s*:\s*(\[[^\]]*\]|"[^"\n]*")')
_DIP_FILES = regex(
    r"(?m)^compose:[ \t]*\n(?:[ \t]++(?!files:).*\n)*+[ \t]+files:[ \t]*\n(?P<files>(?:[ \t]++-[ \t].*\n)++)"
)
_LISTED = regex(r"-[ \t]+[\"']?([^\s\"'#]+)")
_DIP_RUNS = regex(r"(?m)^[ \t]+service:[ \t]*[\"']?([\w.-]+)")
_STARTS_MANY = frozenset({"up", "start", "create", "watch"})
_LISTED_SERVICES = regex(r"[^\n;&|]{0,200}\bup\b[^\n;&|]{0,200}\$\{(\w+)\[@\]\}")
SERVICES = regex(r"(?m)^services:[ \t]*$")
"""The line of a Compose file by which a document shows one."""
_FETCHES = regex(r"\b(curl|wget)\b[^\n]*compose[^\n]*\.ya?ml")

_ENVIRONMENTS = {
    "prod": "production", "prd": "production", "production": "production", "dev": "development",
    "devel": "development", "develop": "development", "development": "development", "local": "development",
    "test": "test", "tests": "test", "testing": "test", "stage": "staging",
    "stg": "staging", "staging": "staging",
}  # fmt: skip
_TRIALS = frozenset({"development", "test", "staging"})
_SUFFIXES = frozenset({"docker", "compose", "yml", "yaml", "env"})
_PLAIN_WORDS = frozenset({"base", "override", "overrides", "common", "default", "example", "sample", "dist"})


MAX_ASKED = 30
MAX_PROFILE_SETS = 6
"""Where command lines name more sets of profiles, their union is one deployment."""


class ConfiguredDeployment(msgspec.Struct, frozen=True):
    """A deployment that the configuration states; paths are relative to the root."""

    name: str
    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    production: bool | None = None
    project_directory: str | None = None
    line: int = 1
    """Where the configuration file states it."""


class Started(NamedTuple):
    """What a command that starts services names."""

    services: tuple[str, ...]
    """None where it starts all that its profiles turn on; one that nobody knows where a script chooses them."""
    profiles: tuple[str, ...] = ()


class DeploymentSpec(msgspec.Struct, frozen=True):
    """One way in which the repository is started; paths are relative to the root."""

    name: str
    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    project_directory: str | None = None
    production: bool = False
    evidence: tuple[Label, ...] = ()
    project_name: str | None = None
    started: tuple[Started, ...] = ()
    """The commands that start several services."""
    env_files_elsewhere: bool = False
    """Whether a command gives an env file that is on its host alone."""
    only_built: bool = False
    """Whether the command lines that name the files build and push images with them, and start nothing."""

    @property
    def folder(self) -> str:
        """The project's folder, where Compose looks for `.env`: that of the first file, unless it is told another."""
        return dirname(self.files[0]) if self.project_directory is None else self.project_directory

    @property
    def commanded(self) -> bool:
        """Whether some line of the repository says that it is started: it was not only found."""
        return any(label.span.end for label in self.evidence)

    @property
    def is_stack(self) -> bool:
        """Whether `docker stack deploy` starts it, in a swarm."""
        return any(label.text.startswith("docker stack") for label in self.evidence)

    @property
    def joined_by_guess(self) -> bool:
        """Whether it has a file more only because that one needs services of the first."""
        return len(self.files) > 1 and not self.commanded and basename(self.files[-1]) not in OVERRIDE_FILES

    @property
    def only_noted(self) -> bool:
        """Whether comments in Compose files alone say that it is started: they may leave out what others add."""
        return all(_COMPOSE_NAME.search(label.span.path) for label in self.evidence)


class Unplaced(msgspec.Struct, frozen=True):
    """A Compose file that is no part of any deployment, and why, as a clause."""

    path: str
    reason: str


class Deployments(msgspec.Struct, frozen=True):
    specs: tuple[DeploymentSpec, ...]
    unplaced: tuple[Unplaced, ...]


def discover(workspace: Workspace, configured: Sequence[ConfiguredDeployment] = ()) -> Deployments:
    """The deployments, sorted by name. Where the configuration states some, those are all there are."""
    if configured:
        return Deployments(tuple(_stated(one) for one in configured), ())
    return _Discovery(workspace).run()


def _stated(one: ConfiguredDeployment) -> DeploymentSpec:
    production = one.production
    if production is None:
        production = _is_production([one.name, *one.files, *one.env_files])
    return DeploymentSpec(
        one.name, one.files, one.env_files, one.profiles, one.project_directory, production=production
    )


class _Outline(msgspec.Struct, frozen=True):
    """What a Compose file defines, as far as it matters for whether it stands alone."""

    services: dict[str, bool]
    """By name, whether the service says what to run."""
    bare: frozenset[str]
    """Services that say which image they run, and nothing else."""
    profiles: dict[str, frozenset[str]]
    """Of the services that have some."""
    claims: dict[str, frozenset[str]]
    """Host ports and container names, as written: no two running services can have the same."""
    needs: frozenset[str]
    """Services that others depend on or extend."""
    resources: frozenset[str]
    """`networks/x`, `volumes/x`, ... that are declared."""
    uses: frozenset[str]
    """The same that services use."""
    includes: tuple[str, ...]
    """Files that it includes, as written."""
    extends: tuple[str, ...]
    """Files with services that its own extend, as written."""


def _outline_of(file: YamlFile) -> _Outline | None:
    from dotmac_lint.readers.yaml import Mapping, Scalar, Sequence

    def entries(node: Node | None) -> dict[str, Node]:
        return {e.key.value: e.value for e in node.entries} if isinstance(node, Mapping) else {}

    def items(node: Node | None) -> tuple[Node, ...]:
        return node.items if isinstance(node, Sequence) else ()

    def names(node: Node | None) -> list[str]:
        """The items of a list of names, or the keys of the mapping that stands for one."""
        if isinstance(node, Sequence):
            return [item.value for item in items(node) if isinstance(item, Scalar)]
        return list(entries(node))

    top: dict[str, Node] = {}
    for document in file.documents:
        top |= entries(document)
    if not isinstance(top.get("services"), Mapping) and "include" not in top:
        return None
    services: dict[str, bool] = {}
    bare: set[str] = set()
    profiles: dict[str, frozenset[str]] = {}
    claims: dict[str, frozenset[str]] = {}
    needs: set[str] = set()
    uses: set[str] = set()
    includes: list[str] = []
    extended_files: list[str] = []
    for item in items(top.get("include")):
        paths = entries(item).get("path", item)
        includes += [paths.value] if isinstance(paths, Scalar) else names(paths)
    for name, body in entries(top.get("services")).items():
        service = entries(body)
        extends = service.get("extends")
        services[name] = bool(service.keys() & {"image", "build", "provider"}) or extends is not None
        if service.keys() <= _IMAGE_KEYS:
            bare.add(name)
        if own := names(service.get("profiles")):
            profiles[name] = frozenset(own)
        claimed = [
            port.value.rpartition(":")[0] for port in items(service.get("ports")) if isinstance(port, Scalar)
        ]
        if isinstance(container := service.get("container_name"), Scalar):
            claimed.append(f"name {container.value}")
        claims[name] = frozenset(claimed) - {""}
        needs.update(names(service.get("depends_on")))
        if isinstance(extends, Scalar):
            needs.add(extends.value)
        elif extends is not None:
            extended = entries(extends)
            where, which = extended.get("file"), extended.get("service")
            if isinstance(where, Scalar):
                extended_files.append(where.value)
            elif isinstance(which, Scalar):
                needs.add(which.value)
        uses.update(
            f"networks/{network}" for network in names(service.get("networks")) if network != "default"
        )
        for volume in items(service.get("volumes")):
            source = volume.value.partition(":") if isinstance(volume, Scalar) else ("", "", "")
            if source[1] and re.fullmatch(r"[A-Za-z0-9][\w.-]+", source[0]):
                uses.add(f"volumes/{source[0]}")
        for kind in ("secrets", "configs"):
            uses.update(f"{kind}/{resource}" for resource in names(service.get(kind)))
    resources = {f"{kind}/{n}" for kind in _RESOURCES for n in entries(top.get(kind))}
    return _Outline(
        services,
        frozenset(bare),
        profiles,
        claims,
        frozenset(needs),
        frozenset(resources),
        frozenset(uses),
        tuple(includes),
        tuple(extended_files),
    )


_RESOURCES = ("networks", "volumes", "secrets", "configs")


class _Way(NamedTuple):
    """What a command line gives beside the files."""

    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


class _Group:
    """A set of files that somebody starts together."""

    def __init__(self, files: tuple[str, ...], project_directory: str | None) -> None:
        self.files = files
        self.project_directory = project_directory
        self.ways: dict[_Way, list[Label]] = {}
        """The command lines that bring it up."""
        self.profiles: list[str] = []
        """Those of other command lines."""
        self.project_name: str | None = None
        self.evidence: list[Label] = []
        self.started: list[Started] = []
        self.env_files_elsewhere = False
        self.only_built: bool | None = None
        """None where no command line names it."""

    @property
    def labels(self) -> list[Label]:
        """The lines that name the files."""
        return [*self.evidence, *(label for labels in self.ways.values() for label in labels)]


def in_first_format(file: YamlFile) -> Range | None:
    """Where a file begins whose top level is nothing but services."""
    from dotmac_lint.readers.yaml import Mapping

    top = file.documents[0] if len(file.documents) == 1 else None
    entries = top.entries if isinstance(top, Mapping) else ()
    runs = {"image", "build", "extends"}
    if entries and all(isinstance(e.value, Mapping) and any(map(e.value.get, runs)) for e in entries):
        return entries[0].key.range
    return None


def sections_among_services(file: YamlFile) -> Iterator[tuple[str, Range]]:
    """The sections of a file that stand below `services:`, where Compose takes each for a service: nothing in them is
    what a service has."""
    from dotmac_lint.readers.yaml import Mapping, is_null

    for document in file.documents:
        services = document.get("services") if isinstance(document, Mapping) else None
        for entry in services.entries if isinstance(services, Mapping) else ():
            name, value = entry.key.value, entry.value
            if name in _SECTIONS and isinstance(value, Mapping) and value.entries:
                named = all(isinstance(one.value, Mapping) or is_null(one.value) for one in value.entries)
                if named and not any(map(value.get, _OF_SERVICES)):
                    yield name, entry.key.range


_SECTIONS = frozenset({"volumes", "networks", "secrets", "configs"})
_OF_SERVICES = (
    "build", "depends_on", "deploy", "develop", "environment", "extends", "extra_hosts", "healthcheck", "labels",
    "logging", "networks", "provider", "sysctls", "ulimits",
)  # fmt: skip
"""What is a mapping there, too."""


def may_be_compose(path: str) -> bool:
    return _COMPOSE_NAME.search(path) is not None and _SKIPPED.search(path) is None


def _is_environment_file(path: str) -> bool:
    return _ENVIRONMENT_FILE.fullmatch(basename(path)) is not None


class _Discovery:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.groups: dict[tuple[tuple[str, ...], str | None], _Group] = {}
        self._outlines: dict[str, _Outline | None] = {}
        self.unplaced: list[Unplaced] = []
        self.loose: list[tuple[str, str]] = []
        """Profiles that command lines without `-f` turn on and no service has that Compose starts then, each with
        the base: an override that is linked beside it has them."""
        self.overlaid: list[tuple[tuple[str | None, ...], tuple[str, ...]]] = []
        """The profiles of command lines that add a file which each machine has of its own, with the other files."""

    def run(self) -> Deployments:
        self._from_command_lines(find_command_lines(self.workspace))
        self._join_directories()
        self._from_development_containers()
        self._from_dip()
        self._from_default_pairs()
        self._from_single_files()
        for base, profile in self.loose:
            for group in self.groups.values():
                if group.files[0] == base and profile not in group.profiles:
                    group.profiles.append(profile)
        for files, profiles in self.overlaid:
            for group in self.groups.values():
                if group.files == files:
                    group.profiles += [p for p in _without_all(profiles) if p not in group.profiles]
        specs = _named(list(self._specs()))
        return Deployments(tuple(specs), tuple(sorted(self.unplaced, key=lambda u: u.path)))

    # ---- Compose files

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """The Compose files of the repository, fixtures and templates left out."""
        return tuple(path for path in self.workspace.chosen(may_be_compose) if self.outline(path))

    def outline(self, path: str) -> _Outline | None:
        """None where the file is no Compose file, or a template of one."""
        if path not in self._outlines:
            self._outlines[path] = self._outline(path)
        return self._outlines[path]

    def _outline(self, path: str) -> _Outline | None:
        data = self.workspace.bytes(path)
        if data is not None and not (b"services" in data or b"include" in data):
            return None
        source = self.workspace.source(path)
        if source is not None and _TEMPLATE.search(source.text):
            return None
        file = self.workspace.yaml(path)  # one that is too large is told
        return None if file is None else _outline_of(file)

    def incomplete(self, files: Sequence[str], *, lenient: bool = False) -> str | None:
        """Why the files do not make a project on their own, as a clause; None where they do.

        `lenient` takes references to nothing for mistakes, not for signs of an overlay; so it does
        services that overlays add without saying what they run, where the first file is a project.
        """
        if lenient and len(files) > 1 and self.incomplete(files[:1], lenient=True) is None:
            return None
        services: dict[str, bool] = {}
        needs: set[str] = set()
        uses: set[str] = set()
        resources: set[str] = set()
        pending, seen = list(files), set(files)
        included = False
        while pending:
            path = pending.pop()
            outline = self.outline(path)
            if outline is None:
                included = True
                continue
            for name, runnable in outline.services.items():
                services[name] = services.get(name, False) or runnable
            needs |= outline.needs
            uses |= outline.uses if path in files else set()  # an included service may be overridden
            resources |= outline.resources
            for other in outline.includes:
                inside = normalise(join(dirname(path), other)) if "$" not in other else None
                if inside is None or self.workspace.kind(inside) != "file":
                    included = True
                elif inside not in seen:
                    seen.add(inside)
                    pending.append(inside)
        if not services and not included:
            return "defines no services"
        for name, runnable in services.items():
            if not runnable:
                return f"its service `{name}` has neither an image nor a build"
        missing = sorted(needs - services.keys()) + sorted(uses - resources)
        if missing and not included and not lenient:
            return f"`{missing[0].rpartition('/')[2]}` is not defined"
        return None

    # ---- where deployments come from

    def group(self, files: tuple[str, ...], project_directory: str | None = None) -> _Group:
        if project_directory == dirname(files[0]):
            project_directory = None
        return self.groups.setdefault((files, project_directory), _Group(files, project_directory))

    def default_pair(self, folder: str) -> tuple[str, ...] | None:
        """What Compose takes in `folder` when no file is named (compose-go, cli/options.go)."""
        first = default_file(self.workspace, folder)
        if first is None:
            return None
        where = dirname(first)
        stated = self.environment_files.get(where)
        if stated is not None and stated.files:
            return stated.files
        for name in OVERRIDE_FILES:
            if self.workspace.kind(override := join(where, name)) == "file" and self.outline(override):
                return (first, override)
        return (first,)

    @cached_property
    def environment_files(self) -> dict[str, _Stated]:
        """By folder, what `.env`, or the example that stands for it, states of COMPOSE_*."""
        found: dict[str, _Stated] = {}
        for path in self.workspace.chosen(_is_environment_file):
            name = basename(path)
            data = self.workspace.bytes(path)
            if data is None or b"COMPOSE_" not in data or (name != ".env" and dirname(path) in found):
                continue
            stated = self._stated_in(path)
            if stated is not None:
                found[dirname(path)] = stated
        return found

    def _stated_in(self, path: str) -> _Stated | None:
        from dotmac_lint.readers.dotenv import evaluate

        env_file = self.workspace.env_file(path, "compose")
        if env_file is None:
            return None
        values = evaluate(env_file, {})
        folder = dirname(path)
        files: list[str] = []
        text = values.get("COMPOSE_FILE") or ""
        separator = values.get("COMPOSE_PATH_SEPARATOR") or (";" if ";" in text else ":")
        for name in text.split(separator) if text else ():
            inside = normalise(join(folder, name.strip()))
            if inside is None or self.workspace.kind(inside) != "file":
                files = []
                break
            files.append(inside)
        entry = env_file.last("COMPOSE_FILE") or env_file.last("COMPOSE_PROFILES")
        if entry is None:
            return None
        profiles = tuple(p.strip() for p in (values.get("COMPOSE_PROFILES") or "").split(",") if p.strip())
        return _Stated(tuple(files), profiles, values.get("COMPOSE_PROJECT_NAME"), entry.range.at(path))

    def _from_command_lines(self, lines: Iterable[CommandLine]) -> None:
        lines = tuple(lines)
        started = {word.path for line in lines if line.subcommand in STARTS for word in line.files}
        for line in lines:
            if not line.complete or (line.subcommand in _LOOKS_ONLY and len(line.files) < 2):
                continue
            if line.subcommand in _ENDS and not started.isdisjoint(word.path for word in line.files):
                continue  # it takes down in one go what is started otherwise
            if line.files:
                files: tuple[str, ...] | None = tuple(
                    dict.fromkeys(w.path for w in line.files if w.path is not None)
                )
                if not all(word.exists for word in line.files):
                    self.overlaid.append((tuple(w.path for w in line.files if w.exists), line.profiles))
                    continue
            else:
                files = self.default_pair(line.directory)
                if files and files[0] in self.included:
                    continue  # a script of the folder is run where the including file lies
            if not files or all(self.outline(path) is None for path in files):
                continue
            if any(_SKIPPED.search(path) and ("{" in path or not line.files) for path in files):
                continue
            if _PUT_ASIDE.search(line.span.path) and any(map(_PUT_ASIDE.search, files)):
                continue
            if self.incomplete(files, lenient=True) is not None:
                continue
            directory = line.project_directory.path if line.project_directory else None
            group = self.group(files, directory)
            way = _Way(self._env_files(line, directory or dirname(files[0])), _without_all(line.profiles))
            evidence = group.evidence
            group.env_files_elsewhere |= any(word.path is None for word in line.env_files)
            if not line.guessed:
                group.only_built = group.only_built is not False and line.subcommand in _BUILDS
            if line.subcommand in STARTS:
                evidence = group.ways.setdefault(way, [])
            elif way.env_files:
                group.ways.setdefault(way, [])
            group.profiles += [p for p in way.profiles if p not in group.profiles]
            if not line.files:
                known = self._existing(files, way.profiles)
                self.loose += [(files[0], profile) for profile in way.profiles if profile not in known]
            group.project_name = group.project_name or line.project_name
            all_meant = not (line.vague or self._fetches(line))
            if line.subcommand in _STARTS_MANY and (line.services or all_meant):
                names = (OPEN,) if _chooses(self.workspace, line) else (s.name for s in line.services)
                group.started.append(Started(tuple(names), way.profiles))
            evidence.append(Label(line.span, _shown(self.workspace, line)))

    def _join_directories(self) -> None:
        """A comment in a Compose file without the project directory which others give, and from where alone the paths
        lead to files, is short for theirs; so are other lines, where more of them give it."""
        for (files, directory), group in [*self.groups.items()]:
            given = [own for others, own in self.groups if own is not None and others[0] == files[0]]
            if directory is not None or len(set(given)) != 1 or not self._leads(files[0], given[0]):
                continue
            other = self.groups.get((files, given[0]))
            fewer = other is not None and len(group.labels) < len(other.labels)
            if fewer or all(_COMPOSE_NAME.search(label.span.path) for label in group.labels):
                other = self.group(files, given[0])
                for way, shown in group.ways.items():
                    other.ways.setdefault(way, []).extend(shown)
                del self.groups[files, directory]

    def _fetches(self, line: CommandLine) -> bool:
        """Whether the document brings the Compose file that it starts into another folder, or shows one to be made."""
        path = line.span.path
        return (
            line.kind == "document"
            and not line.files
            and (_brings(self.workspace, path) or _shows(self.workspace, path))
        )

    def _env_files(self, line: CommandLine, directory: str) -> tuple[str, ...]:
        """The env files, if they are there or could be: what is not committed has its folder at least."""
        paths = tuple(word.path for word in line.env_files if word.path is not None)
        if len(paths) < len(line.env_files) or paths == (join(directory, ".env"),):
            return ()
        there = all(
            self.workspace.kind(path) == "file"
            or (".env" in basename(path) and self.workspace.kind(dirname(path)) == "directory")
            for path in paths
        )
        return tuple(dict.fromkeys(paths)) if there else ()

    def _from_development_containers(self) -> None:
        """`dockerComposeFile` of devcontainer.json, and what `runServices` starts (containers.dev, JSON reference)."""
        for path in self.workspace.named("devcontainer.json"):
            for group, text in self._stated_by(path, _DEVCONTAINER, _QUOTED, "dockerComposeFile"):
                starts = dict(_DEVCONTAINER_STARTS.findall(text))
                names = _QUOTED.findall(starts.get("runServices", ""))
                if names:
                    group.started.append(Started((*_QUOTED.findall(starts.get("service", "")), *names)))

    def _from_dip(self) -> None:
        """`compose.files` of dip.yml, whose commands run one service each, with what it depends on (README of dip)."""
        for path in (*self.workspace.named("dip.yml"), *self.workspace.named(".dip.yml")):
            for group, text in self._stated_by(path, _DIP_FILES, _LISTED, "dip takes them"):
                group.started += [Started((service,)) for service in _DIP_RUNS.findall(text)]

    def _stated_by(
        self, path: str, statement: re.Pattern[str], file: re.Pattern[str], told: str
    ) -> Iterator[tuple[_Group, str]]:
        """The group of the Compose files that `path` states, if all of them are there, and the text of `path`."""
        source = self.workspace.source(path)
        stated = statement.search(source.text) if source is not None else None
        if source is None or stated is None:
            return
        files = [normalise(join(dirname(path), name)) for name in file.findall(stated["files"])]
        known = tuple(file for file in files if file is not None and self.outline(file) is not None)
        if known and len(known) == len(files) and self.incomplete(known, lenient=True) is None:
            group = self.group(known)
            group.evidence.append(Label(Span(path, *stated.span("files")), told))
            yield group, source.text

    def _from_default_pairs(self) -> None:
        folders = {dirname(path) for path in self.candidates if basename(path) in DEFAULT_FILES}
        for folder in sorted(folders | self.environment_files.keys()):
            files = self.default_pair(folder)
            elsewhere = files and (files[0] in self.included or any(files == own for own, _ in self.groups))
            if elsewhere and (files, None) not in self.groups:
                continue  # it is started from another folder
            started = not folder or (files or (), None) in self.groups or folder in self.environment_files
            if not files or self.incomplete(files, lenient=started) is not None:
                continue
            if any(self.outline(path) is None for path in files):
                continue
            group = self.group(files)
            stated = self.environment_files.get(folder)
            if stated is not None:
                if stated.profiles:
                    group.ways.setdefault(_Way((), stated.profiles), [])
                    group.started.append(Started((), stated.profiles))
                group.project_name = group.project_name or stated.project_name
                group.evidence.append(Label(stated.span, "COMPOSE_* is set here"))
            if not group.evidence and not any(group.ways.values()):
                group.evidence.append(Label(Span(files[0], 0, 0), "Compose takes it where no file is named"))

    def _from_single_files(self) -> None:
        used = {path for files, _ in self.groups for path in files}
        used |= self.included
        used |= self._inside(lambda outline: outline.extends)
        twins = self._twins()
        bases = [
            path for path in self.candidates if not self._overlay(path) and self.incomplete((path,)) is None
        ]
        for path in self.candidates:
            if path in used:
                continue
            if path in twins:
                self.unplaced.append(
                    Unplaced(path, f"Compose takes `{basename(twins[path])}` of the same folder instead")
                )
                continue
            if self._overlay(path) and _EXAMPLE.search(path):
                self.unplaced.append(Unplaced(path, "it is an example of an override"))
                continue
            if _TO_BE_FILLED.search(path):
                self.unplaced.append(Unplaced(path, "it is named as a template"))
                continue
            if is_fetched(self.workspace, path):
                self.unplaced.append(Unplaced(path, "a script downloads it, and it has another name there"))
                continue
            reason = "it is named as an override" if self._overlay(path) else self.incomplete((path,))
            base = self._base_of_images(path) if reason is None else self._base(path, bases)
            if reason is None and base is None and (above := self._base_above(path)) is not None:
                text = f"its services are those of `{above}`, from where its paths lead to files"
                self.group((above, path)).evidence.append(Label(Span(path, 0, 0), text))
                continue
            if reason is None:
                if base is None:
                    evidence = Label(Span(path, 0, 0), "it is complete in itself")
                    self.group((path,), self._directory_of_its_like(path)).evidence.append(evidence)
                    continue
                reason = "it only says which images the services of another file run"
            if base is not None and self.incomplete((*base, path)) is None:
                text = f"its services are those of `{base[0]}`"
                self.group((*base, path)).evidence.append(Label(Span(path, 0, 0), text))
            else:
                self.unplaced.append(Unplaced(path, reason))

    def _directory_of_its_like(self, path: str) -> str | None:
        """The project directory that other files of the folder are started with, where the paths in the file `path`
        lead to files only from there; None for its own folder."""
        likes = {directory for files, directory in self.groups if dirname(files[0]) == dirname(path)}
        fitting = [directory for directory in likes if directory is not None and self._leads(path, directory)]
        return fitting[0] if len(fitting) == 1 else None

    def _base_above(self, path: str) -> str | None:
        """The file of the folder above from which alone the paths in the file `path` lead to files, and which has all
        its services: `compose.yaml` for `docker/docker-compose.yaml`."""
        own, folder, name = self.outline(path), dirname(dirname(path)), basename(path)
        for other in self.candidates if own is not None and dirname(path) else ():
            if dirname(other) == folder and name != basename(other) and name.endswith(basename(other)):
                base = self.outline(other)
                if base and own and own.services.keys() <= base.services.keys() and self._leads(path, folder):
                    return other
        return None

    def _leads(self, path: str, directory: str) -> bool:
        """Whether the paths in the file `path` lead to files from the directory, and to none from its own folder."""
        source = self.workspace.source(path)
        written = _RELATIVE.findall(source.text) if source is not None else []

        def there(directory: str) -> int:
            inside = (normalise(join(directory, name)) for name in written)
            return sum(name is not None and self.workspace.kind(name) is not None for name in inside)

        return bool(there(directory)) and not there(dirname(path))

    @cached_property
    def included(self) -> set[str]:
        return self._inside(lambda outline: outline.includes)

    def _inside(self, names: Callable[[_Outline], Iterable[str]]) -> set[str]:
        """The files that Compose files name, as `names` has them of each."""
        outlines = ((path, self.outline(path)) for path in self.candidates)
        paths = (normalise(join(dirname(p), name)) for p, o in outlines if o is not None for name in names(o))
        return {path for path in paths if path is not None}

    def _twins(self) -> dict[str, str]:
        """Default files that Compose passes over for another in the same folder."""
        result = {}
        for path in self.candidates:
            if basename(path) in DEFAULT_FILES:
                first = default_file(self.workspace, dirname(path))
                if first is not None and first != path:
                    result[path] = first
        return result

    def _overlay(self, path: str) -> bool:
        return _OVERRIDE.search(path) is not None

    def _base(self, path: str, bases: list[str]) -> tuple[str, ...] | None:
        """The one file of the same folder that has all the services that `path` only changes."""
        outline = self.outline(path)
        if outline is None:
            return None
        changed = {name for name, runnable in outline.services.items() if not runnable} | outline.needs
        fitting = []
        for base in bases:
            other = self.outline(base)
            if base != path and dirname(base) == dirname(path) and other is not None:
                have = other.services.keys() | outline.services.keys()
                if changed <= have and (outline.services.keys() & other.services.keys() or not changed):
                    fitting.append(base)
        pair = self.default_pair(dirname(path))
        if pair is not None and pair[0] in fitting and dirname(pair[0]) == dirname(path):
            return pair[:1]
        return (fitting[0],) if len(fitting) == 1 and changed else None

    def _base_of_images(self, path: str) -> tuple[str, ...] | None:
        """The default file whose services `path` gives other images, and nothing else."""
        outline = self.outline(path)
        for folder in dict.fromkeys((dirname(path), "")):
            pair = self.default_pair(folder)
            base = self.outline(pair[0]) if pair and path not in pair else None
            if (
                outline
                and base
                and outline.bare == outline.services.keys() <= base.services.keys() - base.bare
            ):
                return pair
        return None

    # ---- what they are called

    def _specs(self) -> Iterator[DeploymentSpec]:
        for group in self.groups.values():
            ways = list(self._ways(group))
            env_files = Counter(way.env_files for way, _ in ways)
            for way, evidence in ways:
                words = _words(*group.files, *(way.env_files if len(env_files) > 1 else ()))
                words += way.profiles if env_files[way.env_files] > 1 else ()
                yield DeploymentSpec(
                    name="-".join(words) or "default",
                    files=group.files,
                    env_files=way.env_files,
                    profiles=way.profiles,
                    project_directory=group.project_directory,
                    production=_is_production((*group.files, *way.env_files))
                    and not _is_tried_only((*evidence, *group.evidence)),
                    evidence=(*evidence, *group.evidence),
                    project_name=group.project_name,
                    started=_usual(group.started),
                    env_files_elsewhere=group.env_files_elsewhere,
                    only_built=bool(group.only_built)
                    and not any(basename(path) in DEFAULT_FILES for path in group.files),
                )

    def _ways(self, group: _Group) -> Iterator[tuple[_Way, list[Label]]]:
        """The ways to start the group: each env file, and each set of profiles that excludes the others."""
        ways = group.ways or {_Way(): []}
        env_files = dict.fromkeys(way.env_files for way in ways)
        if any(files and set(_words(*files)) <= set(_words(*group.files)) for files in env_files):
            env_files.pop((), None)  # those without were meant alike
        for files in env_files:
            meant = {files} if () in env_files else {files, ()}
            own: dict[tuple[str, ...], list[Label]] = {}
            for way, labels in ways.items():
                if way.env_files in meant:
                    own.setdefault(self._existing(group.files, way.profiles), []).extend(labels)
            for profiles in self._profile_sets(group, list(own)):
                fitting = [labels for asked, labels in own.items() if set(asked) <= set(profiles)]
                yield _Way(files, profiles), [label for labels in fitting for label in labels]

    def _existing(self, files: Sequence[str], profiles: Iterable[str]) -> tuple[str, ...]:
        """The profiles that some service of the files has."""
        outlines = [outline for path in files if (outline := self.outline(path)) is not None]
        known = {profile for outline in outlines for own in outline.profiles.values() for profile in own}
        elsewhere = any(outline.includes or outline.extends for outline in outlines)
        return tuple(profile for profile in profiles if elsewhere or profile in known)

    def _profile_sets(self, group: _Group, asked: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """The sets of profiles that are deployments of their own.

        Profiles are mostly started one after the other, in one project. Those whose services cannot run side by
        side, because they have the same port or the same name, are alternatives.
        """
        if len(asked) > MAX_ASKED:
            return [tuple(dict.fromkeys(profile for one in asked for profile in one))]
        others = self._existing(group.files, group.profiles)
        everything = [] if any(asked) or others else self._without_which_nothing_starts(group.files)
        asked = [(profile,) for profile in everything] or asked
        union = tuple(dict.fromkeys(profile for one in (*asked, others) for profile in one))
        sets = {frozenset(one): one for one in reversed(asked)}
        largest = [one for key, one in sets.items() if not any(key < other for other in sets)][::-1]
        holders: dict[str, list[frozenset[str]]] = {}
        for path in group.files:
            if (outline := self.outline(path)) is None:
                continue
            for name, profiles in outline.profiles.items():
                for claim in outline.claims[name]:
                    holders.setdefault(claim, []).append(profiles & frozenset(union))
        several = ([*dict.fromkeys(own)][:50] for own in holders.values())
        rivals = (pair for own in several for pair in combinations(own, 2) if all(pair))
        clash = any(not any(one & key and two & key for key in sets) for one, two in rivals)
        if clash and everything:
            return [()]  # which of them is started, nobody says
        return largest if clash and len(largest) <= MAX_PROFILE_SETS else [union]

    def _without_which_nothing_starts(self, files: Sequence[str]) -> list[str]:
        """The profiles of the files, where all services have some."""
        outlines = [self.outline(path) for path in files]
        free = any(
            one is None or one.includes or one.extends or one.services.keys() - one.profiles
            for one in outlines
        )
        own = (profiles for one in outlines if one is not None for profiles in one.profiles.values())
        return [] if free else sorted({profile for profiles in own for profile in profiles})


def _usual(commands: list[Started]) -> tuple[Started, ...]:
    """The commands, but for those that name no service where ten times as many do: they are short for those."""
    named = [command for command in commands if command.services]
    all_named = len(named) > 10 * (len(commands) - len(named))
    return tuple(dict.fromkeys(named if all_named else commands))


def _without_all(profiles: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(profile for profile in profiles if profile != "*"))


def _named(specs: list[DeploymentSpec]) -> list[DeploymentSpec]:
    """Unique names: what several share gets the folders, then all words of the files, then a number."""
    overridden = {spec.files[:1] for spec in specs if _split(spec.files[-1])[-2:-1] == ["override"]}
    choices = [_names(spec, "base" if spec.files in overridden else "default") for spec in specs]
    level = [0] * len(specs)
    for _ in range(4):
        names = [choice[at] for choice, at in zip(choices, level, strict=True)]
        counts = Counter(names)
        level = [
            at + (counts[name] > 1 and at + 1 < len(choice))
            for at, name, choice in zip(level, names, choices, strict=True)
        ]
    taken: Counter[str] = Counter()
    result = []
    for spec, choice, at in zip(specs, choices, level, strict=True):
        name = choice[at]
        taken[name] += 1
        name = f"{name}-{taken[name]}" if taken[name] > 1 else name
        result.append(msgspec.structs.replace(spec, name=name))
    return sorted(result, key=lambda spec: spec.name)


def _names(spec: DeploymentSpec, plain: str) -> tuple[str, ...]:
    """What a deployment could be called, the shortest name first; `plain` where the files say nothing."""
    folders = "-".join(dict.fromkeys(dirname(path).strip("./").replace("/", "-") for path in spec.files))
    prefix = f"{folders.strip('-')}-" if folders.strip("-") else ""
    raw = []
    for paths in (spec.files, (*spec.files, *spec.env_files)):
        words = "-".join(dict.fromkeys(w for path in paths for w in _split(path) if w not in _SUFFIXES))
        raw.append("default" if words == "override" else words or plain)
    return (spec.name, prefix + spec.name, *(prefix + words for words in raw))


@fact(bool)
def _brings(workspace: Workspace, path: str) -> bool:
    source = workspace.source(path)
    return source is not None and _FETCHES.search(source.text) is not None


@fact(bool)
def _shows(workspace: Workspace, path: str) -> bool:
    document = workspace.document(path)
    return document is not None and any(SERVICES.search(block.text) for block in document.code_blocks)


def _chooses(workspace: Workspace, line: CommandLine) -> bool:
    """Whether the services are those that the script has put into a list: `up -d "${WANTED[@]}"`."""
    source = workspace.source(line.span.path)
    listed = _LISTED_SERVICES.match(source.text, line.span.start) if source is not None else None
    return listed is not None and source is not None and f"{listed[1]}+=(" in source.text


class _Stated(msgspec.Struct, frozen=True):
    files: tuple[str, ...]
    profiles: tuple[str, ...]
    project_name: str | None
    span: Span


def _shown(workspace: Workspace, line: CommandLine) -> str:
    source = workspace.source(line.span.path)
    text = line.span.range.slice(source.text) if source is not None else ""
    text = re.sub(r"[\s\\]+", " ", text)
    return text if len(text) <= 200 else text[:199] + "…"


def _split(path: str) -> list[str]:
    return [word for word in re.split(r"[._\-]+", basename(path).lower()) if word]


def _words(*paths: str) -> list[str]:
    """What sets the files apart, environments in full: `docker-compose.prod.yml` gives production."""
    words = (word for path in paths for word in _split(path) if word not in _SUFFIXES | _PLAIN_WORDS)
    return list(dict.fromkeys(_ENVIRONMENTS.get(word, word) for word in words))


def _is_production(paths: Iterable[str]) -> bool:
    """Whether one of the files is for production, and not for a trial of it: `compose.prod.local.yml`."""
    return any("production" in words and _TRIALS.isdisjoint(words) for words in map(_words, paths))


_TESTS = regex(r"(^|/)(tests?|e2e|smoke)([/_.-]|$)", re.IGNORECASE)


def _is_tried_only(evidence: Iterable[Label]) -> bool:
    """Whether nothing but tests starts it, as far as is known."""
    paths = {label.span.path for label in evidence}
    return bool(paths) and all(map(_TESTS.search, paths))


def is_development(paths: Iterable[str]) -> bool:
    """Whether one of the files, or its folder, is for developers or tests. An override is, but for production's."""
    parts = (part for path in paths for part in path.split("/"))
    words = {_ENVIRONMENTS.get(word, word) for part in parts for word in _split(part)}
    meant = {"development", "test", "staging", "override", "ci", "e2e", "cypress", "debug", "devcontainer"}
    return "production" not in words and not words.isdisjoint(meant)
