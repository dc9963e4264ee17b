"""Texts that mean no, and that Python code takes for yes: every text but the empty one is true.

Source of behaviour: docs.python.org, "Truth Value Testing"; what FastAPI, uvicorn, Flask, SQLAlchemy and Django do
with their switches, which they test as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.diagnostic import grouped
from dotmac_lint.facts import fact
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.environment import Variable
    from dotmac_lint.workspace import Workspace

_NO = frozenset({"false", "no", "off"})
_NUMBER = "0"
_READ = (
    r"(?:os\.)?(?:(?:getenv|environ\.get)\(\s*[\"'](?P<{0}>\w+)[\"']\s*(?:,[^()\n]{{0,60}})?\)"
    r"|environ\[\s*[\"'](?P<{0}_>\w+)[\"']\s*\])"
)
_TESTED = regex(
    r"\bbool\(\s*" + _READ.format("cast") + r"\s*\)"
    r"|\b(?:FastAPI|Starlette|Litestar|uvicorn\.run|app\.run|socketio\.run|create_(?:async_)?engine)"
    r"\((?:[^()]|\([^()]*\)){0,1500}?\b(?:debug|reload|echo|use_reloader)\s*=\s*"
    + _READ.format("given")
    + r"\s*[,)]"
    r"|^(?:el)?if[ \t]+(?:not[ \t]+)?" + _READ.format("asked") + r"[ \t]*:"
    r"|^DEBUG[ \t]*=[ \t]*" + _READ.format("django") + r"[ \t]*(?:\#[^\n]*)?$",
    re.MULTILINE,
)
_PARSED_LATER = regex(
    r"\bDEBUG[ \t]*(==|!=|\.|\bin\b)|[(,][ \t]*DEBUG[ \t]*[),]|^[ \t]+DEBUG[ \t]*=", re.MULTILINE
)
_TEST = regex(r"(^|/)tests?/|(^|/)(test_[^/]*|conftest)\.py$")


class Read(msgspec.Struct, frozen=True, gc=False):
    """A variable whose text code takes for a truth value."""

    name: str
    start: int
    end: int
    switch: bool
    """It is a switch for sure, so that a `0` is meant as no, too."""


class TakenForTrue(msgspec.Struct, frozen=True):
    """A variable that is set to a text that means no, and code that takes it for yes."""

    variable: Variable
    value: str
    code: Span
    services: tuple[Service, ...]

    @property
    def example(self) -> str | None:
        """The example that the value is from, which stands for an env file that is not committed."""
        variable = self.variable
        return (variable.sources or (variable.name_span,))[0].path if variable.placeholder else None


def taken_for_true(deployment: Deployment) -> Iterator[TakenForTrue]:
    """Once for all services that get it from the same place."""
    for first, *others in grouped(_taken(deployment), lambda one: (one.variable.name_span, one.code)):
        services = {service.name: service for one in (first, *others) for service in one.services}
        yield msgspec.structs.replace(first, services=tuple(services.values()))


def _taken(deployment: Deployment) -> Iterator[TakenForTrue]:
    for service in () if deployment.spec.only_built else deployment.startable:
        means_no = {
            variable.name: (variable, variable.value.value)
            for variable in service.environment
            if isinstance(variable.value, Known) and variable.value.value.strip().lower() in (*_NO, _NUMBER)
        }
        if not means_no:
            continue
        code = (path for path in sorted(service.files) if path.endswith(".py") and not _TEST.search(path))
        naming = service.workspace.words.search(code, {name.encode() for name in means_no})
        for path, _ in naming:
            for read in reads_of(service.workspace, path):
                variable, value = means_no.get(read.name, (None, ""))
                if variable is not None and (read.switch or value.strip() != _NUMBER):
                    yield TakenForTrue(variable, value, Span(path, read.start, read.end), (service,))


@fact(list[Read])
def reads_of(workspace: Workspace, path: str) -> list[Read]:
    source = workspace.source(path)
    text = source.text if source is not None else ""
    if "environ" not in text and "getenv" not in text:
        return []
    found = []
    for match in _TESTED.finditer(text):
        group = next(group for group, name in match.groupdict().items() if name)
        name, kind = match[group], group.rstrip("_")
        if kind == "asked" and len(re.findall(rf"[\"']{name}[\"']", text)) > 1:
            continue  # it looks at the text as well
        if kind == "django" and ("INSTALLED_APPS" not in text or _PARSED_LATER.search(text)):
            continue
        found.append(Read(name, match.start(group) - 1, match.end(group) + 1, kind != "asked"))
    return found
