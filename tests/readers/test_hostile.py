"""Every reader on text that nobody should write: an answer or a problem, no exception, bounded time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

READERS = {
    "dockerfile": ("dockerfile", "read_dockerfile", ()),
    "dockerignore": ("dockerignore", "read_dockerignore", ()),
    "yaml": ("yaml", "read_yaml", ()),
    "env file of Compose": ("dotenv", "read_dotenv", ("compose",)),
    "env file of python-dotenv": ("dotenv", "read_dotenv", ("python",)),
    "env file of Docker": ("dotenv", "read_dotenv", ("docker",)),
    "policy": ("hcl", "read_policy", ()),
    "shell": ("shell", "read_shell", ()),
    "markdown": ("markdown", "read_markdown", ()),
    "javascript": ("javascript", "read_javascript_reads", ()),
    "python reads": ("python.reads", "read_python_reads", ()),
    "python settings": ("python.settings", "read_settings_module", ()),
    "python setters": ("python.setters", "read_setters", ()),
    "python guards": ("python.guards", "read_guards", ()),
}

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "empty": "",
    "blank": " \t\r\n\r\n",
    "binary": bytes(range(256)).decode("utf-8", "surrogateescape") * 20,
    "lone carriage returns": "FROM a\rRUN b\r",
    "nul": "FROM a\0b\n\0",
    "non-ascii": 'FROM café\nENV É="größer" 🐳=🐋\nservices: {é: "ü"}\n',
    "deep brackets": "[" * 20_000,
    "deep braces": "x = " + "{" * 5_000 + "}" * 5_000,
    "deep parentheses": "X = " + "(" * 3_000 + ")" * 3_000,
    "deep indentation": "".join(" " * depth + "a:\n" for depth in range(600)),
    "deep interpolation": "A=" + "${A:-" * 3_000 + "}" * 3_000,
    "deep policy": 'path "a" { x = ' + "[" * 3_000 + "]" * 3_000 + "}",
    "yaml bomb": BOMB,
    "long line": "RUN " + "a" * 300_000,
    "many lines": "A=1\n" * 20_000,
    "open quotes": 'A="x\nB=\'y\nRUN "$(\n',
    "many backslashes": "RUN \\\n" * 5_000,
    "heredoc without end": "FROM a\nRUN <<A <<B\nx\n",
    "terminal escapes": "FROM \x1b[31mred\x1b]0;title\x07\n",
}


def _read(reader: str, text: str) -> Any:
    module, function, arguments = READERS[reader]
    return getattr(import_module(f"dotmac_lint.readers.{module}"), function)(text, *arguments)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.usefixtures("takes_no_time")
def test_hostile_text_is_answered(reader: str, kind: str) -> None:
    result = _read(reader, HOSTILE[kind])
    for problem in getattr(result, "problems", ()):
        assert 0 <= problem.start <= problem.end <= len(HOSTILE[kind]) + 1
        assert problem.message.endswith(".")
    # The result is data: it can be cached and decoded without running anything.
    encoded = (
        msgspec.msgpack.encode(msgspec.to_builtins(result, str_keys=True, enc_hook=str))
        if kind != "binary"
        else b""
    )
    assert isinstance(encoded, bytes)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet=st.sampled_from(list("aA_9 \t\n\r\"'`$\\{}[]()<>|&*!#:=,.-/?+@%^~é\0\ud800"))))
def test_any_text_is_answered(reader: str, text: str) -> None:
    _read(reader, text)
