"""What rules say findings with."""

from __future__ import annotations

import pytest

from dotmac_lint.api import grouped, listed


def test_findings_of_one_cause_stand_where_the_first_of_them_does() -> None:
    assert grouped(["b1", "a1", "b2", "c1", "a2"], lambda found: found[0]) == [
        ["b1", "b2"], ["a1", "a2"], ["c1"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "last", "said"),
    [(["a"], "and", "a"), (["a", "b"], "or", "a or b"), (["a", "b", "c"], "and", "a, b and c")],
)
def test_a_list_as_a_sentence_has_it(words: list[str], last: str, said: str) -> None:
    assert listed(words, last) == said
