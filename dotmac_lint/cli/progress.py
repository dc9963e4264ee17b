"""How far a run is, for who waits for it at a terminal."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

DELAY = 1.0
"""Seconds until a run is slow enough to be told of."""


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """What is called with the steps that are done, and with all; a bar on stderr shows them, later than `DELAY`."""
    steps = [0, 1]

    def advance(done: int, total: int) -> None:
        steps[:] = done, total
        if shown:
            shown[0].update(shown[0].task_ids[0], completed=done, total=total)

    shown: list[Any] = []
    if quiet or "CI" in os.environ or not sys.stderr.isatty():
        yield advance
        return

    def show() -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task("Linting", completed=steps[0], total=steps[1])
        with lock:
            if not over.is_set():
                bar.start()
                shown.append(bar)

    lock, over = threading.Lock(), threading.Event()
    timer = threading.Timer(DELAY, show)
    timer.daemon = True
    timer.start()
    try:
        yield advance
    finally:
        timer.cancel()
        with lock:
            over.set()
        for bar in shown:
            bar.stop()
