"""Every rule folder: its examples are run, its fixes are held to their word, its README is complete."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from dotmac_lint import fixer, rewrite
from dotmac_lint.config import Settings
from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.engine import Result, lint
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import FixAvailability, Phase, Rule, load_rules
from dotmac_lint.report import Report, render

RULES_FOLDER = Path(__file__).parents[1] / "rules"
RULES = {rule.folder().name: rule for rule in load_rules()}
CASES = sorted(path for path in RULES_FOLDER.glob("*/examples/*") if path.is_dir())
HEADINGS = ["What it does", "Why it matters", "Bad", "Good", "Fix", "When to ignore it"]


def name_of(case: Path) -> str:
    return f"{case.parents[1].name}/{case.name}"


def run(root: Path, rule: type[Rule]) -> Result:
    """The rule alone; what asks for suppressions needs the rules that they name."""
    rules = load_rules() if rule.phase is Phase.SUPPRESSION else (rule,)
    result = lint(root, Settings(preview=True), rules)
    assert not result.crashes, result.crashes[0].traceback
    return result


def text_of(result: Result, rule: type[Rule]) -> str:
    found = tuple(d for d in result.diagnostics if d.code == rule.code)
    return render(Report(found, result.source, lambda path: path, RULES_BY_CODE), "concise")


RULES_BY_CODE = {rule.code: rule for rule in RULES.values()}


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def fixed_tree(root: Path, rule: type[Rule]) -> Result:
    """Fix in rounds until nothing changes, unsafe fixes too; no rule finds more than before."""
    rules = load_rules()
    settings = Settings(preview=True)
    first = lint(root, settings, rules)

    def own(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        return [d for d in diagnostics if d.code == rule.code]

    outcome = fixer.fix(
        first,
        lambda revised: lint(root, settings, rules, workspace=revised),
        lambda run: own(run.diagnostics),
        Applicability.UNSAFE,
        rules,
    )
    assert not outcome.harmful
    assert not outcome.conflicts
    assert not outcome.exhausted, "the fixes do not come to an end"
    rewrite.write(first.workspace, outcome.files)
    return run(root, rule)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_example(case: Path, tmp_path: Path, update_expected: bool) -> None:
    rule = RULES[case.parents[1].name]
    side = "good" if (case / "good").is_dir() else "bad"
    root = tmp_path / "repository"
    shutil.copytree(case / side, root)
    result = run(root, rule)
    found = text_of(result, rule)
    if side == "good":
        assert found == ""
        return
    expected = case / "expected.txt"
    if update_expected:
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")
    assert found
    fixable = [d for d in result.diagnostics if d.code == rule.code and d.fix is not None]
    if rule.fixable is FixAvailability.NEVER:
        assert not fixable, "the rule says that it never fixes"
    if fixable:
        left = fixed_tree(root, rule)
        if update_expected:
            shutil.rmtree(case / "fixed", ignore_errors=True)
            shutil.copytree(root, case / "fixed")
        assert contents(root) == contents(case / "fixed")
        remaining = [d for d in left.diagnostics if d.code == rule.code]
        assert not [d for d in remaining if d.fix is not None]
        assert {d.code for d in lint(root, Settings(), load_rules()).diagnostics}.isdisjoint({"DM000"})
    else:
        assert not (case / "fixed").is_dir()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_folder_keeps_the_contract(rule: type[Rule]) -> None:
    folder = rule.folder()
    assert folder.name == f"{rule.code.lower()}_{rule.name.replace('-', '_')}"
    assert re.fullmatch(r"DM\d{3}", rule.code)
    readme = rule.readme()
    assert readme.startswith(f"# {rule.code} {rule.name}\n")
    assert re.findall(r"^## (.+)$", readme, re.MULTILINE) == HEADINGS
    cases = [case for case in CASES if case.parents[1] == folder]
    assert any((case / "bad").is_dir() for case in cases), "at least one case in which it finds something"
    assert any((case / "good").is_dir() for case in cases), "at least one case in which it finds nothing"
    assert all((case / "bad").is_dir() != (case / "good").is_dir() for case in cases)


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(set(names)) == len(names)
