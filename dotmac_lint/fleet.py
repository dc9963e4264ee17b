"""Many repositories in one run. Each is linted by a process of its own, which may crash, hang or be killed.

The processes run on this machine, or on the workers of a Dask cluster (https://distributed.dask.org).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from dotmac_lint.cli.output import OutputError, write
from dotmac_lint.lazy import regex

ATTEMPTS = 3
"""Of a process that something kills; one that fails by itself would fail again."""
CLONE_LIMIT = 600.0  # seconds
_SAFELY = (
    "core.hooksPath=/dev/null", "protocol.ext.allow=never", "core.askPass=true", "credential.interactive=false",
    "filter.lfs.smudge=", "filter.lfs.required=false",
)  # fmt: skip
"""With these git runs nothing of a repository, and asks nobody."""
_URL = regex(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")
_CREDENTIALS = regex(r"(?<=://)[^/@]*@")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes, getrusage(2)


class FleetError(Exception):
    """The run cannot be made; the message is for people."""


class Entry(msgspec.Struct, frozen=True):
    """A checkout, or what git clones; `name` is like no other of the list."""

    name: str
    address: str
    commit: str | None = None

    @property
    def cloned(self) -> bool:
        return bool(_URL.match(self.address))

    @property
    def shown(self) -> str:
        """The address without a password or token."""
        return _CREDENTIALS.sub("", self.address)


class Outcome(msgspec.Struct, frozen=True):
    status: str
    """`ok`, or what went wrong."""
    found: bool = False
    """Whether the exit status says that something was found."""
    sarif: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    """Peak resident memory."""
    attempts: int = 1


class Ended(msgspec.Struct, frozen=True):
    """How a process ended; `returncode` is None where its time was over, negative for a signal."""

    returncode: int | None
    output: bytes
    errors: str
    seconds: float
    megabytes: float


class Task(msgspec.Struct, frozen=True):
    """What is done with each entry: `options` are those of `dotmac-lint lint`."""

    options: tuple[str, ...]
    limit: float  # seconds
    clones: str

    def __call__(self, entry: Entry) -> Outcome:
        return visit(entry, self)


def read_list(text: str, folder: Path) -> list[Entry]:
    """One checkout or URL a line, the latter perhaps with a commit behind it; paths start at `folder`.

    What is named twice is linted once. Raises FleetError.
    """
    entries: dict[tuple[str, str | None], Entry] = {}
    names: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        address, commit = line.strip(), None
        if not address or address.startswith("#"):
            continue
        is_url = bool(_URL.match(address))
        if is_url:
            address, _, rest = address.partition(" ")
            commit = rest.strip() or None
            if commit and not re.fullmatch(r"[0-9a-fA-F]{7,64}", commit):
                raise FleetError(f"line {number}: behind the URL stands `{commit}`, which is no commit")
        elif "::" in address or "://" in address:
            raise FleetError(f"line {number}: nothing is cloned by the protocol of `{address}`")
        else:
            address = os.path.realpath(folder / Path(address).expanduser())
        parts = re.split(r"[/:]", address.rstrip("/").removesuffix(".git"))[-2 if is_url else -1 :]
        stem = name = re.sub(r"[^\w.+-]", "_", "+".join(parts)).lstrip(".") or "repository"
        count = 1
        while name.casefold() in names:
            count += 1
            name = f"{stem}-{count}"
        if (address, commit) not in entries:
            names.add(name.casefold())
            entries[address, commit] = Entry(name, address, commit)
    if not entries:
        raise FleetError("no repository is named")
    return list(entries.values())


# ---- one repository


MARGIN = 5.0
"""Seconds after the limit in which a process is stopped from outside."""
_LINT = """
import signal
if hasattr(signal, "setitimer"):  # one that hangs ends, though its supervisor were killed
    signal.setitimer(signal.ITIMER_REAL, {limit})
