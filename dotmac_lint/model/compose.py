"""Compose projects: files merged, extended and included as Compose does, every value with its place.

Source of behaviour: Compose specification ("Merge", "Extend", "Include", "Services top-level elements");
compose-go `override/` and `loader/`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from dotmac_lint.known import MAXIMUM_VALUE, TOO_LONG, Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_merge import (
    as_build,
    as_table,
    extend_service,
    merge_projects,
    mount_parts,
    unified,
)
from dotmac_lint.model.compose_tree import (
    UNKNOWN_CHARACTER,
    Budget,
    ComposeProblem,
    Given,
    Items,
    Leaf,
    Origin,
    ProblemKind,
    Reference,
    Row,
    Scope,
    Table,
    Text,
    Tree,
    Wrapper,
    flag,
    leaves,
    path_text,
    resolve,
    text_of,
    unquoted,
)
from dotmac_lint.model.environment import Variable
from dotmac_lint.model.shell_words import Word, split_words
from dotmac_lint.source import Span
from dotmac_lint.workspace import Workspace

MAXIMUM_FILES = 500
"""That a project includes or extends."""
MAXIMUM_INCLUDES = 50
"""Files of which each includes the next."""
MAXIMUM_EXTENDS = 50
"""Services of which each extends the next."""
MAXIMUM_EXTENDED = 50_000
"""Entries that services take over from those that they extend."""
_Lookup = Callable[[str], Known[str] | Unknown | None]
EXAMPLES = (".example", ".sample", ".template", ".dist", ".tmpl", ".default", "-example", ".defaults")

_TOO_MANY_EXTENDS = "Too much is extended here: what follows is not taken over."
_INCLUDED = frozenset({"services", "volumes", "networks", "secrets", "configs", "models"})


class Declaration(msgspec.Struct, frozen=True):
    """A top-level volume, network, secret or config."""

    name: str
    span: Span
    external: bool
    file: Text | None
    node: object


class EnvFileReference(msgspec.Struct, frozen=True):
    path: Text
    required: bool
    format: str | None
    span: Span


class Build(msgspec.Struct, frozen=True):
    """What is built. `dockerfile` is relative to the root; None with `inline`."""

    context: Text
    dockerfile: Text | None
    inline: str | None
    inline_span: Span | None
    target: Text | None
    args: dict[str, Variable]
    additional_contexts: dict[str, Text]
    span: Span


class Mount(msgspec.Struct, frozen=True, gc=False):
    """`source` is a path relative to the root for a bind, a name for a volume; None where there is none."""

    type: str
    source: Text | None
    target: Text
    read_only: bool
    create_host_path: bool | None
    span: Span
    source_span: Span | None


class Command(msgspec.Struct, frozen=True):
    form: Literal["exec", "shell"]
    words: tuple[Text, ...]
    span: Span


class Healthcheck(msgspec.Struct, frozen=True):
    """`test` begins with CMD, CMD-SHELL or NONE; a plain text is what CMD-SHELL runs."""

    test: tuple[Text, ...]
    disable: bool
    span: Span


class Dependency(msgspec.Struct, frozen=True):
    name: str
    condition: str
    required: bool
    span: Span


class Block(msgspec.Struct, frozen=True):
    """A service's own `environment:`, where a line may be added. `shared`: others have it too."""

    path: str
    span: Span
    key_span: Span | None
    form: Literal["mapping", "list"]
    flow: bool
    shared: bool
    last: Span | None


@dataclass
class Service:
    """A service after the merge. What has no field here is asked for by `attribute`."""

    name: str
    key: Span
    keys: tuple[Span, ...]
    active: bool
    node: Table
    image: Text | None = None
    build: Build | None = None
    environment: tuple[Variable, ...] = ()
    environment_block: Block | None = None
    env_files: tuple[EnvFileReference, ...] = ()
    mounts: tuple[Mount, ...] = ()
    command: Command | None = None
    entrypoint: Command | None = None
    healthcheck: Healthcheck | None = None
    depends_on: tuple[Dependency, ...] = ()
    profiles: tuple[str, ...] = ()
    working_dir: Text | None = None
    container_name: Text | None = None
    hostname: Text | None = None
    network_mode: Text | None = None

    def attribute(self, *names: str) -> Tree | None:
        return self.node.get(*names)


