"""The env file that a deployment needs: each variable that must be given, and which of them are secrets to make."""

from __future__ import annotations

import posixpath
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose import stand_in
from dotmac_lint.model.compose_tree import Leaf, every_leaf
from dotmac_lint.model.interpolated import host_gives
from dotmac_lint.model.scalars import Invalid
from dotmac_lint.model.secret_values import is_real_secret
from dotmac_lint.model.start_faults import ENVIRONMENT, raising_guards
from dotmac_lint.model.validation import Missing
from dotmac_lint.report.secrets import (
    MASK,
    is_secret_name,
    mask_message,
    mask_value,
    secret_lines,
    secret_ranges,
    visible,
)
from dotmac_lint.source import SourceFile
from dotmac_lint.workspace import Pending

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.settings import Field

_THEIRS = regex(
    r"SMTP|MAIL|STRIPE|TWILIO|SENDGRID|AWS|(^|_)S3|AZURE|GCP|GCS|GOOGLE|GITHUB|GITLAB|FACEBOOK|APPLE|DISCORD|SLACK"
    r"|TELEGRAM|TWITTER|LINKEDIN|SENTRY|DSN|OPENAI|ANTHROPIC|LICENSE|VAULT|BAO|UNSEAL|CLIENT_SECRET|OAUTH|OIDC|SAML"
    r"|WEBHOOK|API_?KEY|TOKEN|LDAP|PAYPAL|CLOUDFLARE|DOCKER|REGISTRY|PRIVATE|PUBLIC|CERT|SSL|TLS",
    re.IGNORECASE,
)
"""Secrets that somebody else gives out."""
_OURS = regex(
    r"SECRET|JWT|SESSION|COOKIE|CSRF|SALT|PEPPER|HMAC|SIGN|ENCRYPTION|FERNET|APP_KEY|MASTER_KEY|ACCESS_KEY",
    re.IGNORECASE,
)
_FIRST_USER = regex(r"ADMIN|SUPERUSER|ROOT|INITIAL", re.IGNORECASE)
_PADDED = regex(r"FERNET|ENCRYPTION", re.IGNORECASE)
"""Keys of Fernet are padded, and to others the padding does no harm."""
_NO_SECRET = regex(r"true|false|yes|no|\d{1,5}|[a-z][a-z0-9+.-]*://.*", re.IGNORECASE)

_PASSES = 5
"""Guards raise one after the other."""


class Needed(msgspec.Struct, frozen=True):
    """A variable that a deployment takes from an env file."""

    name: str
    required: bool
    default: str
    """What Compose puts in its place where it is not set."""
    users: tuple[str, ...]
    """The services that need it."""
    note: str
    secret: bool
    ours: bool
    """A secret that no one else gives out, so that it can be made."""
    field: Field | None = None


class Template(msgspec.Struct, frozen=True):
    """The text of an env file. `made` are the names that got new secrets; `left` those that a person must fill in."""

    text: str
    names: tuple[str, ...] = ()
    """What the deployment needs."""
    made: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def env_file_name(deployment: Deployment) -> str:
    """The env file that the deployment is started with, or that its services read; else the usual name."""
    if deployment.spec.env_files:
        return deployment.spec.env_files[-1]
    workspace = deployment.repository.workspace
    for path in _env_files(deployment.services):
        if workspace.kind(path) is None:
            return path
    return ".env.production" if deployment.production else ".env"


def _env_files(services: Iterable[Service]) -> Iterator[str]:
    for service in services:
        for reference in service.definition.env_files:
            if isinstance(reference.path.value, Known) and not reference.path.outside:
                yield reference.path.value.value


def needed_variables(deployment: Deployment, path: str) -> tuple[Needed, ...]:
    """What the env file at `path` must give, what is required first.

    Compose interpolates from the files that it is started with; a file that services name in `env_file` reaches
    these services only.
    """
    found: dict[str, Needed] = {}
    readers = [service for service in deployment.services if path in _env_files([service])]
    spec = deployment.spec
    if not readers or path in (*spec.env_files, posixpath.join(spec.folder, ".env")):
        for needed in _interpolated(deployment):
            _join(found, needed)
    for needed in _read_by_settings(deployment, {service.name for service in readers}):
        _join(found, needed)
    return tuple(sorted(found.values(), key=lambda one: not one.required))


