"""What runs in production, and what in it is still set up as for developers.

Sources: uvicorn, gunicorn, flask, fastapi and django command lines (`--reload`, `--debug`, `fastapi dev`, `runserver`);
Compose specification, "Merge" (volumes of several files add up).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.diagnostic import grouped
from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.deployments import is_development
from dotmac_lint.model.edits import add_variable, remove_attribute, remove_item
from dotmac_lint.model.servers import server_of
from dotmac_lint.model.start_faults import ENVIRONMENT, default_in_force, is_taken, where_to_set
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Mount
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.model.image import Stage
    from dotmac_lint.model.settings import Field

Trait = Literal["environment", "debug", "reload"]

_OTHERWISE = frozenset({"development", "test", "staging"})
_ENVIRONMENT_NAME = regex(r"(^|_)(ENV|ENVIRONMENT)$", re.IGNORECASE)
_DEBUG_NAME = regex(r"^((APP|FLASK|DJANGO|FASTAPI|API|SERVER|WEB)_{1,2})?DEBUG(_MODE)?$", re.IGNORECASE)
_RELOAD_NAME = regex(
    r"^((APP|API|FASTAPI|UVICORN|GUNICORN|SERVER|WEB)_{1,2})?(AUTO_?|HOT_?)?RELOAD$", re.IGNORECASE
)
_DEVELOPMENT = frozenset({"development", "dev", "develop", "local"})
_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})


def in_production(service: Service) -> bool:
    """Whether the service runs in production, whatever its own environment says of development.

    Files that are named for production and for something else (`compose.prod.local.yml`) leave it open, and so
    does a service that calls itself staging or a test.
    """
    if service.production or service.ends_at_once:
        return service.production
    words = set(service.deployment.name.split("-"))
    return service.deployment.production and words.isdisjoint(_OTHERWISE) and not service.tested


def _is_deployed(service: Service) -> bool:
    """The same, and more than the image's own default says so: developers start that image, too."""
    return in_production(service) and not service.only_its_image_says_so


def only_in_production(repository: Repository, path: str) -> bool:
    """Whether no deployment but those of production reads the file, so that a change touches no developer."""
    reading = (d for d in repository.deployments if path in d.project.files)
    return all(d.production or any(service.production for service in d.services) for d in reading)


class Unproductive(msgspec.Struct, frozen=True):
    """A production service that is told to run as for developers, by `variable` or else by the field's default."""

    service: Service
    trait: Trait
    name: str
    value: str
    at: Span
    variable: Variable | None = None
    field: Field | None = None

    @property
    def once(self) -> bool:
        """Whether the service does one thing, for which others wait, and ends."""
        return any(
            dependency.name == self.service.name and dependency.condition == "service_completed_successfully"
            for other in self.service.deployment.services
            for dependency in other.definition.depends_on
        )


def unproductive(deployment: Deployment) -> Iterator[Unproductive]:
    """Each such setting, once a place: services that share a line have it in common."""
    seen: set[tuple[Span, str]] = set()
    for service in deployment.services:
        if not in_production(service):
            continue
        for found in (*_variables(service), *_defaults(service)):
            place = (found.field.span if found.field is not None else found.at, found.name)
            if place not in seen:
                seen.add(place)
                yield found


def _variables(service: Service) -> Iterator[Unproductive]:
    if server_of(service) is not None:
        return  # a database is given the env file of the application, and reads none of this
    for variable in service.environment:
        value = variable.value
        if not isinstance(value, Known) or variable.placeholder or service.of_the_machine(variable):
            continue
        trait = _trait(service, variable.name, value.value.strip().lower())
        if trait is not None and service.may_use(variable):
            at = variable.name_span
            yield Unproductive(service, trait, variable.name, value.value.strip(), at, variable)


def _trait(service: Service, name: str, value: str) -> Trait | None:
    fields = [field for settings in service.settings for field in settings.lookup(name).fields]
    said = {trait for field in fields if (trait := _of_field(field)) is not None}
    if value in _DEVELOPMENT:
        return "environment" if _ENVIRONMENT_NAME.search(name) or "environment" in said else None
    if value not in _TRUE:
        return None
    if _DEBUG_NAME.search(name) or "debug" in said:
        return "debug"
    return "reload" if _RELOAD_NAME.search(name) or "reload" in said else None


_OWN_SECTIONS = frozenset({"app", "application", "api", "server", "web"})


def _of_field(field: Field) -> Trait | None:
    """What the field says of the application as a whole."""
    *section, last = field.path
    if section and not (len(section) == 1 and section[0] in _OWN_SECTIONS):
        return None
    if ENVIRONMENT.search(last):
        return "environment"
    return "debug" if last.lower() == "debug" else "reload" if last.lower() == "reload" else None


