"""Health checks, and the programs that they call: does the container hold them?

What images lack is data (data/image_tools.toml, with its sources); what cannot be followed may bring anything.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from dotmac_lint.data import table
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.image import Command, Copy, Stage
from dotmac_lint.model.run_step import RunStep, installed, split_commands
from dotmac_lint.model.servers import repository_of
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.workspace import Workspace

_SYSTEM = frozenset(
    {"", "/", "/usr", "/usr/bin", "/bin", "/usr/local", "/usr/local/bin", "/sbin", "/usr/sbin"}
)
_GIVES_UP = regex(r"\s*\(?\s*(exit|false|kill|true|echo)\b")
_ASKS = regex(r"\b(command -v|which|type|if|case|test -x)\b")
# Commands of RUN steps that only install packages of languages, or only move files.
_HARMLESS = regex(
    r"apt-get|apt|apk|dnf|microdnf|yum|tdnf|pip3?|pipx|uv|poetry|pdm|npm|yarn|pnpm|corepack|python[\d.]*|node|echo|printf"
    r"|mkdir|rm|cp|mv|ln|chmod|chown|touch|cat|sed|groupadd|useradd|addgroup|adduser|usermod|groupmod|cd|set|export|test"
    r"|true|find|install|date|locale-gen|update-ca-certificates|ldconfig|sleep|ls|which|alembic|env|id|git|tar|unzip|gunzip"
    r"|gcc|make|cmake|go|cargo|rustup|mvn|gradle|fc-cache|getent|awk|grep|cut|head|tail|sort|tr|gpg|sha256sum"
    r"|npx|bundle|gem|composer|setcap|\[|\[\[|:|#.*|curl|wget|su|playwright|if|then|else|elif|fi|for|do|done|while|read"
)


class _Lack(msgspec.Struct, frozen=True):
    pattern: str
    lacks: tuple[str, ...]
    source: str


class _Data(msgspec.Struct, frozen=True):
    image: tuple[_Lack, ...]
    packages: dict[str, tuple[str, ...]]


@cache
def _data() -> _Data:
    return msgspec.convert(table("image_tools"), _Data)


class MissingTool(NamedTuple):
    """A program that a health check calls and that the image does not hold."""

    tool: str
    at: Span
    image: str
    """The image that lacks it, by name."""
    stage: Stage | None
    """The stage that does not install it."""
    service: Service | None


def missing_in_services(deployment: Deployment) -> Iterator[MissingTool]:
    """For the health checks of Compose files."""
    for service in deployment.startable:
        check = service.definition.healthcheck
        if check is None or check.disable or not check.test:
            continue
        texts = [text.value.value if isinstance(text.value, Known) else text.raw for text in check.test]
        head = texts[0] if len(texts) > 1 else "CMD-SHELL"
        words = texts[1:] if len(texts) > 1 else texts
        spans = [text.span for text in check.test][-len(words) :]
        base = service.base_image
        if head not in {"CMD", "CMD-SHELL"} or not isinstance(base, Known):
            continue
        if service.definition.build is not None and service.image is None:
            continue  # it is built from what is not here
        if _context_is_given(service):
            continue
        for tool, span in _calls(words, spans, shell=head == "CMD-SHELL"):
            if _lacks(base.value, service.stage, tool) and not _installs(service, tool):
                at = _part(service.workspace, span, tool)
                yield MissingTool(tool, at, base.value, service.stage, service)
                break


_SCRIPT = regex(r"\.(sh|bash|ps1|psm1|bat|cmd|mk|ya?ml)$|(^|/)(Makefile|justfile)$", re.IGNORECASE)


def _context_is_given(service: Service) -> bool:
    """Whether a script sets the variable that the build context defaults, and builds another one."""
    build, workspace = service.definition.build, service.workspace
    names = [reference.name for reference in build.context.references] if build is not None else []
    sets = re.compile(rf"(?<![\w${{])({'|'.join(map(re.escape, names))})\s*:?=")
    return bool(names) and any(
        sets.search((workspace.bytes(path) or b"").decode("utf-8", "replace"))
        for path in workspace.files
        if _SCRIPT.search(path)
    )


def _installs(service: Service, tool: str) -> bool:
    """Whether what the service starts with names the tool otherwise than by its check: it may install it first."""
    definition = service.definition
    starts = (word.raw for c in (definition.entrypoint, definition.command) if c for word in c.words)
    return (
        re.search(rf"(install|add)\b.*(?<![\w.-]){re.escape(tool)}(?![\w-])", " ".join(starts), re.DOTALL)
        is not None
    )


def missing_in_images(repository: Repository) -> Iterator[MissingTool]:
    """For HEALTHCHECK of Dockerfiles, if no check of a service that has its place calls the tool as well."""
    told = {
        (found.service.image.dockerfile, found.tool)
        for deployment in repository.deployments
        for found in missing_in_services(deployment)
        if found.service is not None and found.service.image is not None
    }
    seen: set[Span] = set()
    for image, _ in repository.dockerfile_images:
        stage, base = image.target, image.external_base
        check = stage.healthcheck if stage is not None else None
        if (
            stage is None
            or not isinstance(check, Command)
            or not isinstance(base, Known)
            or check.span in seen
        ):
            continue
        seen.add(check.span)
        for tool, span in _calls(list(check.words), list(check.spans), shell=check.form == "shell"):
            if _lacks(base.value, stage, tool):
                if (image.dockerfile, tool) not in told:
                    yield MissingTool(tool, _part(repository.workspace, span, tool), base.value, stage, None)
                break


def _part(workspace: Workspace, span: Span, tool: str) -> Span:
    source = workspace.source(span.path)
    text = source.text[span.start : span.end] if source else ""
    found = re.search(rf"(?<![\w.-]){re.escape(tool)}(?![\w-])", text)
    return Span(span.path, span.start + found.start(), span.start + found.end()) if found else span


def _calls(words: list[str], spans: list[Span], *, shell: bool) -> Iterator[tuple[str, Span]]:
    """The programs that the check cannot do without, the shell last."""
    if not words:
        return
    program = "sh" if shell else posixpath.basename(words[0])
    if shell:
        script, place = words[0], spans[0]
    elif program in {"sh", "bash", "ash"} and len(words) > 2 and re.fullmatch(r"-\w*c", words[1]):
        script, place = words[2], spans[2]
    else:
        yield program, spans[0]
        return
    parts = [part for part in script.split("||") if not _GIVES_UP.match(part)]
    if len(parts) == 1 and not _ASKS.search(script):
        for command in split_commands(parts[0].replace("$$", "$")):
            names = [word for word in command.words if word != "!" and not re.match(r"[A-Za-z_]\w*=", word)]
            if names:
                yield posixpath.basename(names[0]), place
    yield program, spans[0]


def _lacks(base: str, stage: Stage | None, tool: str) -> bool:
    """Whether the image surely has no program called `tool`."""
    packages = _data().packages
    if tool not in packages:
        return False
    rest = base.partition("@")[0].rpartition("/")[2]
    name = f"{repository_of(base)}:{rest.partition(':')[2] or 'latest'}"
    entry = next((entry for entry in _data().image if re.fullmatch(entry.pattern, name)), None)
    if entry is None or tool not in entry.lacks:
        return False
    if stage is None:
        return True
    for each in stage.chain:
        if any(_may_bring(step, tool) for step in each.copies) or any(
            _may_bring(run, tool) for run in each.runs
        ):
            return False
    return not {tool, *packages[tool]} & stage.installed_tools


def _may_bring(step: Copy | RunStep, tool: str) -> bool:
    """Whether a step may bring a program in a way that is not a package of a known name."""
    if isinstance(step, Copy):
        names = {posixpath.basename(step.source.text)}
        target = "?"
        if isinstance(step.destination, Known):
            target = step.destination.value.rstrip("/")
            names.add(posixpath.basename(target))
        whole = target in _SYSTEM and step.origin != "context" and _is_folder(step.source.text)
        return tool in names or whole
    for command in step.commands:
        words = command.words
        program = posixpath.basename(words[0]) if words else ":"
        if not _HARMLESS.fullmatch(program) and not re.match(r"[A-Za-z_]\w*=", words[0]):
            return True
        if {"--with-deps", "install-deps"} & {*words} or tool in map(posixpath.basename, command.writes):
            return True
        if program == "xargs" or (any(installed(words)) and re.search(r"[$`]", " ".join(words))):
            return True
    return False


def _is_folder(source: str) -> bool:
    return source.rstrip("/") in {*_SYSTEM, "/usr/lib"} or source.endswith(("/bin", "/bin/", "*"))
