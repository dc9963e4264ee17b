"""Texts as fields of types with bounds, members and JSON in them: never other than pydantic-settings says."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.scalars import Invalid, Member, Secret, Url
from dotmac_lint.model.settings import Field
from dotmac_lint.model.settings_found import find_settings
from dotmac_lint.workspace import Workspace

pytest.importorskip("pydantic_settings")

FUZZ = int(os.environ.get("DOTMAC_LINT_FUZZ", "0"))
EXAMPLES = max(FUZZ // 8, 60)
"""Each text is given to every type below."""

HEADER = """\
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Dict, List, Literal, Optional, Set, Tuple, Union

from pydantic import (
    AnyUrl, BaseModel, ByteSize, Field, HttpUrl, PositiveInt, NonNegativeFloat, SecretStr, StringConstraints, conint,
    constr,
)
from pydantic_settings import BaseSettings, NoDecode


class Level(str, Enum):
    LOW = "low"
    HIGH = "HIGH"


class Number(IntEnum):
    ONE = 1
    TWO = 2


class Plain(Enum):
    A = "a"
    ONE = 1


class Point(BaseModel):
    x: int
    name: str = "n"
    tags: List[str] = []


class Strict(BaseModel, extra="forbid"):
    on: bool = False

"""
TYPES = [
    "Level", "Number", "Plain", "Optional[Level]", "Literal['dev', 'prod']", "Literal[1, 2]",
    "Literal['a', 1, True]", "SecretStr", "Annotated[SecretStr, Field(min_length=4)]",
    "Annotated[int, Field(ge=1, le=65535)]", "Annotated[int, Field(gt=0, lt=10, multiple_of=3)]",
    "Annotated[float, Field(ge=0, le=1)]", "PositiveInt", "NonNegativeFloat",
    "Annotated[Decimal, Field(max_digits=4, decimal_places=2)]", "Annotated[str, Field(min_length=3)]",
    "Annotated[str, Field(max_length=5)]", "Annotated[str, Field(pattern='^[a-z]+$')]",
    "constr(strip_whitespace=True)", "Annotated[str, StringConstraints(to_lower=True, max_length=8)]",
    "conint(ge=3)", "Optional[int]", "Union[int, str]", "Union[bool, int]", "int | float | None",
    "List[str]", "List[int]", "Set[int]", "Tuple[int, str]", "Tuple[int, ...]", "Dict[str, int]",
    "Dict[str, List[int]]", "Optional[List[str]]", "Union[str, List[str]]", "Annotated[str, NoDecode]",
    "Annotated[List[int], Field(min_length=2)]", "Point", "Optional[Point]", "List[Point]", "Strict", "Any",
    "ByteSize", "Optional[HttpUrl]", "List[AnyUrl]", "Annotated[timedelta, Field(ge=timedelta(0))]",
    "Optional[bool]", "Dict[str, Any]", "dict", "list", "bool", "int", "float",
]  # fmt: skip
SEEDS = [
    "0-5",
    "", " ", "0", "1", "3", "6", "-1", "2", "65536", "0.5", "1.0", "12.345", "99.99", "1e2", "true", "off",
    "None", "null", "low", "LOW", "high", "HIGH", "a", "ONE", "dev", "prod", "abc", "abcdefgh", " abc ",
    "ABC", "a,b", "[]", "{}", '""', "[1]", "[1, 2]", '["a"]', '["a", "b"]', '[1, "a"]', '{"a": 1}',
    '{"a": "x"}', '{"a": [1]}', '{"x": 1}', '{"x": "1"}', '{"x": 1, "name": "m", "tags": ["t"]}',
    '{"name": "m"}', '[{"x": 1}]', '[{"x": "q"}]', '{"on": true}', '{"on": "maybe"}', '{"of": 1}', '"abc"',
    "[1, 1]", '["1"]', '{"x": 1.5}', "[true]", "[null]", '{"a": null}', "1 MB", "PT5M", "-PT5M",
    "http://a.example", '["http://a.example"]', '["nowhere"]', "[", '{"a": 1', "NaN", "[NaN]", "1_000",
    "{'a': 1}",
]  # fmt: skip

texts = st.one_of(
    st.sampled_from(SEEDS),
    st.builds(lambda seed, at, c: seed[: at % (len(seed) + 1)] + c + seed[at % (len(seed) + 1) :],
              st.sampled_from(SEEDS), st.integers(0, 30), st.characters(codec="utf-8", exclude_characters="\0")),
    st.text("0123456789.-+eE[]{}\",: abnulltrue", max_size=12),
    st.integers(-10, 70000).map(str),
)  # fmt: skip


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, Any, Field]]]:
    """Each type with the real class that has a field of it, and with our field."""
    classes = (f"class S{n}(BaseSettings):\n    value: {type_}\n" for n, type_ in enumerate(TYPES))
    source = HEADER + "\n\n" + "\n\n".join(classes)
    folder: Path = tmp_path_factory.mktemp("values")
    (folder / "app.py").write_text(source)
    ours = {one.name: one.fields[0] for one in find_settings(Workspace(folder)) if one.name[1:].isdigit()}
    real: dict[str, Any] = {"__name__": __name__}
    exec(compile(source, "app.py", "exec", dont_inherit=True), real)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            patch.delenv(name)
        yield [(type_, real[f"S{n}"], ours[f"S{n}"]) for n, type_ in enumerate(TYPES)]


def accepts(class_: Any, text: str) -> tuple[bool, Any]:
    os.environ["VALUE"] = text
    try:
        return True, class_().value
    except (ValueError, RecursionError, OverflowError):
        return False, None


def same(ours: Any, theirs: Any) -> bool:
    match ours:
        case Member():
            return isinstance(theirs, enum.Enum) and theirs.name == ours.name
        case Secret():
            return bool(theirs.get_secret_value() == ours.value)
        case Url() | Unknown():
            return True
        case list() | tuple():
            return len(ours) == len(theirs) and all(map(same, ours, theirs))
        case dict() if hasattr(theirs, "__dict__"):
            return all(
                same(value, getattr(theirs, key)) for key, value in ours.items() if hasattr(theirs, key)
            )
        case dict():
            return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
        case float() if ours != ours:
            return bool(theirs != theirs)
    return bool(ours == theirs)


def check(fields: list[tuple[str, Any, Field]], text: str) -> int:
    """How many of the types we can say nothing of."""
    unknown = 0
    for type_, class_, field in fields:
        said = field.take("VALUE", text)
        if isinstance(said, Unknown):
            unknown += 1
            continue
        accepted, value = accepts(class_, text)
        assert accepted is not isinstance(said, Invalid), (type_, text, said, value)
        if isinstance(said, Known) and field.type.model is None:
            assert same(said.value, value), (type_, text, said, value)
    return unknown


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(text=texts)
def test_texts_are_taken_as_pydantic_settings_takes_them(
    fields: list[tuple[str, Any, Field]], text: str
) -> None:
    if "\0" not in text:
        check(fields, text)


def test_the_usual_is_decided(fields: list[tuple[str, Any, Field]]) -> None:
    unknown = sum(check(fields, text) for text in SEEDS)
    assert unknown / (len(SEEDS) * len(TYPES)) < 0.15
