"""Secrets of production that everybody who reads the repository knows: defaults and stand-ins in Compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.committed_secrets import left_alone, password_in
from dotmac_lint.model.compose_tree import Reference, every_leaf
from dotmac_lint.model.edits import add_variable
from dotmac_lint.model.image_variables import variables_of
from dotmac_lint.model.production import only_in_production
from dotmac_lint.model.secret_values import is_elsewhere, is_real_secret
from dotmac_lint.model.start_faults import default_in_force, is_taken, where_to_set
from dotmac_lint.phrases import listed
from dotmac_lint.report.secrets import is_secret_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.model.settings import Field

_DEVELOPMENT_SERVER = regex("_DEV_ROOT_TOKEN_ID$")
"""Only Vault's development server takes it (DM036)."""

_ABSENT = regex(
    r"none|null|nil|true|false|\d{1,3}|-|(un|not[-_ ]?)?(set|needed|used|required|configured|provided|applicable)"
    r"|disabled|empty|no[-_ ]?(key|token|password|auth)?|n/?a|optional|\[\]|\{\}",
    re.IGNORECASE,
)
"""What is written where there is no secret."""
_UNUSED = regex(r"\b(never|not)[-_ ]?used\b|\bsynthetic\b", re.IGNORECASE)
"""What a value says of itself that only lets the files be checked."""
_API_KEY = regex(r"API_?KEY$", re.IGNORECASE)
_DUMMY = regex(
    r"\b(dummy|fake|mock)\b|^(ollama|vllm|llama[-_.]?cpp|lm[-_ ]?studio|local-?ai)$|\bno[-_]key[-_]required$",
    re.IGNORECASE,
)
"""What is said to a server that asks for a key, or in place of one that others give out: it opens nothing."""
_HASHING = regex(r"plain|(md|sha|ripemd)[-_]?\d+|bcrypt|scrypt|crypt|argon2\w*|pbkdf2\w*", re.IGNORECASE)
"""How passwords are hashed: `PASSWORD_HASH: sha256`."""


_OF_MAIL = regex(r"(^|_)(SMTP|E?MAIL|GMAIL)_(\w+_)?(PASS(WORD|WD)?|PW)$", re.IGNORECASE)
_PLACEHOLDER = regex(r"your|change|replace|placeholder|example|\bhere\b|_here|xxx|todo", re.IGNORECASE)
"""What stands for the password at a mail server of others, where it opens nothing."""


Kind = Literal["default", "literal", "field", "file"]


class Place(NamedTuple):
    """Where a service has the secret `name`."""

    service: Service
    name: str
    at: Span


class Fallback(msgspec.Struct, frozen=True):
    """Secrets that have a committed value, mostly one, and the places of one deployment where they have it.

    Of kind "default" the value of `${NAME:-value}`, which may be a URL with a password, of kind "literal" that of a
    variable, of kind "field" the default of a settings field that nothing sets, and of kind "file" that of a variable
    in an env file which is committed.
    """

    kind: Kind
    places: tuple[Place, ...]
    field: Field | None = None
    documented: str | None = None
    """The example of the env file that has the variables: who copies it does not fall back."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.name for place in self.places))

    @property
    def services(self) -> tuple[Service, ...]:
        return tuple({place.service.name: place.service for place in self.places}.values())


def fallback_secrets(deployment: Deployment) -> Iterator[Fallback]:
    """The secrets of production services that have a committed value: each name once, or each file of defaults where
    the example of an env file has the names."""
    found: dict[tuple[Kind, str, str | None], list[Place]] = {}
    fields: dict[str, Field] = {}
    nodes = [definition.node for definition in deployment.project.services.values()]
    references = (one for node in nodes for leaf in every_leaf(node) for one in leaf.references)
    # A name that stands elsewhere without a default is to be set: its service does not work without it.
    required = {one.name for one in references if one.demands or not one.operator}
    for service in deployment.services:
        if not (service.production or _serves_production(service)) or _has_its_own_production(service):
            continue
        for leaf in every_leaf(service.definition.node):
            for one in leaf.references:
                if _is_default(one) and one.name not in required:
                    example = one.source.path if one.source is not None else None
                    group = one.span.path if example else one.name
                    found.setdefault(("default", group, example), []).append(
                        Place(service, one.name, one.span)
                    )
        for variable in service.definition.environment:
            if variable.value_span is None or not _is_literal(service, variable):
                continue
            if service.reads(variable) is not False:  # DM003's
                place = Place(service, variable.name, variable.value_span)
                found.setdefault(("literal", variable.name, None), []).append(place)
        for variable in service.environment:
            at = variable.value_span
            if variable.mechanism != "env_file" or variable.placeholder or at is None:
                continue
            if service.workspace.is_listed(at.path) and _is_literal(service, variable):
                if _takes(service, variable) and not _is_to_come(variable):
                    found.setdefault(("file", variable.name, at.path), []).append(
                        Place(service, variable.name, at)
                    )
        for field in _defaults(service):
            fields[field.names[0]] = field
            place = Place(service, field.names[0], where_to_set(service))
            found.setdefault(("field", field.names[0], None), []).append(place)
    for (kind, name, example), places in found.items():
        yield Fallback(
            kind,
            tuple(places),
            fields[name] if kind == "field" else None,
            example if kind == "default" else None,
        )


def _serves_production(service: Service) -> bool:
    """Whether it is an image that is pulled, beside services of the repository that all say they are production's."""
    deployment = service.deployment
    built = [other for other in deployment.services if other.image is not None and not other.ends_at_once]
    return (
        service.image is None
        and not service.ends_at_once
        and not service.development
        and any(not other.only_its_image_says_so for other in built)
        and all(other.production for other in built)
    )