def _join(found: dict[str, Needed], needed: Needed) -> None:
    other = found.setdefault(needed.name, needed)
    if other is not needed:
        found[needed.name] = msgspec.structs.replace(
            other,
            required=other.required or needed.required,
            default=other.default or needed.default,
            users=tuple(dict.fromkeys(other.users + needed.users)),
            note=other.note or needed.note,
            secret=other.secret or needed.secret,
            ours=other.ours or needed.ours,
            field=other.field or needed.field,
        )


def _interpolated(deployment: Deployment) -> Iterator[Needed]:
    for service in deployment.services:
        server = service.definition.build is None
        for leaf in every_leaf(service.definition.node):
            for name, operator, default in _asked(leaf):
                yield Needed(
                    name,
                    operator in {"", "?", ":?"},
                    default,
                    (service.name,),
                    "",
                    is_secret_name(name),
                    _is_ours(name, server),
                )


def _asked(leaf: Leaf) -> Iterator[tuple[str, str, str]]:
    """Each variable of the text with operator and default; one inside a default is optional, as that is."""
    outer = None
    for reference in leaf.references:
        inside = outer is not None and outer.start < reference.span.start < outer.end
        if not inside:
            outer = reference.span
        if not host_gives(reference.name):
            default = reference.default if reference.operator in {":-", "-"} else ""
            yield reference.name, "-" if inside else reference.operator, "" if "$" in default else default


def _read_by_settings(deployment: Deployment, readers: set[str]) -> Iterator[Needed]:
    """What settings of the services `readers` lack, and what makes their guards raise."""
    for service in deployment.services if readers else ():
        if service.name not in readers:
            continue
        for start in service.starts:
            for found in start.fields:
                if isinstance(found.value, Missing) and found.field.names:
                    yield _of_field(found.field, service, found.field.description)
    raising_ones = raising_guards(deployment) if readers else ()
    for raising in (one for first in raising_ones for one in (first, *first.others)):
        if raising.service.name in readers:
            for found in raising.culprits:
                if found.variable is None and found.field.names:
                    yield _of_field(found.field, raising.service, raising.guard.message or "")


def _of_field(field: Field, service: Service, note: str) -> Needed:
    name = field.names[0]
    ours = field.secret and _is_ours(name, False)
    return Needed(name, True, "", (service.name,), note, field.secret, ours, field)


def _is_ours(name: str, server: bool) -> bool:
    """Whether the secret is for us to choose: a server of the deployment takes it, or the application signs with it."""
    if not is_secret_name(name) or (_THEIRS.search(name) and not re.search(r"JWT|SESSION|MINIO", name)):
        return False
    return server or bool(_OURS.search(name) or _FIRST_USER.search(name))


def render(deployment: Deployment, path: str, *, make: Callable[[int], str] | None = None) -> Template:
    """The env file `path` for the deployment; without `make` an example, in which secrets stand empty.

    `make` gives a random text from a number of bytes, as `secrets.token_urlsafe` does. Where the repository has an
    example of the file, its lines are kept, and what it lacks is appended.
    """
    example = stand_in(deployment.repository.workspace, path) if make is not None else None
    needed: tuple[Needed, ...] = ()
    template = Template("")
    for _ in range(_PASSES):
        more = needed_variables(_with_file(deployment, path, template.text), path)
        known = {one.name for one in needed}
        new = tuple(one for one in more if one.name not in known)
        if needed and not new:
            break
        needed += new
        template = _Writer(deployment, make).write(needed, example)
    return template


def _with_file(deployment: Deployment, path: str, text: str) -> Deployment:
    """The deployment as if its env file held `text`: what it lacks then, and which guard raises next."""
    from dotmac_lint.model.deployment import Deployment, Repository

    repository = deployment.repository
    pending = {path: Pending(text.encode("utf-8", "surrogateescape"), 0o600)}
    revised = Repository(repository.workspace.revised(pending), repository.configured)
    return Deployment(revised, deployment.spec)


def _hidden(needed: Needed) -> str:
    """The default as it may be shown; that of a secret is left out."""
    shown = mask_value(needed.name, needed.default, secret=needed.secret)
    return "" if shown == MASK else shown


def generate(size: int) -> str:
    return secrets.token_urlsafe(size)