def _defaults(service: Service) -> Iterator[Unproductive]:
    """Fields whose default is for developers and that nothing in the production environment sets."""
    if not service.deployment.production or any(variable.placeholder for variable in service.environment):
        return
    for start in service.starts if service.settings else ():
        for found in start.fields if start.made is not None else ():
            field, text = found.field, str(default_in_force(found)).lower()
            trait = _of_field(field)
            if trait is None or text not in (_DEVELOPMENT if trait == "environment" else _TRUE):
                continue
            if is_taken(service, found):
                yield Unproductive(service, trait, field.names[0], text, where_to_set(service), None, field)


_PRODUCTION_WORDS = {
    "development": "production",
    "develop": "production",
    "dev": "prod",
    "local": "production",
}


def for_production(found: Unproductive) -> Fix | None:
    """Turns the value around where it is written, or sets it in production's file, if developers share the line."""
    meant = _meant(found)
    if meant is None:
        return None
    edit = _in_place(found, meant)
    variable, block = found.variable, found.service.definition.environment_block
    if edit is None and block is not None and (variable is None or variable.span.path != block.path):
        edit = add_variable(found.service, found.name, meant)
    if edit is None or not only_in_production(found.service.repository, edit.span.path):
        return None
    return Fix(f"Set `{found.name}` to {meant}", (edit,))


def _meant(found: Unproductive) -> str | None:
    """The opposite value, as the field takes it; None where it has no word for production."""
    if found.trait != "environment":
        return "false" if re.search("[a-z]", found.value, re.IGNORECASE) else "0"
    lookups = (settings.lookup(found.name) for settings in found.service.settings)
    options: set[str] = set()
    for field in (field for lookup in lookups for field in lookup.fields):
        options |= {str(member.value) for _, member in field.type.members if isinstance(member, Known)}
        options |= {str(value) for value in field.type.values}
    word = _PRODUCTION_WORDS[found.value.lower()]
    return next((one for one in (word, "production", "prod") if not options or one in options), None)


def _in_place(found: Unproductive, meant: str) -> Edit | None:
    variable = found.variable
    if variable is None or variable.value_span is None or variable.mechanism == "dockerfile":
        return None
    span = variable.value_span
    source = found.service.workspace.source(span.path)
    if source is None or not only_in_production(found.service.repository, span.path):
        return None
    value = re.escape(found.value)
    text, count = re.subn(rf"(?<![\w${{]){value}(?=[\"'}}\s]|$)", meant, span.range.slice(source.text))
    return Edit(span, text) if count == 1 else None


# ---- what watches and replaces the code


class DevelopmentMount(msgspec.Struct, frozen=True):
    """A bind mount that puts the repository's code over that which the image of the service holds."""

    service: Service
    mount: Mount
    copied: Span | None
    """The instruction that puts the code into the image."""
    emptied: Span | None
    """The key of a later file's `volumes: []`, which was meant to remove the mount and does not."""
    siblings: tuple[Mount, ...]
    """All such mounts of the service."""
    others: tuple[DevelopmentMount, ...] = ()
    """The same mount of other services."""

    @property
    def source(self) -> str:
        return self.mount.source.raw if self.mount.source is not None else ""

    @property
    def target(self) -> str:
        return self.mount.target.raw


_CODE = regex(r"\.(py|[cm]?[jt]sx?|vue|svelte|go|rs|rb|php|java|kt|ex|exs)$", re.IGNORECASE)
_BESIDE = regex(
    r"(^|/)(tests?|docs?|scripts?|migrations?|alembic|examples?|config|conf|data|static|public|assets|media"
    r"|samples?|sample[_-]\w+|fixtures?|datasets?)(/|$)",
    re.IGNORECASE,
)


def development_mounts(deployment: Deployment) -> Iterator[DevelopmentMount]:
    """The mounts of production services that hide code of the image behind the same code of the host.

    What several services of one file mount alike is one of them, with the others.
    """
    mounts = _development_mounts(deployment)
    for first, *others in grouped(mounts, lambda one: (one.mount.span.path, one.source, one.target)):
        yield msgspec.structs.replace(first, others=tuple(others))


