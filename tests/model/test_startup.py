"""Starts: what of the code is forgotten between them makes no difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint import config
from dotmac_lint.engine import lint
from dotmac_lint.model import startup
from dotmac_lint.model.start_code import Modules
from dotmac_lint.registry import load_rules

EXAMPLES = Path(__file__).parents[2] / "rules" / "dm030_startup_guard_raises" / "examples"
forget = Modules.forget


@pytest.mark.parametrize("root", sorted(EXAMPLES.glob("*/bad")), ids=lambda root: root.parent.name)
def test_starts_are_the_same_without_what_earlier_ones_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[int] = []

    def counted(modules: Modules) -> None:
        forgotten.append(modules.read)
        forget(modules)

    monkeypatch.setattr(Modules, "forget", counted)
    usual = lint(root, config.Settings(), load_rules()).diagnostics
    assert sum(forgotten) == 0
    monkeypatch.setattr(startup, "MOST_MODULES", 0)
    monkeypatch.setattr(startup, "MOST_MODULES_A_CHECK", 0)
    assert lint(root, config.Settings(), load_rules()).diagnostics == usual
    assert sum(forgotten) == 0  # nothing that the next start needs
    monkeypatch.setattr(startup, "TIMES_A_START", 0)
    assert lint(root, config.Settings(), load_rules()).diagnostics == usual
    assert sum(forgotten) > 0