class _Writer:
    def __init__(self, deployment: Deployment, make: Callable[[int], str] | None) -> None:
        self.deployment = deployment
        self.make = make
        self.made: dict[str, str] = {}
        self.left: list[str] = []

    def write(self, needed: tuple[Needed, ...], example: str | None) -> Template:
        names = tuple(one.name for one in needed)
        if example is not None:
            text, held = self._filled(example, {one.name: one for one in needed})
            needed = tuple(one for one in needed if one.name not in held and one.required)
            text += "\n" + self._block(needed, "What the example lacks") if needed else ""
        else:
            what = "The environment" if self.make is not None else "An example of the environment"
            keep = " It holds secrets: do not commit it." if self.make is not None else ""
            text = f"# {what} of the deployment `{visible(self.deployment.name)}`.{keep}\n\n"
            needed_now = [one for one in needed if one.required or (one.ours and one.secret)]
            text += self._block(needed_now, "Without these it does not start, or not safely")
            others = [one for one in needed if one not in needed_now]
            if others:
                text += "# These may be set\n" + "".join(f"# {one.name}={_hidden(one)}\n" for one in others)
        return Template(text.rstrip("\n") + "\n", names, tuple(self.made), tuple(self.left))

    def _block(self, needed: Iterable[Needed], title: str) -> str:
        lines, heading = [f"# {title}"], ""
        for one in needed:
            note = " ".join(visible(mask_message(one.note)).split())
            own = f"# {', '.join(one.users)}{f': {note}' if note else ''}"
            lines += () if own == heading and not note else ("", own)
            lines.append(f"{one.name}={self._value(one)}")
            heading = own
        return "\n".join(lines) + "\n\n" if len(lines) > 1 else ""

    def _value(self, needed: Needed) -> str:
        if self.deployment.production and ENVIRONMENT.search(needed.name):
            return "production"
        if needed.ours and needed.secret and self.make is not None:
            value = self._secret(needed.name, needed.field)
            if value is not None:
                return value
        if self.make is not None:
            self.left.append(needed.name)
        return ""

    def _secret(self, name: str, field: Field | None) -> str | None:
        """A new secret that the field takes; None where no length would do."""
        assert self.make is not None
        for size in (32, 64, 24, 16, 12):
            value = self.make(size) + ("=" if _PADDED.search(name) and size == 32 else "")
            if field is None or not isinstance(field.take(field.names[0], value), Invalid):
                self.made[name] = value
                return value
        return None

    def _filled(self, example: str, needed: dict[str, Needed]) -> tuple[str, set[str]]:
        """The example with secrets in the place of its stand-ins, the same one for the same stand-in."""
        workspace = self.deployment.repository.workspace
        source, file = workspace.source(example), workspace.env_file(example)
        assert source is not None
        assert file is not None
        known: dict[str, str] = {}
        edits: list[tuple[int, int, str]] = []
        held = {entry.key for entry in file.entries}
        rows = []
        for entry in file.entries:
            one = needed.get(entry.key)
            ours = one is not None and one.secret and one.ours
            if one is None:
                ours = _is_ours(entry.key, server=False)
            rows.append((not ours, entry, one))
        for theirs, entry, one in sorted(rows, key=lambda row: row[0]):
            value = entry.value or ""
            if entry.references or _NO_SECRET.fullmatch(value):
                continue
            if not (is_secret_name(entry.key) or (one is not None and one.secret)):
                if not value and one is not None and one.required:
                    self.left.append(entry.key)
                continue
            if not value and (one is None or not one.required):
                continue  # it may stay empty, as that of a server without a password does
            secret = known.get(value) if value else None
            if secret is None and not theirs:
                secret = self._secret(entry.key, one.field if one is not None else None)
            if secret is None:
                self.left.append(entry.key)
                continue
            if value:
                known[value] = secret
            self.made[entry.key] = secret
            start, end = (
                (entry.value_range.start, entry.value_range.end)
                if entry.value_range is not None
                else (entry.range.end, entry.range.end)
            )
            edits.append((start, end, secret))
        for start, end in _committed(source):
            if any(start < later and earlier < end for earlier, later, _ in edits):
                continue
            edits.append((start, end, ""))
            self.left += [
                entry.key
                for _, entry, _ in rows
                if entry.range.start <= start < entry.range.end and entry.key not in self.left
            ]
        text = source.text
        for start, end, secret in sorted(edits, reverse=True):
            text = text[:start] + secret + text[end:]
        return text if text.endswith("\n") else text + "\n", held


def _committed(source: SourceFile) -> Iterator[tuple[int, int]]:
    """Where secrets stand that were made for somebody: whoever reads the repository has them."""
    whole = secret_lines(source.text)
    for number in range(1, len(source.line_starts) + 1):
        place = source.line_range(number)
        line = place.slice(source.text)
        for start, end in [(0, len(line))] if number in whole else secret_ranges(line):
            if number in whole or is_real_secret(line[start:end]):
                yield place.start + start, place.start + end