def _has_its_own_production(service: Service) -> bool:
    """Whether another deployment is production's and runs a service of that name: this one only calls itself so."""
    return not service.deployment.production and any(
        other.production and service.name in other.project.services
        for other in service.repository.deployments
    )


def _is_default(reference: Reference) -> bool:
    if reference.operator not in {":-", "-"} or "$" in reference.default:
        return False
    if isinstance(reference.value, Unknown):
        return False  # something sets it
    if reference.source is not None and not reference.placeholder:
        return False
    password = password_in(reference.default)
    secret = password is not None or is_secret_name(reference.name)
    return secret and _is_given(reference.name, password or reference.default, reference.span)


def _is_literal(service: Service, variable: Variable) -> bool:
    value = variable.value
    if not isinstance(value, Known) or variable.references or is_real_secret(value.value):
        return False  # what looks real is DM035's
    fields = (field for settings in service.settings for field in settings.lookup(variable.name).fields)
    secret = is_secret_name(variable.name) or any("secret" in field.type.kind for field in fields)
    return secret and _is_given(variable.name, value.value, variable.name_span)


_OF_OTHERS = regex(r"TOKEN$|API_?KEY$|ACCESS_KEY|CLIENT_SECRET$", re.IGNORECASE)
_TO_COME = regex(r"your|<|\bget[-_ ]|\bfrom[-_ ]", re.IGNORECASE)


def _is_to_come(variable: Variable) -> bool:
    """Whether it stands for what others give out: until then it opens nothing."""
    text = variable.value.value if isinstance(variable.value, Known) else ""
    return bool(_OF_OTHERS.search(variable.name) and _TO_COME.search(text))


def _takes(service: Service, variable: Variable) -> bool:
    """Whether what is in an env file, which others get as well, is for this service: a field of its settings takes it,
    its code names it, or its image reads it."""
    known = variables_of(service.definition)
    if known is not None:
        return known.may_read(variable.name)
    if any(settings.lookup(variable.name).fields for settings in service.settings):
        return True
    interpolated = {reference.name for reference in service.deployment.project.interpolations}
    return variable.name not in interpolated and service.knows(variable.name)


def _defaults(service: Service) -> Iterator[Field]:
    """The settings' own secrets that are in force, since nothing sets them: no real ones (DM035), and none that a
    guard refuses (DM030)."""
    if not service.settings or any(variable.placeholder for variable in service.environment):
        return
    for start in service.starts:
        refused = {path for guard in start.guards if guard.outcome == "raises" for path, _ in guard.depends}
        for found in start.fields if start.made is not None else ():
            field, text = found.field, default_in_force(found)
            if (
                not field.secret
                or not isinstance(text, str)
                or is_real_secret(text)
                or field.dotted in refused
            ):
                continue
            if not (_is_given(field.names[0], text, field.span) and _in_use(service, field)):
                continue
            if is_taken(service, found):
                yield field


