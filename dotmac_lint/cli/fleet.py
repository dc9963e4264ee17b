"""`dotmac-lint fleet`: progress while it runs, and what was found where."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from dotmac_lint import __version__
from dotmac_lint.ahead import cores
from dotmac_lint.cache import default_folder
from dotmac_lint.cli import FAILED
from dotmac_lint.cli.output import fail, tell, write
from dotmac_lint.cli.run import FOUND
from dotmac_lint.fleet import Entry, FleetError, Outcome, Store, Task, on_cluster, on_this_machine, read_list
from dotmac_lint.registry import RuleError, load_rules


def fleet(
    repositories: Path,
    *,
    output: Path,
    jobs: int | None,
    scheduler: str | None,
    time_limit: float,
    clones: Path | None,
    fresh: bool,
    quiet: bool,
    rule_folders: tuple[Path, ...],
    config_file: Path | None,
    **options: Any,
) -> int:
    """Lint each; returns the exit status: 0 nothing, 1 something found, 2 not all could be linted."""
    if not hasattr(os, "wait4"):
        return fail("`dotmac-lint fleet` needs a POSIX system")
    try:
        entries = read_list(repositories.read_text("utf-8"), repositories.parent)
        names = {rule.code: rule.name for rule in load_rules(rule_folders)}
    except FleetError as error:
        return fail(f"{repositories}: {error}")
    except RuleError as error:
        return fail(str(error))
    except (OSError, UnicodeError) as error:
        return fail(f"{repositories} cannot be read: {getattr(error, 'strerror', None) or error}")
    clones = clones or default_folder() / "fleet"
    task = Task(
        _arguments({**options, "rules": rule_folders, "config": config_file}),
        time_limit,
        str(clones.absolute()),
    )
    # So that the processes under way are stopped too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    engine = on_cluster(scheduler) if scheduler else on_this_machine(jobs or cores())
    try:
        store = Store(output, repr((__version__, task, entries)), fresh=fresh)
        left = [entry for entry in entries if entry.name not in store.done]
        bar = _progress(len(entries), len(entries) - len(left), quiet=quiet)
        with bar as progress, closing(engine(left, task)) as outcomes:
            for entry, outcome in outcomes:
                progress(entry, outcome, store.keep(entry, outcome))
        store.finish()
    except FleetError as error:
        return fail(f"{error}; the same command goes on where it stopped")
    except KeyboardInterrupt:
        return fail("interrupted; the same command goes on where it stopped")
    rows = store.by_repository()
    write(_summary(rows, store.by_rule(), names))
    if not quiet:
        tell(f"Wrote {output / 'fleet.sqlite'} and {output / 'sarif'}.")
    if any(row[1] != "ok" for row in rows):
        return FAILED
    return FOUND if any(row[2] for row in rows) else 0


def _arguments(options: dict[str, Any]) -> tuple[str, ...]:
    """The options of `dotmac-lint lint`; it runs in another folder, so that paths are made absolute."""
    found = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        for one in value if isinstance(value, tuple) else (value,):
            if one is True:
                found.append(option)
            elif one:
                found += [option, str(one.absolute() if isinstance(one, Path) else one)]
    return tuple(found)


class _Progress(Protocol):
    def __call__(self, entry: Entry, outcome: Outcome, findings: int) -> None: ...


@contextmanager
def _progress(total: int, done: int, *, quiet: bool) -> Iterator[_Progress]:
    """A bar on a terminal; elsewhere a line for each repository."""
    if sys.stderr.isatty() and not quiet:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Linting", total=total, completed=done)

            def advance(entry: Entry, outcome: Outcome, findings: int) -> None:
                if outcome.status != "ok":
                    tell(f"error: {entry.name}: {outcome.status}")
                bar.advance(task)

            yield advance
        return
    number = done

    def line(entry: Entry, outcome: Outcome, findings: int) -> None:
        nonlocal number
        number += 1
        if outcome.status != "ok":
            tell(f"error: [{number}/{total}] {entry.name}: {outcome.status}")
        elif not quiet:
            tell(f"[{number}/{total}] {entry.name}: {findings} findings, {outcome.seconds:.1f} s")

    yield line


def _summary(
    rows: Sequence[tuple[str, str, int, int, float]],
    by_rule: Sequence[tuple[str, int, int]],
    names: dict[str, str],
) -> str:
    failed = sum(row[1] != "ok" for row in rows)
    findings = sum(row[3] for row in rows)
    lines = [f"{len(rows) - failed} repositories linted, {failed} not; {findings} findings."]
    if by_rule:
        lines += ["", "findings  repositories  rule"]
        lines += [
            f"{count:>8}  {where:>12}  {code} {names.get(code, '')}".rstrip()
            for code, count, where in by_rule
        ]
    told = [row for row in rows if row[1] != "ok" or row[3]]
    if told:
        lines += ["", "findings   seconds  repository"]
        for name, status, _, count, seconds in told:
            lines.append(f"{count:>8}  {seconds:>8.1f}  {name}" + ("" if status == "ok" else f": {status}"))
    return "\n".join(lines) + "\n"
