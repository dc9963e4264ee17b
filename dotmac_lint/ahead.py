"""Files that worker processes read before the model comes to them: parsing is what a cold run of a large repository
costs most.

A worker is given a file and answers with what its reader made of it (msgspec). What no worker has begun when the
model comes to it, and all that a lost worker had, is read where it always was, so that findings and their order
never depend on workers.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from dotmac_lint.readers import reader
from dotmac_lint.source import SourceFile

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

WORTH = 400_000
"""Bytes that are to be parsed; below that the workers' own start costs more than they save."""


def cores() -> int:
    """$DOTMAC_LINT_WORKERS, or the processors that this process may use."""
    given = os.environ.get("DOTMAC_LINT_WORKERS", "")
    if given.isdecimal():
        return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Ahead:
    """Files that are read ahead by `workers` processes; with fewer than two nothing is."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._begun: dict[tuple[str, str], Future[bytes | None]] = {}
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}

    def begin(self, module: str, function: str, files: Iterable[tuple[str, bytes]]) -> None:
        """Have `files` (path, content) read by the reader `function`, where that is worth it."""
        files = list(files) if self.workers > 1 else []
        if sum(len(data) for _, data in files) < WORTH:
            return
        try:
            if self._pool is None:
                import multiprocessing
                from concurrent.futures import ProcessPoolExecutor

                # A fork has all that is imported here already; what has threads must not be forked.
                forks = sys.platform == "linux" and threading.active_count() == 1
                context = multiprocessing.get_context("fork" if forks else "spawn")
                self._pool = ProcessPoolExecutor(self.workers, context, initializer=_begin)
            for path, data in files:
                self._begun[function, path] = self._pool.submit(_read, module, function, path, data)
        except (OSError, RuntimeError):
            self.workers = 0  # no process can be made, or one was killed

    def has_begun(self, function: str, path: str) -> bool:
        return (function, path) in self._begun

    def take(self, read: Callable[..., Any], path: str) -> Any:
        """What a worker made of the file; None where no worker has begun it, or could not tell."""
        future = self._begun.pop((read.__name__, path), None)
        if future is None or future.cancel():
            return None
        from concurrent.futures import BrokenExecutor, CancelledError

        try:
            encoded = future.result()
        except (BrokenExecutor, CancelledError):
            self.workers = 0
            return None
        if encoded is None:
            return None
        decoder = self._decoders.get(read.__name__)
        if decoder is None:
            decoder = self._decoders[read.__name__] = msgspec.msgpack.Decoder(get_type_hints(read)["return"])
        return decoder.decode(encoded)

    def close(self) -> None:
        """What is not begun is not read any more."""
        self._begun.clear()
        if self._pool is not None:
            # The end of the process would wait as well, and may then write to a pipe that is just being closed.
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run that is interrupted stops them


def _read(module: str, function: str, path: str, data: bytes) -> bytes | None:
    try:
        return msgspec.msgpack.encode(reader(module, function)(SourceFile.decode(path, data).text))
    except Exception:  # whatever it is, the run itself comes to it
        return None
