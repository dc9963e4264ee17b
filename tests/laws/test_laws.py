"""Laws that hold for every deployment: what is planted is found, what is fixed is restored, all else stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, given
from hypothesis import settings as hypothesis_settings

from dotmac_lint import fixer
from dotmac_lint.config import Settings
from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.engine import Result, lint
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import load_rules
from dotmac_lint.workspace import Pending, Workspace
from tests.laws.deployments import SCRIPT, Made, Planted, deployments, faulty_deployments

FUZZING = "DOTMAC_LINT_FUZZ" in os.environ
EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "200"))
RULES = load_rules()
SETTINGS = Settings()
PROFILE = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not FUZZING,
    database=None,
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if FUZZING else [])],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder: the deployments are only thought to be in it."""
    return tmp_path_factory.mktemp("deployment")


def look(root: Path, pending: dict[str, Pending]) -> Result:
    result = lint(root, SETTINGS, RULES, workspace=Workspace(root, pending=pending))
    assert not result.crashes, result.crashes[0].traceback
    return result


def starts(result: Result) -> list[bool | None]:
    return [
        start.starts
        for deployment in result.repository.deployments
        for service in deployment.services
        for start in service.starts
    ]


def shown(result: Result) -> str:
    return "".join(f"\n  {d.code} {d.at.path}:{d.at.start} {d.message}" for d in result.diagnostics)


@hypothesis_settings(PROFILE, max_examples=max(EXAMPLES // 4, 1))
@given(made=deployments())
def test_a_correct_deployment_is_clean(root: Path, made: Made) -> None:
    result = look(root, made.pending)
    assert not result.diagnostics, made.described + shown(result)
    assert starts(result) == [True] * (2 if made.shared else 1)


def of(planted: Planted, made: Made, result: Result) -> list[Diagnostic]:
    """The findings that tell of the fault, at its place."""
    found = [d for d in result.diagnostics if d.code in planted.codes and d.at.path == planted.path]
    if planted.part is not None:
        start, end = made.files[planted.path].range_of(planted.part.replace("value:", "item:"))
        found = [d for d in found if start <= d.at.end and d.at.start <= end]
    return found


def fixed(root: Path, result: Result, least: Applicability) -> fixer.Outcome:
    def again(workspace: Workspace) -> Result:
        return lint(root, SETTINGS, RULES, workspace=workspace)

    outcome = fixer.fix(result, again, lambda run: run.diagnostics, least, RULES)
    assert not outcome.harmful
    assert not outcome.exhausted
    return outcome


@PROFILE
@given(made=faulty_deployments())
def test_what_is_planted_is_found_and_fixed(root: Path, made: Made) -> None:
    result = look(root, made.pending)
    about = made.described + shown(result)
    found = [of(planted, made, result) for planted in made.planted]
    assert all(found), about
    safe = [
        any(d.fix is not None and d.fix.applicability is Applicability.SAFE for d in diagnostics)
        for diagnostics in found
    ]
    for least in (Applicability.SAFE, Applicability.UNSAFE):
        outcome = fixed(root, result, least)
        after = look(root, {**made.pending, **outcome.files}) if outcome.files else result
        about += f"\n--- after {least.name}:" + shown(after)
        assert after.diagnostics == outcome.result.diagnostics, about
        for path, file in outcome.files.items():
            if path in made.pending:
                check_text(made, path, file.data, about)
        again = fixed(root, after, least)
        assert not again.files, f"{about}\na second run changes more"
        if all(safe):
            event("all was safe")
            assert not after.diagnostics, about
            assert False not in starts(after), about
    event(f"{sum(safe)} of {len(safe)} safe")


def check_text(made: Made, path: str, data: bytes, about: str) -> None:
    """Only what was planted has changed, and lines were added at most where some had been deleted."""
    before, after = made.pending[path].data.decode(), data.decode()
    about += f"\n{before}\n--- became\n{after}"
    if path == SCRIPT:
        assert after == before.replace("\r\n", "\n"), about
        return
    document = made.files[path]
    planted = [one for one in made.planted if one.path == path]
    parts = {document.line_of(one.part): one.part for one in planted if one.part}
    # One line, or item of a line, for what was deleted; the example gets what Compose comes to demand.
    missing = [one for one in made.planted if one.part is None and one.codes != ("DM008",)]
    added = 0
    for _, start, end, new_start, new_end in changes(before, after):
        old, new = lines(before)[start:end], lines(after)[new_start:new_end]
        added += len([*filter(str.strip, new)]) - len(old)  # apart from a block with a heading
        for number, line in enumerate(old, start + 1):
            if made.style.startswith("flow") and "environment:" in line:
                items, new_items = line.split(", "), new[0].split(", ")
                assert len(set(items) - set(new_items)) <= len(planted), about
                added += len(new_items) - len(items)
                continue
            assert number in parts, about
            lead, _, rest = line.partition(document.text_of(parts[number]))
            assert any(became.startswith(lead) and became.endswith(rest) for became in new), about
    assert 0 <= added <= len(missing) * (2 if made.shared else 1), about


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def changes(before: str, after: str) -> Iterator[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(None, lines(before), lines(after), autojunk=False)
    return (one for one in matcher.get_opcodes() if one[0] != "equal")
