"""What readers made of a file, kept between runs in the user's cache folder.

A result is found by the content of the file and the code of the reader, so it is never stale and no repository
can name it. It is decoded by its type (msgspec), never executed. Only code and documents are kept: Compose files
and env files hold secrets, and are read faster than they are looked up. Losing the cache costs time, nothing else:
whatever is wrong with it is silent.

What the last run said of a repository (`Answer`) and saw in its files (`dotmac_lint.facts`) is kept beside that, by
name; whoever recalls it asks whether the files are still the same.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from dotmac_lint import __version__

S = TypeVar("S", bound=msgspec.Struct)
NAME = "readers.sqlite"
MAXIMUM_BYTES = 256 * 1024 * 1024
"""When the file is larger, the results that were used least recently go until half of that is left."""

KEPT = frozenset({
    "read_python_reads", "read_settings_module", "read_setters", "read_guards", "read_markdown",
    "read_javascript_reads", "read_policy",
})  # fmt: skip
TICK = 50_000_000
"""Nanoseconds; file systems keep times by the kernel's clock, which ticks every 1 to 10 milliseconds."""
_DAY = 86_400  # seconds
_WAIT = 2.0  # seconds that a run waits for another one that writes
_TABLE = "CREATE TABLE IF NOT EXISTS results (key BLOB PRIMARY KEY, value BLOB, used INTEGER) WITHOUT ROWID"


class Seen(msgspec.Struct, frozen=True):
    """What an answer depends on besides the facts and words that its run kept."""

    run: bytes
    """The name of that run."""
    listing: bytes
    """A digest of which files there were."""
    closely: set[str]
    """The files of which everything may count."""
    results: dict[str, list[tuple[str, str, tuple[str, ...], bytes]]]
    """By file: what readers made of it, told by module, function, arguments and key in the cache."""


class Answer(msgspec.Struct, frozen=True):
    """What a run said, and of what state of the files that holds (`Workspace.state`, `asked_besides`)."""

    state: bytes
    asked: dict[str, tuple[int, ...]]
    text: str
    """The report. Secrets in it are masked."""
    told: tuple[str, ...]
    """What was said beside the report."""
    status: int
    seen: Seen | None


PLAIN = 5
"""Numbers in the signature of what is no link."""


def signature(path: str) -> tuple[int, ...]:
    """Mode, size, times and inode, of the target as well where it is a link; empty where there is nothing.

    Of a directory only what it is: its times change with what is made in it, which is listed or asked for itself.
    """
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            target = os.stat(path)
            return (target.st_mode, target.st_size, max(target.st_mtime_ns, status.st_mtime_ns),
                    max(target.st_ctime_ns, status.st_ctime_ns), target.st_ino, status.st_ino)  # fmt: skip
    except (OSError, ValueError):
        return ()
    if stat.S_ISDIR(status.st_mode):
        return (status.st_mode, 0, 0, 0, 0)
    return (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def installed(path: str) -> tuple[int, ...]:
    """What changes with each installation of a file or folder, and not where an archive brings it back."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ()
    return (status.st_size, status.st_mtime_ns)


def default_folder() -> Path:
    """$DOTMAC_LINT_CACHE_DIR, or the user's cache folder."""
    given = os.environ.get("DOTMAC_LINT_CACHE_DIR")
    if given:
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("dotmac-lint", appauthor=False))


def clean(folder: Path) -> bool:
    """Removes the cache from `folder`; whether there was one. Raises OSError where it cannot be removed."""
    existed = (folder / NAME).exists()
    (folder / NAME).unlink(missing_ok=True)
    (folder / f"{NAME}-journal").unlink(missing_ok=True)
    return existed


