"""What would stop a service when it starts: values that fields refuse, required ones that nothing gives, guards.

Only what is sure is a fault: code of the service makes the settings, and what decides is known and is no
stand-in for a value that is not committed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from dotmac_lint.diagnostic import Label, grouped
from dotmac_lint.facts import fact
from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.dotenv_extras import env_files_of
from dotmac_lint.model.edits import add_variable
from dotmac_lint.model.environment import Variable
from dotmac_lint.model.expectations import is_misspelt
from dotmac_lint.model.scalars import Invalid
from dotmac_lint.model.validation import Missing
from dotmac_lint.phrases import listed
from dotmac_lint.report.secrets import is_secret_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.settings import Field, SettingsClass
    from dotmac_lint.model.startup import FieldValue, GuardOutcome, Start
    from dotmac_lint.readers.dotenv import EnvEntry
    from dotmac_lint.workspace import Workspace

LEAST = 3
"""Fields that the example of an env file fills before the lack of another is an oversight."""
ENVIRONMENT = regex(r"^(app_|deploy(ment)?_|runtime_)?(env|environment|stage|mode)$", re.IGNORECASE)
"""Fields that say in which environment the application runs."""


def _starts(deployment: Deployment) -> Iterator[tuple[Service, Start]]:
    for service in () if deployment.spec.only_built else deployment.startable:
        if service.settings:
            for start in service.starts:
                if start.made is not None:
                    yield service, start


def default_in_force(found: FieldValue) -> Any:
    """The field's own default, plain, where nothing sets the field; else None."""
    if found.variable is not None or not found.field.names:
        return None
    value, default = found.value, found.field.default
    if not isinstance(value, Known) or not isinstance(default, Known):
        return None
    plain, own = (getattr(one.value, "value", one.value) for one in (value, default))
    return plain if plain == own else None


def is_taken(service: Service, found: FieldValue) -> bool:
    """Whether code of the service takes the field from the settings: `settings.secret_key`."""
    workspace, name = service.workspace, found.field.path[-1]
    files = service.process.modules if service.process.migrates else service.files
    code = (path for path in sorted(files) if path.endswith(".py"))
    naming = workspace.words.search(code, (name.encode(),))
    own = found.field.span.path
    return any(_takes(workspace, path, name, str(path == own)) for path, _ in naming)


@fact(bool)
def _takes(workspace: Workspace, path: str, name: str, own: str) -> bool:
    """The file that declares the field has its name in quotes, too."""
    taken = rb"\.%s\b" if own == "True" else rb"[.\"']%s\b"
    return re.search(taken % re.escape(name.encode()), workspace.bytes(path) or b"") is not None


# ---- values


class Refused(msgspec.Struct, frozen=True):
    """A value that its field does not take."""

    services: tuple[Service, ...]
    """Those that get it from the same place."""
    settings: SettingsClass
    field: Field
    variable: Variable
    why: str
    """A clause whose subject is the value."""

    @property
    def at(self) -> Span:
        return self.variable.value_span or self.variable.name_span

    @property
    def example(self) -> str | None:
        """The example that the value is from, which stands for an env file that is not committed."""
        variable = self.variable
        return (variable.sources or (variable.name_span,))[0].path if variable.placeholder else None

    @property
    def shown(self) -> str | None:
        """The value; None where it is secret."""
        value = self.variable.value
        if self.field.secret or is_secret_name(self.variable.name) or not isinstance(value, Known):
            return None
        return str(value.value)


def refused_values(deployment: Deployment) -> Iterator[Refused]:
    """Once for all services that get it from the same place."""
    for first, *others in grouped(_refused(deployment), lambda one: (one.at, one.field.span)):
        services = {service.name: service for one in (first, *others) for service in one.services}
        yield msgspec.structs.replace(first, services=tuple(services.values()))


def _refused(deployment: Deployment) -> Iterator[Refused]:
    for service, start in _starts(deployment):
        for found in start.fields:
            variable, value = found.variable, found.value
            if isinstance(value, Invalid) and variable is not None:
                if not found.field.section:
                    yield Refused((service,), start.settings, found.field, variable, value.why)


