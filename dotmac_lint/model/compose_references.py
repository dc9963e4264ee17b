"""What the services of a Compose project refer to, and what the project declares.

Source of behaviour: Compose specification, "Services top-level elements"; compose-go, loader/validate.go:
only active services are checked, and `required: false` does not excuse a service that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import basename, dirname
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.model.command_lines import DEFAULT_FILES, find_command_lines
from dotmac_lint.model.compose import load_project
from dotmac_lint.model.compose_tree import Items, Leaf, Table, Text, Tree, leaves, unquoted
from dotmac_lint.model.deployments import STARTS, may_be_compose
from dotmac_lint.model.documentation import is_printed
from dotmac_lint.model.similar import similar_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Dependency, Project, Service
    from dotmac_lint.model.deployment import Deployment

Kind = Literal["service", "network", "volume", "secret", "config"]


ITEMS_IN_ONE = " - "
"""What stands between the items of a list that YAML takes for one text of several lines."""


class Use(msgspec.Struct, frozen=True):
    """A name that a service refers to; `how` is the attribute: `depends_on`, `networks`."""

    kind: Kind
    name: str
    how: str
    span: Span
    literal: bool = True
    """It stands there as it is, not by a variable."""


class Dangling(msgspec.Struct, frozen=True):
    """A reference to nothing."""

    message: str
    at: Span
    service: str | None
    name: str
    kind: Kind
    meant: str | None = None
    meant_at: Span | None = None
    elsewhere: Span | None = None
    """Where another Compose file of the repository declares the name."""
    inherited: Span | None = None
    """The reference itself, where `extends` brings it from another file."""
    literal: bool = True
    profile: tuple[str, ...] = ()
    """The profiles of a service that is there and switched off."""
    others: tuple[tuple[str, Span], ...] = ()
    """Services of the same file that refer to it as well, and where."""
    apart: bool = False
    """A command starts the file alone that other commands start with the one that declares the name."""


def uses(service: Service) -> Iterator[Use]:
    """What the service refers to by a name that is known, in the merged project."""
    for dependency in service.depends_on:
        yield Use("service", dependency.name, "depends_on", dependency.span)
    for leaf in leaves(service.attribute("links")):
        yield from _use("service", leaf.split(":")[0].text, "links")
    for leaf in leaves(service.attribute("volumes_from")):
        first, rest = leaf.split(":")
        if first.known != "container":
            yield from _use("service", first.text, "volumes_from")
    for attribute in ("network_mode", "ipc", "pid"):
        node = service.attribute(attribute)
        if isinstance(node, Leaf):
            first, rest = node.split(":")
            if first.known == "service" and rest is not None:
                yield from _use("service", rest.text, attribute)
    networks = service.attribute("networks")
    if isinstance(networks, Table):
        for row in networks.rows.values():
            yield from _use("network", unquoted(row.key).text, "networks")
    for leaf in leaves(networks):
        yield from _use("network", unquoted(leaf).text, "networks")
    for mount in service.mounts:
        if mount.type == "volume" and mount.source is not None:
            yield from _use("volume", mount.source, "volumes")
    for kind, how in (("secret", "secrets"), ("config", "configs")):
        for text in _sources(service.attribute(how)):
            yield from _use(kind, text, how)  # type: ignore[arg-type]
    for text in _sources(service.attribute("build", "secrets")):
        yield from _use("secret", text, "build.secrets")


def _use(kind: Kind, text: Text, how: str) -> Iterator[Use]:
    """A name that is not known is passed over."""
    if isinstance(text.value, Known) and text.value.value:
        yield Use(kind, text.value.value, how, text.span, not text.references)


def _sources(node: Tree | None) -> Iterator[Text]:
    """The names in the short and the long form of `secrets` and `configs`."""
    for item in node.items if isinstance(node, Items) else ():
        source = item.get("source") if isinstance(item, Table) else item
        if isinstance(source, Leaf):
            yield unquoted(source).text


def declared(project: Project, kind: Kind) -> Mapping[str, Span]:
    """The names that the project declares, and where; `default` is a network of every project."""
    if kind == "service":
        return {name: service.key for name, service in project.services.items()}
    found = {"network": project.networks, "volume": project.volumes}.get(kind)
    found = found if found is not None else project.secrets if kind == "secret" else project.configs
    return {name: declaration.span for name, declaration in found.items()}


def dangling_references(deployment: Deployment) -> Iterator[Dangling]:
    """What the active services refer to and nothing declares; nothing where a file could not be read.

    A project that nobody starts, outside the root's folder, may be a part of another: only misspellings count.
    """
    project, spec = deployment.project, deployment.spec
    started = spec.commanded or "/" not in spec.files[0]
    for problem in project.problems:
        if problem.kind == "extends" and problem.meant_from_root and _is_started_unseen(deployment):
            continue
        if problem.kind == "extends":
            meant = similar_name(problem.name, problem.known) if problem.name else None
            if started or meant:
                yield Dangling(problem.message, problem.span, None, problem.name, "service", meant)
    if not project.complete or _override_example(deployment):
        return
    if _may_name_more(deployment):
        return
    completed = _completed(deployment) if spec.commanded else None
    if completed is not None:
        yield completed
        return
    together: dict[tuple[Kind, str, str], Dangling] = {}
    for service, use in _undeclared(project):
        known = declared(project, use.kind)
        elsewhere = _elsewhere(deployment, use)
        in_one = ITEMS_IN_ONE in use.name
        names = (name for name in known if name != service.name)
        meant = None if in_one else similar_name(use.name, names)
        if not (spec.commanded or (started and elsewhere is None) or meant):
            continue
        if not spec.commanded and _is_completed(deployment, use):
            continue
        if meant is None and use.kind != "service" and _is_a_custom(deployment, use):
            continue
        inherited = use.span.path not in spec.files  # by `extends`, from a file that does declare it
        message = (
            f"Service `{service.name}` refers to the {use.kind} `{use.name}` in `{use.how}`, "
            f"but no Compose file that is started with it declares this {use.kind}."
        )
        if in_one:
            message = (
                f"The list `{use.how}` of service `{service.name}` has `{use.name.split(ITEMS_IN_ONE)[0]}` and what "
                "follows as one text, as the items are not indented alike."
            )
        found = Dangling(
            message,
            service.key if inherited else use.span,
            service.name,
            use.name,
            use.kind,
            meant,
            known[meant] if meant else None,
            elsewhere,
            use.span if inherited else None,
            use.literal,
        )
        if meant:
            yield found
            continue
        first = together.setdefault((use.kind, use.name, found.at.path), found)
        if found.at not in (first.at, *(at for _, at in first.others)):
            others = (*first.others, (service.name, found.at))
            together[use.kind, use.name, found.at.path] = msgspec.structs.replace(first, others=others)
    yield from together.values()
    yield from _switched_off(deployment)


def _is_started_unseen(deployment: Deployment) -> bool:
    """Whether no command is seen that starts the files, which may give another project directory."""
    files = {*deployment.spec.files}
    return all(
        line.subcommand not in STARTS or files.isdisjoint(word.path for word in line.files)
        for line in find_command_lines(deployment.repository.workspace)
    )


def _undeclared(project: Project) -> Iterator[tuple[Service, Use]]:
    """What the active services refer to and the project does not declare; `default` is a network of each."""
    for service in project.services.values():
        for use in uses(service) if service.active else ():
            if use.name not in declared(project, use.kind) and (use.kind, use.name) != ("network", "default"):
                yield service, use


def _may_name_more(deployment: Deployment) -> bool:
    """Whether each command names more files in another case: a script adds them to a list."""
    commands = {label.span for label in deployment.spec.evidence if label.span.end}
    more = {
        label.span
        for other in deployment.repository.deployments
        if {*deployment.spec.files} < {*other.spec.files}
        for label in other.spec.evidence
    }
    return bool(commands) and commands <= more


def _completed(deployment: Deployment) -> Dangling | None:
    """Where another deployment completes the files: it is the command that starts them alone which lacks a file."""
    project, spec = deployment.project, deployment.spec
    lacking = [use for _, use in _undeclared(project)]
    workspace = deployment.repository.workspace
    commands = (label for label in spec.evidence if label.span.end and not is_printed(workspace, label.span))
    command = next(commands, None)
    if not lacking or command is None:
        return None
    for other in deployment.repository.deployments:
        if not {*spec.files} < {*other.spec.files}:
            continue
        if all(use.name in declared(other.project, use.kind) for use in lacking):
            first = lacking[0]
            span = declared(other.project, first.kind)[first.name]
            more = len({(use.kind, use.name) for use in lacking}) - 1
            return Dangling(
                f"This command names `{first.span.path}`, which refers to the {first.kind} `{first.name}`"
                f"{f' and {more} more' * bool(more)}, but not `{span.path}`, which declares "
                f"{'them' if more else 'it'}.",
                command.span,
                None,
                first.name,
                first.kind,
                elsewhere=span,
                apart=True,
            )
    return None


def _switched_off(deployment: Deployment) -> Iterator[Dangling]:
    project = deployment.project
    if deployment.spec.joined_by_guess:
        return  # whoever adds the file may give the profile as well
    for service in project.services.values():
        for dependency in service.depends_on if service.active else ():
            other = project.services.get(dependency.name)
            if deployment.spec.only_noted and _is_switched_on(deployment, dependency):
                continue
            if other is not None and not other.active and dependency.required:
                yield Dangling(  # without the profiles, which differ from deployment to deployment
                    f"Service `{service.name}` depends on `{other.name}`, which Compose leaves out "
                    "unless a profile of it is on.",
                    dependency.span,
                    service.name,
                    other.name,
                    "service",
                    profile=other.profiles,
                )


def _is_switched_on(deployment: Deployment, dependency: Dependency) -> bool:
    """Whether a command that starts the file gives the profile, which a comment leaves out."""
    return any(
        other.spec.commanded
        and not other.spec.only_noted
        and dependency.span.path in other.spec.files
        and (service := other.project.services.get(dependency.name)) is not None
        and service.active
        for other in deployment.repository.deployments
    )


def _override_example(deployment: Deployment) -> bool:
    """Whether an override is to be made from an example: what it would declare is not known here."""
    workspace, first = deployment.repository.workspace, deployment.spec.files[0]
    folder = dirname(first)
    if basename(first) not in DEFAULT_FILES or len(deployment.spec.files) > 1:
        return False
    names = workspace.files_in(folder)
    return any(
        re.search(r"compose.*overrid.*(example|sample|template|dist)", basename(name)) for name in names
    )


def _is_completed(deployment: Deployment, use: Use) -> bool:
    """Whether the file is started with another, which declares the name."""
    return any(
        use.span.path in other.spec.files
        and other.spec.commanded
        and use.name in declared(other.project, use.kind)
        for other in deployment.repository.deployments
        if other is not deployment
    )


_CUSTOM = 3
"""Other Compose files that refer to a name which they do not declare, so that it is no slip of one of them."""


def _is_a_custom(deployment: Deployment, use: Use) -> bool:
    """Whether Compose files of several other folders lack the name as well: what starts them declares it."""
    workspace, folders = deployment.repository.workspace, {dirname(use.span.path)}
    others = (path for path in workspace.chosen(may_be_compose) if dirname(path) not in folders)
    for path, _ in workspace.words.search(others, {use.name.encode()}):
        project = load_project(workspace, (path,)) if dirname(path) not in folders else None
        if project is not None and any(
            (other.kind, other.name) == (use.kind, use.name) for _, other in _undeclared(project)
        ):
            folders.add(dirname(path))
            if len(folders) > _CUSTOM:
                return True
    return False


def _elsewhere(deployment: Deployment, use: Use) -> Span | None:
    """Where another deployment declares the name; first of all one that holds the same file, then one beside it, of
    these the usual one."""
    folder = dirname(use.span.path)
    found = [
        (
            use.span.path not in other.project.files,
            dirname(span.path) != folder,
            basename(span.path) not in DEFAULT_FILES,
            span,
        )
        for other in deployment.repository.deployments
        if other is not deployment and (span := declared(other.project, use.kind).get(use.name)) is not None
    ]
    return min(found)[-1] if found else None
