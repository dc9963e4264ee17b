"""Policies by python-hcl2 and by the reader of HCL 1: where both read a text, they say the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dotmac_lint.readers.hcl import MAXIMUM_LENGTH, Policy, _by_hcl2, _Parser, read_policy

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("rules/*/examples/*/*/**/*.hcl"), *ROOT.glob("examples/**/*.hcl")])
POLICY = 'path "a/*" {\n  capabilities = ["read", "list"] # all\n}\n'

STRINGS = st.sampled_from(["", "read", "secret/data/*", "{{identity.entity.id}}", "é", 'a\\"b', "$", "1h"])
WORDS = st.sampled_from(["capabilities", "allowed_parameters", "min_wrapping_ttl", "x-y", "policy"])
VALUES = st.recursive(
    st.one_of(STRINGS.map('"{}"'.format), st.sampled_from(["0", "-1", "1.5", "true", "false"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(WORDS, inner), max_size=3).map(
            lambda rows: "{\n" + "".join(f"  {name} = {value}\n" for name, value in rows) + "}"
        ),
    ),
    max_leaves=4,
)
BLOCKS = st.tuples(STRINGS, st.lists(st.tuples(WORDS, VALUES), max_size=3)).map(
    lambda row: f'path "{row[0]}" {{\n' + "".join(f"  {name} = {value}\n" for name, value in row[1]) + "}\n"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-4:]))
def test_committed_policies(path: Path) -> None:
    text = path.read_text("utf-8")
    read = _by_hcl2(text)
    assert read is None or read == _Parser(text).document()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(BLOCKS, max_size=3), st.sampled_from(["\n", "\r\n", "\n# a comment\n\n", "\n// another\n"]))
def test_made_up_policies(blocks: list[str], between: str) -> None:
    text = between.join(blocks)
    read = _by_hcl2(text)
    if read is not None:
        assert read == _Parser(text).document()


def test_python_hcl2_reads_what_is_common() -> None:
    assert _by_hcl2(POLICY) == _Parser(POLICY).document()
    assert sum(_by_hcl2(path.read_text("utf-8")) is not None for path in FILES) > len(FILES) / 2


@pytest.mark.parametrize(
    "text",
    [
        POLICY.replace("capabilities", '"capabilities"'),
        POLICY.replace("] #", "], #"),
        POLICY.replace(" {", "\n{"),
        POLICY.replace('"read"', '"${read}"'),
        POLICY.replace('["read", "list"]', 'concat(["read"], ["list"])'),
        POLICY.replace("]", ""),
        "[" * 5_000,
    ],
)
def test_what_is_of_one_language_only_is_read_as_hcl_1(text: str) -> None:
    assert _by_hcl2(text) is None
    read_policy(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"path": {"secret/*": {"capabilities": ["read"]}}, "x": "' + "y" * MAXIMUM_LENGTH + '"}',
        '[\n{"path": "x", "policy": "none"},\n{"path": 1}]',
        "[" + '{"path": "x", "policy": "none"},\n' * 50_000,
        '{"rule": "a", "path": "x", "policy": "b"}\n{"rule": "b", "path": "y", "policy": "b"}\n',
    ],
)
def test_json_of_another_kind_is_no_policy(text: str) -> None:
    assert read_policy(text) == Policy()


REPORT = '{"results": [{"path": "/srv/a", "policy": "default"}]}'


@pytest.mark.parametrize("text", [f"[{REPORT}]", REPORT, REPORT + "{}"])
def test_json_that_only_mentions_paths_is_no_policy(text: str) -> None:
    assert not read_policy(text).is_policy


@pytest.mark.parametrize("name", ["", '"name": "app", '])
def test_json_that_begins_as_a_policy_is_one(name: str) -> None:
    text = f'{{{name}"path": {{"secret/*": {{"capabilities": ["read"]}}}}}}'
    assert read_policy(text).paths[0].path.text == "secret/*"
    assert read_policy(text[:-1]).problems
