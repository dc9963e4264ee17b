"""One run: the model is built, the rules are asked, their answers are filtered and sorted."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint import suppress
from dotmac_lint.cache import Cache
from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.lazy import regex
from dotmac_lint.model.deployment import Deployment, Repository
from dotmac_lint.registry import Phase, Rule
from dotmac_lint.source import SourceFile
from dotmac_lint.workspace import Workspace, normalise

if TYPE_CHECKING:
    from dotmac_lint.config import Settings


class Crash(msgspec.Struct, frozen=True):
    """A rule that failed: a bug of the rule or of the model, never of the user's files."""

    rule: str
    message: str
    traceback: str


class Result(msgspec.Struct, frozen=True):
    """What a run found. `timings` are seconds by stage, reader and rule; what several rules need, and what is read
    for it, counts for the first of them."""

    diagnostics: tuple[Diagnostic, ...]
    crashes: tuple[Crash, ...]
    repository: Repository
    timings: dict[str, float]
    deployed: bool
    """Whether there is a deployment to check."""

    @property
    def workspace(self) -> Workspace:
        return self.repository.workspace

    @property
    def source(self) -> Callable[[str], SourceFile | None]:
        return self.repository.workspace.source


def lint(
    root: Path,
    settings: Settings,
    rules: Sequence[type[Rule]],
    only: Sequence[str] = (),
    cache: Cache | None = None,
    *,
    workspace: Workspace | None = None,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 0,
) -> Result:
    """Lint the repository at `root` with `rules`; `only` restricts the report to what touches these paths.

    `cache` has what readers made of files in earlier runs. `workspace` is that of `root`, where there is one already,
    or with what fixes would make of some files. `progress` is called with the number of rules that were asked, and
    of all. Up to `workers` processes read files ahead where that is worth it.

    Never raises for anything that the files say; a rule that raises becomes a `Crash`.
    """
    workspace = workspace or Workspace(root, settings.excluded, cache)
    workspace.workers = workers
    repository = Repository(workspace, settings.deployments)
    crashes: list[Crash] = []
    started = time.perf_counter()
    _ = workspace.files
    timings = {"files": time.perf_counter() - started}
    found: list[Diagnostic] = []

    def ask(phase: Phase) -> list[Diagnostic]:
        answers: list[Diagnostic] = []
        for rule_type in rules:
            if rule_type.phase is not phase:
                continue
            started = time.perf_counter()
            answers += _ask(rule_type, repository, crashes)
            timings[rule_type.code] = time.perf_counter() - started
            if progress is not None:
                progress(len(timings) - 1, len(rules))
        return [settings.adjust(answer) for answer in answers if settings.reports(answer)]

    for phase in (Phase.MODEL, Phase.READING):
        found += ask(phase)
    failed = {crash.rule for crash in crashes}  # nobody knows what these would have found
    ran = {rule.code: rule.name for rule in rules if f"{rule.code} {rule.name}" not in failed}
    suppressions = suppress.Suppressions(workspace, ran)
    found = suppressions.filter(found)
    repository.unused_suppressions = suppressions.unused()
    found += suppressions.filter(ask(Phase.SUPPRESSION))
    workspace.close()
    found = touching(found, only)
    found.sort(key=lambda d: (d.at.path, d.at.start, d.code, d.at.end, d.message))
    deployed = bool(crashes or repository.deployments)
    timings |= workspace.seconds
    return Result(tuple(found), tuple(crashes), repository, timings, deployed)


_NUMBERS = regex(r" \(and \d+ more[^()]*\)")
"""How many services, or places, are meant: they differ between deployments, of which the one with most is told."""


def _ask(rule_type: type[Rule], repository: Repository, crashes: list[Crash]) -> Iterable[Diagnostic]:
    """The rule's answers; one that several deployments share is given once and names them.

    Where the rule fails for one deployment, its answers so far and those for the others are kept.
    """
    merged: dict[tuple[object, ...], Diagnostic] = {}

    def answer(deployment: Deployment | None) -> None:
        rule = rule_type()
        found = rule.check_repository(repository) if deployment is None else rule.check(deployment)
        for one in found:
            key = (one.code, one.at, _NUMBERS.sub("", one.message))
            earlier = merged.get(key, one)
            names = earlier.deployments if deployment is None else (*earlier.deployments, deployment.name)
            fuller = max(earlier, one, key=lambda diagnostic: len(diagnostic.related))
            merged[key] = msgspec.structs.replace(fuller, deployments=tuple(dict.fromkeys(names)))

    try:
        deployments: tuple[Deployment | None, ...] = (*repository.deployments, None)
    except Exception as error:
        crashes.append(_crash(rule_type, error))
        deployments = (None,)
    for deployment in deployments:
        try:
            answer(deployment)
        except Exception as error:
            crash = _crash(rule_type, error)
            if (crash.rule, crash.message) not in {(other.rule, other.message) for other in crashes}:
                crashes.append(crash)
    return merged.values()


def _crash(rule: type[Rule], error: Exception) -> Crash:
    return Crash(f"{rule.code} {rule.name}", f"{type(error).__name__}: {error}", traceback.format_exc())


def touching(diagnostics: Iterable[Diagnostic], only: Sequence[str]) -> list[Diagnostic]:
    """Those with a place in one of the paths `only`; all of them where it names none."""
    chosen = {normalise(path) or "" for path in only}
    return [d for d in diagnostics if not chosen or any(_touches(d, path) for path in chosen)]


def _touches(diagnostic: Diagnostic, path: str) -> bool:
    places = (diagnostic.at, *(label.span for label in diagnostic.related))
    return not path or any(place.path == path or place.path.startswith(path + "/") for place in places)
