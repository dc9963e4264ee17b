"""The proof that fixes are right: the real library, given a service's environment before and after --fix.

    python tests/settings_proof.py FOLDER --file docker-compose.production.yml --service app \
        --source src --settings acme.platform.settings:Settings --show vault.enabled --show database.database

The real Compose resolves the environment, the real pydantic-settings loads the class in a process of its own.
Never a part of the product, which runs nothing of what it reads.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

COMPOSE = Path(sys.executable).with_name("docker-compose")

_LOADER = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
module, _, name = sys.argv[2].partition(":")
try:
    settings = getattr(importlib.import_module(module), name)()
    shown = {}
    for path in sys.argv[3].split(","):
        value = settings
        for part in path.split("."):
            value = getattr(value, part)
        shown[path] = value if isinstance(value, (bool, int, float, str, type(None))) else str(value)
    for guard in filter(None, sys.argv[4].split(",")):
        try:
            getattr(settings, guard)()
            shown[guard + "()"] = "passes"
        except Exception as error:
            shown[guard + "()"] = f"raises {type(error).__name__}: {error}"
except Exception as error:
    shown = {"error": f"{type(error).__name__}: {error}"}
print(json.dumps(shown))
"""


def environment(folder: Path, file: str, service: str, host: dict[str, str]) -> dict[str, str]:
    """What the real Compose gives the service, with only `host` in its own environment."""
    run = subprocess.run(
        [COMPOSE, "-f", file, "config", "--format", "json"],
        cwd=folder, env=host, capture_output=True, text=True, check=True,
    )  # fmt: skip
    values = json.loads(run.stdout)["services"][service].get("environment") or {}
    return {name: value.replace("$$", "$") for name, value in values.items() if value is not None}


def settings(
    folder: Path, source: str, target: str, given: dict[str, str], shown: list[str], guards: list[str]
) -> dict[str, Any]:
    """The values at the dotted paths `shown` of the real settings object; whether `guards` pass on it."""
    arguments = [str(folder / source), target, ",".join(shown), ",".join(guards)]
    with tempfile.TemporaryDirectory() as empty:
        run = subprocess.run(
            [sys.executable, "-c", _LOADER, *arguments],
            cwd=empty, env={"PATH": os.defpath, **given}, capture_output=True, text=True, check=True,
        )  # fmt: skip
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def fixed_copy(folder: Path, into: Path, *options: str) -> Path:
    """A copy of `folder` after `dotmac-lint --fix`."""
    copy = into / folder.name
    shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    command = [sys.executable, "-m", "dotmac_lint", "--fix", *options, "--isolated", "--exit-zero", "."]
    subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL)
    return copy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--file", required=True)
    parser.add_argument("--service", required=True)
    parser.add_argument("--source", default=".")
    parser.add_argument("--settings", required=True)
    parser.add_argument("--show", action="append", default=[])
    parser.add_argument("--guard", action="append", default=[])
    parser.add_argument("--host", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    host = dict(pair.partition("=")[::2] for pair in options.host)

    def look(folder: Path) -> dict[str, Any]:
        given = environment(folder, options.file, options.service, host)
        return settings(folder, options.source, options.settings, given, options.show, options.guard)

    with tempfile.TemporaryDirectory() as scratch:
        after = fixed_copy(options.folder.resolve(), Path(scratch), "--unsafe-fixes")
        print(json.dumps({"before": look(options.folder), "after": look(after)}, indent=2))


if __name__ == "__main__":
    main()
