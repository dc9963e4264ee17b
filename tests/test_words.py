"""Words: what a search finds is what a pattern with word boundaries would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotmac_lint.facts import Facts
from dotmac_lint.words import MAXIMUM_BYTES, Words, calls

NOTHING_KEPT = Facts(lambda: None, lambda path: None, lambda path, asked: b"")
NAMES = [b"PORT", b"PORT_2", b"a.b", b"x"]


@given(st.lists(st.sampled_from([*NAMES, b"PORTS", b" ", b".", b"-", b"\xc3\xa9", b"\n", b"_", b"="])))
def test_a_word_is_found_where_it_stands_alone(parts: list[bytes]) -> None:
    text = b"".join(parts)
    found = {word for _, here in Words({"f": text}.get, NOTHING_KEPT).search(["f"], NAMES) for word in here}
    for name in NAMES:
        stands = re.search(rb"(?<![A-Za-z0-9_])" + re.escape(name) + rb"(?![A-Za-z0-9_])", text)
        assert name in found or not stands
        assert not name.isalnum() or (name in found) == bool(stands)


def test_what_nobody_wrote_has_no_words() -> None:
    files = {"binary": b"PORT\0PORT", "large": b"PORT " * (MAXIMUM_BYTES // 4), "text": b"PORT"}
    words = Words(files.get, NOTHING_KEPT)
    assert list(words.search(["absent", *files], {b"PORT"})) == [("text", {b"PORT"})]
    assert words.stands(b"PORT", "text")
    assert not words.stands(b"PORT", "binary")


def test_a_picture_is_not_read() -> None:
    assert list(Words(lambda _: pytest.fail("it is read"), NOTHING_KEPT).search(["a.PNG"], {b"PORT"})) == []


@given(
    st.lists(
        st.sampled_from([b"load", b"(", b"def ", b"class ", b"un", b".", b" ", b"\n", b"_", b"\xc3\xa9"])
    )
)
def test_a_call_is_found_where_the_name_stands_alone_and_is_not_declared(parts: list[bytes]) -> None:
    text = b"".join(parts)
    assert calls(b"load", text, b"def") == bool(re.search(rb"(?<!def )\bload\(", text))
