"""Many repositories in one run: with real processes, and with a real Dask cluster."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dotmac_lint.fleet import ATTEMPTS, Entry, FleetError, read_list
from tests.cli.conftest import COMPOSE, PROGRAM, process

KILLER = """
import os
import signal
import time
from pathlib import Path

from dotmac_lint.api import Rule, Severity


class Killer(Rule):
    "Repositories that are hard to lint."
    code = "ACME001"
    name = "killer"
    severity = Severity.INFO
    since = "1.0"

    def check_repository(self, repository):
        root = repository.workspace.root
        if (root / "hangs").exists():
            (root / "hangs").write_text(str(os.getpid()))
            time.sleep(600)
        if (root / "dies").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        for name, process in (("killed-once", os.getpid()), ("kills-its-worker", os.getppid())):
            once = root / name
            if once.exists():
                once.unlink()
                os.kill(process, signal.SIGKILL)
                time.sleep(600)
        return ()
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A list of ten repositories, each with one error and one warning; and a folder of rules that kills."""
    for number in range(10):
        root = tmp_path / f"r{number}"
        root.mkdir()
        (root / "compose.yaml").write_text(COMPOSE, "utf-8")
    (tmp_path / "list").write_text("# all\n\n" + "".join(f"r{number}\n" for number in range(10)))
    (tmp_path / "rules" / "acme001_killer").mkdir(parents=True)
    (tmp_path / "rules" / "acme001_killer" / "__init__.py").write_text(KILLER)
    return tmp_path


def lint(fleet: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return process(
        "fleet", "list", "-o", "out", "--rules", "rules", "--isolated", "--no-cache", *options, cwd=fleet
    )


def asked(fleet: Path, query: str) -> list[Any]:
    return sqlite3.connect(fleet / "out" / "fleet.sqlite").execute(query).fetchall()


def check_all(fleet: Path, failed: dict[str, str] | None = None) -> None:
    """Each repository is accounted for, once, with its two findings and its SARIF file unless it `failed`."""
    failed = failed or {}
    names = [f"r{number}" for number in range(10)]
    assert asked(fleet, "SELECT name, status FROM repositories ORDER BY name") == [
        (name, failed.get(name, "ok")) for name in names
    ]
    good = [name for name in names if name not in failed]
    assert asked(fleet, "SELECT repository, code, line FROM findings ORDER BY 1, 2") == [
        row for name in good for row in ((name, "DM002", 5), (name, "DM048", 7))
    ]
    assert sorted(path.name for path in (fleet / "out" / "sarif").iterdir()) == [f"{x}.sarif" for x in good]
    for path in (fleet / "out" / "sarif").iterdir():
        assert len(json.loads(path.read_text())["runs"][0]["results"]) == 2


def test_what_dies_and_what_hangs(fleet: Path) -> None:
    for name, mark in (("r1", "killed-once"), ("r3", "dies"), ("r5", "hangs")):
        (fleet / name / mark).touch()
    run = lint(fleet, "--time-limit", "12", "--jobs", "2")
    assert run.returncode == 2
    check_all(fleet, {"r3": "was killed by signal 9", "r5": "took longer than 12 s"})
    assert asked(fleet, "SELECT name, attempts FROM repositories WHERE attempts > 1 ORDER BY 1") == [
        ("r1", 2),
        ("r3", ATTEMPTS),
    ]
    assert "8 repositories linted, 2 not; 16 findings." in run.stdout
    assert "8             8  DM002 missing-mount-source" in run.stdout
    assert "r5: took longer than 12 s" in run.stdout
    assert "/10] r1: 2 findings" in run.stderr
    (fleet / "r3" / "dies").unlink()
    (fleet / "r5" / "hangs").unlink()
    again = lint(fleet, "-q")  # the run was finished: this is a new one
    assert (again.returncode, again.stderr) == (1, "")
    check_all(fleet)


def test_an_interrupted_run_goes_on(fleet: Path) -> None:
    """Whatever stops it: what was done is not done again, and what was under way is."""
    mark = fleet / "r5" / "hangs"
    command = [str(PROGRAM), "fleet", "list", "-o", "out", "--rules", "rules", "--isolated", "--jobs", "1"]
    for number in (signal.SIGTERM, signal.SIGKILL):
        mark.write_text("")
        first = subprocess.Popen(command, cwd=fleet, stderr=subprocess.PIPE, text=True)
        while not (process_id := mark.read_text()):
            time.sleep(0.1)
        first.send_signal(number)
        said = first.communicate()[1]
        with suppress(ProcessLookupError):  # a run that is killed cannot stop what it has started
            os.kill(int(process_id), signal.SIGKILL)
        assert ("interrupted; the same command goes on" in said) is (number is signal.SIGTERM)
        assert len(asked(fleet, "SELECT 1 FROM repositories")) == 5
    mark.unlink()
    second = subprocess.run(command, cwd=fleet, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert [line.split()[1] for line in second.stderr.splitlines()[:-1]] == [f"r{x}:" for x in range(5, 10)]
    check_all(fleet)


SUPERVISOR = """
import sys
from dotmac_lint import fleet
fleet.MARGIN = 0.5
task = fleet.Task(("--rules", sys.argv[2], "--isolated", "--no-cache"), 3.0, "")
fleet.visit(fleet.Entry("one", sys.argv[1]), task)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it is read in /proc whether a process runs")
def test_what_hangs_ends_though_its_supervisor_was_killed(fleet: Path) -> None:
    mark = fleet / "r5" / "hangs"
    mark.write_text("")
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, str(mark.parent), str(fleet / "rules")])
    while not (process_id := mark.read_text()):
        time.sleep(0.1)
    supervisor.kill()
    supervisor.wait()
    deadline = time.monotonic() + 60
    while runs(process_id) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not runs(process_id)