@dataclass
class Project:
    name: str | None
    files: tuple[str, ...]
    services: dict[str, Service] = field(default_factory=dict)
    volumes: dict[str, Declaration] = field(default_factory=dict)
    networks: dict[str, Declaration] = field(default_factory=dict)
    secrets: dict[str, Declaration] = field(default_factory=dict)
    configs: dict[str, Declaration] = field(default_factory=dict)
    problems: tuple[ComposeProblem, ...] = ()
    interpolations: tuple[Reference, ...] = ()
    complete: bool = True
    """Whether every file was read: what is declared nowhere here is declared nowhere."""
    workspace: Workspace | None = None
    scope: Scope = field(default_factory=dict)


def load_project(
    workspace: Workspace,
    files: Sequence[str],
    env_files: Sequence[str] = (),
    profiles: Sequence[str] = (),
    project_directory: str | None = None,
    environment: Mapping[str, str | Unknown] | None = None,
) -> Project:
    """The project of `docker compose -f FILE ...` in a shell with `environment`; paths are relative to the root.
    Never raises."""
    host = environment or {}
    asked = (tuple(files), tuple(env_files), tuple(profiles), project_directory, host)
    project: Project = workspace.remembered(
        f"project {asked!r}",
        lambda: _Loader(workspace, host).load(files, env_files, profiles, project_directory),
    )
    return project


def stand_in(workspace: Workspace, path: str) -> str | None:
    """The committed example of an env file that is not committed: `.env.example` for `.env`."""
    folder, name = posixpath.split(path)
    candidates = (posixpath.join(folder, other) for other in example_names(name))
    return next(filter(workspace.is_listed, candidates), None)


def example_names(name: str) -> list[str]:
    """How the example of an env file may be called, the usual first."""
    names = [name + suffix for suffix in EXAMPLES]
    names += [f"{name.removeprefix('.')}{suffix}" for suffix in EXAMPLES]
    stem, dot, suffix = name.rpartition(".")
    if stem and dot:
        names += [f"{stem}{example}.{suffix}" for example in EXAMPLES]
    return names


def env_file_layers(
    project: Project, service: Service
) -> Iterator[tuple[EnvFileReference, tuple[Variable, ...] | None]]:
    """What each `env_file` gives; None where it is not in the repository and no example stands for it.

    A file may interpolate, in this order, what the project's files see, the service's own `environment`, the
    files before it, and itself (compose-go, Project.WithServicesEnvironmentResolved).
    """
    own = {variable.name: variable.value for variable in service.environment if variable.value is not None}
    earlier: dict[str, Known[str] | Unknown | None] = {}

    def lookup(name: str) -> Known[str] | Unknown | None:
        given = project.scope.get(name)
        return (given.value if given else None) or own.get(name) or earlier.get(name)

    for reference in service.env_files:
        variables = _env_file(project.workspace, reference, lookup)
        yield reference, variables
        earlier.update((variable.name, variable.value) for variable in variables or ())


def _env_file(
    workspace: Workspace | None, reference: EnvFileReference, lookup: _Lookup
) -> tuple[Variable, ...] | None:
    path = reference.path
    if workspace is None or not isinstance(path.value, Known) or path.outside:
        return None
    name, placeholder = path.value.value, False
    if workspace.kind(name) != "file":
        example = stand_in(workspace, name)
        if example is None:
            return None if reference.required else ()
        name, placeholder = example, True
    if workspace.env_file(name, _dialect(reference.format)) is None:
        return None  # it cannot be read
    return tuple(_env_variables(workspace, name, lookup, placeholder, reference.format))


def _dialect(form: str | None) -> Literal["docker", "compose"]:
    return "docker" if form == "raw" else "compose"


