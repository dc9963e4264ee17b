"""The ignore file reader: what moby's patternmatcher keeps out, and why."""

# ruff: noqa: E501

from __future__ import annotations

import time

import msgspec
import pytest

from dotmac_lint.readers.dockerignore import (
    Dockerignore,
    Exclusion,
    clean,
    go_match,
    has_wildcards,
    is_valid_glob,
    read_dockerignore,
)


@pytest.mark.parametrize(
    "text, path, decided",
    [
        ("node_modules", "node_modules/a/b.js", "node_modules"),
        ("node_modules", "web/node_modules/a", None),
        ("**/node_modules", "web/node_modules/a", "**/node_modules"),
        ("**/node_modules", "node_modules", "**/node_modules"),
        ("*.md\n!README.md", "README.md", None),
        ("*.md\n!README.md", "NEWS.md", "*.md"),
        ("*.md", "docs/a.md", None),
        ("!README.md\n*.md", "README.md", "*.md"),
        ("*\n!src", "src/a/b.py", None),
        ("*\n!src", "setup.py", "*"),
        ("*\n!src\nsrc/secret", "src/secret/key", "src/secret"),
        ("*\n!src/a.py", "src/a.py", None),
        ("*\n!src/a.py", "src/b.py", "*"),
        ("/build/", "build/x", "build"),
        ("./build//x/../y", "build/y", "build/y"),
        ("docs/**", "docs/a/b", "docs/**"),
        ("docs/**", "docs", None),
        ("a/**/z", "a/z", "a/**/z"),
        ("a/**/z", "a/b/c/z", "a/**/z"),
        ("**/*.pyc", "x.pyc", "**/*.pyc"),
        ("**/*.pyc", "a/b/x.pyc", "**/*.pyc"),
        ("**", "a", "**"),
        ("temp?", "temp1/x", "temp?"),
        ("temp?", "temp/1", None),
        ("[a-c].txt", "b.txt", "[a-c].txt"),
        ("[^a].txt", "a.txt", None),
        ("a\\*b", "a*b", "a\\*b"),
        ("a\\*b", "axb", None),
        ("  pad  \t", "pad", "pad"),
        ("# x\n #x", "#x", "#x"),
        ("! spaced\n*\n! spaced", "spaced", None),
        ("a.b", "axb", None),
        ("*.log\r\n!keep.log\r\n", "keep.log", None),
        ("**/.env*\n!**/.env.example", "svc/.env.example", None),
        ("**/.env*\n!**/.env.example", "svc/.env.prod", "**/.env*"),
        ("\ufeffa", "a", "a"),
        ("..\n.", "a", None),
        ("", "a", None),
    ],
)
def test_excludes(text: str, path: str, decided: str | None) -> None:
    found = read_dockerignore(text).excludes(path)
    assert (found.text if found else None) == decided


def test_ranges() -> None:
    text = "# c\n  !/a/b  \r\n*.x"
    first, second = read_dockerignore(text).patterns
    assert (first.range.slice(text), first.text, first.negated) == ("!/a/b", "a/b", True)
    assert (second.range.slice(text), second.text, second.negated) == ("*.x", "*.x", False)


@pytest.mark.parametrize(
    "text, at", [("a\n[b\nc", "[b"), ("!", "!"), ("a\\", "a\\"), ("[]a]", "[]a]"), ("[a-]", "[a-]")]
)
def test_problems(text: str, at: str) -> None:
    found = read_dockerignore(text)
    assert [text[problem.start : problem.end] for problem in found.problems] == [at]
    assert found.excludes("x") is None


@pytest.mark.parametrize(
    "pattern, path, expected",
    [("*.py", "a.py", True), ("*.py", "a/b.py", False), ("a/*/c", "a/b/c", True), ("[a-c]?", "bz", True), ("[^b]", "/", False),
     ("\\*", "*", True), ("a*b*c", "a--b--c", True), ("*", "", True), ("?", "é", True), ("a", "ab", False)],
)  # fmt: skip
def test_go_match(pattern: str, path: str, expected: bool) -> None:
    assert go_match(pattern)(path) is expected


def test_small_helpers() -> None:
    assert [clean(path) for path in ("", "/", "a//b/", "./a/../b", "../a", "/../a")] == [
        ".",
        "/",
        "a/b",
        "b",
        "../a",
        "/a",
    ]
    assert [has_wildcards(path) for path in ("a*", "a\\*", "[x]", "a")] == [True, False, True, False]
    assert [is_valid_glob(path) for path in ("a", "[a-z]", "[", "[]", "[a", "a\\", "[\\]]")] == [
        True,
        True,
        False,
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "text", ["**/" * 900 + "x", "*a" * 200, "*" * 4000, "a**" * 500, "[a-z]*" * 300 + "!", "x" * 10**6]
)
def test_hostile(text: str) -> None:
    start = time.perf_counter()
    found = read_dockerignore(text)
    found.excludes("a" * 200 + "/" + "a" * 50)
    assert time.perf_counter() - start < 2
    assert msgspec.json.decode(msgspec.json.encode(found), type=Dockerignore) == found


def test_many_paths() -> None:
    ignore = read_dockerignore(
        "\n".join([*(f"**/*.{i}" for i in range(20)), "node_modules", "!node_modules/keep"])
    )
    excluded = Exclusion(ignore)
    start = time.perf_counter()
    kept = [path for path in (f"pkg{i % 50}/mod/file{i}.py" for i in range(5000)) if not excluded(path)]
    assert len(kept) == 5000
    assert time.perf_counter() - start < 0.5
