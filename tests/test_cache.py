"""The cache changes how fast a run is, never what it says, whatever happens to its file."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dotmac_lint import cache as caches
from dotmac_lint import engine
from dotmac_lint.cache import KEPT, NAME, Cache
from dotmac_lint.cli import run as run_module
from dotmac_lint.cli.commands import cli
from dotmac_lint.config import Settings
from dotmac_lint.engine import Result, lint
from dotmac_lint.readers.markdown import read_markdown
from dotmac_lint.readers.python.guards import read_guards
from dotmac_lint.readers.python.reads import read_python_reads
from dotmac_lint.readers.python.settings import read_settings_module
from dotmac_lint.registry import load_rules
from dotmac_lint.workspace import Workspace
from tests.cli.conftest import process

EXAMPLE = Path(__file__).parents[1] / "examples" / "acme-platform"
PARSERS = ("libcst", "hcl2", "tree_sitter", "markdown_it", "rich", "hypothesis")
Recalled = Callable[..., tuple[bool, list[str]]]
CODE = """
import os
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    port: int = 8000

    def check(self):
        if self.port < 1024 and not os.environ.get("ROOT", ""):
            raise ValueError("no")
"""


def run(cache: Cache | None) -> Result:
    result = lint(EXAMPLE, Settings(), load_rules(()), cache=cache)
    if cache is not None:
        cache.save()
    return result


@pytest.mark.parametrize("read", [read_python_reads, read_settings_module, read_guards])
def test_what_was_kept_comes_back_equal(tmp_path: Path, read: object) -> None:
    data = CODE.encode()
    made = read(CODE)  # type: ignore[operator]
    first = Cache(tmp_path)
    assert first.result(read, data, ()) is None  # type: ignore[arg-type]
    first.keep(read, data, (), made)  # type: ignore[arg-type]
    first.save()
    assert Cache(tmp_path).result(read, data, ()) == made  # type: ignore[arg-type]
    assert Cache(tmp_path).result(read, data + b" ", ()) is None  # type: ignore[arg-type]
    assert Cache(tmp_path).result(read, data, ("other",)) is None  # type: ignore[arg-type]


def test_a_second_run_reads_nothing_again_and_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold, filled = run(None), run(Cache(tmp_path))

    warm_cache = Cache(tmp_path)
    kept: list[str] = []
    original = Workspace._read_by

    def watched(self: Workspace, read: object, path: str, data: bytes, arguments: tuple[str, ...]) -> object:
        name = read.__name__  # type: ignore[attr-defined]
        if name in KEPT:
            kept.append(path)
            assert warm_cache.result(read, data, arguments) is not None, path  # type: ignore[arg-type]
        return original(self, read, path, data, arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "_read_by", watched)
    warm = run(warm_cache)
    assert kept
    assert cold.diagnostics == filled.diagnostics == warm.diagnostics


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + bytes(200)])
def test_a_damaged_file_costs_nothing_but_time(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / NAME).write_bytes(damage)
    damaged = run(Cache(tmp_path))
    assert damaged.diagnostics == run(None).diagnostics
    assert not damaged.crashes


def test_a_damaged_row_is_read_again(tmp_path: Path) -> None:
    run(Cache(tmp_path))
    with sqlite3.connect(tmp_path / NAME) as database:
        database.execute("UPDATE results SET value = substr(value, 1, length(value) - 1) || x'00'")
    assert run(Cache(tmp_path)).diagnostics == run(None).diagnostics


def test_a_locked_or_unwritable_cache_is_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "_WAIT", 0.01)
    run(Cache(tmp_path))
    with sqlite3.connect(tmp_path / NAME) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert run(Cache(tmp_path)).diagnostics
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    assert run(Cache(blocked / "folder")).diagnostics


def test_runs_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dotmac_lint", "--isolated", "--exit-zero", "--cache-dir", str(tmp_path)]
    runs = [
        subprocess.Popen([*command, "-q", str(EXAMPLE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = [process.communicate() for process in runs]
    assert [process.returncode for process in runs] == [0, 0, 0]
    assert outputs[0][0]
    assert outputs[0] == outputs[1] == outputs[2]


def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    run(Cache(tmp_path / "new"))
    assert stat.S_IMODE(os.stat(tmp_path / "new").st_mode) == 0o700
    assert stat.S_IMODE(os.stat(tmp_path / "new" / NAME).st_mode) == 0o600


def test_it_does_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "MAXIMUM_BYTES", 100_000)
    for day in range(40):
        cache = Cache(tmp_path)
        cache._today = day
        text = f"```\n{'x' * 10_000} {day}\n```\n"
        cache.keep(read_markdown, text.encode(), (), read_markdown(text))
        cache.save()
    assert (tmp_path / NAME).stat().st_size <= 110_000
    assert Cache(tmp_path).result(read_markdown, text.encode(), ()) is not None  # the newest stays


def test_every_kept_reader_gives_what_msgspec_can_decode() -> None:
    for name in KEPT:
        modules = {"read_python_reads": "python.reads", "read_settings_module": "python.settings"}
        modules |= {
            "read_guards": "python.guards",
            "read_setters": "python.setters",
            "read_javascript_reads": "javascript",
            "read_policy": "hcl",
        }
        module = __import__(
            f"dotmac_lint.readers.{modules.get(name, name.removeprefix('read_'))}", fromlist=[name]
        )
        result = getattr(module, name)("x = 1\n")
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(result), type=type(result)) == result


IMPORTS = (
    "import sys; from dotmac_lint.cli import main\n"
    "try: main()\n"
    "except SystemExit: pass\n"
    "print(*sys.modules, file=sys.stderr)"
)
HELP = ("cli.commands", "config", "diagnostic", "fix", "hint", "lazy", "source")
WARM = (
    "cache",
    "cli.output",
    "cli.recall",
    "facts",
    "git",
    "known",
    "rules",
    "words",
    "workspace",
)


def imported(*arguments: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", IMPORTS, *arguments], capture_output=True, encoding="utf-8", check=True
    )
    return set(run.stderr.split())


def own(modules: set[str]) -> set[str]:
    return {name.removeprefix("dotmac_lint.") for name in modules if name.startswith("dotmac_lint.")}


def test_nothing_is_imported_early(tmp_path: Path) -> None:
    assert own(imported("--version")) == {"cli"}
    assert own(imported("--help")) == {"cli", *HELP}
    assert imported("rule", "DM003").isdisjoint(PARSERS)

    arguments = ("--isolated", "--exit-zero", "-q", "--cache-dir", str(tmp_path), str(EXAMPLE))
    assert "libcst" in imported(*arguments)
    warm = imported(*arguments)
    assert own(warm) == {"cli", *HELP, *WARM}
    others = {name.partition(".")[0] for name in warm} - sys.stdlib_module_names
    assert {name for name in others if not name.startswith("_")} == {
        "click", "dotmac_lint", "msgspec", "typing_extensions",
    }  # fmt: skip


def test_no_cache_and_clean(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    process("--isolated", "--no-cache", "--cache-dir", folder, EXAMPLE)
    assert not folder.exists()
    process("--isolated", "--cache-dir", folder, EXAMPLE)
    assert (folder / NAME).exists()
    assert "Removed" in process("clean", "--cache-dir", folder).stderr
    assert not (folder / NAME).exists()
    assert "There is no cache" in process("clean", environment={"DOTMAC_LINT_CACHE_DIR": str(folder)}).stderr


# ---- what a whole run found


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    (root / ".gitignore").write_text("secret/\n", "utf-8")
    (root / "compose.yaml").write_text(
        "services:\n  web:\n    image: nginx:1.27\n    volumes: ['./conf.d:/etc/nginx/conf.d:ro']\n", "utf-8"
    )
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    time.sleep(0.06)  # a file that has just been changed is not trusted
    return root


@pytest.fixture
def recalled(
    repository: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Recalled:
    """Lints: whether the rules were not asked, and the codes found."""
    asked: list[object] = []
    original = engine.lint

    def watched(*arguments: Any, **named: Any) -> Result:
        asked.append(arguments)
        return original(*arguments, **named)

    monkeypatch.setattr(run_module, "run_engine", watched)

    def ask(*options: str) -> tuple[bool, list[str]]:
        asked.clear()
        fixed = ["--isolated", "--exit-zero", "--output-format", "json", "--cache-dir", str(tmp_path)]
        with pytest.raises(SystemExit):
            cli.main([*fixed, *options, str(repository)], standalone_mode=False)
        return not asked, [found["code"] for found in json.loads(capfdbinary.readouterr().out)]

    return ask


def test_where_nothing_changed_the_rules_are_not_asked_again(recalled: Recalled) -> None:
    assert recalled() == (False, ["DM002"])
    assert recalled() == (True, ["DM002"])
    assert recalled("--ignore", "DM048") == (False, ["DM002"])
    assert recalled("--quiet") == (False, ["DM002"])


def test_where_there_is_nothing_to_fix_the_rules_are_not_asked_again(
    repository: Path, recalled: Recalled
) -> None:
    compose = repository / "compose.yaml"
    compose.write_text(f"{compose.read_text('utf-8')}    # dotmac-lint: ignore[DM001]\n", "utf-8")
    time.sleep(0.06)
    assert recalled() == (False, ["DM002", "DM048"])
    assert recalled("--fix") == (False, ["DM002", "DM048"])  # what was fixed is told as well
    time.sleep(0.06)
    assert recalled("--fix") == (False, ["DM002"])
    assert recalled("--fix") == (True, ["DM002"])


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda root: (root / "conf.d").mkdir(), []),  # it was asked for, and lists no file
        (lambda root: (root / "conf.d").symlink_to(root), []),
        (lambda root: (root / "compose.yaml").unlink(), []),
        (lambda root: (root / "compose.yaml").write_text("services: {web: {image: x}}\n", "utf-8"), []),
        (lambda root: (root / "new.md").write_text("", "utf-8"), ["DM002"]),
        (lambda root: (root / "compose.yaml").chmod(0o600), ["DM002"]),
        (lambda root: (root / ".gitignore").write_text("conf.d/\n", "utf-8"), []),
        (lambda root: (root / ".git" / "info" / "exclude").write_text("conf.d/\n", "utf-8"), []),
    ],
)
def test_every_change_is_seen(
    repository: Path, recalled: Recalled, change: Callable[[Path], object], codes: list[str]
) -> None:
    assert recalled() == (False, ["DM002"])
    change(repository)
    assert recalled() == (False, codes)


@pytest.fixture
def built(repository: Path) -> Path:
    """The repository with an image of its own code, which reads a variable."""
    compose = (repository / "compose.yaml").read_text("utf-8")
    (repository / "compose.yaml").write_text(
        f"{compose}  app:\n    build: .\n    environment: {{PORT: 80, HOST: a}}\n", "utf-8"
    )
    (repository / "Dockerfile").write_text("FROM python:3.12\nCOPY main.py ./\nCMD python main.py\n", "utf-8")
    (repository / "main.py").write_text('import os\n\nos.environ["PORT"]\nos.environ["HOST"]\n', "utf-8")
    time.sleep(0.06)
    return repository


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda text: text + "\n\ndef ready():\n    return True\n", True),
        (
            lambda text: text.replace("import os\n", "import os  # why not\n"),
            False,
        ),  # reads stand elsewhere now
        (lambda text: text.replace("HOST", "NAME"), False),
        (lambda text: text + "# dotmac-lint: ignore-file[DM003]\n", False),
    ],
)
def test_code_in_which_the_same_is_found_has_not_changed(
    built: Path, recalled: Recalled, change: Callable[[str], str], same: bool
) -> None:
    assert recalled() == (False, ["DM002"])
    (built / "main.py").write_text(change((built / "main.py").read_text("utf-8")), "utf-8")
    time.sleep(0.06)
    assert recalled()[0] == same
    assert recalled()[0]


def test_what_git_has_added_since_is_no_change(repository: Path, recalled: Recalled) -> None:
    recalled()
    subprocess.run(["git", "add", "-A"], cwd=repository, check=True)
    time.sleep(0.06)
    assert recalled() == (True, ["DM002"])
    subprocess.run(["git", "update-index", "--chmod=+x", "compose.yaml"], cwd=repository, check=True)
    assert recalled() == (False, ["DM002"])


def test_another_checkout_of_the_same_files_is_no_change(
    built: Path, tmp_path: Path, recalled: Recalled
) -> None:
    assert recalled() == (False, ["DM002"])
    token = '[http "https://git.example"]\n\textraheader = AUTHORIZATION: basic of-this-run\n'
    shutil.copytree(built, tmp_path / "copy", copy_function=shutil.copyfile)
    shutil.rmtree(built)
    (tmp_path / "copy").rename(built)
    with (built / ".git" / "config").open("a", encoding="utf-8") as stream:
        stream.write(token)
    time.sleep(0.06)
    assert recalled() == (True, ["DM002"])
    with (built / ".git" / "config").open("a", encoding="utf-8") as stream:
        stream.write("[core]\n\tignoreCase = true\n")
    (built / "main.py").touch()
    time.sleep(0.06)
    assert recalled() == (False, ["DM002"])


def test_a_file_that_everything_may_be_asked_of_has_changed(repository: Path, recalled: Recalled) -> None:
    recalled()
    (repository / "compose.yaml").write_text(
        (repository / "compose.yaml").read_text("utf-8") + "# the end\n", "utf-8"
    )
    assert recalled() == (False, ["DM002"])


def test_a_file_of_this_moment_is_not_trusted(repository: Path, recalled: Recalled) -> None:
    (repository / "compose.yaml").write_text("services: {web: {image: y}}\n", "utf-8")
    assert recalled() == (False, [])
    (repository / "compose.yaml").write_text("services: {web: {build: y}}\n", "utf-8")  # of the same size
    assert not recalled()[0]


def test_no_secret_is_kept(repository: Path, tmp_path: Path, recalled: Recalled) -> None:
    (repository / "compose.yaml").write_text(
        "services:\n  db:\n    image: postgres:16\n    environment:\n"
        "      POSTGRES_PASSWORD: hunter$two-XyZZy-91\n",
        "utf-8",
    )
    time.sleep(0.06)
    recalled()
    assert b"XyZZy" not in (tmp_path / NAME).read_bytes()
