"""Volumes, networks, secrets and configs that are declared and that no service uses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Unknown
from dotmac_lint.model.compose import load_project
from dotmac_lint.model.compose_references import Kind, declared, uses
from dotmac_lint.model.compose_tree import Leaf, Table, every_leaf
from dotmac_lint.model.refusals import without_target
from dotmac_lint.phrases import listed
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project
    from dotmac_lint.model.deployment import Deployment, Repository

KINDS: tuple[Kind, ...] = ("volume", "network", "secret", "config")


class Astray(NamedTuple):
    """A mount that stands where it mounts nothing: `data:/srv` under `environment`."""

    text: str
    service: str
    attribute: str
    at: Span


class Unused(NamedTuple):
    """`lines` is what a fix may delete: whole lines; None where the declaration shares one, or is of use."""

    kind: Kind
    name: str
    at: Span
    lines: Span | None
    astray: Astray | None = None


def unused_declarations(repository: Repository) -> Iterator[Unused]:
    """The declarations that no deployment uses, in services of any profile; each once a place.

    A file that another deployment merges may declare for its services; a file that is included or extended, for
    those of others, as it may for a file whose services use what nothing there declares. Where a comment names it, a
    service waits to be switched on. Where a name that is used is not known, nothing is said of its kind.
    """
    borrowed = _borrowed(repository)
    found: dict[Span, Unused | None] = {}
    kept: set[tuple[Kind, str]] = set()
    for deployment in repository.deployments:
        for kind in KINDS:
            used = _used(deployment.project, kind)
            for name, span in declared(deployment.project, kind).items():
                foreign = span.path not in deployment.spec.files
                if (
                    used is None
                    or name in used
                    or (kind, name) in borrowed
                    or foreign
                    or _is_generated(repository, span.path)
                    or _in_comment(repository, span, name)
                    or _used_beside(repository, deployment, kind, name)
                    or _is_mounted_over(deployment, kind, name)
                    or (kind == "volume" and _is_mounted_under(deployment, span.path, name))
                ):
                    found[span] = None
                    kept.add((kind, span.path))
                elif span not in found:
                    astray = _astray(deployment, name) if kind == "volume" else None
                    lines = _lines(repository, deployment, kind, name) if astray is None else None
                    found[span] = Unused(kind, name, span, lines, astray)
    for unused in found.values():
        if unused is not None:
            # Compose refuses an empty `volumes:`.
            yield unused if (unused.kind, unused.at.path) in kept else unused._replace(lines=None)


def _astray(deployment: Deployment, name: str) -> Astray | None:
    return next(
        (
            Astray(leaf.raw, service.name, attribute, leaf.span)
            for service in deployment.project.services.values()
            for attribute in ("environment", "ports", "networks", "labels", "depends_on", "expose", "devices")
            if (node := service.attribute(attribute)) is not None
            for leaf in every_leaf(node)
            if leaf.raw.startswith(f"{name}:/")
        ),
        None,
    )


def _is_generated(repository: Repository, path: str) -> bool:
    """Whether the first line says that a program writes the file."""
    source = repository.workspace.source(path)
    first = source.text[:200].split("\n", 1)[0] if source is not None else ""
    return bool(re.match(r"#.*(\bgenerated\b|do not edit)", first, re.I))


def _borrowed(repository: Repository) -> set[tuple[Kind, str]]:
    """What services use that no file of their deployment declares: a program may join the files, and a variable says
    which service of a file is extended.
    """
    from dotmac_lint.model.compose import load_project

    foreign = {path for d in repository.deployments for path in {*d.project.files} - {*d.spec.files}}
    extended = (load_project(repository.workspace, (path,)) for path in sorted(foreign))
    return {
        (kind, name)
        for project in (*repository.projects, *extended)
        for kind in KINDS
        for name in (_used(project, kind) or set()) - declared(project, kind).keys()
        if name and name != "default"
    }


def _used_beside(repository: Repository, deployment: Deployment, kind: Kind, name: str) -> bool:
    """Whether the file, which nothing says is started, may overlay another of its folder whose services use it: it has
    services of that, or a script names both.
    """
    if deployment.spec.commanded:
        return False
    own = deployment.spec.files[0]
    return any(
        posixpath.dirname(other.spec.files[0]) == posixpath.dirname(own)
        and name in (_used(other.project, kind) or ())
        and (
            not deployment.project.services.keys().isdisjoint(other.project.services)
            or _named_together(repository, own, other.spec.files[0])
        )
        for other in repository.deployments
    )


def _is_mounted_under(deployment: Deployment, path: str, name: str) -> bool:
    """Whether a line of the file mounts the volume where a later one of the service mounts something else."""
    source = deployment.repository.workspace.source(path)
    mount = rf"(?m)^[ \t]+-[ \t]+[\"']?{re.escape(name)}:/"
    written = source is not None and re.search(mount, source.text) is not None
    return written and _astray(deployment, name) is None


def _is_mounted_over(deployment: Deployment, kind: Kind, name: str) -> bool:
    """Whether a service of one of the files uses it, and another file takes its place: alone the first needs it."""
    files = deployment.spec.files
    alone = (load_project(deployment.repository.workspace, (file,)) for file in files if len(files) > 1)
    return any(
        use.kind == kind and use.name == name
        for project in alone
        for service in project.services.values()
        for use in uses(service)
    )


def _named_together(repository: Repository, *files: str) -> bool:
    """Whether one script names all the files."""
    workspace = repository.workspace
    names = [posixpath.basename(file).encode() for file in files]
    scripts = (path for path in workspace.files if path.endswith((".sh", ".bash")))
    return any(
        all(
            re.search(rb"(?<![\w.-])%s(?![\w.-])" % re.escape(name), workspace.bytes(path) or b"")
            for name in names
        )
        for path, _ in workspace.words.search(scripts, names)
    )


def _in_comment(repository: Repository, span: Span, name: str) -> bool:
    """Whether a comment of the file has it as an entry: a service that waits to be switched on."""
    source = repository.workspace.source(span.path)
    return source is not None and bool(
        re.search(rf"(?m)^\s*#.*(?<![\w-]){re.escape(name)}[ \t]*([]:,}}\"']|#|$)", source.text)
    )


def _lines(repository: Repository, deployment: Deployment, kind: Kind, name: str) -> Span | None:
    """The lines of the declaration, and the blank ones that would be left over without it."""
    project = deployment.project
    declaration = {
        "volume": project.volumes, "network": project.networks, "secret": project.secrets, "config": project.configs,
    }[kind][name]  # fmt: skip
    key = declaration.span
    source = repository.workspace.source(key.path)
    node = declaration.node
    if source is None or not isinstance(node, Leaf | Table) or node.span.path != key.path:
        return None
    if node.span.end and not key.start <= node.span.start:
        return None  # an alias: what it says stands elsewhere
    first, last = source.position(key.start).line, source.position(max(key.end, node.span.end) - 1).line
    start, end = source.offset(first), source.line_range(last).end
    rest = source.text[max(key.end, node.span.end) : end].lstrip(": \t")
    if source.text[start : key.start].strip() or (rest and not rest.startswith("#")):
        return None
    lead, end = key.start - start, end + len(source.newline)
    above = source.line_range(first - 1).slice(source.text)
    blank = re.match(r"[ \t]*\r?\n", source.text[end:])
    if not source.text[end:].strip():
        start = len(source.text[:start].rstrip()) + len(source.newline)
    elif (
        blank and len(above) - len(above.lstrip()) < lead
    ):  # it follows a blank line, or the key of its section
        end += blank.end()
    return Span(key.path, start, end)


def removed(group: list[Unused]) -> Fix | None:
    """Deletes the lines of all of them, as far as they have lines of their own; two may share a blank one."""
    names = [f"`{unused.name}`" for unused in group if unused.lines is not None]
    spans: list[Span] = []
    for span in sorted(unused.lines for unused in group if unused.lines is not None):
        before = spans.pop() if spans and span.start < spans[-1].end else span
        spans.append(Span(span.path, before.start, span.end))
    title = f"Remove the {group[0].kind}{'s' * bool(names[1:])} "
    return Fix(title + listed(names), tuple(Edit(span, "") for span in spans)) if names else None


def _used(project: Project, kind: Kind) -> set[str] | None:
    """The names that services use, and those that a variable may choose, as they begin with its default; None where not
    all of them are known.
    """
    if not project.complete:
        return None
    used = {"default"} if kind == "network" else set()
    attribute = {"volume": "volumes", "network": "networks", "secret": "secrets", "config": "configs"}[kind]
    for service in project.services.values():
        used |= {use.name for use in uses(service) if use.kind == kind}
        node = service.attribute(attribute)
        if kind == "volume" and any(without_target(node)):
            return None
        for leaf in every_leaf(node) if node else ():
            if isinstance(leaf.value, Unknown) and not _stands_for_a_path(leaf):
                return None
            defaults = tuple(reference.default for reference in leaf.references if reference.default)
            if kind == "network" and not {*defaults}.isdisjoint(declared(project, kind)):
                return None  # a variable chooses one of them
            used |= {*defaults, *(name for name in declared(project, kind) if name.startswith(defaults))}
        if service.attribute("extends") is not None:
            return None
    return used


def _stands_for_a_path(leaf: Leaf) -> bool:
    """Whether what is not known in it has a folder as its default, so that it names no volume."""
    return bool(leaf.references) and all(
        other.default.startswith((".", "/", "~")) for other in leaf.references
    )