class RefusedInFile(msgspec.Struct, frozen=True):
    """A value in an env file that settings read themselves, or in its example, that a field refuses."""

    settings: SettingsClass
    field: Field
    env_file: str
    at: Span
    shown: str | None
    """The value; None where it is secret."""
    why: str
    right: str | None
    """How the field takes it, where one spelling is meant."""


def refused_in_env_files(repository: Repository) -> Iterator[RefusedInFile]:
    """Each of them, once, of which no service of a deployment tells."""
    workspace = repository.workspace
    told = {
        (at.path, at.start)
        for deployment in repository.deployments
        for one in refused_values(deployment)
        for at in (one.variable.name_span, *one.variable.sources)
    }
    for settings in repository.settings:
        if settings.model.version != 2 or settings.other_sources:
            continue
        for env_file, path in env_files_of(settings):
            file = workspace.env_file(path, "python")
            if file is None:
                continue
            given = {
                entry.key: _given(entry, path, placeholder=path != env_file)
                for entry in file.entries
                if entry.value and "$" not in entry.value
            }
            for found in repository.simulator.filled(settings, given) if given else ():
                variable, value = found.variable, found.value
                if variable is None or not isinstance(value, Invalid) or found.field.section:
                    continue
                at = variable.name_span
                if (at.path, at.start) in told or not isinstance(variable.value, Known):
                    continue
                told.add((at.path, at.start))
                secret = found.field.secret or is_secret_name(variable.name)
                text = variable.value.value
                yield RefusedInFile(
                    settings,
                    found.field,
                    env_file,
                    at,
                    None if secret else text,
                    value.why,
                    None if secret else _meant(text.strip(), found.field),
                )


def _given(entry: EnvEntry, path: str, *, placeholder: bool) -> Variable:
    at = entry.key_range.at(path)
    return Variable(entry.key, Known(entry.value or ""), at, at, "env_file", placeholder=placeholder)


_TRUE = frozenset({"enabled", "enable", "active", "ja", "si", "oui"})
_FALSE = frozenset({"disabled", "disable", "inactive", "none", "never"})


def spelling(found: Refused) -> str | None:
    """How the field takes the value, where one spelling is meant."""
    return None if found.shown is None else _meant(found.shown.strip(), found.field)


def respelled(found: Refused) -> Fix | None:
    """The same value as the field takes it, where one spelling is meant."""
    value, span, kind = found.shown, found.variable.value_span, found.field.type.kind
    if value is None or span is None or found.variable.references or found.variable.raw != value:
        return None
    source = found.services[0].workspace.source(span.path)
    if source is None:
        return None
    text = spelling(found)
    written = source.text[span.start : span.end]
    if text is None or written.strip("\"'") != value:
        return None
    quote = written[0] if written[:1] in "\"'" and written[:1] else ""
    if kind in _LISTS:  # JSON's own quotes need the other kind around them
        quote = "'" if quote or written != value or found.variable.mechanism != "dockerfile" else ""
    if quote and quote in text:
        return None
    return Fix(f"Write `{text}`", (Edit(span, f"{quote}{text}{quote}"),))


_LISTS = frozenset({"list", "set", "frozenset", "tuple", "sequence", "deque"})
_ITEM = regex(r"[\w.:/*@+-]+(?: [\w.:/*@+-]+)*")


def _meant(value: str, field: Field) -> str | None:
    kind = field.type.kind
    if kind == "bool":
        return "true" if value.lower() in _TRUE else "false" if value.lower() in _FALSE else None
    if kind in ("enum", "literal"):
        options = [m.value for _, m in field.type.members if isinstance(m, Known)] or list(field.type.values)
        close = {str(option) for option in options if str(option).lower() == value.lower()}
        return close.pop() if len(close) == 1 else None
    if kind in _LISTS and field.type.args and field.type.args[0].kind == "str":
        items = [item.strip() for item in value.split(",")]
        if all(_ITEM.fullmatch(item) for item in items):
            return "[" + ", ".join(f'"{item}"' for item in items) + "]"
    if kind == "int" and re.fullmatch(r"\d{1,3}([,_' ]\d{3})+", value):
        return re.sub(r"\D", "", value)
    return None


# ---- required fields


