"""What the commands do: load the configuration, run the engine, report, fix."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dotmac_lint import config, rewrite
from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.engine import Crash, Result
from dotmac_lint.engine import lint as run_engine
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import Rule, RuleError, load_rules
from dotmac_lint.report import Report, render

MACHINE_FORMATS = frozenset({"json", "sarif", "github", "gitlab", "junit", "markdown"})
FOUND, FAILED = 1, 2


def lint(
    paths: tuple[Path, ...],
    *,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    output_file: Path | None,
    config_file: Path | None,
    isolated: bool,
    exit_zero: bool,
    rule_folders: tuple[Path, ...],
    statistics: bool,
    timings: bool,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> int:
    """Lint; returns the exit status: 0 nothing, 1 something found, 2 the work could not be done."""
    try:
        root, only = _root(paths)
        given = {
            key: config.split_selectors(options.pop(key)) for key in ("select", "ignore", "extend_select")
        }
        settings = config.merged(
            config.load(root, path=config_file, isolated=isolated),
            **given,
            **{key: value or None for key, value in options.items()},
        )
        rules = load_rules(rule_folders)
        names = {rule.code: rule.name for rule in rules}
        selectors = (*settings.select, *settings.ignore, *settings.extend_select, *settings.severity)
        per_file = (s for rows in settings.per_file_ignores.values() for s in rows)
        where = settings.source or "the command line"
        config.check_selectors((*selectors, *settings.unfixable, *per_file), names, where)
    except (config.ConfigError, RuleError) as error:
        return _fail(str(error))
    chosen = [rule for rule in rules if settings.selects(rule.code, rule.name, preview=rule.preview)]
    started = time.perf_counter()

    def once() -> Result:
        return run_engine(root, settings, chosen, only)

    result = once()
    least = Applicability.UNSAFE if unsafe_fixes else Applicability.SAFE
    fixed: list[Diagnostic] = []
    difference = ""
    if diff:
        planned = rewrite.plan(result.diagnostics, result.source, lambda path: (root / path).exists(), least)
        difference = rewrite.difference(planned, result.source)
    elif fix:
        try:
            result, fixed = _fix(root, result, once, least)
        except rewrite.RewriteError as error:
            return _fail(str(error))
    output_format = settings.output_format
    shown = result.diagnostics
    text = (
        difference
        if diff
        else render(_report(root, result, rules, output_format, output_file), output_format)
    )
    if not diff and output_format not in MACHINE_FORMATS and not quiet:
        text += _statistics(shown) if statistics else ""
        text += _summary(shown, fixed)
    _emit(text, output_file)
    if verbose or timings:
        _tell(result, settings.source, time.perf_counter() - started, timings=timings)
    for crash in result.crashes:
        _report_crash(crash, verbose)
    if result.crashes:
        return FAILED
    worst = max((d.severity for d in shown), default=Severity.INFO - 1)
    found = bool(difference) if diff else worst >= config.FAIL_LEVELS[settings.fail_level]
    return FOUND if found and not exit_zero else 0


def _root(paths: Sequence[Path]) -> tuple[Path, tuple[str, ...]]:
    """The folder that is linted as a repository, and the paths below it to which the report is restricted."""
    for path in paths:
        if not path.exists():
            raise config.ConfigError(f"`{path}` does not exist")
    if not paths:
        return Path.cwd(), ()
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0].resolve(), ()
    full = [Path(os.path.realpath(path)) for path in paths]
    root = Path.cwd()
    if not all(path.is_relative_to(root) for path in full):
        root = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in full]))
    return root, tuple(path.relative_to(root).as_posix().removeprefix(".") for path in full)


def _fix(root: Path, result: Result, again: Any, least: Applicability) -> tuple[Result, list[Diagnostic]]:
    """Rounds of fixing until nothing changes."""
    fixed: list[Diagnostic] = []
    for _ in range(rewrite.MAXIMUM_ROUNDS):
        planned = rewrite.plan(result.diagnostics, result.source, lambda path: (root / path).exists(), least)
        if not planned.fixed:
            break
        rewrite.write(root, planned, result.source)
        fixed += planned.fixed
        result = again()
    return result, fixed


def _report(
    root: Path, result: Result, rules: Sequence[type[Rule]], output_format: str, output_file: Path | None
) -> Report:
    here = os.path.relpath(root)
    prefix = "" if here == "." else Path(here).as_posix() + "/"
    return Report(
        diagnostics=result.diagnostics,
        source=result.source,
        shown=lambda path: prefix + path,
        rules={rule.code: rule for rule in rules},
        colour=output_format == "full" and output_file is None and _wants_colour(),
    )


def _wants_colour() -> bool:
    """Colours on a terminal only; NO_COLOR and FORCE_COLOR decide where they are set (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _statistics(diagnostics: Sequence[Diagnostic]) -> str:
    counts: dict[tuple[str, str], int] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.code, diagnostic.name] = counts.get((diagnostic.code, diagnostic.name), 0) + 1
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{count:>5}  {code}  {name}\n" for (code, name), count in rows)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _summary(diagnostics: Sequence[Diagnostic], fixed: Sequence[Diagnostic]) -> str:
    lead = f"Fixed {_count(len(fixed), 'finding')}. " if fixed else ""
    if not diagnostics:
        return f"{lead}All checks passed!\n"
    levels = [
        _count(sum(d.severity is level for d in diagnostics), noun)
        for level, noun in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"))
    ]
    notes = sum(d.severity is Severity.INFO for d in diagnostics)
    if notes:
        levels.append(f"{notes} for information")
    line = f"{lead}Found {', '.join(levels)}."
    safe = sum(d.fix is not None and d.fix.applicability is Applicability.SAFE for d in diagnostics)
    unsafe = sum(d.fix is not None and d.fix.applicability is Applicability.UNSAFE for d in diagnostics)
    if safe:
        line += f" {safe} fixable with --fix."
    if unsafe:
        line += f" {unsafe} {'more ' if safe else ''}with --fix --unsafe-fixes."
    return line + "\n"