class Cache:
    """The results in `folder`. Reading is immediate; what is new is written by `save`, in one transaction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._decoders: dict[type | str, msgspec.msgpack.Decoder[Any]] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._database: sqlite3.Connection | None = None
        self._today = int(time.time()) // _DAY
        with self._forgiving():
            if (folder / NAME).exists():
                self._database = sqlite3.connect(folder / NAME, timeout=_WAIT)

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """A cache that cannot be used is no cache; one that is no database is removed."""
        try:
            yield
        except sqlite3.OperationalError:  # locked, read-only, full
            self._database = None
        except sqlite3.DatabaseError:
            self._database = None
            with suppress(OSError):
                clean(self.folder)
        except OSError:
            self._database = None

    @cached_property
    def _version(self) -> str:
        return _version("readers")

    def recall(self, what: str, type_: type[S]) -> S | None:
        """What the last run kept under the name `what`."""
        found: S | None = self._stored(self._recall_key(what, type_), type_)
        return found

    def remember(self, what: str, value: msgspec.Struct) -> None:
        """Notes for `save` what the next run may `recall`."""
        self._note(self._recall_key(what, type(value)), value)

    def _recall_key(self, what: str, type_: type) -> bytes:
        name = f"{self._whole_version}\0{type_.__name__}\0{what}"
        return hashlib.blake2b(name.encode("utf-8", "surrogateescape")).digest()

    @cached_property
    def _whole_version(self) -> str:
        return _version("")

    def result(self, read: Callable[..., Any], data: bytes, arguments: tuple[str, ...]) -> Any:
        """What `read` made of a file with the content `data`; None where that is not known."""
        return self._of(read, self.key(read.__name__, data, arguments))

    def _of(self, read: Callable[..., Any], key: bytes) -> Any:
        return self._stored(key, read.__name__, lambda: get_type_hints(read)["return"])

    def stored(self, key: bytes, module: str, function: str) -> Any:
        """The result of the reader `function` that was kept under `key`; None where it is not there any more."""
        from dotmac_lint.readers import reader

        return self._of(reader(module, function), key)

    def knows(self, read: Callable[..., Any], data: bytes) -> bool:
        """Whether it is likely that `result` has an answer."""
        if self._database is None:
            return False
        found = None
        with self._forgiving():
            query = "SELECT 1 FROM results WHERE key = ?"
            found = self._database.execute(query, (self.key(read.__name__, data, ()),)).fetchone()
        return found is not None

    def _stored(self, key: bytes, name: type | str, type_: Callable[[], Any] | None = None) -> Any:
        if self._database is None:
            return None
        row = None
        with self._forgiving():
            query = "SELECT value, used FROM results WHERE key = ?"
            row = self._database.execute(query, (key,)).fetchone()
        if row is None:
            return None
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders[name] = msgspec.msgpack.Decoder(type_() if type_ is not None else name)
        try:
            checksum, value = row[0][:8], row[0][8:]
            if checksum != _checksum(value):
                return None
            found = decoder.decode(value)
        except (msgspec.MsgspecError, TypeError, RecursionError):
            return None
        if row[1] != self._today:
            self._used.add(key)
        return found

    def keep(self, read: Callable[..., Any], data: bytes, arguments: tuple[str, ...], result: Any) -> None:
        """Notes a result for `save`."""
        self._note(self.key(read.__name__, data, arguments), result)

    def _note(self, key: bytes, result: Any) -> None:
        try:
            value = self._encoder.encode(result)
        except (UnicodeEncodeError, OverflowError, RecursionError):
            return  # undecodable bytes in a file, or nesting beyond the encoder
        self._new[key] = _checksum(value) + value

    def key(self, function: str, data: bytes, arguments: Iterable[str]) -> bytes:
        """Under which the result of a reader for a file of this content is kept."""
        digest = hashlib.blake2b(data, digest_size=20)
        digest.update("\0".join((self._version, function, *arguments)).encode())
        return digest.digest()

    def save(self) -> None:
        """Writes what is new; another run that writes at the same time is waited for, then let be."""
        if not self._new and not self._used:
            return
        with self._forgiving():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self.folder / NAME
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(path, timeout=_WAIT)) as database, database:
                database.execute(_TABLE)
                rows = ((key, value, self._today) for key, value in self._new.items())
                database.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", rows)
                used = ((self._today, key) for key in self._used)
                database.executemany("UPDATE results SET used = ? WHERE key = ?", used)
            if path.stat().st_size > MAXIMUM_BYTES:
                _shrink(path)
        self._new.clear()
        self._used.clear()


def _shrink(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=_WAIT)) as database:
        left = MAXIMUM_BYTES // 2
        with database:
            rows = database.execute(
                "SELECT key, length(value), used FROM results ORDER BY used DESC"
            ).fetchall()
            for key, size, _ in rows:
                left -= size
                if left < 0:
                    database.execute("DELETE FROM results WHERE key = ?", (key,))
        database.execute("VACUUM")


def _checksum(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=8).digest()


def _version(part: str) -> str:
    """Changes with the code of a part of the package, so that a new one never gets an old one's results."""
    package = os.path.dirname(__file__)
    stats = [(name, installed(os.path.join(package, name))) for name in ("source.py", "known.py")]
    stats += _code(os.path.join(package, part))
    if not part:
        for folder in import_module("dotmac_lint.rules").__path__:
            stats += _code(folder, depth=1)
    return f"{__version__} {msgspec.__version__} {sys.version} {stats}"


def _code(folder: str, depth: int = 9) -> list[tuple[str, tuple[int, ...]]]:
    """The files of a package, each as it is `installed`."""
    found = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir():
                found += _code(entry.path, depth - 1) if depth and entry.name != "__pycache__" else []
            else:
                found.append((entry.path, installed(entry.path)))
    return found