class Unset(msgspec.Struct, frozen=True):
    """The required fields of one settings class that nothing gives to a service."""

    service: Service
    settings: SettingsClass
    fields: tuple[Field, ...]
    at_start: bool
    others: tuple[Unset, ...] = ()
    """The same of other services."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.names[0] for field in self.fields)

    @property
    def at(self) -> Span:
        return where_to_set(self.service)


def unset_fields(deployment: Deployment) -> Iterator[Unset]:
    """Once for all services that lack the same."""

    def cause(found: Unset) -> object:
        return found.settings.span, found.names, found.at_start, found.service.production

    for first, *others in grouped(_unset(deployment), cause):
        yield msgspec.structs.replace(first, others=tuple(others))


def _unset(deployment: Deployment) -> Iterator[Unset]:
    for service, start in _starts(deployment):
        if any(variable.placeholder and variable.mechanism == "env_file" for variable in service.environment):
            continue  # the file that the example stands for may have more
        fields = tuple(
            found.field for found in start.fields if isinstance(found.value, Missing) and found.field.names
        )
        if fields and start.made is not None:
            yield Unset(service, start.settings, fields, start.made.at_start)


def unset_with_examples(deployment: Deployment) -> Iterator[tuple[Unset, str]]:
    """The same for services whose env file is represented by its example, and the example."""
    for service, start in _starts(deployment):
        given = [v for v in service.environment if v.placeholder and v.mechanism == "env_file"]
        examples = {variable.name_span.path for variable in given}
        taken = sum(found.variable in given for found in start.fields)
        if len(examples) != 1 or taken < LEAST or start.made is None or not start.made.at_start:
            continue
        fields = tuple(
            found.field for found in start.fields if isinstance(found.value, Missing) and found.field.names
        )
        if fields:
            yield Unset(service, start.settings, fields, at_start=True), examples.pop()


def set_them(found: Unset) -> Fix | None:
    """Adds the variables that are not there under a misspelt name, each with the value that the host must give."""
    edits = [_adding(one) for one in (found, *found.others)]
    good = tuple(edit for edit in edits if edit is not None)
    if len(good) < len(edits) or len({edit.span for edit in good}) < len(good):
        return None
    names = _to_add(found)
    return Fix(f"Require {_named(names)} of the host", good)


def _to_add(found: Unset) -> tuple[str, ...]:
    return tuple(name for name in found.names if not is_misspelt(found.service, name))


def _adding(found: Unset) -> Edit | None:
    edits = [add_variable(found.service, name, f"${{{name}:?{name} must be set}}") for name in _to_add(found)]
    good = [edit for edit in edits if edit is not None]
    if len(good) != len(edits) or not good:
        return None
    return Edit(good[0].span, "".join(edit.text for edit in good))


def _named(names: Iterable[str]) -> str:
    return listed([f"`{name}`" for name in names])


def where_to_set(service: Service) -> Span:
    """The service's own `environment`, or its name where it has none."""
    block = service.definition.environment_block
    return block.key_span if block is not None and block.key_span else service.key


# ---- guards