def _emit(text: str, output_file: Path | None) -> None:
    data = text.encode("utf-8", "replace")
    if output_file is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    output_file.parent.mkdir(parents=True, exist_ok=True)
    temporary = output_file.with_name(f".{output_file.name}.{os.getpid()}")
    temporary.write_bytes(data)
    os.replace(temporary, output_file)


def _tell(result: Result, source: str | None, seconds: float, *, timings: bool) -> None:
    repository = result.repository
    lines = [f"configuration: {source or 'none'}", f"files: {len(repository.workspace.files)}"]
    for deployment in repository.deployments:
        lines.append(f"deployment {deployment.name}: {', '.join(deployment.spec.files)}")
    lines.append(f"seconds: {seconds:.2f}")
    if timings:
        lines += [f"  {stage}: {spent:.3f}" for stage, spent in result.timings.items()]
    click.echo("\n".join(lines), err=True)


def _report_crash(crash: Crash, verbose: bool) -> None:
    detail = crash.traceback if verbose else "Run with --verbose for the traceback."
    click.echo(
        f"error: the rule {crash.rule} failed: {crash.message}. This is a bug, please report it.\n{detail}",
        err=True,
    )


def _fail(message: str) -> int:
    click.echo(f"error: {message}", err=True)
    return FAILED


def explain(code: str | None, rule_folders: Sequence[Path]) -> int:
    """Print a rule's README, or the list of all rules."""
    try:
        rules = load_rules(rule_folders)
    except RuleError as error:
        return _fail(str(error))
    if code is None:
        for rule in rules:
            preview = " (preview)" if rule.preview else ""
            click.echo(f"{rule.code}  {rule.name}{preview}")
        return 0
    for rule in rules:
        if code in {rule.code, rule.name}:
            click.echo(rule.readme(), nl=False)
            return 0
    try:
        config.check_selectors((code,), {rule.code: rule.name for rule in rules}, "rule")
    except config.ConfigError as error:
        return _fail(str(error))
    return _fail(f"`{code}` is a prefix of several rules; name one of them")