def _in_use(service: Service, field: Field) -> bool:
    """Whether the field counts: a password does where other parts of its address are set, and no whole URL is."""
    name = field.names[0].upper()
    stem = re.sub(r"_*PASS(WORD|WD)?$", "", name)
    if stem == name:
        return True
    others = [variable.name for variable in service.environment if variable.name.upper().startswith(stem)]
    return bool(stem and others) and not any(re.search("(URL|URI|DSN)$", other, re.I) for other in others)


def _is_given(name: str, value: str, at: Span) -> bool:
    """Whether `value` is a secret that the file gives, if a bad one."""
    value = value.strip().strip("\"'")
    if (
        _DEVELOPMENT_SERVER.search(name)
        or left_alone(name, at.path)
        or is_elsewhere(value)
        or _UNUSED.search(value)
        or (_API_KEY.search(name) and _DUMMY.search(value))
        or (_OF_MAIL.search(name) and _PLACEHOLDER.search(value))
        or _HASHING.fullmatch(value)
        or "://" in value
        or value[:1] in "/.~"
    ):
        return False
    return bool(value) and not _ABSENT.fullmatch(value)


def demanded(found: Fallback) -> Fix | None:
    """Demand the secrets of the host (`:?`) at every place that developers do not share."""
    if found.kind == "file":
        return None  # it is the file that the host should have of its own
    repository, workspace = found.services[0].repository, found.services[0].workspace
    edits: list[Edit] = []
    for service, name, span in found.places:
        text = f"${{{name}:?}}"
        if found.kind == "field":
            edit = add_variable(service, name, text)
        else:
            source = workspace.source(span.path)
            written = span.range.slice(source.text) if source is not None else ""
            block = service.definition.environment_block
            quote = written[:1] if written[:1] in "\"'" else ""
            clear = written.endswith("}") if found.kind == "default" else block is not None and not block.flow
            edit = Edit(span, quote + text + quote) if clear and "\n" not in written else None
        if edit is not None and only_in_production(repository, edit.span.path):
            urls = list(_in_urls(service, span, name))
            known = all(only_in_production(repository, url.span.path) for url in urls)
            if not known or _stays_elsewhere(service, span, urls):
                return None
            edits += [edit, *urls]
    names = [f"`{name}`" for name in found.names]
    return Fix(f"Demand {listed(names)} of the host", tuple(dict.fromkeys(edits))) if edits else None


def _in_urls(service: Service, at: Span, name: str) -> Iterator[Edit]:
    """The same value, written at `at`, as the password in URLs of the deployment's services: they must stay alike."""
    secret, default = _secret_at(service, at)
    for other in service.deployment.services if secret else ():
        for variable in other.definition.environment:
            url, span = variable.value, variable.value_span
            if not isinstance(url, Known) or span is None or password_in(url.value) != secret:
                continue
            if default and not re.search(rf"@{re.escape(service.name)}(?![\w.-])", url.value):
                continue  # another server's, which has the same
            source = service.workspace.source(span.path)
            written = span.range.slice(source.text) if source is not None else ""
            if written.count(f":{secret}@") == 1:
                yield Edit(span, written.replace(f":{secret}@", f":${{{name}:?}}@"))


def _secret_at(service: Service, at: Span) -> tuple[str | None, bool]:
    """The value that is written there, and whether it is a default."""
    value = next((v.value for v in service.definition.environment if v.value_span == at), None)
    source = service.workspace.source(at.path)
    default = _DEFAULT_OF.fullmatch(at.range.slice(source.text)) if source is not None else None
    if default is not None:
        return default[1], True
    return (value.value if isinstance(value, Known) and "$" not in value.value else None), False


def _stays_elsewhere(service: Service, at: Span, urls: list[Edit]) -> bool:
    """Whether the same value logs in to the service from a command, or from an env file of the services."""
    secret, _ = _secret_at(service, at)
    login = re.compile(rf":{re.escape(secret or '')}@{re.escape(service.name)}(?![\w.-])")
    for other in service.deployment.services if secret else ():
        for leaf in every_leaf(other.definition.node):
            edited = any(leaf.span.start <= url.span.start < leaf.span.end for url in urls)
            if login.search(leaf.raw) and not edited and leaf.span != at:
                return True
        for variable in other.environment:
            value = variable.value.value if isinstance(variable.value, Known) else ""
            if variable.mechanism == "env_file" and (
                login.search(value) or (value == secret and is_secret_name(variable.name))
            ):
                return True
    return False


_DEFAULT_OF = regex(r"\$\{\w+:?-([^{}$]+)\}")