def runs(process_id: str) -> bool:
    try:
        state = Path("/proc", process_id, "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_other_options_begin_anew(fleet: Path) -> None:
    lint(fleet)
    run = lint(fleet, "--select", "DM002")
    assert "DM048" not in run.stdout
    assert asked(fleet, "SELECT DISTINCT code FROM findings") == [("DM002",)]


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a Dask cluster on this machine, with two workers that are restarted when they die."""
    pytest.importorskip("distributed")
    script = (
        "import sys, time\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)\n"
        "    print(cluster.scheduler_address, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    (tmp_path / "cluster.py").write_text(script)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "cluster.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as cluster:
        assert cluster.stdout is not None
        try:
            yield cluster.stdout.readline().strip()
        finally:
            os.killpg(cluster.pid, signal.SIGKILL)


def test_a_cluster_that_loses_a_worker(fleet: Path, scheduler: str) -> None:
    """The parent of the process that lints is the Dask worker: the rule kills it in the middle of the run."""
    (fleet / "r4" / "kills-its-worker").touch()
    run = lint(fleet, "--scheduler", scheduler)
    assert run.returncode == 1, run.stderr
    assert not (fleet / "r4" / "kills-its-worker").exists()
    check_all(fleet)


def test_a_cluster_that_is_not_there(fleet: Path) -> None:
    run = lint(fleet, "--scheduler", "nonsense://127.0.0.1:1")
    assert run.returncode == 2
    assert "no worker of a Dask cluster answers at nonsense://127.0.0.1:1" in run.stderr


def git(*arguments: str, cwd: Path) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_clones(fleet: Path) -> None:
    """The newest commit, or the one that is named; a hook of the repository is not run."""
    root = fleet / "r0"
    git("init", "-q", cwd=root)
    git("add", ".", cwd=root)
    git("commit", "-qm", "with faults", cwd=root)
    old = git("rev-parse", "HEAD", cwd=root)
    git("rm", "-q", "compose.yaml", cwd=root)
    git("commit", "-qm", "without", cwd=root)
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=root)
    (fleet / "list").write_text(f"{root.as_uri()} {old}\n{root.as_uri()}\nfile://{fleet}/absent\n")
    run = lint(fleet, "--clones", "clones")
    assert run.returncode == 2
    rows = asked(fleet, "SELECT name, status, findings FROM repositories ORDER BY name")
    stem = f"{fleet.name}+"
    assert rows[1:] == [(f"{stem}r0", "ok", 2), (f"{stem}r0-2", "ok", 0)]
    assert rows[0][0] == f"{stem}absent"
    assert rows[0][1].startswith("git: ")


def test_lists(tmp_path: Path) -> None:
    text = "https://user:token@example.org/a/b.git\na\n./a\ngit@example.org:a/b.git 0123456789\nb/a\n"
    found = read_list(text, tmp_path)
    assert found == [
        Entry("a+b", "https://user:token@example.org/a/b.git"),
        Entry("a", str(tmp_path / "a")),
        Entry("a+b-2", "git@example.org:a/b.git", "0123456789"),
        Entry("a-2", str(tmp_path / "b" / "a")),
    ]
    assert found[0].shown == "https://example.org/a/b.git"
    for wrong in ("", "# nothing", "ext::sh -c id", "https://example.org/a --upload-pack=id", "x://y"):
        with pytest.raises(FleetError):
            read_list(wrong, tmp_path)