def _env_variables(
    workspace: Workspace,
    path: str,
    lookup: _Lookup,
    placeholder: bool,
    form: str | None = None,
) -> Iterator[Variable]:
    from dotmac_lint.readers.dotenv import evaluate

    def plain(name: str) -> str | Unknown | None:
        found = lookup(name)
        return found.value if isinstance(found, Known) else found

    file = workspace.env_file(path, _dialect(form))
    if file is None:
        return

    def in_part(name: str) -> str | Unknown | None:
        return UNKNOWN_CHARACTER if isinstance(found := plain(name), Unknown) else found

    values = evaluate(file, plain, unset=Unknown("set by the host"))
    urls = {entry.key for entry in file.entries if "://" in (entry.value or "")}
    uncertain = {key for key in urls if isinstance(values.get(key), Unknown)}
    certain = evaluate(file, in_part, unset=UNKNOWN_CHARACTER) if uncertain and not placeholder else {}
    last = {entry.key: entry for entry in file.entries}
    too_long = next((entry for key, entry in last.items() if values.get(key) is TOO_LONG), None)
    if too_long is not None:
        size = f"over {MAXIMUM_VALUE // 1024} KB"
        message = f"The value of `{too_long.key}` grows to {size} once its variables are put in."
        workspace.report(too_long.key_range.at(path), message)
    for entry in file.entries:
        if last[entry.key] is not entry or entry.key not in values:
            continue
        value = values[entry.key]
        yield Variable(
            name=entry.key,
            value=value if isinstance(value, Unknown) else Known(value or ""),
            name_span=entry.key_range.at(path),
            span=entry.range.at(path),
            mechanism="env_file",
            value_span=entry.value_range.at(path) if entry.value_range else None,
            raw=entry.value,
            references=tuple(part.name for part in entry.parts if not isinstance(part, str)),
            certain=str(certain[entry.key]) if entry.key in certain and entry.key in uncertain else None,
            placeholder=placeholder,
        )


def _size(node: Tree) -> int:
    return len(node.rows) if isinstance(node, Table) else len(node.items) if isinstance(node, Items) else 1