from dotmac_lint.cli import main
main()
"""

_running: set[int] = set()
_stopping = threading.Event()
"""The run is over: a process that is killed now is not started again."""


def run_limited(command: Sequence[str], folder: Path, limit: float) -> Ended:
    """Run `command` in `folder`; after `limit` seconds it is killed with its children. Raises OSError."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            env={**os.environ, "DOTMAC_LINT_WORKERS": "1"},  # the other cores have repositories of their own
        )
        _running.add(process.pid)
        if _stopping.is_set():
            kill(process.pid)
        late = threading.Event()

        def stop() -> None:
            late.set()
            kill(process.pid)

        timer = threading.Timer(limit, stop)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)  # Popen.wait would not tell the peak memory of this child
        timer.cancel()
        _running.discard(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Ended(
            None if late.is_set() else process.returncode,
            out.read(),
            err.read().decode("utf-8", "replace").strip(),
            time.monotonic() - started,
            usage.ru_maxrss * _MAXRSS_UNIT / 2**20,
        )


def kill(process: int) -> None:
    """A process and its children."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


def visit(entry: Entry, task: Task) -> Outcome:
    """Clone what is to be cloned, and lint it. Never raises."""
    try:
        if entry.cloned:
            folder, wrong = _clone(entry, Path(task.clones))
            if wrong:
                return Outcome(wrong)
        else:
            folder = Path(entry.address)
            if not folder.is_dir():
                return Outcome("there is no such folder")
        # Without -P the checkout's own modules would be imported.
        command = [sys.executable, "-P", "-c", _LINT.format(limit=task.limit + MARGIN), "lint", *task.options]
        attempts = 0
        while attempts < ATTEMPTS:
            attempts += 1
            ended = run_limited([*command, "--output-format", "sarif", "."], folder, task.limit)
            if ended.returncode is None or ended.returncode >= 0 or _stopping.is_set():
                break
    except OSError as error:
        return Outcome(f"cannot be linted: {error.strerror or error}")
    outcome = Outcome("ok", seconds=ended.seconds, megabytes=ended.megabytes, attempts=attempts)
    if ended.returncode is None:
        return replace(outcome, status=f"took longer than {task.limit:g} s")
    if ended.returncode < 0:
        return replace(outcome, status=f"was killed by signal {-ended.returncode}")
    outcome = replace(outcome, sarif=ended.output.decode("utf-8", "replace"), found=ended.returncode == 1)
    if ended.returncode in {0, 1}:
        return outcome
    said = ended.errors.splitlines()
    return replace(outcome, status=said[0][:300] if said else f"exit status {ended.returncode}")


def _clone(entry: Entry, folder: Path) -> tuple[Path, str | None]:
    """The checkout of the commit, or of the newest one; and what went wrong. Nothing of it is run."""
    target = folder / f"{entry.name}-{hashlib.sha256(entry.address.encode()).hexdigest()[:12]}"
    target.mkdir(parents=True, exist_ok=True)
    git = ["git"]
    for setting in _SAFELY:
        git += ["-c", setting]
    for arguments in (
        ["init", "--quiet"],
        ["fetch", "--quiet", "--depth", "1", "--no-tags", "--", entry.address, entry.commit or "HEAD"],
        ["-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", "FETCH_HEAD"],
    ):
        ended = run_limited([*git, *arguments], target, CLONE_LIMIT)
        if ended.returncode is None:
            return target, f"git took longer than {CLONE_LIMIT:g} s"
        if ended.returncode:
            last = ended.errors.splitlines()[-1] if ended.errors else f"exit status {ended.returncode}"
            return target, _CREDENTIALS.sub("", f"git: {last[:300]}")
    return target, None


# ---- all of them

Outcomes: TypeAlias = Generator[tuple[Entry, Outcome], None, None]
Engine: TypeAlias = Callable[[Sequence[Entry], Task], Outcomes]


def on_this_machine(jobs: int) -> Engine:
    """An engine with so many processes at once."""

    def engine(entries: Sequence[Entry], task: Task) -> Outcomes:
        with ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(task, entry): entry for entry in entries}
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            except BaseException:
                _stopping.set()
                pool.shutdown(wait=False, cancel_futures=True)
                for process in tuple(_running):
                    kill(process)
                raise

    return engine


def on_cluster(address: str) -> Engine:
    """An engine of the workers of a Dask cluster; what a lost worker had begun, its scheduler gives to another."""

    def engine(entries: Sequence[Entry], task: Task) -> Outcomes:
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise FleetError("a cluster needs `pip install 'dotmac-lint[fleet]'`") from error
        try:
            client = distributed.Client(address, timeout="10s")
            client.wait_for_workers(1, timeout=60)
        except (OSError, TimeoutError, ValueError) as error:
            raise FleetError(f"no worker of a Dask cluster answers at {address}: {error}") from error
        with client:
            futures = {client.submit(task, entry, pure=False): entry for entry in entries}
            for future in distributed.as_completed(list(futures)):
                entry = futures.pop(future)
                try:
                    yield entry, future.result()
                except distributed.CancelledError as error:
                    raise FleetError(f"the scheduler at {address} is lost") from error
                except (
                    Exception
                ) as error:  # what killed several workers, or a version that the client cannot read
                    yield entry, Outcome(f"no worker could lint it: {type(error).__name__}")

    return engine


# ---- what is kept

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (what TEXT NOT NULL, started TEXT NOT NULL, finished TEXT);
CREATE TABLE IF NOT EXISTS repositories (
    name TEXT PRIMARY KEY, address TEXT NOT NULL, commit_id TEXT, status TEXT NOT NULL, found INTEGER NOT NULL,
    findings INTEGER NOT NULL, seconds REAL NOT NULL, megabytes REAL NOT NULL, attempts INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS findings (
    repository TEXT NOT NULL REFERENCES repositories(name), code TEXT NOT NULL, severity TEXT NOT NULL,
    path TEXT NOT NULL, line INTEGER NOT NULL, column INTEGER NOT NULL, message TEXT NOT NULL,
    fingerprint TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS findings_by_repository ON findings (repository);
"""
_LEVELS = {"error": "error", "warning": "warning", "note": "info"}


class Store:
    """The folder of a run: `fleet.sqlite` and a SARIF file for each repository.

    A run that was cut short goes on where it is started again with the same `what`; any other begins anew.
    """

    def __init__(self, folder: Path, what: str, *, fresh: bool) -> None:
        """Raises FleetError."""
        self.folder = folder
        try:
            (folder / "sarif").mkdir(parents=True, exist_ok=True)
            self.database = sqlite3.connect(folder / "fleet.sqlite", isolation_level=None, timeout=60)
            self.database.executescript(_SCHEMA)
            unfinished = self.database.execute("SELECT what FROM run WHERE finished IS NULL").fetchall()
            if fresh or unfinished != [(what,)]:
                self._begin(what)
        except (OSError, sqlite3.Error) as error:
            raise FleetError(f"{folder} cannot keep the results: {error}") from error

    def _begin(self, what: str) -> None:
        for (name,) in self.database.execute("SELECT name FROM repositories").fetchall():
            self.sarif(name).unlink(missing_ok=True)
        with self.database:
            self.database.execute("BEGIN IMMEDIATE")
            for table in ("findings", "repositories", "run"):
                self.database.execute(f"DELETE FROM {table}")
            self.database.execute("INSERT INTO run VALUES (?, datetime('now'), NULL)", (what,))

    def sarif(self, name: str) -> Path:
        return self.folder / "sarif" / f"{name}.sarif"

    @property
    def done(self) -> frozenset[str]:
        """The names of the repositories that are accounted for."""
        return frozenset(name for (name,) in self.database.execute("SELECT name FROM repositories"))

    def keep(self, entry: Entry, outcome: Outcome) -> int:
        """All of an outcome or nothing; returns the number of findings. Raises FleetError."""
        rows = []
        if outcome.sarif:
            try:
                rows = [_row(entry, result) for result in json.loads(outcome.sarif)["runs"][0]["results"]]
            except (ValueError, KeyError, IndexError):
                outcome = replace(outcome, status="its report cannot be read", sarif="")
        try:
            if outcome.sarif:
                write(outcome.sarif, self.sarif(entry.name))
            with self.database:
                self.database.execute("BEGIN IMMEDIATE")
                self.database.execute("DELETE FROM findings WHERE repository = ?", (entry.name,))
                self.database.execute(
                    "INSERT OR REPLACE INTO repositories VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        entry.name, entry.shown, entry.commit, outcome.status, outcome.found, len(rows),
                        round(outcome.seconds, 3), round(outcome.megabytes, 1), outcome.attempts,
                    ),
                )  # fmt: skip
                self.database.executemany("INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        except (OutputError, sqlite3.Error) as error:
            raise FleetError(f"{self.folder} cannot keep the results: {error}") from error
        return len(rows)

    def finish(self) -> None:
        self.database.execute("UPDATE run SET finished = datetime('now')")

    def by_rule(self) -> list[tuple[str, int, int]]:
        """Code, findings, repositories."""
        return self.database.execute(
            "SELECT code, count(*), count(DISTINCT repository) FROM findings GROUP BY code ORDER BY code"
        ).fetchall()

    def by_repository(self) -> list[tuple[str, str, int, int, float]]:
        """Name, status, found, findings, seconds: those that failed first, then those with most findings."""
        return self.database.execute(
            "SELECT name, status, found, findings, seconds FROM repositories"
            " ORDER BY status = 'ok', findings DESC, name"
        ).fetchall()


def _row(entry: Entry, result: dict[str, Any]) -> tuple[str, str, str, str, int, int, str, str]:
    place = result["locations"][0]["physicalLocation"]
    region = place["region"]
    return (
        entry.name, result["ruleId"], _LEVELS[result["level"]], unquote(place["artifactLocation"]["uri"]),
        region["startLine"], region["startColumn"], result["message"]["text"],
        result["partialFingerprints"]["dotmacLint/v1"],
    )  # fmt: skip
