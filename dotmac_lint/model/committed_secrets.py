"""Secrets that are written out in committed files: env files, Compose files, Dockerfiles, defaults of settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.interpolated import is_for_a_store
from dotmac_lint.model.secret_values import is_real_secret, is_well_known_token
from dotmac_lint.report.secrets import is_secret_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Repository, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.model.settings import Field, SettingsClass

_EXAMPLE = regex(
    r"example|sample|template|\.dist\b|(^|/)(tests?|testing|testdata|fixtures?|docs?|vendor|demo|mocks?)/",
    re.IGNORECASE,
)
_PUBLIC = regex(
    r"PUBLIC|PUBLISHABLE|SITE_?KEY|SENTRY|POSTHOG|MIXPANEL|AMPLITUDE|ANALYTICS|^(VITE|REACT_APP|NUXT|EXPO)_",
    re.IGNORECASE,
)
_URL_PASSWORD = regex(r"^[a-z][a-z0-9+.-]*://[^\s/:@]*:(?P<password>[^\s@/]+)@", re.IGNORECASE)


class CommittedSecret(msgspec.Struct, frozen=True):
    """A secret at `at`: the value of a service's variable, or the default of a settings field."""

    name: str
    at: Span
    service: Service | None = None
    settings: SettingsClass | None = None
    field: Field | None = None


def committed_secrets(repository: Repository) -> Iterator[CommittedSecret]:
    """Each literal that looks like what opens something: in production, or as a default of the settings.

    Elsewhere only tokens that are real by their form: what developers run may hold what it likes.
    """
    seen: set[Span] = set()
    for deployment in repository.deployments:
        for service in deployment.services:
            for variable in service.environment:
                if variable.name_span not in seen and _is_secret(service, variable):
                    seen.add(variable.name_span)
                    yield CommittedSecret(variable.name, variable.name_span, service)
    for settings in repository.settings:
        for field in settings.fields:
            default = field.default.value if isinstance(field.default, Known) else None
            if field.span in seen or not field.secret or not isinstance(default, str):
                continue
            if is_real_secret(default) and not left_alone(field.path[-1], field.span.path):
                seen.add(field.span)
                yield CommittedSecret(field.dotted, field.span, None, settings, field)


def _is_secret(service: Service, variable: Variable) -> bool:
    value = variable.value
    if not isinstance(value, Known) or variable.references or variable.placeholder:
        return False
    path = variable.name_span.path
    if left_alone(variable.name, path) or not service.workspace.is_listed(path):
        return False
    text = value.value
    if is_well_known_token(text):
        return True
    if not service.production or is_for_a_store(service.workspace, path):
        return False  # a store hands it to everybody: it is no secret that got out
    password = password_in(text)
    if password is not None:
        return is_real_secret(password)
    fields = (field for settings in service.settings for field in settings.lookup(variable.name).fields)
    named = is_secret_name(variable.name) or any(field.secret for field in fields)
    return named and "://" not in text and is_real_secret(text)


def password_in(url: str) -> str | None:
    """The password in the text of a URL."""
    found = _URL_PASSWORD.match(url)
    return found["password"] if found is not None else None


def left_alone(name: str, path: str) -> bool:
    """Whether the variable is one that browsers get, or the file an example."""
    return bool(_PUBLIC.search(name) or _EXAMPLE.search(path))
