from __future__ import annotations

import pytest

from dotmac_lint.readers.yaml import Mapping, Node, Scalar, Sequence, read_yaml, scalar_kind


def outline(node: Node, text: str) -> object:
    """The tree as plain data: each scalar as it is written."""
    if isinstance(node, Scalar):
        return node.range.slice(text)
    if isinstance(node, Sequence):
        return [outline(item, text) for item in node.items]
    return {entry.key.value: outline(entry.value, text) for entry in node.entries}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 'x'  # c\n", {"a": "1", "b": "'x'"}),
        ("é: ü\r\nb: |\r\n  hi\r\n  yo\r\n\r\nc: d\r\n", {"é": "ü", "b": "|\r\n  hi\r\n  yo", "c": "d"}),
        ("a: {b: [1, \"2\", ], c: }\n", {"a": {"b": ["1", '"2"'], "c": ""}}),
        ("a: !reset null\nb: !override\n  - x\n", {"a": "null", "b": ["x"]}),
        ("a: &x {k: v}\nb: *x\n", {"a": {"k": "v"}, "b": {"k": "v"}}),
        ("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\n",
         {"x": {"a": "1", "b": "2"}, "y": {"b": "3", "c": "4"}, "z": {"a": "9", "b": "2", "c": "4"}}),
        ("a: &x !tag text\n", {"a": "text"}),
        ("= : 1\n", {"=": "1"}),
        ("a: 22:22\n", {"a": "22:22"}),
    ],
)  # fmt: skip
def test_places(text: str, expected: object) -> None:
    file = read_yaml(text)
    assert file.problems == ()
    assert outline(file.documents[0], text) == expected


def test_a_collection_ends_with_its_content() -> None:
    text = "a:\n  b: 1  # one\n  # two\n\nc: 2\n"
    root = read_yaml(text).documents[0]
    assert isinstance(root, Mapping)
    inner = root.get("a")
    assert inner is not None
    assert inner.range.slice(text) == "b: 1"


def test_merged_entries_are_marked_and_keep_their_place() -> None:
    text = "x: &x\n  a: 1\nb:\n  <<: *x\n  c: 2\n"
    root = read_yaml(text).documents[0]
    assert isinstance(root, Mapping)
    b = root.get("b")
    assert isinstance(b, Mapping)
    assert [(e.key.value, e.merged, e.range.slice(text)) for e in b.entries] == [
        ("c", False, "c: 2"),
        ("a", True, "a: 1"),
    ]


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("a: 1\nb: 2\na: 3\n", "The key `a` is there twice in this mapping.", "a: 3"),
        ("a: *nowhere\n", "There is no anchor `&nowhere` before this alias.", "*nowhere"),
        ("a: [1\nb: 2\n", "This is not valid YAML: ", ""),
        ("\ta: 1\n", "This is not valid YAML: found character that cannot start any token.", ""),
        ("? [a]\n: 1\n", "A key must be a word here, not a list or a mapping.", "[a]"),
    ],
)
def test_problems(text: str, message: str, at: str) -> None:
    problems = read_yaml(text).problems
    assert len(problems) == 1
    assert problems[0].message.startswith(message)
    if at:
        assert text[problems[0].start :].startswith(at)


def test_documents_before_an_error_are_kept() -> None:
    file = read_yaml("a: 1\n---\nb: [\n")
    assert len(file.documents) == 1
    assert len(file.problems) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [("yes", "str"), ("true", "bool"), ("0777", "int"), ("0o17", "int"), ("1e3", "float"), ("1.10", "float"),
     ("22:22", "str"), ("~", "null"), ("2026-01-01", "str"), ("'true'", "str"), ("!!str 1", "str"), (".5", "float")],
)  # fmt: skip
def test_kinds_are_those_of_go_yaml(text: str, kind: str) -> None:
    root = read_yaml(f"a: {text}\n").documents[0]
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert value is not None
    assert scalar_kind(value) == kind
