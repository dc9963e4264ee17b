"""However the files of a deployment are torn, all rules answer, in bounded time, and the report can be written."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dotmac_lint.engine import lint
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


@pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="this system cannot limit processor time")
@hypothesis_settings(PROFILE, max_examples=EXAMPLES)
@given(st.sampled_from(REPOSITORIES), st.integers(0), tears)
def test_a_torn_file_is_answered(root: Path, which: int, tears: list[Tear]) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    path = files[which % len(files)]
    data = torn(path.read_bytes().decode("utf-8", "replace"), tears).encode()
    workspace = Workspace(root, pending={path.relative_to(root).as_posix(): Pending(data)})
    earlier = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        result = lint(root, SETTINGS, RULES, workspace=workspace)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)
    assert not result.crashes, result.crashes[0].traceback
    rules = {rule.code: rule for rule in RULES}
    assert render(Report(result.diagnostics, result.source, str, rules, root.as_uri()), "full") is not None
