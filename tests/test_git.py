"""git: what one process answers for many paths is what `git check-ignore` says of each."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dotmac_lint import git as git_module
from dotmac_lint.git import Git

IGNORE = "node_modules/\n*.log\n!keep.log\n/build\ndata/*\n!data/seed/\n# no\n\\#yes\nfolder/\r\nnéw*\n"
PATHS = [
    "a.txt", "a.log", "keep.log", "sub/keep.log", "node_modules", "node_modules/-", "node_modules/x/y.js", "build",
    "build/-", "sub/build", "data/-", "data/seed/-", "data/seed/x", "data/other", "#yes", "folder/-", "néwest",
    "in/module/x.log", "link/x.log", "with space.log", "tab\t.log", "line\n.log", '"quoted".log', "-",
]  # fmt: skip


@pytest.fixture
def git(tmp_path: Path) -> Iterator[Git]:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "link").symlink_to("sub")
    (root / ".gitignore").write_text(IGNORE, "utf-8", newline="")
    (root / "sub" / ".gitignore").write_text("*.tmp\n", "utf-8")
    for folder in (root, root / "in" / "module"):
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(
        ["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=root / "in" / "module", check=True
    )
    subprocess.run(["git", "-c", "advice.addEmbeddedRepo=false", "add", "-A"], cwd=root, check=True)
    found = Git(root)
    yield found
    found.close()


@pytest.mark.parametrize("folder", ["", "sub"])
def test_one_process_answers_like_many(git: Git, folder: str) -> None:
    seen = Git(git.root / folder)
    for path in [*PATHS, "x.tmp", *PATHS]:
        alone = subprocess.run(
            ["git", "check-ignore", "--no-index", "-q", "--", path],
            check=False,
            cwd=seen.root,
            stderr=subprocess.DEVNULL,
        )
        assert seen.ignores(path) == (alone.returncode == 0), path
    assert seen.ignores("a.log")
    seen.close()


def test_it_begins_anew_after_a_path_it_cannot_answer(git: Git) -> None:
    assert not git.ignores("link/x.log")  # git gives up on what lies beyond a link
    assert git.ignores("a.log")
    git.close()
    assert git.ignores("b.log")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://forge.example/ferry/pier.git", "https://forge.example/ferry/pier.git"),
        ("https://anna:hunter2@forge.example/ferry/pier", "https://forge.example/ferry/pier"),
        ("https://hunter2@forge.example/ferry/pier?token=hunter2", "https://forge.example/ferry/pier"),
        ("git@forge.example:ferry/pier.git", "ssh://forge.example/ferry/pier.git"),
        ("ssh://git@forge.example:2222/ferry/pier", "ssh://forge.example:2222/ferry/pier"),
        ("/srv/git/pier.git", None),
        ("file:///srv/git/pier.git", None),
        ("C:\\git\\pier", None),
    ],
)
def test_where_the_files_are_from(git: Git, url: str, told: str | None) -> None:
    assert Git(git.root).provenance is None  # there is no commit
    git_command = ["git", "-C", str(git.root)]
    subprocess.run([*git_command, "commit", "-q", "-m", "x"], check=True)
    assert Git(git.root).provenance is None
    subprocess.run([*git_command, "config", "remote.origin.url", url], check=True)
    subprocess.run([*git_command, "checkout", "-q", "-b", "harbour"], check=True)
    found = Git(git.root).provenance
    head = subprocess.run([*git_command, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    assert found == (None if told is None else (told, head.stdout.strip(), "harbour"))
    subprocess.run([*git_command, "checkout", "-q", "--detach"], check=True)
    assert (found.branch if (found := Git(git.root).provenance) else "") == ""


def test_without_git_it_knows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = Git(tmp_path)
    git.__dict__["top"] = tmp_path
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.listed() is None
    assert not git.ignores("a")
    assert git.executables == frozenset()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_what_hangs_is_asked_once(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "_SECONDS", 0.2)
    (git.root / "sub" / ".gitignore").unlink()
    os.mkfifo(git.root / "sub" / ".gitignore")  # git waits for somebody to write it
    started = time.monotonic()
    assert not git.ignores("sub/a.log")
    assert not git.ignores("sub/a.log")
    assert not git.ignores("a.log")
    assert time.monotonic() - started < 5
