"""Whoever reads the files, the findings are the same: worker processes, the cache, the run itself."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from dotmac_lint import ahead
from dotmac_lint.ahead import Ahead
from dotmac_lint.cli.commands import cli
from dotmac_lint.readers.python.reads import PythonReads, read_python_reads

EXAMPLE = Path(__file__).parent.parent / "examples" / "acme-platform"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example, of which all is worth to be read ahead."""
    monkeypatch.setattr(ahead, "WORTH", 0)
    return Path(shutil.copytree(EXAMPLE, tmp_path / "platform"))


def findings(repository: Path, *options: str, paths: str = ".") -> str:
    os.chdir(repository)
    result = CliRunner().invoke(cli, ["--output-format", "json", "--isolated", *options, paths])
    assert result.exit_code == 1, result.output
    return result.stdout


def test_workers_cache_and_folder_change_nothing(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    begin = Ahead.begin

    def noted(self: Ahead, module: str, function: str, files: Iterable[tuple[str, bytes]]) -> None:
        begin(self, module, function, files)
        begun.extend(name for name, _ in self._begun)

    monkeypatch.setattr(Ahead, "begin", noted)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("DOTMAC_LINT_WORKERS", "1")
    alone = findings(repository, "--no-cache")
    assert not begun
    monkeypatch.setenv("DOTMAC_LINT_WORKERS", "3")
    assert findings(repository, "--no-cache") == alone
    assert "read_settings_module" in begun
    cache = ("--cache-dir", str(tmp_path / "cache"))
    assert findings(repository, *cache) == alone
    begun.clear()
    assert findings(repository, *cache) == alone, "what was said is said again"
    assert findings(repository, *cache, "--timings") == alone, "what was read is decoded"
    assert not begun
    for folder, path in ((repository / "docs", ".."), (tmp_path, str(repository))):
        folder.mkdir(exist_ok=True)
        there = findings(folder, *cache, paths=path)
        shown = os.path.relpath(repository, folder)
        assert there.replace(f'"path": "{shown}/', '"path": "') == alone


def test_killed_workers(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setenv("DOTMAC_LINT_WORKERS", "1")
    alone = findings(repository, "--no-cache")
    killed: list[int] = []
    begin = Ahead.begin

    def kill(self: Ahead, module: str, function: str, files: Iterable[tuple[str, bytes]]) -> None:
        begin(self, module, function, files)
        for process in list(self._pool._processes) if self._pool is not None else ():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
                killed.append(process)

    monkeypatch.setattr(Ahead, "begin", kill)
    monkeypatch.setenv("DOTMAC_LINT_WORKERS", "2")
    assert findings(repository, "--no-cache") == alone
    assert killed


def test_what_no_worker_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTH", 0)

    def read_nothing(text: str) -> PythonReads:
        raise NotImplementedError

    one = Ahead(2)
    for reader in (read_python_reads, read_nothing):
        one.begin("python.reads", reader.__name__, [("a.py", b"import os\nos.environ['A']\n")])
        one._begun[reader.__name__, "a.py"].exception()  # waits: what is not begun would be taken back
    found = one.take(read_python_reads, "a.py")
    assert [read.name for read in found.reads] == ["A"]
    assert one.take(read_nothing, "a.py") is None
    assert one.take(read_python_reads, "a.py") is None, "it is told once"
    one.close()


def test_little_is_not_worth_a_process() -> None:
    one = Ahead(8)
    one.begin("python.reads", "read_python_reads", [("a.py", b"x" * (ahead.WORTH - 1))])
    assert one._pool is None
