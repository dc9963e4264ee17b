"""However the files of a deployment are torn, all rules answer, in bounded time, and the report can be written."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dotmac_lint.engine import Result, lint
from dotmac_lint.report import Report, render
from dotmac_lint.workspace import Pending, Workspace
from tests.laws.test_laws import EXAMPLES, PROFILE, RULES, SETTINGS

ROOT = Path(__file__).parents[2]
REPOSITORIES = sorted(path for path in ROOT.glob("rules/*/examples/*/*") if path.is_dir())
LIMIT = 20  # seconds of processor time; milliseconds are usual
PIECES = (
    *"\\\"'`${}[]()<>|&*!#:=,-?@%^~;\n\t \0",
    *(
        "$(",
        "${",
        "${A:-${B:?",
        "%%A%%",
        "```",
        "'''",
        '"""',
        "\\\n",
        "\r\n",
        "\ufeff",
        "\u2028",
        "é",
        "../",
        "//",
    ),
    *("<<EOF", "<<-'X'", "EOF\n", "<<: *a", "&a ", "!reset ", "---\n", "- ", ": ", "null", "1e999", "9" * 30),
    *(
        "if ",
        "then\n",
        "fi\n",
        "do\n",
        "done\n",
        "case x in",
        "esac",
        "def f():\n",
        "class A(B):\n",
        "return ",
    ),
    *("-f ", "--env-file ", "x" * 300),
)
Tear = tuple[float, int, str, int]
"""Where (as a share of the text), how many characters go, what comes, how often."""

tears = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([0, 0, 0, 1, 2, 5, 20, 200, 1_000_000]),
        st.sampled_from(PIECES) | st.just(""),
        st.sampled_from([1, 1, 1, 2, 50]),
    ),
    min_size=1,
    max_size=6,
)


def torn(text: str, tears: list[Tear]) -> str:
    for share, gone, piece, times in tears:
        start = int(share * len(text))
        text = text[:start] + piece * times + text[start + gone :]
    return text


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def linted(root: Path, workspace: Workspace) -> Result:
    """What all rules say, none of which may crash, nor all together take longer than the limit."""
    earlier = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        result = lint(root, SETTINGS, RULES, workspace=workspace)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)
    assert not result.crashes, result.crashes[0].traceback
    return result


limited = pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="this system cannot limit processor time")


@limited
@hypothesis_settings(PROFILE, max_examples=EXAMPLES)
@given(st.sampled_from(REPOSITORIES), st.integers(0), tears)
def test_a_torn_file_is_answered(root: Path, which: int, tears: list[Tear]) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    path = files[which % len(files)]
    data = torn(path.read_bytes().decode("utf-8", "replace"), tears).encode()
    workspace = Workspace(root, pending={path.relative_to(root).as_posix(): Pending(data)})
    result = linted(root, workspace)
    rules = {rule.code: rule for rule in RULES}
    assert render(Report(result.diagnostics, result.source, str, rules, root.as_uri()), "full") is not None


STACK = """services:
  app:
    build: .
    environment: [SHELF_SIZE=1]
    env_file: shelf.env
    volumes:
      - ./conf/shelf.conf:/etc/shelf.conf:ro
      - ./data/shelf.d:/etc/nginx/conf.d:ro
"""
SHELF = """from pydantic_settings import BaseSettings


class Shelf(BaseSettings):
    shelf_size: int = 1


shelf = Shelf()
"""


@limited
@pytest.mark.parametrize(
    "path, line",
    [
        (".github/workflows/build.yml", "      uses: actions/checkout@v4\n"),
        ("stack/a.sh", "="),
        ("stack/a.sh", "cp "),
        ("stack/a.sh", "touch a "),
        ("stack/scripts/a.sh", "> a/"),
        ("stack/scripts/a.sh", "mkdir $A/"),
        ("stack/README.md", "creates Create add "),
        ("README.md", "git clone https://example.org/a/b\ncd c\n"),
        ("docs/a.md", "```\ndocker compose -f a.yml up\n"),
        ("docs/a.adoc", "== A\ndocker compose -f a.yml up\n"),
        ("stack/a.py", 'open("'),
        ("goreleaser.yml", "  binary: \n"),
        ("run.sh", "docker compose up "),
        ("README.md", "github "),
        ("README.md", "```\ndocker compose -f a{n}.yml up\n```\n"),
        ("docs/a.adoc", "docker compose -f a{n}.yml up\n\n"),
        ("README.md", "```\nSHELF_{n}=1\n```\n"),
        ("README.md", "\n| Variable | Says |\n|---|---|\n| `SHELF_{n}` | a |\n"),
    ],
)
def test_what_may_tell_of_a_missing_file_is_long(tmp_path: Path, path: str, line: str) -> None:
    files = {
        "compose.yaml": STACK,
        "stack/compose.yaml": STACK,
        "Dockerfile": 'FROM python:3.12\nCOPY absent.bin conf/shelf.conf /srv/\nCMD ["/srv/absent.bin"]\n',
        path: "shelf.conf shelf.env shelf.d Dockerfile absent.bin SHELF_SIZE\n"
        + line * (390_000 // len(line)),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    linted(tmp_path, Workspace(tmp_path))
