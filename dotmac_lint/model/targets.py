"""Services that build a Dockerfile of several programs and do not say which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.model.image import Stage
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Build
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.image import Image

_FOR_DEVELOPERS = frozenset({"dev", "devel", "development", "debug", "local", "devcontainer"})
_FOR_CHECKS = frozenset(
    {"test", "tests", "testing", "tester", "lint", "linter", "check", "checks", "ci", "e2e"}
)


class AmbiguousTarget(msgspec.Struct, frozen=True):
    """A service without a target whose Dockerfile ends in a stage that is meant for something else."""

    service: Service
    last: Stage
    others: tuple[Stage, ...]
    """The other stages that can be run and that nothing is built on."""
    reason: str
    """A clause that says why the last one is not meant."""
    at: Span
    fix: Fix | None


def ambiguous_targets(deployment: Deployment) -> Iterator[AmbiguousTarget]:
    """Services whose name or deployment contradicts the last stage.

    That the last of several stages is built is how Docker works, and most Dockerfiles rely on it: only a sign
    that another one is meant makes it a mistake.
    """
    built = [
        (service, service.definition.build, image)
        for service in deployment.services
        if service.definition.build is not None and (image := service.image) is not None
    ]
    for service, build, image in built:
        if build.target is not None or not image.stages:
            continue
        last, others = image.stages[-1], _programs(image)
        if last not in others or last.name is None:
            continue
        others = tuple(stage for stage in others if stage is not last and stage.name)
        sharing = [other.name for other, _, shared in built if shared.dockerfile == image.dockerfile]
        reason = others and _contradicts(service, last, others, sharing)
        if reason:
            fix = _name_target(service, build, others[0]) if len(others) == 1 else None
            yield AmbiguousTarget(service, last, others, reason, build.span, fix)


def _programs(image: Image) -> tuple[Stage, ...]:
    """The stages with an ENTRYPOINT or CMD of their own that no other stage needs."""
    needed = {stage.base.index for stage in image.stages if isinstance(stage.base, Stage)}
    needed |= {index for stage in image.stages for index in stage.uses}
    return tuple(
        stage
        for stage in image.stages
        if stage.index not in needed and any(i.keyword in {"CMD", "ENTRYPOINT"} for i in stage.instructions)
    )


def _contradicts(service: Service, last: Stage, others: tuple[Stage, ...], sharing: list[str]) -> str | None:
    words, own = _words(last.name or ""), _words(service.name)
    if words & own:
        return None
    named = [stage for stage in others if _words(stage.name or "") & own]
    if named:
        return f"the stage `{named[0].name}` has the service's name"
    if any(words & _words(name) for name in sharing):
        other = next(name for name in sharing if words & _words(name))
        return f"`{last.name}` is what the service `{other}` runs"
    developing = own | _words(service.deployment.name)
    if words & _FOR_CHECKS and not developing & _FOR_CHECKS:
        return f"`{last.name}` is meant for checks"
    if words & _FOR_DEVELOPERS and service.production:
        return f"`{last.name}` is meant for developers"
    return None


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[^a-z0-9]+", name.lower()) if word}


def _name_target(service: Service, build: Build, stage: Stage) -> Fix | None:
    """A `target:` below the last line of the build section's own Dockerfile or context."""
    text = build.dockerfile or build.context
    source = service.workspace.source(text.span.path)
    if source is None or service.image is None or service.image.inline:
        return None
    line = source.line_range(source.position(text.span.start).line)
    lead = re.match(r"(\s+)(?:dockerfile|context)\s*:\s", line.slice(source.text))
    if lead is None:
        return None
    edit = Edit(Span(text.span.path, line.end, line.end), f"{source.newline}{lead[1]}target: {stage.name}")
    return Fix(f"Name the target `{stage.name}`", edits=(edit,))