class _Loader:
    def __init__(self, workspace: Workspace, host: Mapping[str, str | Unknown]) -> None:
        self.workspace = workspace
        self.host: Scope = {
            name: Given(value if isinstance(value, Unknown) else Known(value)) for name, value in host.items()
        }
        self.problems: list[ComposeProblem] = []
        self.leaves: list[Leaf] = []
        self.loaded: list[str] = []
        self.complete = True
        self.budget = Budget()
        self.extension_files: dict[tuple[str, str, int], list[Table]] = {}
        self.extensions: dict[tuple[str, str, str, int], tuple[Table, int]] = {}
        self.copied = 0
        self.counts: dict[int, int] = {}

    def problem(
        self, message: str, span: Span, kind: ProblemKind, name: str = "", known: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(ComposeProblem(message, span, kind, name, known))

    def limit(self, message: str, span: Span, kind: ProblemKind) -> None:
        """Something is too much: said once."""
        self.complete = False
        if all(problem.message != message for problem in self.problems):
            self.problem(message, span, kind)

    def leads_outside(self, text: Text) -> bool:
        """Whether a path leaves the repository, by itself or by a link: said, since what it names is not read."""
        if not isinstance(text.value, Known):
            return False
        if not text.outside and not self.workspace.leads_outside(text.value.value):
            return False
        message = f"`{text.raw}` lies outside what is linted, and is not read."
        self.problem(message, text.span, "outside")
        return True

    def load(
        self, files: Sequence[str], env_files: Sequence[str], profiles: Sequence[str], directory: str | None
    ) -> Project:
        base = posixpath.dirname(files[0]) if directory is None and files else directory or ""
        scope = self.scope(base, env_files, self.host)
        if "COMPOSE_PROJECT_NAME" not in scope:
            scope["COMPOSE_PROJECT_NAME"] = Given(self.project_name(files, base, scope))
        root = self.project(files, base, scope, ())
        active = set(profiles)
        asked = scope.get("COMPOSE_PROFILES")
        if asked and isinstance(asked.value, Known) and not profiles:
            active |= {name.strip() for name in asked.value.value.split(",")}
        name = text_of(root.get("name"))
        project = Project(
            name=name.value.value
            if name and isinstance(name.value, Known)
            else posixpath.basename(base) or None,
            files=tuple(dict.fromkeys(self.loaded)),
            workspace=self.workspace,
            scope=scope,
        )
        services = root.get("services")
        self.share(services)
        for row in services.rows.values() if isinstance(services, Table) else ():
            if isinstance(row.value, Table):
                project.services[row.key.raw] = self.service(row, row.value, active)
        for kind, found in (
            ("volumes", project.volumes), ("networks", project.networks),
            ("secrets", project.secrets), ("configs", project.configs),
        ):  # fmt: skip
            table = root.get(kind)
            for row in table.rows.values() if isinstance(table, Table) else ():
                found[row.key.raw] = self.declaration(row)
        self.activate(project)
        self.check(self.leaves)
        project.problems = tuple(self.problems)
        project.interpolations = tuple(reference for leaf in self.leaves for reference in leaf.references)
        project.complete = self.complete
        return project

    def check(self, found: Iterable[Leaf]) -> None:
        from dotmac_lint.readers.template import InterpolationError

        for leaf in found:
            if isinstance(leaf.parts, InterpolationError):
                self.problem(f"Compose refuses this value: {leaf.parts.message}", leaf.span, "interpolation")
            elif leaf.value is TOO_LONG:
                message = "Values grow without bound here once their variables are put in."
                self.limit(message, leaf.span, "interpolation")

    # ---- variables

    def project_name(self, files: Sequence[str], base: str, scope: Scope) -> Known[str] | Unknown:
        """What COMPOSE_PROJECT_NAME is to interpolation: the last file's `name`, or the name of the folder."""
        from dotmac_lint.readers.yaml import Mapping, Scalar

        for path in reversed(files):
            file = self.workspace.yaml(path)
            for document in reversed(file.documents if file else ()):
                name = document.get("name") if isinstance(document, Mapping) else None
                if isinstance(name, Scalar) and name.value:
                    return Wrapper(Origin(path, "", base, scope)).leaf(name).value
        folder = re.sub(r"[^a-z0-9_-]", "", posixpath.basename(base).lower()).lstrip("_-")
        return Known(folder) if folder else Unknown("the project has the name of its folder")

    def scope(self, base: str, env_files: Sequence[str], outer: Scope) -> Scope:
        """What interpolation sees: `outer`, which wins, and the env files, or `.env` of the folder `base`."""
        scope: Scope = {}
        for path in env_files or (posixpath.join(base, ".env"),):
            name, placeholder = path, False
            if self.workspace.kind(path) != "file" or not self.workspace.is_listed(path):
                example = stand_in(self.workspace, path)
                if example is None:
                    continue
                name, placeholder = example, True

            def lookup(variable: str) -> Known[str] | Unknown | None:
                given = outer.get(variable) or scope.get(variable)
                return given.value if given else None

            for variable in _env_variables(self.workspace, name, lookup, placeholder):
                if variable.value is not None:
                    scope[variable.name] = Given(variable.value, variable.name_span, placeholder)
        return {**scope, **outer}

    # ---- files

    def project(self, files: Sequence[str], base: str, scope: Scope, trail: tuple[str, ...]) -> Table:
        """The merged tree of `files`, what they include below them."""
        result: Table | None = None
        for path in files:
            for document in self.documents(path, base, scope):
                whole = self.include(document, base, scope, (*trail, path))
                resolved = self.extend_all(whole, base, scope)
                result = resolved if result is None else merge_projects(result, resolved)
        if result is None:
            origin = Origin("", "", base, scope)
            return Table({}, False, None, Span(files[0] if files else "", 0, 0), origin)
        return unified(result)

    def documents(self, path: str, base: str, scope: Scope) -> Iterator[Table]:
        self.loaded.append(path)
        if len(self.loaded) > MAXIMUM_FILES:
            message = f"This project has more than {MAXIMUM_FILES} files, which are not all read."
            self.limit(message, Span(path, 0, 0), "file")
            return
        file = self.workspace.yaml(path)
        source = self.workspace.source(path)
        if file is None or source is None:
            self.complete = False
            return
        self.complete = self.complete and not file.problems
        wrapper = Wrapper(Origin(path, source.text, base, scope, self.budget))
        for document in file.documents:
            tree = wrapper.wrap(document)
            self.leaves += wrapper.interpolated
            wrapper.interpolated = []
            if isinstance(tree, Table):
                yield tree
            elif not (isinstance(tree, Leaf) and tree.is_null):
                self.problem("A Compose file is a mapping with `services`.", tree.span, "shape")

    def include(self, document: Table, base: str, scope: Scope, trail: tuple[str, ...]) -> Table:
        """The document with what it includes; where both define something, the document wins."""
        so_far: Table | None = None
        node = document.get("include")
        for item in node.items if isinstance(node, Items) else ():
            paths = leaves(item.get("path")) if isinstance(item, Table) else leaves(item)
            texts = [path_text(leaf, base) for leaf in paths]
            names = [t.value.value for t in texts if isinstance(t.value, Known) and not t.outside]
            if any(map(self.leads_outside, texts)) or not names or len(names) != len(texts):
                self.complete = False
                continue
            if len(trail) > MAXIMUM_INCLUDES:
                self.limit(
                    "Too many files include one another: what follows is not read.", item.span, "include"
                )
                continue
            if any(name in trail for name in names):
                self.problem("This include leads back to the file that it stands in.", item.span, "include")
                continue
            missing = [name for name in names if self.workspace.kind(name) != "file"]
            if missing:
                self.complete = False
                self.problem(f"The included file `{missing[0]}` does not exist.", item.span, "include")
                continue
            folder = posixpath.dirname(names[0])
            given: list[str] = []
            if isinstance(item, Table):
                directory = item.get("project_directory")
                if isinstance(directory, Leaf):
                    text = path_text(directory, base)
                    folder = (
                        text.value.value if isinstance(text.value, Known) and not text.outside else folder
                    )
                for leaf in leaves(item.get("env_file")):
                    text = path_text(leaf, base)
                    if isinstance(text.value, Known) and not text.outside:
                        given.append(text.value.value)
            tree = self.project(names, folder, self.scope(folder, given, scope), trail)
            tree = replace(tree, rows={key: row for key, row in tree.rows.items() if key in _INCLUDED})
            so_far = tree if so_far is None else merge_projects(tree, so_far)
        return document if so_far is None else merge_projects(so_far, document)

    # ---- extends

    def extend_all(self, document: Table, base: str, scope: Scope) -> Table:
        services = document.get("services")
        if not isinstance(services, Table):
            return document
        rows = {}
        for name, row in services.rows.items():
            value = row.value
            if isinstance(value, Table):
                trail = ((document.origin.path, name),)
                value, _ = self.extended(name, value, services, base, scope, trail)
            rows[name] = replace(row, value=value)
        rows_of_document = dict(document.rows)
        rows_of_document["services"] = replace(document.rows["services"], value=replace(services, rows=rows))
        return replace(document, rows=rows_of_document)

    def extended(
        self,
        name: str,
        service: Table,
        services: Table,
        base: str,
        scope: Scope,
        trail: tuple[tuple[str, str], ...],
    ) -> tuple[Table, int]:
        """The service with what it extends, and how many services that are, one after the other."""
        node = service.get("extends")
        if node is None or (isinstance(node, Leaf) and node.is_null):
            return service, 0
        target = node if isinstance(node, Leaf) else node.get("service") if isinstance(node, Table) else None
        if not isinstance(target, Leaf):
            return service, 0
        file = node.get("file") if isinstance(node, Table) else None
        path, folder, others = service.origin.path, base, services
        if isinstance(file, Leaf):
            text = path_text(file, base)
            if self.leads_outside(text) or not isinstance(text.value, Known):
                return service, 0
            path = text.value.value
            if self.workspace.kind(path) != "file":
                message = f"Service `{name}` extends a service of `{path}`, which does not exist."
                meant = path_text(file, "").value
                from_root = isinstance(meant, Known) and self.workspace.kind(meant.value) == "file"
                self.problems.append(ComposeProblem(message, file.span, "extends", meant_from_root=from_root))
                return service, 0
            folder = posixpath.dirname(path)
            place = (path, folder, id(scope))
            if place not in self.extension_files:
                self.extension_files[place] = list(self.documents(path, folder, scope))
            found = [d.get("services") for d in self.extension_files[place]]
            tables = [t for t in found if isinstance(t, Table)]
            if not tables:
                return service, 0
            others = tables[0]
        row = others.rows.get(target.known)
        if row is None or not isinstance(row.value, Table):
            self.problem(
                f"Service `{name}` extends `{target.known}`, which `{path}` does not define.",
                unquoted(target).span,
                "extends",
                target.known,
                tuple(others.rows),
            )
            return service, 0
        step = (path, target.known)
        if step in trail:
            self.problem(f"The service `{target.known}` extends itself.", target.span, "cycle")
            return service, 0
        key = (*step, folder, id(scope))
        if key not in self.extensions:
            if len(trail) > MAXIMUM_EXTENDS:
                self.limit(_TOO_MANY_EXTENDS, target.span, "cycle")
                return service, 0
            self.extensions[key] = self.extended(
                target.known, row.value, others, folder, scope, (*trail, step)
            )
        parent, depth = self.extensions[key]
        self.copied += sum(_size(inner.value) for inner in parent.rows.values())
        if depth >= MAXIMUM_EXTENDS or self.copied > MAXIMUM_EXTENDED:
            self.limit(_TOO_MANY_EXTENDS, target.span, "cycle")
            return service, 0
        without = {key: r for key, r in service.rows.items() if key != "extends"}
        return extend_service(parent, replace(service, rows=without)), depth + 1

    # ---- services

    def share(self, services: Tree | None) -> None:
        """Count how many services have each environment block: an alias is one block for several."""
        for row in services.rows.values() if isinstance(services, Table) else ():
            block = row.value.get("environment") if isinstance(row.value, Table) else None
            if block is not None:
                key = hash((block.span.path, block.span.start))
                self.counts[key] = self.counts.get(key, 0) + 1

    def activate(self, project: Project) -> None:
        """A service that an active one depends on is started too, unless a profile keeps it out."""

    def service(self, row: Row, node: Table, profiles: set[str]) -> Service:
        own = tuple(leaf.known for leaf in leaves(node.get("profiles")))
        rows = (row, *row.overrides)
        environment = as_table(node.get("environment"))
        return Service(
            name=row.key.raw,
            key=rows[-1].key.span,
            keys=tuple(r.key.span for r in reversed(rows)),
            active=not own or not {*own}.isdisjoint(profiles or {""}) or "*" in profiles,
            node=node,
            image=text_of(node.get("image")),
            build=_build(node.get("build")),
            environment=tuple(_variables(environment)),
            environment_block=self.block(node, row),
            env_files=tuple(_env_files(node.get("env_file"))),
            mounts=tuple(_mounts(node.get("volumes"))),
            command=_command(node.get("command")),
            entrypoint=_command(node.get("entrypoint")),
            healthcheck=_healthcheck(node.get("healthcheck")),
            depends_on=tuple(_dependencies(node.get("depends_on"))),
            profiles=own,
            working_dir=text_of(node.get("working_dir")),
            container_name=text_of(node.get("container_name")),
            hostname=text_of(node.get("hostname")),
            network_mode=text_of(node.get("network_mode")),
        )

    def block(self, node: Table, service: Row) -> Block | None:
        row = node.rows.get("environment")
        if row is None or (isinstance(row.value, Leaf)):
            return None
        value = row.value
        inside = (
            service.span.path == value.span.path and service.span.start <= value.span.start < service.span.end
        )
        shared = self.counts.get(hash((value.span.path, value.span.start)), 1) > 1 or not inside or row.merged
        if isinstance(value, Table):
            entries = [r.span for r in value.own] or [
                r.span for r in value.rows.values() if r.span.path == value.span.path
            ]
            form: Literal["mapping", "list"] = value.form
        else:
            entries = [item.span for item in value.items]
            form = "list"
        entries = [span for span in entries if value.span.start <= span.start and span.end <= value.span.end]
        last = max(entries) if entries else None
        return Block(value.span.path, value.span, row.key.span, form, value.flow, shared, last)

    def declaration(self, row: Row) -> Declaration:
        node = row.value
        external = (
            isinstance(node, Table)
            and node.get("external") is not None
            and flag(node.get("external")) is not False
        )
        file = node.get("file") if isinstance(node, Table) else None
        text = path_text(file) if isinstance(file, Leaf) and not file.is_null else None
        return Declaration(row.key.raw, row.key.span, bool(external), text, node)


def _variables(node: Tree | None) -> Iterator[Variable]:
    for row in node.rows.values() if isinstance(node, Table) else ():
        yield _variable(row)


def _variable(row: Row) -> Variable:
    value = row.value if isinstance(row.value, Leaf) else None
    given = (
        value is not None and (not value.is_null or bool(value.style)) and not (row.listed and value.is_null)
    )
    name_span = row.key.span
    if row.key.style in {'"', "'"} and not row.listed:
        name_span = Span(name_span.path, name_span.start + 1, name_span.end - 1)
    name = row.key.known if row.listed else row.key.raw  # keys of mappings are not interpolated
    outside = None if given else row.key.origin.scope.get(name)
    interpolated = value.references if value is not None else ()
    sources = [outside.span if outside else None, *(reference.source for reference in interpolated)]
    uncertain = given and value is not None and (isinstance(value.value, Unknown) or value.placeholder)
    return Variable(
        name=name,
        value=value.value if given and value is not None else outside.value if outside else None,
        name_span=name_span,
        span=row.span,
        mechanism="environment",
        value_span=value.span if given and value is not None else None,
        raw=value.raw if given and value is not None else None,
        references=tuple(reference.name for reference in interpolated),
        sources=tuple(source for source in sources if source is not None),
        certain=value.certain if uncertain and value is not None and "://" in value.raw else None,
        placeholder=outside.placeholder if outside else value is not None and value.placeholder,
        overrides=tuple(_variable(earlier) for earlier in row.overrides),
    )


def _build(node: Tree | None) -> Build | None:
    if node is None or (isinstance(node, Leaf) and node.is_null):
        return None
    table = as_build(node)
    if not isinstance(table, Table):
        return None
    given = table.get("context")
    if isinstance(given, Leaf) and not given.is_null:
        context = path_text(given)
    else:
        context = Text(Known(table.origin.base), ".", table.span)
    inline = text_of(table.get("dockerfile_inline"))
    named = table.get("dockerfile")
    dockerfile: Text | None = None
    if inline is None:
        if isinstance(named, Leaf) and not named.is_null:
            dockerfile = named.text
            if isinstance(context.value, Known) and not context.outside:
                dockerfile = path_text(named, context.value.value)
        elif isinstance(context.value, Known) and not context.outside:
            name = posixpath.join(context.value.value, "Dockerfile")
            dockerfile = Text(Known(name), "Dockerfile", context.span)
        else:
            dockerfile = msgspec.structs.replace(context)
    contexts = as_table(table.get("additional_contexts"))
    others = {}
    for row in contexts.rows.values() if isinstance(contexts, Table) else ():
        if isinstance(row.value, Leaf):
            text = row.value.text
            others[row.key.raw] = text if "://" in row.value.raw else path_text(row.value)
    arguments = as_table(table.get("args"))
    return Build(
        context=context,
        dockerfile=dockerfile,
        inline=inline.value.value
        if inline and isinstance(inline.value, Known)
        else inline.raw
        if inline
        else None,
        inline_span=inline.span if inline else None,
        target=text_of(table.get("target")),
        args={variable.name: variable for variable in _variables(arguments)},
        additional_contexts=others,
        span=table.span,
    )


def _env_files(node: Tree | None) -> Iterator[EnvFileReference]:
    items = node.items if isinstance(node, Items) else (node,) if node is not None else ()
    for item in items:
        if isinstance(item, Leaf) and not item.is_null:
            yield EnvFileReference(path_text(item), True, None, item.span)
        elif isinstance(item, Table):
            path = item.get("path")
            if isinstance(path, Leaf):
                form = text_of(item.get("format"))
                required = flag(item.get("required")) is not False
                yield EnvFileReference(path_text(path), required, form.raw if form else None, path.span)


def _inside(leaf: Leaf) -> Text:
    """A path in the container, as short as it can be written."""
    text = leaf.text
    if not isinstance(text.value, Known):
        return text
    path = posixpath.normpath(text.value.value)
    return msgspec.structs.replace(text, value=Known(re.sub("^//+", "/", path)))


_NAMED_VOLUME = regex(r"[A-Za-z0-9][A-Za-z0-9_.-]*$")


def _mounts(node: Tree | None) -> Iterator[Mount]:
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Leaf):
            yield from _short_mount(item)
        elif isinstance(item, Table):
            kind = text_of(item.get("type"))
            type_ = kind.raw if kind else "volume"
            source, target = item.get("source"), item.get("target")
            if not isinstance(target, Leaf):
                continue
            text = None
            if isinstance(source, Leaf) and not source.is_null:
                text = path_text(source) if type_ == "bind" else source.text
            create = flag(item.get("bind", "create_host_path"))
            place = source.span if isinstance(source, Leaf) else None
            yield Mount(
                type_, text, _inside(target), flag(item.get("read_only")) is True, create, item.span, place
            )


