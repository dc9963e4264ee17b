"""The simulated start against the real one: applications with guards, written by hand."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.oracle.guard_oracle import Answer, GuardOracle

pytest.importorskip("pydantic_settings")

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
    return {name: oracle.ask(files, environments) for name, (files, environments) in cases().items()}


@pytest.mark.parametrize("name", cases())
def test_an_application_by_hand(name: str, answers: dict[str, list[Answer]]) -> None:
    given = cases()[name][1]
    wrong = [
        f"{environment}: {answer.disagreement}"
        for environment, answer in zip(given, answers[name], strict=True)
        if answer.disagreement
    ]
    assert not wrong, "\n".join(wrong)


def test_most_applications_are_decided(answers: dict[str, list[Answer]]) -> None:
    undecided = [name for name, found in answers.items() if any(answer.undecided for answer in found)]
    assert len(cases()) >= 100
    assert len(undecided) / len(cases()) < 0.15, undecided


def test_each_application_starts_with_one_environment_and_not_with_another(
    answers: dict[str, list[Answer]],
) -> None:
    """Else a case would be passed by a model that always says the same."""
    same = [name for name, found in answers.items() if len({a.raised is None for a in found}) < 2]
    assert len(same) / len(cases()) < 0.1, same
