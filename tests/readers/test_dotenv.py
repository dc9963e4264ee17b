"""Env files: places, parts and evaluation in the three dialects."""

from __future__ import annotations

import os

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotmac_lint.known import Problem, Unknown
from dotmac_lint.readers.dotenv import Dialect, EnvFile, evaluate, read_dotenv
from dotmac_lint.readers.template import VariablePart

EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "100"))

TEXT = """\
# the database
export DB_URL="postgres://${DB_USER}:\\"x\\"@${DB_HOST:-db}/app" # primary
EMPTY=
 SPACED = plain value   # comment
RAW='no $expansion'
BARE
"""


def rows(text: str, dialect: Dialect) -> list[tuple[str, str, str | None, str]]:
    """For each entry the texts at its places: key, value and the whole."""
    return [
        (
            e.key_range.slice(text),
            e.key,
            e.value_range.slice(text) if e.value_range else None,
            e.range.slice(text),
        )
        for e in read_dotenv(text, dialect).entries
    ]


@pytest.mark.parametrize("dialect", ["compose", "python"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places(dialect: Dialect, end: str) -> None:
    text = TEXT.replace("\n", end)
    url = '"postgres://${DB_USER}:\\"x\\"@${DB_HOST:-db}/app"'
    assert rows(text, dialect) == [
        ("DB_URL", "DB_URL", url, f"export DB_URL={url}"),
        ("EMPTY", "EMPTY", "", "EMPTY="),
        ("SPACED", "SPACED", "plain value", "SPACED = plain value"),
        ("RAW", "RAW", "'no $expansion'", "RAW='no $expansion'"),
        ("BARE", "BARE", None, "BARE"),
    ]
    first, *_, bare = read_dotenv(text, dialect).entries
    assert (first.quote, first.exported, bare.value) == ('"', True, None)
    assert [(p.name, p.operator, p.word, p.range.slice(text)) for p in first.references] == [
        ("DB_USER", "", "", "${DB_USER}"),
        ("DB_HOST", ":-", "db", "${DB_HOST:-db}"),
    ]
    assert [p for p in first.parts if isinstance(p, str)] == ["postgres://", ':"x"@', "/app"]


def test_docker_takes_everything_after_the_equals_sign() -> None:
    text = '# c\nA="x" # y \r\n  B=$C\nexport D=1\nE\n=1\nF=\n'
    read = read_dotenv(text, "docker")
    assert [(e.key, e.value) for e in read.entries] == [
        ("A", '"x" # y '),
        ("B", "$C"),
        ("E", None),
        ("F", ""),
    ]
    assert [(text[p.start : p.end], p.message) for p in read.problems] == [
        ("export D", "A variable name cannot contain a blank."),
        ("=1", "There is no variable name before the `=`."),
    ]
    assert read.fatal
    assert evaluate(read, {"E": "host"}) == {"A": '"x" # y ', "B": "$C", "E": "host", "F": ""}


@pytest.mark.parametrize(
    "text, place, message",
    [
        ("A=1\nfoo bar\n", "foo bar", "A variable name cannot contain a space."),
        ("A='x\nB=1\n", "'x", "The quoted value is not terminated."),
        ('A="x\r\nB=1\r\n', '"x', "The quoted value is not terminated."),
        ("A$B=1\n", "$", "A variable name cannot contain `$`."),
        ("export ", "export ", "`export` is not followed by a name."),
        ("A=a${B\n", "${B", "The interpolation is not valid: `${` needs a name and a closing brace."),
        ('A="a\\tb${1}"', '${1}"', "The interpolation is not valid: `${` needs a name and a closing brace."),
    ],
)
def test_what_compose_refuses(text: str, place: str, message: str) -> None:
    read = read_dotenv(text, "compose")
    assert read.fatal
    assert [(text[p.start : p.end], p.message) for p in read.problems] == [(place, message)]


def test_the_rest_of_a_refused_file_is_still_read() -> None:
    read = read_dotenv("A=1\nfoo bar\nB=2\n", "compose")
    assert [e.key for e in read.entries] == ["A", "B"]


def test_what_python_dotenv_skips() -> None:
    text = "A=1\nB='x' junk\nC=3\n=4\n"
    read = read_dotenv(text, "python")
    assert not read.fatal
    assert [(e.key, e.value) for e in read.entries] == [("A", "1"), ("C", "3")]
    assert [text[p.start : p.end] for p in read.problems] == ["B='x' junk", "=4"]


def test_required_variables() -> None:
    problems: list[Problem] = []
    text = "A=${U:?set it}\nB=${S:?never}\nC=${U-${V?}}\n"
    assert evaluate(read_dotenv(text), {"S": "s"}, problems) == {"B": "s"}
    assert [(text[p.start : p.end], p.message) for p in problems] == [
        ("A=${U:?set it}", "The variable `U` is required and not set: set it."),
        ("C=${U-${V?}}", "The variable `V` is required and not set."),
    ]


def test_what_the_host_gives_is_unknown() -> None:
    host = Unknown("given by the host")
    read = read_dotenv("A=x${H}\nB=${H:-d}\nC=${U:-d}\nD\nE=${A}y\n")
    values = evaluate(read, lambda name: host if name in ("H", "D") else None)
    assert values == {"A": host, "B": host, "C": "d", "D": host, "E": host}


def test_the_last_entry_counts() -> None:
    entry = read_dotenv("A=1\nA=2\n").last("A")
    assert entry is not None
    assert entry.value == "2"
    assert read_dotenv("A=1").last("B") is None


def test_nesting_has_an_end() -> None:
    text = "A=" + "${U:-" * 5000 + "}" * 5000
    empty: dict[str, str | Unknown] = {}
    assert evaluate(read_dotenv(text), empty) == {"A": Unknown("nested too deeply")}


@pytest.mark.parametrize("dialect", ["compose", "python", "docker"])
@pytest.mark.parametrize(
    "text",
    [
        "A='" * 50_000,
        "A=${A:-x}" * 20_000,
        "A=" + "${A:-{" * 20_000 + "}",
        "A" * 200_000,
        " " * 200_000 + "#",
        "\\" * 99_999,
        'A="' + '\\"' * 50_000,
        "A=\n" * 50_000,
        "$" * 100_000 + "\n",
    ],
)
@pytest.mark.usefixtures("takes_no_time")
def test_long_texts_take_no_time(dialect: Dialect, text: str) -> None:
    evaluate(read_dotenv(text, dialect), {})


TOKENS = [
    "A",
    "B",
    "=",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "'",
    '"',
    "\\",
    "#",
    " #",
    "$",
    "${",
    "}",
    "${S}",
    "${U:-",
    ":?",
]
TOKENS += [":", "é", "export ", "\x00", "\udcff", "\u2028", "\x85", "\\n", "\\$", "\\0123", "-", "."]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=20), st.sampled_from(["compose", "python", "docker"]))
def test_any_text_is_read(tokens: list[str], dialect: Dialect) -> None:
    text = "".join(tokens)
    read = read_dotenv(text, dialect)
    assert msgspec.convert(msgspec.to_builtins(read), EnvFile) == read
    for entry in read.entries:
        assert (
            0
            <= entry.range.start
            <= entry.key_range.start
            <= entry.key_range.end
            <= entry.range.end
            <= len(text)
        )
        if entry.value_range is not None:
            assert entry.key_range.end <= entry.value_range.start <= entry.value_range.end == entry.range.end
        for part in entry.parts:
            assert not isinstance(part, VariablePart) or part.range.slice(text).startswith(("$", "\\$"))
    assert all(0 <= p.start <= p.end <= len(text) for p in read.problems)
    evaluate(read, {"S": "shell"})