def _short_mount(item: Leaf) -> Iterator[Mount]:
    first, target, mode = mount_parts(item)
    if target is None:
        yield Mount("volume", None, _inside(first), False, None, item.span, None)
        return
    read_only = mode is not None and "ro" in mode.known.split(",")
    value = first.value
    if isinstance(value, Unknown):
        is_path = first.raw.startswith((".", "/", "~", "$"))
        yield Mount(
            "bind" if is_path else "volume",
            first.text,
            _inside(target),
            read_only,
            None,
            item.span,
            first.span,
        )
    elif value.value.startswith((".", "/", "~")) or not _NAMED_VOLUME.match(value.value):
        yield Mount("bind", path_text(first), _inside(target), read_only, None, item.span, first.span)
    else:
        yield Mount("volume", first.text, _inside(target), read_only, None, item.span, first.span)


def _command(node: Tree | None) -> Command | None:
    if isinstance(node, Items):
        return Command("exec", tuple(leaf.text for leaf in leaves(node)), node.span)
    if not isinstance(node, Leaf) or node.is_null:
        return None
    characters = node.expanded()
    words = split_words("".join(character for character, _, _ in characters)) or []
    return Command("shell", tuple(_word(node, word, characters) for word in words), node.span)


def _word(node: Leaf, word: Word, characters: list[tuple[str, int, int]]) -> Text:
    """A word of a command; `characters` has the range of the raw text from which each character stems."""
    if not word:
        return Text(Known(""), "", node.span)
    text = "".join(character for character, _ in word)
    written = node.part(characters[word[0][1]][1], characters[word[-1][1]][2]).text
    known = UNKNOWN_CHARACTER not in text
    return msgspec.structs.replace(written, value=Known(text) if known else Unknown("set by the host"))


def _healthcheck(node: Tree | None) -> Healthcheck | None:
    if not isinstance(node, Table):
        return None
    test = node.get("test")
    words = tuple(leaf.text for leaf in leaves(test))
    if isinstance(test, Leaf) and words:
        words = (Text(Known("CMD-SHELL"), "CMD-SHELL", test.span), *words)
    return Healthcheck(words, flag(node.get("disable")) is True, node.span)


def _dependencies(node: Tree | None) -> Iterator[Dependency]:
    table = as_table(node)
    for row in table.rows.values() if isinstance(table, Table) else ():
        if not isinstance(row.key.value, Known):
            continue
        condition = row.value.get("condition") if isinstance(row.value, Table) else None
        required = row.value.get("required") if isinstance(row.value, Table) else None
        said = condition.known if isinstance(condition, Leaf) else "service_started"
        yield Dependency(row.key.value.value, said, flag(required) is not False, unquoted(row.key).span)


__all__ = ["Project", "Service", "env_file_layers", "load_project", "resolve", "stand_in"]
