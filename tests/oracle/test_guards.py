"""The simulated start against the real one: applications with guards, written by hand and at random."""

from __future__ import annotations

import os
import random
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.guard_generator import Generator
from tests.oracle.guard_oracle import Answer, GuardOracle

pytest.importorskip("pydantic_settings")

EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "120"))
FUZZING = EXAMPLES >= 1000
CASES = Path(__file__).with_name("guard_cases.txt")
HEADER = """\
import logging
import os
import sys
from enum import Enum
from typing import Any, Literal, Optional

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

logger = logging.getLogger(__name__)

"""


@cache
def cases() -> dict[str, tuple[dict[str, str], list[dict[str, str]]]]:
    """By name: the files of the application, and the environments that it is started with, one a line."""
    found = {}
    for part in CASES.read_text().split("=== ")[1:]:
        name, _, rest = part.partition("\n")
        source, _, lines = rest.partition("---\n")
        assert name not in found
        files = dict(text.split("\n", 1) for text in source.split("# file: ")[1:])
        if not files:
            files = {"app.py": source if source.startswith(("from ", "import ")) else HEADER + source}
        words = [shlex.split(line) for line in lines.splitlines() if line]
        found[name] = (files, [dict(w.split("=", 1) for w in line if w != "-") for line in words])
    return found


@pytest.fixture(scope="module")
def oracle() -> Iterator[GuardOracle]:
    with GuardOracle() as made:
        yield made


@pytest.fixture(scope="module")
def answers(oracle: GuardOracle) -> dict[str, list[Answer]]:
    """For each application, its environments; then each again without being told a name, and without all."""
    found = {}
    for name, (files, environments) in cases().items():
        spoken = sorted({variable for environment in environments for variable in environment})
        hidden = [(), *((one,) for one in spoken), tuple(spoken)]
        found[name] = oracle.ask(files, [(given_, left) for left in hidden for given_ in environments])
    return found


@pytest.mark.parametrize("name", cases())
def test_an_application_by_hand(name: str, answers: dict[str, list[Answer]]) -> None:
    wrong = [f"{a.given} without {a.hidden}: {a.disagreement}" for a in answers[name] if a.disagreement]
    assert not wrong, "\n".join(wrong)


def test_most_applications_are_decided(answers: dict[str, list[Answer]]) -> None:
    undecided = [n for n, found in answers.items() if any(a.undecided and not a.hidden for a in found)]
    assert len(cases()) >= 100
    assert len(undecided) / len(cases()) < 0.15, undecided


def test_an_application_starts_with_one_environment_and_not_with_another(
    answers: dict[str, list[Answer]],
) -> None:
    """Else a case would be passed by a model that always says the same."""
    same = [name for name, found in answers.items() if len({a.raised is None for a in found}) < 2]
    assert len(same) / len(cases()) < 0.1, same


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not FUZZING,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if FUZZING else [])],
)
@given(st.randoms(use_true_random=False))
def test_applications_at_random(oracle: GuardOracle, choices: random.Random) -> None:
    generator = Generator(choices)
    source = generator.module()
    asked = [(generator.environment(), generator.hidden()) for _ in range(4)]
    for answer in oracle.ask({"app.py": HEADER + source}, asked):
        assert not answer.disagreement, f"{source}\n{answer.given} without {answer.hidden}"
