"""The model of settings classes against the real pydantic-settings: classes written by hand, and at random."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.settings_generator import HEADER, Generator, Generator1
from tests.oracle.settings_oracle import Oracle, compare

pytest.importorskip("pydantic_settings")

EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "300"))
CASES = Path(__file__).with_name("settings_classes.txt")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as made:
        yield made


def cases() -> dict[str, tuple[str, str]]:
    """By name: the module, and what stands below `---`: each environment name with the fields it reaches."""
    found: dict[str, tuple[str, str]] = {}
    for part in CASES.read_text().split("=== ")[1:]:
        name, _, rest = part.partition("\n")
        source, _, names = rest.partition("---\n")
        assert name not in found
        found[name] = (source, names)
    return found


def files_of(source: str) -> dict[str, str]:
    """A case is the module `app`, or several files that begin with `# file: PATH`."""
    if "# file: " in source:
        parts = source.split("# file: ")[1:]
        return {path: text for path, _, text in (part.partition("\n") for part in parts)}
    return {"app.py": source if source.startswith(("from ", "import ")) else HEADER + source}


@pytest.mark.parametrize("name", cases())
def test_a_class_by_hand(name: str, oracle: Oracle, update_expected: bool) -> None:
    source, expected = cases()[name]
    files = files_of(source)
    several = len(files) > 1
    target = f"{list(files)[-1].removesuffix('.py').replace('/', '.')}:Settings"
    outcome = compare(oracle, files, target, rng=random.Random(name), load_files=several)
    assert outcome.error == ""
    real = "".join(f"{variable} {field}\n" for variable, field in sorted(outcome.names.items()))
    if update_expected:
        old = f"=== {name}\n{source}" + (
            f"---\n{expected}" if f"=== {name}\n{source}---\n" in CASES.read_text() else ""
        )
        CASES.write_text(CASES.read_text().replace(old, f"=== {name}\n{source}---\n{real}"))
    else:
        assert real == expected
    assert outcome.disagreements == []


CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
FUZZING = EXAMPLES >= 1000
# A module is legible as it is; to shrink one takes minutes.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if FUZZING else [])]


def at_random(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=CHECKS,
        derandomize=not FUZZING,
        phases=PHASES,
    )


@at_random(EXAMPLES * 4 // 5)
@given(st.randoms(use_true_random=False))
def test_classes_at_random(oracle: Oracle, choices: random.Random) -> None:
    source = Generator(choices).module()
    outcome = compare(oracle, {"app.py": source}, "app:Settings", rng=random.Random(0))
    assert outcome.disagreements == [], source.removeprefix(HEADER)


@at_random(EXAMPLES // 5)
@given(st.randoms(use_true_random=False))
def test_classes_of_pydantic_1_at_random(oracle: Oracle, choices: random.Random) -> None:
    source = Generator1(choices).module()
    outcome = compare(oracle, {"app.py": source}, "app:Settings", rng=random.Random(0))
    assert outcome.disagreements == [], source
