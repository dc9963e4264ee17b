"""Facts: what is kept of an earlier run is what a run without it would find."""

from __future__ import annotations

import gc
import os
import shutil
import time
import weakref
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dotmac_lint import config
from dotmac_lint import words as words_module
from dotmac_lint import workspace as workspace_module
from dotmac_lint.cache import Cache
from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.engine import lint
from dotmac_lint.facts import Facts, fact, named
from dotmac_lint.registry import load_rules
from dotmac_lint.source import SourceFile
from dotmac_lint.words import Words
from dotmac_lint.workspace import Pending, Workspace

EXAMPLE = Path(__file__).parents[1] / "examples" / "acme-platform"
AGO = 10**9  # nanoseconds

contents = st.lists(st.sampled_from([b"HOST", b"host", b"PORT", b"a.b", b" ", b"\n", b"_"])).map(b"".join)
trees = st.dictionaries(st.sampled_from("abcdefgh"), contents)


def facts(
    files: dict[str, bytes],
    earlier: Facts | None = None,
    words: Words | None = None,
    touched: frozenset[str] = frozenset(),
) -> Facts:
    kept = earlier.collected(files, words.answers) if earlier and words else None

    def signature(path: str) -> tuple[int, ...] | None:
        if path not in files:
            return None
        return (0, len(files[path]), hash(files[path]) % AGO + (path in touched), 0, 0)

    return Facts(lambda: kept, signature, lambda path, asked: files[path])


@given(trees, trees, st.booleans(), st.frozensets(st.sampled_from("abcdefgh")), st.sampled_from([0, 100]))
def test_a_search_finds_what_one_without_earlier_answers_does(
    before: dict[str, bytes], after: dict[str, bytes], many: bool, touched: frozenset[str], most: int
) -> None:
    names = [b"HOST", b"host", b"PORT", b"a.b", *([b"A", b"B", b"C", b"D"] if many else [])]
    first = Words(before.get, earlier := facts(before))
    list(first.search("abcdefgh", names[1:]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words_module, "_MANY", most)
        second = Words(after.get, facts(after, earlier, first, touched))
        assert list(second.search("abcdefgh", names)) == list(
            Words(after.get, facts(after)).search("abcdefgh", names)
        )


@given(trees, trees)
def test_names_that_an_earlier_run_had_are_not_looked_at_again(
    before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    looked: list[str] = []

    def choose(path: str) -> bool:
        looked.append(path)
        return path in "aceg"

    earlier = facts(before)
    earlier.chosen(choose, tuple(sorted(before)))
    looked.clear()
    now = facts(after, earlier, Words(before.get, earlier))
    assert now.chosen(choose, tuple(sorted(after))) == tuple(path for path in sorted(after) if path in "aceg")
    assert looked == sorted(after.keys() - before.keys())


def test_only_a_changed_file_is_asked_again(tmp_path: Path) -> None:
    root, cache = tmp_path / "root", tmp_path / "cache"
    root.mkdir()
    for name in ("a", "b"):
        (root / name).write_text(name, "utf-8")
    time.sleep(0.06)
    calls: list[str] = []
    held = [True]

    @fact(int, lambda workspace, found: held[0])
    def length(workspace: Workspace, path: str) -> int:
        calls.append(path)
        return len(workspace.bytes(path) or b"")

    def asked(holds: bool = True, pending: bytes | None = None) -> list[str]:
        """The files of which a new run asks how long they are."""
        workspace = Workspace(root, cache=Cache(cache))
        if pending is not None:
            workspace = workspace.revised({"a": Pending(pending)})
        calls.clear()
        held[0] = holds
        for path in ("a", "b"):
            found = length(workspace, path)
            assert found == len(workspace.bytes(path) or b"")
        workspace.keep_facts()
        if workspace.cache is not None:
            workspace.cache.save()
        return list(calls)

    assert asked() == ["a", "b"]
    assert asked() == []
    assert asked(holds=False) == ["a", "b"]
    assert asked(pending=b"longer")[0] == "a"
    (root / "a").write_text("c", "utf-8")
    soon = time.time() + 60
    os.utime(root / "a", (soon, soon))  # however long the machine takes for the next line
    assert asked() == ["a"]  # and it is not kept, since it has just been changed
    os.utime(root / "a")
    time.sleep(0.06)
    assert asked() == ["a"]
    assert asked() == []
    os.utime(root / "a", (1, 1))
    assert asked() == []  # it says the same


def test_a_run_finds_the_same_with_what_an_earlier_one_kept(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(EXAMPLE, root)
    rules, settings = load_rules(), config.Settings()
    cache = Cache(tmp_path / "cache")

    def found(*, kept: bool) -> list[Diagnostic]:
        result = lint(root, settings, rules, cache=cache if kept else None)
        assert not result.crashes
        if kept:
            result.workspace.keep_facts()
        return list(result.diagnostics)

    time.sleep(0.06)
    found(kept=True)
    paths = [path for path in sorted(root.rglob("*")) if path.is_file()]
    for number, path in enumerate(paths):
        cache.save()
        cache = Cache(tmp_path / "cache")
        text = path.read_bytes()
        if number % 3 == 0:
            path.write_bytes(text + b"\nJWT_SECRET=DATABASE__NAME\n")
        elif number % 3 == 1:
            path.write_bytes(text[: len(text) // 2])
        else:
            path.unlink()
        assert found(kept=True) == found(kept=False), path
        path.write_bytes(text)


def test_what_cannot_be_read_is_told_by_every_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_module, "MAXIMUM_BYTES", 50_000)
    root = tmp_path / "root"
    shutil.copytree(EXAMPLE, root)
    (root / "src" / "large.py").write_text("x = 1\n" * 10_000, "utf-8")
    time.sleep(0.06)
    for _ in range(2):
        cache = Cache(tmp_path / "cache")
        result = lint(root, config.Settings(), load_rules(), cache=cache)
        assert "src/large.py" in {d.at.path for d in result.diagnostics if d.code == "DM000"}
        result.workspace.keep_facts()
        cache.save()


def test_a_fact_asks_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    original = Workspace._content

    def content(workspace: Workspace, path: str) -> bytes | None:
        if workspace._subject is not None:
            asked.append((workspace._subject, path))
        return original(workspace, path)

    monkeypatch.setattr(Workspace, "_content", content)
    lint(EXAMPLE, config.Settings(), load_rules())
    assert asked
    assert all(subject == path for subject, path in asked)


def test_nothing_of_a_run_outlives_it() -> None:
    workspace = Workspace(EXAMPLE)
    alive = weakref.ref(workspace)
    lint(EXAMPLE, config.Settings(), load_rules(), workspace=workspace)
    del workspace
    gc.collect()
    assert alive() is None  # an editor lints at every change


@pytest.mark.parametrize("name", ["os:system", "dotmac_lint.facts:same", "dotmac_lint.workspace:gone"])
def test_a_cache_names_facts_only(name: str) -> None:
    with pytest.raises(LookupError):
        named(name)


@fact(str)
def text_of(workspace: Workspace, path: str) -> str:
    return SourceFile.decode("", b"\xff").text


def test_text_that_is_no_unicode_is_a_fact_of_this_run_only(tmp_path: Path) -> None:
    (tmp_path / "up.sh").write_bytes(b"docker compose -f \xff.yaml up\n")
    time.sleep(0.06)
    workspace = Workspace(tmp_path, cache=Cache(tmp_path / "cache"))
    for _ in range(2):
        assert text_of(workspace, "up.sh") == "\udcff"
    workspace.keep_facts()