def _development_mounts(deployment: Deployment) -> Iterator[DevelopmentMount]:
    for service in deployment.services:
        if service.stage is None or deployment.development or not _is_deployed(service):
            continue
        hidden = [
            (mount, path)
            for mount in service.binds
            if not is_development((mount.span.path,)) and (path := _hidden(service.stage, mount))
        ]
        for mount, path in hidden:
            copies = (copy for layer in service.stage.chain for copy in layer.copies if path in copy.matches)
            copied = next((copy.span for copy in copies), None)
            siblings = tuple(other for other, _ in hidden)
            yield DevelopmentMount(service, mount, copied, _emptied(service, mount), siblings)


def _hidden(stage: Stage, mount: Mount) -> str | None:
    """A file of code that the image has where the mount puts the same file of the host."""
    assert mount.source is not None
    assert isinstance(mount.source.value, Known)
    source, target = mount.source.value.value, mount.target.value
    if not isinstance(target, Known) or _BESIDE.search(source):
        return None
    for path in stage.image.workspace.under(source):
        inside = posixpath.join(target.value, posixpath.relpath(path, source or "."))
        if _CODE.search(path) and not _BESIDE.search(path) and stage.source_of(inside) == path:
            return path
    return None


def _emptied(service: Service, mount: Mount) -> Span | None:
    row = service.definition.node.rows.get("volumes")
    if row is None or row.key.span.path == mount.span.path:
        return None
    own = any(other.span.path == row.key.span.path for other in service.definition.mounts)
    return None if own else row.key.span


class Watching(msgspec.Struct, frozen=True):
    """A production service whose command restarts it whenever a file changes."""

    service: Service
    option: str
    at: Span
    from_image: bool


_SERVERS = regex(r"(^|[/\s])(uvicorn|gunicorn|hypercorn|granian|flask|fastapi|daphne|celery)(\s|$)")


def watching(deployment: Deployment) -> Iterator[Watching]:
    for service in deployment.services:
        if deployment.development or not in_production(service):
            continue
        definition = service.definition
        command = definition.command if definition.command is not None else definition.entrypoint
        if command is not None:
            words = [(word.value.value, word.span) for word in command.words if isinstance(word.value, Known)]
            if len(words) != len(command.words):
                continue
            from_image = False
        else:
            from dotmac_lint.model.image import Command

            stage = service.stage
            built = stage.cmd or stage.entrypoint if stage is not None else None
            if not isinstance(built, Command):
                continue
            words, from_image = list(zip(built.words, built.spans, strict=True)), True
        found = _watch_option(words)
        if found is not None and (from_image or _is_deployed(service)):
            yield Watching(service, found[0], found[1], from_image)


def _watch_option(words: list[tuple[str, Span]]) -> tuple[str, Span] | None:
    """The word that makes the server watch its files, and where it stands."""
    line = " ".join(word for word, _ in words)
    if not _SERVERS.search(line):
        return None
    for word, span in words:
        for option in re.findall(r"(?<!\S)--reload(?!\S)", word):
            return option, span
    match = re.search(r"(?:^|[/\s])fastapi\s+dev(?=\s|$)", line)
    if match is not None:
        return "fastapi dev", next(span for word, span in words if re.search(r"\bdev$|\bdev\s", word))
    return None


def without_mount(found: DevelopmentMount) -> Fix | None:
    edits = [edit for one in (found, *found.others) for edit in _removal(one)]
    if not edits:
        return None
    title = "Remove the mounts of the source tree"
    if found.emptied is not None:
        title = "Let the empty list replace the mounts of other files"
    return Fix(title, tuple(dict.fromkeys(edits)))


def _removal(found: DevelopmentMount) -> list[Edit]:
    """What takes all such mounts out of the service; nothing where developers share the file."""
    key, path = found.emptied, found.mount.span.path
    if key is not None:
        source = found.service.workspace.source(key.path)
        written = source.text[key.end : source.text.find("\n", key.end)] if source is not None else ""
        at = Span(key.path, key.end + 1, key.end + 1)
        return [Edit(at, " !override")] if re.match(r":[ \t]+\[", written) else []
    if not only_in_production(found.service.repository, path):
        return []
    spans = [mount.span for mount in found.siblings if mount.span.path == path]
    edits = [remove_item(found.service, "volumes", span) for span in spans]
    if len(spans) == sum(mount.span.path == path for mount in found.service.definition.mounts):
        edits = [remove_attribute(found.service, "volumes")]  # Compose refuses an empty `volumes:`
    good = [edit for edit in edits if edit is not None]
    return good if len(good) == len(edits) else []


def without_reload(found: Watching) -> Fix | None:
    if found.from_image or found.option != "--reload":
        return None
    if not only_in_production(found.service.repository, found.at.path):
        return None
    edit = remove_item(found.service, "command", found.at, word="--reload")
    return Fix("Remove `--reload`", (edit,)) if edit is not None else None
