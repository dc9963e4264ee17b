"""What linting does: load the configuration, run the engine, fix, report."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dotmac_lint import baseline as accepted_findings
from dotmac_lint import config, fixer, rewrite
from dotmac_lint.ahead import cores
from dotmac_lint.cache import Cache, default_folder
from dotmac_lint.cli import FAILED
from dotmac_lint.cli.output import OutputError, crashed, fail, tell, write
from dotmac_lint.cli.progress import progress
from dotmac_lint.cli.recall import Question, given, linted, wants_colour
from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.engine import Result, touching
from dotmac_lint.engine import lint as run_engine
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import BUILT_IN, Phase, Rule, RuleError, load_rules
from dotmac_lint.report import Report, render
from dotmac_lint.suppress import ignoring
from dotmac_lint.workspace import Workspace

FOR_PEOPLE = frozenset({"full", "concise"})
FOUND = 1


def lint(
    paths: tuple[Path, ...],
    *,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    fix_only: bool,
    exit_non_zero_on_fix: bool,
    add_ignores: bool,
    baseline: Path | None,
    write_baseline: bool,
    output_file: Path | None,
    config_file: Path | None,
    isolated: bool,
    exit_zero: bool,
    cache_dir: Path | None,
    no_cache: bool,
    rule_folders: tuple[Path, ...],
    statistics: bool,
    timings: bool,
    quiet: bool,
    verbose: bool,
    question: Question | None = None,
    **options: Any,
) -> int:
    """Lint; returns the exit status: 0 nothing, 1 something found, 2 the work could not be done.

    What is said is kept as the answer to `question`.
    """
    if write_baseline and baseline is None:
        return fail("--write-baseline needs --baseline FILE, which is written")
    if add_ignores and (fix or fix_only or write_baseline):
        return fail("--add-ignores neither fixes nor writes a baseline")
    try:
        accepted = accepted_findings.read(baseline) if baseline and not write_baseline else None
        root, only = linted(paths)
        rules = load_rules(rule_folders)
        settings = _settings(root, rules, config_file, isolated, options)
    except (config.ConfigError, RuleError) as error:
        return fail(str(error))
    chosen = [rule for rule in rules if settings.selects(rule.code, rule.name, preview=rule.preview)]
    fixing = fix or fix_only or diff or add_ignores
    # Whatever is selected, no fix may leave a file that cannot be read.
    asked = [rule for rule in rules if rule in chosen or (fixing and rule.phase is Phase.READING)]
    cache = None
    if not no_cache:
        cache = question.cache if question else Cache(cache_dir or default_folder())
    started = time.perf_counter()

    def once(workspace: Workspace | None = None) -> Result:
        within = () if fixing else only  # a fix may do harm elsewhere
        if workspace is None and question is not None:
            workspace = question.workspace
        with progress(quiet=quiet) as advance:
            return run_engine(
                root, settings, asked, within, cache, workspace=workspace, progress=advance, workers=cores()
            )

    codes = {rule.code for rule in chosen}
    about_ignores = {rule.code for rule in chosen if rule.phase is Phase.SUPPRESSION}

    def wanted(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        return [d for d in touching(diagnostics, only) if d.code in codes]

    def to_change(result: Result) -> list[Diagnostic]:
        found = wanted(result.diagnostics)
        if not add_ignores:
            return found
        ignored = [d for d in found if d.code not in about_ignores]
        return [msgspec.structs.replace(d, fix=ignoring(result.workspace, d)) for d in ignored]

    result = first = once()
    outcome = wrong = None
    if fixing:
        least = Applicability.UNSAFE if unsafe_fixes else Applicability.SAFE
        outcome = fixer.fix(first, once, to_change, least, asked)
        result = outcome.result
        if not diff:
            try:
                rewrite.write(first.workspace, outcome.files)
            except rewrite.RewriteError as error:
                wrong = str(error)
                outcome, result = None, first
    fixed = outcome.fixed if outcome else []
    shown = () if fix_only else tuple(wanted(result.diagnostics))
    report = _report(root, result, shown, rules, settings.output_format, output_file)
    notes: list[str] = []
    if write_baseline and baseline is not None:
        try:
            write(accepted_findings.text(report), baseline)
        except OutputError as error:
            wrong = str(error)
        else:
            notes.append(f"Wrote {_count(len(shown), 'finding')} to {baseline}.")
        report, shown = msgspec.structs.replace(report, diagnostics=()), ()
    elif accepted is not None:
        report, notes = _without(accepted, report, baseline, () if only or fix_only else codes)
        shown = tuple(report.diagnostics)
    if diff:
        assert outcome is not None
        text = rewrite.difference(first.workspace, outcome.files, report.shown)
        found = bool(outcome.files)
        if not quiet:
            tell(f"Would {'ignore' if add_ignores else 'fix'} {_count(len(fixed), 'finding')}.")
    else:
        if outcome and not add_ignores:
            earlier = [
                msgspec.structs.replace(report, diagnostics=done, source=run.source)
                for run, done in outcome.rounds
            ]
            report = msgspec.structs.replace(report, fixed=earlier)
        text = render(report, settings.output_format)
        if settings.output_format in FOR_PEOPLE:
            text += _statistics(shown) if statistics else ""
            if not quiet and not result.crashes and not write_baseline:
                text += _summary(shown, fixed, fix_only=fix_only, did="Ignored" if add_ignores else "Fixed")
        worst = max((d.severity for d in shown), default=Severity.INFO - 1)
        found = worst >= config.FAIL_LEVELS[settings.fail_level] or bool(exit_non_zero_on_fix and fixed)
    try:
        write(text, output_file)
    except OutputError as error:
        wrong = wrong or str(error)
    if verbose or timings:
        _tell(result, settings.source, time.perf_counter() - started, timings=timings)
    if outcome:
        _tell_unfixed(outcome, report)
        for path, file in outcome.files.items():
            if file.mode and first.workspace.is_ignored(path):
                tell(f"note: git ignores the new file {report.shown(path)}: `git add --force` commits it.")
    told = []
    if not quiet and not result.deployed:
        from dotmac_lint.cli.deployments import nothing_found

        told = [nothing_found(result.repository)]
        tell(told[0])
    for note in notes if not quiet else ():
        tell(note)
    for rule_names, message, trace in _grouped(result):
        crashed(f"the rule {rule_names}", message, trace, verbose=verbose)
    status = FOUND if found and not exit_zero else 0
    built_in = all(rule.__module__.startswith(f"{BUILT_IN}.") for rule in rules)
    fixing_did = outcome is not None and bool(outcome.files or outcome.conflicts or outcome.harmful)
    if question is not None and built_in and not fixing_did and wrong is None and not result.crashes:
        question.keep(result.workspace, text, told, status)
    if cache is not None:
        first.workspace.keep_facts()
        cache.save()
    if wrong is not None:
        return fail(wrong)
    return FAILED if result.crashes else status


def _settings(
    root: Path,
    rules: Sequence[type[Rule]],
    config_file: Path | None,
    isolated: bool,
    options: dict[str, Any],
) -> config.Settings:
    """The configuration file's settings with what the command line gives; what names no rule is an error."""
    names = {rule.code: rule.name for rule in rules}
    said = given(options)
    for key in ("select", "ignore", "extend_select"):
        config.check_selectors(said[key], names, f"--{key.replace('_', '-')}")
    return config.merged(config.load(root, path=config_file, isolated=isolated, rules=names), **said)


