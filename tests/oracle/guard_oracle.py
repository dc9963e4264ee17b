"""Holds the simulated start against the real one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.settings import find_settings
from dotmac_lint.model.startup import Simulator, Start
from dotmac_lint.report.secrets import MASK
from dotmac_lint.workspace import Workspace

WORKER = Path(__file__).with_name("guard_worker.py")
SEVERAL = 2_000
"""Applications that one process starts before it is replaced: classes are never quite forgotten."""


Given = Mapping[str, str]


class Answer:
    """One start: ours, and what the real one raised."""

    def __init__(self, start: Start, raised: str | None, given: Given, hidden: Collection[str]) -> None:
        self.start = start
        self.raised = raised
        self.given = given
        self.hidden = hidden
        """The names of which we were not told whether and to what they are set."""
        self.messages = not hidden
        """Whether our guard's message must be the real one's."""

    @property
    def undecided(self) -> bool:
        return self.start.starts is None

    @property
    def disagreement(self) -> str:
        """What we say wrongly, as a clause; "" where nothing is wrong."""
        if self.start.starts is True and self.raised is not None:
            return f"we say that it starts, it raises {self.raised!r}"
        if self.start.starts is False and self.raised is None:
            return f"we say that it does not start, it does: {self.reasons}"
        guards = [g for g in self.start.guards if g.reached and g.outcome == "raises" and g.kind != "log"]
        certain = self.messages and all(g.outcome != "undecided" for g in self.start.guards)
        certain = certain and not any(isinstance(f.value, Unknown) for f in self.start.fields)
        if certain and self.raised is not None and guards and len(self.reasons) == len(guards):
            messages = [g.message for g in guards]
            if None not in messages and not any(_shows(self.raised, m) for m in messages if m is not None):
                return f"we say {messages}, it raises {self.raised!r}"
        return ""

    @property
    def reasons(self) -> list[str]:
        fields = [
            f"{f.field.dotted}: {f.value}"
            for f in self.start.fields
            if type(f.value).__name__ in ("Invalid", "Missing")
        ]
        guards = [g for g in self.start.guards if g.reached and g.outcome == "raises" and g.kind != "log"]
        return fields + [f"{g.function}: {g.message}" for g in guards]


def _shows(error: str, message: str) -> bool:
    """Whether the error says the message; secrets are masked in ours."""
    pattern = ".*".join(re.escape(part) for part in message.split(MASK))
    return re.search(pattern, error, re.DOTALL) is not None


class GuardOracle:
    """A process that really starts applications, and a folder for them."""

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

    def ask(
        self, files: Mapping[str, str], environments: Sequence[tuple[Given, Collection[str]]]
    ) -> list[Answer]:
        """Both answers for each environment: `files` hold the module `app` and its class `Settings`.

        Beside each environment stand the names of which we are not told whether and to what they are set.
        """
        if self._process is None or self._asked % SEVERAL == 0:
            self._stop()
            self._process = subprocess.Popen(
                [sys.executable, WORKER],
                cwd=self.root, env={}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        self._asked += 1
        folder = self.root / f"application{self._asked}"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        question: dict[str, Any] = {
            "folder": str(folder),
            "environments": [given for given, _ in environments],
        }
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        ours = list(self._ours(folder, environments))
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the worker died")
        answers = [
            Answer(start, raised, *asked)
            for start, raised, asked in zip(ours, json.loads(line), environments, strict=True)
        ]
        if any("except " in text for text in files.values()):
            for answer in answers:
                answer.messages = False  # of two exceptions we show the first
        return answers

    def _ours(self, folder: Path, environments: Sequence[tuple[Given, Collection[str]]]) -> Iterator[Start]:
        workspace = Workspace(folder)
        chosen = [s for s in find_settings(workspace) if s.name == "Settings"]
        if len(chosen) != 1:
            raise LookupError(f"{len(chosen)} classes of the name Settings were found")
        simulator = Simulator(workspace)
        for given, hidden in environments:
            values: dict[str, Known[str] | Unknown] = {name: Known(value) for name, value in given.items()}
            values |= dict.fromkeys(hidden, Unknown("is not told"))
            yield simulator.simulate(chosen[0], values)
