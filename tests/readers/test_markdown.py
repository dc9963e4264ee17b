"""Documents: every place that the reader gives slices to the text it stands for."""

from __future__ import annotations

import os

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotmac_lint.readers.markdown import Markdown, read_markdown, read_rst

EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "60"))

DOCUMENT = """\
---
title: Operations
---
# Running `it`

Copy `.env.example`, then ``a `quoted` b``, not \\`this`.

```bash
docker compose up
```

1. First

   ~~~ {.console}
   $ make up
     indented
   ~~~

> quoted
> ```
> inside
> ```

| Name | What |
|------|:----:|
| `DATABASE__HOST` | a \\| b |
| `X` |

Setext
======

    four spaces

```
open to the end"""


def test_a_whole_document() -> None:
    read = read_markdown(DOCUMENT)
    assert [(b.language, b.text) for b in read.code_blocks] == [
        ("bash", "docker compose up\n"),
        ("console", "$ make up\n  indented\n"),
        ("", "inside\n"),
        ("", "four spaces\n"),
        ("", "open to the end"),
    ]
    assert [b.range.slice(DOCUMENT) for b in read.code_blocks] == [
        "docker compose up",
        "$ make up\n     indented",
        "inside",
        "four spaces",
        "open to the end",
    ]
    assert [(p.text, p.range.slice(DOCUMENT)) for p in read.inline_code] == [
        ("it", "it"),
        (".env.example", ".env.example"),
        ("a `quoted` b", "a `quoted` b"),
        ("DATABASE__HOST", "DATABASE__HOST"),
        ("X", "X"),
    ]
    assert [[[c.text for c in row] for row in t.rows] for t in read.tables] == [
        [["Name", "What"], ["`DATABASE__HOST`", "a | b"], ["`X`"]]
    ]
    assert [c.range.slice(DOCUMENT) for c in read.tables[0].rows[1]] == ["`DATABASE__HOST`", "a \\| b"]
    assert [(h.level, h.text, h.range.slice(DOCUMENT)) for h in read.headings] == [
        (1, "Running `it`", "Running `it`"),
        (1, "Setext", "Setext"),
    ]


def test_places_inside_an_indented_block() -> None:
    block = read_markdown(DOCUMENT).code_blocks[1]
    offset = block.text.index("indented")
    assert DOCUMENT[block.place(offset) :].startswith("indented")
    assert block.place(len(block.text)) == block.range.end


@pytest.mark.parametrize(
    "text, blocks, codes",
    [
        ("```sh\r\na\r\nb\r\n```\r\nsee `c`\r\n", ["a\r\nb"], ["c"]),
        ("- item `one\n  two` end", [], ["one\n  two"]),
        ("> `x`\n> and `y`", [], ["x", "y"]),
        ("```\n```", [""], []),
        ("`` ` `` and `unbalanced", [], [" ` "]),
        ("", [], []),
        ("`a\x00b`", [], ["a\x00b"]),
    ],
)
def test_places(text: str, blocks: list[str], codes: list[str]) -> None:
    read = read_markdown(text)
    assert [b.range.slice(text) for b in read.code_blocks] == blocks
    assert [p.range.slice(text) for p in read.inline_code] == codes


def test_restructured_text() -> None:
    text = (
        "Install\n=======\n\nRun ``make up``::\n\n    docker compose up\n\n    more\n\n"
        "Details\n-------\n\n.. code-block:: bash\n   :linenos:\n\n   cd x\n\nEnd ``y``.\n"
    )
    read = read_rst(text)
    assert [(b.language, b.text, b.range.slice(text)) for b in read.code_blocks] == [
        ("", "docker compose up\n\nmore\n", "docker compose up\n\n    more"),
        ("bash", "cd x\n", "cd x"),
    ]
    assert [(h.level, h.text) for h in read.headings] == [(1, "Install"), (2, "Details")]
    assert [p.range.slice(text) for p in read.inline_code] == ["y"]


TOKENS = [
    "`",
    "``",
    "```",
    "~~~",
    "\n",
    "\r\n",
    "\r",
    "> ",
    "- ",
    "|",
    "|-|",
    "#",
    " a",
    "    ",
    "\t",
    "\\",
    "1. ",
]
TOKENS += ["=", "::", ".. code::", "\x00", "\udcff", "---"]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=40))
def test_any_text_is_read(pieces: list[str]) -> None:
    text = "".join(pieces)
    for read in (read_markdown(text), read_rst(text)):
        places = [b.range for b in read.code_blocks] + [p.range for p in read.inline_code]
        places += [h.range for h in read.headings] + [
            c.range for t in read.tables for row in t.rows for c in row
        ]
        assert all(0 <= place.start <= place.end <= len(text) for place in places)
        assert msgspec.convert(msgspec.to_builtins(read), Markdown) == read


@pytest.mark.parametrize("text", ["`" * 100_000, "`a" * 50_000, "> " * 20_000, "- " * 20_000, "\\`" * 50_000])
@pytest.mark.usefixtures("takes_no_time")
def test_long_texts_take_no_time(text: str) -> None:
    assert read_markdown(text).problems == ()


def test_a_text_that_is_too_long_is_a_problem() -> None:
    assert read_markdown("a" * 2_000_001).problems[0].message == "The document is too long to be read."