def _without(
    accepted: accepted_findings.Baseline, report: Report, path: Path | None, codes: Collection[str]
) -> tuple[Report, list[str]]:
    """The report without what the baseline has, and what is to be said of that. Of rules in `codes` it is known what is
    found no more."""
    split = accepted_findings.split(report, accepted)
    gone = sum(one.code in codes for one in split.gone)
    notes = [f"{_count(split.known, 'finding')} of {path} left out."] if split.known else []
    if gone:
        notes.append(
            f"{_count(gone, 'finding')} of {path} found no more: --write-baseline removes what is gone."
        )
    return split.report, notes


def _tell_unfixed(outcome: fixer.Outcome, report: Report) -> None:
    """What stood in the way of fixes, on stderr."""

    def place(diagnostic: Diagnostic) -> str:
        return f"{report.shown(diagnostic.at.path)}: {diagnostic.code}"

    for loser, winner in outcome.conflicts:
        tell(
            f"warning: {place(loser)} is not fixed: its fix would change what that of {winner.code} changed."
        )
    for diagnostic, harm in outcome.harmful:
        level, rest = ("error", " This is a bug, please report it.") if harm.bug else ("warning", "")
        tell(f"{level}: {place(diagnostic)} is not fixed: after its fix {harm.why}{rest}")
    if outcome.exhausted:
        tell(
            f"warning: after {len(outcome.rounds)} rounds there is still more to fix; run dotmac-lint again."
        )


