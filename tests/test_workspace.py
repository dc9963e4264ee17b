"""What git says of files: ignored, or a submodule's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dotmac_lint import config, workspace
from dotmac_lint.engine import lint
from dotmac_lint.registry import load_rules
from dotmac_lint.workspace import Pending, Workspace


@pytest.mark.parametrize("git", [True, False])
def test_ignored_paths(tmp_path: Path, git: bool) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n/models/\n.env\n!kept.log\nno pattern \\\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / ".gitignore").write_bytes(b"cache/\r\n\r\n")
    (tmp_path / ".history").mkdir()
    (tmp_path / ".history" / "compose_20250308.yaml").write_text("services: {}\n")
    if git:
        subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    workspace = Workspace(tmp_path)
    assert workspace.files == (".gitignore", "sub/.gitignore")
    for path in ("a.log", "models/", "models/x.bin", ".env", "deep/.env"):
        assert workspace.is_ignored(path), path
    for path in ("kept.log", "src/", "src/models", "sub/data/", "sub/data", "../a.log", ""):
        assert not workspace.is_ignored(path), path


def test_submodules(tmp_path: Path) -> None:
    (tmp_path / ".gitmodules").write_text(
        '[submodule "a b"]\n\tpath = "a b"\n\turl = u\n[submodule "c"]\n path=lib/c/\n'
    )
    workspace = Workspace(tmp_path)
    assert workspace.in_submodule("a b/file")
    assert workspace.in_submodule("lib/c")
    assert not workspace.in_submodule("lib/cd")


def test_pending_files_stand_in_for_those_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "link").symlink_to("a.txt")
    before = Workspace(tmp_path)
    assert (before.bytes("link"), before.bytes("no\0name")) == (b"old", None)
    after = before.revised({"a.txt": Pending(b"new"), "made/b.sh": Pending(b"x", 0o755)})
    assert (after.bytes("link"), after.bytes("no\0name"), after.is_executable("made/b.sh")) == (
        b"new",
        None,
        True,
    )
    assert after.files == ("a.txt", "link", "made/b.sh")
    assert after.is_directory("made")


def test_nothing_outside_is_read_whichever_way_it_is_named(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "a.txt").write_text("outside")
    root = tmp_path / "root"
    inside = root / str(outside).lstrip("/")
    inside.mkdir(parents=True)
    (inside / "a.txt").write_text("inside")
    (root / "a.txt").write_text("inside")
    (root / "link").symlink_to(outside / "deep")
    workspace = Workspace(root)
    for path in (str(outside / "a.txt"), "link/../a.txt"):
        assert workspace.bytes(path) == b"inside", path
    assert workspace.bytes("link/a.txt") is None


@pytest.mark.parametrize("room", [0, 3_000])
def test_what_finds_no_room_in_memory_is_read_again(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    root = Path(__file__).parents[1] / "examples" / "acme-platform"
    usual = lint(root, config.Settings(), load_rules())
    monkeypatch.setattr(workspace, "MAXIMUM_KEPT", room)
    scarce = Workspace(root)
    assert lint(root, config.Settings(), load_rules(), workspace=scarce).diagnostics == usual.diagnostics
    after = scarce.revised({"docker-compose.production.yml": Pending(b"services: {}\n")})
    assert after.bytes("docker-compose.production.yml") == b"services: {}\n"
    assert lint(root, config.Settings(), load_rules(), workspace=after).diagnostics != usual.diagnostics
