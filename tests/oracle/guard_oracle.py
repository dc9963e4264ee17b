"""Holds the simulated start against the real one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.settings_found import find_settings
from dotmac_lint.model.startup import Simulator, Start
from dotmac_lint.report.secrets import MASK
from dotmac_lint.workspace import Workspace
from tests.oracle.worker import Worker, write_files

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


class GuardOracle(Worker):
    """A process that really starts applications, and a folder for them."""

    program = Path(__file__).with_name("guard_worker.py")
    several = 2_000

    def ask(
        self, files: Mapping[str, str], environments: Sequence[tuple[Given, Collection[str]]]
    ) -> list[Answer]:
        """Both answers for each environment: `files` hold the module `app` and its class `Settings`.

        Beside each environment stand the names of which we are not told whether and to what they are set.
        """
        folder = self.root / f"application{self._asked}"
        write_files(folder, files)
        self._send({"folder": str(folder), "environments": [given for given, _ in environments]})
        ours = list(self._ours(folder, environments))
        theirs = self._receive()
        answers = [
            Answer(start, raised, *asked)
            for start, raised, asked in zip(ours, theirs, environments, strict=True)
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