def _report(
    root: Path,
    result: Result,
    diagnostics: Sequence[Diagnostic],
    rules: Sequence[type[Rule]],
    output_format: str,
    output_file: Path | None,
) -> Report:
    base = Path.cwd()
    here = Path(os.path.relpath(root, base)).as_posix()
    if output_format == "sarif" and here.startswith(".."):
        base, here = root, "."  # a URI reference of SARIF stays below its base
    prefix = "" if here == "." else here + "/"
    return Report(
        diagnostics=diagnostics,
        source=result.source,
        shown=lambda path: prefix + path,
        rules={rule.code: rule for rule in rules},
        base=base.as_uri().removesuffix("/") + "/",
        provenance=result.workspace.git.provenance if output_format == "sarif" else None,
        colour=output_format == "full" and output_file is None and wants_colour(),
    )


def _statistics(diagnostics: Sequence[Diagnostic]) -> str:
    counts: dict[tuple[str, str], int] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.code, diagnostic.name] = counts.get((diagnostic.code, diagnostic.name), 0) + 1
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "".join(f"{count:>5}  {code}  {name}\n" for (code, name), count in rows)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _summary(
    diagnostics: Sequence[Diagnostic], fixed: Sequence[Diagnostic], *, fix_only: bool, did: str
) -> str:
    lead = f"{did} {_count(len(fixed), 'finding')}. " if fixed or fix_only else ""
    if fix_only:
        return lead.rstrip() + "\n"
    if not diagnostics:
        return f"{lead}All checks passed!\n"
    levels = [
        _count(number, noun)
        for level, noun in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"))
        if (number := sum(d.severity is level for d in diagnostics))
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
        line += f" {unsafe} {'more ' if safe else 'fixable '}with --fix --unsafe-fixes."
    return line + "\n"


def _tell(result: Result, source: str | None, seconds: float, *, timings: bool) -> None:
    repository = result.repository
    lines = [f"configuration: {source or 'none'}", f"files: {len(repository.workspace.files)}"]
    if not result.crashes:  # the model itself may be what failed
        lines += [f"deployment {one.name}: {', '.join(one.spec.files)}" for one in repository.deployments]
    lines.append(f"seconds: {seconds:.2f}")
    if timings:
        rows = sorted(result.timings.items(), key=lambda row: (-row[1], row[0]))
        lines += [f"{spent:>9.3f}  {stage}" for stage, spent in rows]
    tell("\n".join(lines))


def _grouped(result: Result) -> list[tuple[str, str, str]]:
    """The crashes, those of one cause together: the names of the rules, the message, a traceback."""
    groups: dict[str, list[str]] = {}
    traces: dict[str, str] = {}
    for crash in result.crashes:
        groups.setdefault(crash.message, []).append(crash.rule)
        traces.setdefault(crash.message, crash.traceback)
    return [(", ".join(dict.fromkeys(who)), message, traces[message]) for message, who in groups.items()]
