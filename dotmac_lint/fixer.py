"""Rounds of fixing, in memory: the files that fixes touch are read again and the model is built anew after each.

A round of safe fixes comes before one of unsafe ones. A round that does harm is taken back and tried again with
fewer fixes, until it is plain which of them does harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.engine import Result
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import Phase, Rule
from dotmac_lint.rewrite import plan
from dotmac_lint.workspace import Pending, Workspace

MAXIMUM_ROUNDS = 10
MAXIMUM_RUNS = 40
"""Rounds, and those that were taken back."""
UNREADABLE = "DM000"


class Harm(msgspec.Struct, frozen=True):
    """What is worse after a fix; an unsafe one is a guess, which that may refute, and no bug of its rule."""

    why: str
    bug: bool


class Outcome(msgspec.Struct, frozen=True):
    """What fixing comes to; nothing is written yet."""

    result: Result
    """What is found afterwards."""
    files: Mapping[str, Pending]
    """What is to be written, by the real names of the files."""
    rounds: tuple[tuple[Result, tuple[Diagnostic, ...]], ...]
    """The findings that were fixed, with the run whose places they speak of."""
    conflicts: tuple[tuple[Diagnostic, Diagnostic], ...]
    """Findings that are left because the fix of another, named second, changed what theirs would have."""
    harmful: tuple[tuple[Diagnostic, Harm], ...]
    """Findings whose fix was taken back, and what was found after it."""
    exhausted: bool
    """Whether there would be more to fix after `MAXIMUM_ROUNDS`."""

    @property
    def fixed(self) -> list[Diagnostic]:
        return [diagnostic for _, diagnostics in self.rounds for diagnostic in diagnostics]


def fix(
    result: Result,
    again: Callable[[Workspace], Result],
    choose: Callable[[Result], Sequence[Diagnostic]],
    least: Applicability,
    rules: Sequence[type[Rule]],
) -> Outcome:
    """Fix what `choose` leaves of the findings, in rounds until nothing changes.

    `result` is the first run and `again` makes another one, with `rules`, of the files as they would be.
    """
    counted = {rule.code for rule in rules if rule.phase is not Phase.SUPPRESSION}
    files: dict[str, Pending] = {}
    rounds: list[tuple[Result, tuple[Diagnostic, ...]]] = []
    lost: dict[tuple[str, ...], Diagnostic] = {}
    harmful: dict[tuple[str, ...], tuple[Diagnostic, Harm]] = {}
    limit: int | None = None
    for _ in range(MAXIMUM_RUNS):
        candidates = [d for d in choose(result) if _identity(d) not in harmful]
        planned = plan(candidates, result.workspace, Applicability.SAFE, limit)
        if not planned.fixed:
            planned = plan(candidates, result.workspace, least, limit)
        exhausted = bool(planned.fixed)
        if not planned.fixed or len(rounds) == MAXIMUM_ROUNDS:
            break
        after = again(result.workspace.revised(planned.files))
        harm = _harm(result, after, planned.fixed, counted)
        if harm is None:
            lost |= {_identity(loser): winner for loser, winner in planned.deferred}
            rounds.append((result, planned.fixed))
            files |= planned.files
            result = after
            limit = limit and 2 * limit
        elif planned.fixes == 1:
            harmful |= {_identity(diagnostic): (diagnostic, harm) for diagnostic in planned.fixed}
        else:
            limit = planned.fixes // 2
    left = {_identity(d): d for d in choose(result)}
    conflicts = tuple((left[key], winner) for key, winner in lost.items() if key in left)
    return Outcome(result, files, tuple(rounds), conflicts, tuple(harmful.values()), exhausted)


def _identity(diagnostic: Diagnostic) -> tuple[str, ...]:
    """What stays of a finding when its place moves."""
    return diagnostic.code, diagnostic.at.path, diagnostic.message


def _harm(before: Result, after: Result, fixed: Sequence[Diagnostic], counted: set[str]) -> Harm | None:
    """What is worse than before.

    Never may a file become unreadable or a rule fail, and never may there be more errors than before: one that was
    hidden behind the fault, such as a wrong user behind a wrong host, may come to light in its place. After a safe fix
    not even that, nor may there be more findings of any kind.
    """
    if len(after.crashes) > len(before.crashes):
        return Harm(f"{after.crashes[-1].rule} failed: {after.crashes[-1].message}.", bug=True)
    expected = Counter(d.code for d in before.diagnostics)
    expected.subtract(d.code for d in fixed)
    known = {_identity(d) for d in before.diagnostics} - {_identity(d) for d in fixed}
    found = Counter(d.code for d in after.diagnostics)
    safe = any(d.fix is not None and d.fix.applicability is Applicability.SAFE for d in fixed)
    errors, total = _counts(after, counted)
    errors_before, total_before = _counts(before, counted)
    fixing = {d.code for d in fixed}
    for diagnostic in after.diagnostics:
        code, error = diagnostic.code, diagnostic.severity is Severity.ERROR
        if code not in counted or found[code] <= expected[code] or _identity(diagnostic) in known:
            continue
        worse = error and errors > errors_before
        if safe:
            worse = total > total_before or (error and code not in fixing)
        if worse or code == UNREADABLE:
            return Harm(f"{code} is found: {diagnostic.message}", bug=safe or code == UNREADABLE)
    return None


def _counts(result: Result, counted: set[str]) -> tuple[int, int]:
    """How many errors there are, and how many findings."""
    severities = [d.severity for d in result.diagnostics if d.code in counted]
    return severities.count(Severity.ERROR), len(severities)
