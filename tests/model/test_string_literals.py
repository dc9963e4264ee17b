"""Where a name may stand for the variable in Python: what is found is what tokenize finds."""

from __future__ import annotations

import io
import re
import sys
import tokenize
from pathlib import Path

import pytest

from dotmac_lint.model.variable_readers import _is_within, _string_literals

NAME = re.compile(rb"[A-Z][A-Z_]{2,}")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('x = "AAA"\n', "AAA"),
        ("x = f'{a}AAA' + b\"BBB\" + r'''CCC\n'''\n", "AAA BBB CCC"),
        ('"""AAA"""\n', ""),
        ('def f():\n    r"""AAA"""\n    return "BBB"\n', "BBB"),
        ('f(\n    "AAA",  # BBB "CCC"\n    DDD,\n)\n', "AAA"),
        ('x = \\\n    "AAA"\n"BBB"\n', "AAA"),
        ("x = \"\\\"AAA\" + BBB + '\\'CCC'\n", "AAA CCC"),
        ('# it\'s "AAA"\nx = "BBB"\n', "BBB"),
        ('f"{environ["AAA"]}"\n', "AAA"),
        ('x = {"AAA": 1,\n     "BBB": 2}\n', "AAA BBB"),
        ('x = "\n AAA\n', "AAA"),  # no Python: all of it
        ("x = (AAA\n", "AAA"),
    ],
)
def test_names_in_string_literals(text: str, read: str) -> None:
    assert found(text.encode()) == read.split()


def found(data: bytes) -> list[str]:
    literals = _string_literals(data)
    return [m.group().decode() for m in NAME.finditer(data) if _is_within(literals, m.start())]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="f-strings are several tokens since then")
def test_it_finds_what_tokenize_does() -> None:
    for path in sorted((Path(__file__).parents[2] / "dotmac_lint" / "readers").rglob("*.py")):
        text = path.read_text("utf-8")
        begins, expected = True, []
        idle = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING and not begins:
                expected += [name.decode() for name in NAME.findall(token.string.encode())]
            if token.type not in idle:
                begins = token.type == tokenize.NEWLINE
        assert found(text.encode()) == expected, path