class Raising(msgspec.Struct, frozen=True):
    """A guard that raises in a service, and the field that it raises for."""

    service: Service
    start: Start
    guard: GuardOutcome
    culprits: tuple[FieldValue, ...]
    """The fields that decided, without those that only say which environment it is."""
    context: tuple[FieldValue, ...]
    """Those that say which environment it is."""
    others: tuple[Raising, ...] = ()
    """The same guard in other services, for the same reason."""

    def value(self, found: FieldValue) -> Any:
        """What the field held when the guard saw it."""
        return next(value.value for path, value in self.guard.depends if path == found.field.dotted)

    @property
    def variable(self) -> Variable | None:
        return next((found.variable for found in self.culprits if found.variable is not None), None)

    @property
    def host(self) -> tuple[str, ...]:
        """The variables by which the host may give other values than the defaults that raise."""
        scope = self.service.deployment.project.scope
        variables = [found.variable for found in self.culprits if found.variable is not None]
        return tuple(
            dict.fromkeys(name for variable in variables for name in variable.references if name not in scope)
        )

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples of env files that lack what is unset; the real files may have it."""
        if all(found.variable is not None for found in self.culprits):
            return ()
        given = (one for one in self.service.environment if one.placeholder and one.mechanism == "env_file")
        return tuple(dict.fromkeys(variable.span.path for variable in given))

    @property
    def at(self) -> Span:
        """The line that gives the value, or the place where it should be given."""
        return self.variable.name_span if self.variable is not None else where_to_set(self.service)


def raising_guards(deployment: Deployment) -> Iterator[Raising]:
    """Each guard that surely raises, or writes a warning, once for all services that lack the same.

    Those that demand Vault are another rule's.
    """

    def cause(found: Raising) -> object:
        values = tuple((one.field.dotted, found.value(one)) for one in (*found.culprits, *found.context))
        return found.guard.span, repr(values), found.host, found.examples

    for first, *others in grouped(_raising(deployment), cause):
        yield msgspec.structs.replace(first, others=tuple(others))


def _raising(deployment: Deployment) -> Iterator[Raising]:
    for service, alone in _starts(deployment):
        refused = {
            path for g in alone.guards if g.stops for path, value in g.depends if value == Known(False)
        }
        off = [f for f in service.repository.vault_flags(alone.settings) if f.dotted in refused]
        # What stops the start behind the guard that demands Vault is told as well; that guard another rule tells of.
        start = service.start(alone.settings, off) if off else alone
        by_path = {found.field.dotted: found for found in start.fields}
        for guard in start.guards:
            if guard.outcome != "raises" or not guard.reached or not guard.depends:
                continue
            if any(path == field.dotted for field in off for path, _ in guard.depends):
                continue  # nobody has switched it on yet
            decided = [by_path[path] for path, _ in guard.depends if path in by_path]
            context = tuple(found for found in decided if ENVIRONMENT.search(found.field.path[-1]))
            culprits = tuple(found for found in decided if found not in context) or context
            if not culprits or any(_stands_in(service, f) or _is_misnamed(service, f) for f in culprits):
                continue
            if guard.kind == "log" and not (service.production and context and guard.message):
                continue
            yield Raising(service, start, guard, culprits, context if culprits != context else ())


def _is_misnamed(service: Service, found: FieldValue) -> bool:
    """Whether a variable is meant for the field that misses its name, of which another rule tells."""
    return found.variable is None and any(is_misspelt(service, name) for name in found.field.names)


def _stands_in(service: Service, found: FieldValue) -> bool:
    """Whether the value stands for another: that of an example, or of a `.env`, of which each host has its own."""
    variable = found.variable
    return variable is not None and (variable.placeholder or service.of_the_machine(variable))


_FROM_THE_HOST = regex(r"\$\{\w+(:?\?[^{}]*)?\}")


def as_others_do(found: Raising) -> Fix | None:
    """Set what is missing as another service with the same settings takes it from the host: one secret for both."""
    edits: list[Edit] = []
    names: dict[str, None] = {}
    for raising in (found, *found.others):
        for one in raising.culprits:
            given = _given_to_others(raising, one.field) if one.variable is None else None
            raw = given.raw if given is not None else None
            if given is None or raw is None or not _FROM_THE_HOST.fullmatch(raw):
                return None
            edit = add_variable(raising.service, given.name, raw)
            if edit is None:
                return None
            names[given.name] = None
            edits.append(edit)
    if len({edit.span for edit in edits}) < len(edits):
        return None
    return Fix(f"Set {_named(names)} as other services have it", tuple(edits))


def _given_to_others(raising: Raising, field: Field) -> Variable | None:
    for service in raising.service.deployment.services:
        if service.name == raising.service.name or raising.start.settings not in service.settings:
            continue
        for name in field.names:
            variable = service.environment.get(name)
            if variable is not None and variable.mechanism == "environment":
                return variable
    return None


def evidence(found: Raising) -> Iterator[Label]:
    """The guard, where start-up code calls it, and the fields that decide."""
    guard = found.guard
    yield Label(guard.condition or guard.span, "the guard" if guard.condition is None else "its condition")
    if guard.condition is not None:
        yield Label(guard.span, "here it raises" if guard.kind != "log" else "here it warns")
    yield from guard.called_from[:2]
    for one in (*found.culprits, *found.context):
        if one.variable is not None and one.variable is not found.variable:
            yield Label(one.variable.name_span, f"`{one.field.dotted}` is set here")
        elif one.variable is None:
            yield Label(one.field.span, f"`{one.field.dotted}` has this default, and nothing sets it")
    for other in found.others:
        if other.at != found.at:
            yield Label(other.at, f"so does `{other.service.name}`")
