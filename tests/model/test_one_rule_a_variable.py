"""A variable that nothing reads, or that settings refuse, is reported by one rule: the one that explains it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dotmac_lint.config import Settings
from dotmac_lint.engine import lint
from dotmac_lint.registry import load_rules

RULES = Path(__file__).parents[2] / "rules"
CODES = {"DM003", "DM021", "DM022", "DM023", "DM025", "DM027"}
CASES = sorted(
    case for code in CODES for case in RULES.glob(f"{code.lower()}_*/examples/*/bad") if case.is_dir()
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parts[-4]}/{case.parts[-2]}")
def test_one_rule_explains_a_variable(case: Path) -> None:
    rules = tuple(rule for rule in load_rules() if rule.code in CODES)
    result = lint(case, Settings(preview=True), rules)
    places = Counter(diagnostic.at for diagnostic in result.diagnostics)
    assert places
    assert max(places.values()) == 1
