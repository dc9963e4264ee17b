"""A process of the real library that answers questions, a line of JSON each, and is replaced from time to time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self


class Worker:
    """The process, and a folder for what it loads."""

    program: ClassVar[Path]
    several: ClassVar[int]
    """Questions after which the process is replaced: classes are never quite forgotten."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(os.path.realpath(self._folder.name))
        self._process: subprocess.Popen[str] | None = None
        self._asked = 0
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()
        self._folder.cleanup()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _send(self, question: dict[str, Any]) -> None:
        if self._process is None or self._asked % self.several == 0:
            self._stop()
            elsewhere = self.root / "elsewhere"
            elsewhere.mkdir(exist_ok=True)
            self._process = subprocess.Popen(
                [sys.executable, self.program],
                cwd=elsewhere, env={}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        self._asked += 1
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()

    def _receive(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the worker died")
        return json.loads(line)


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
