"""Edits of real repositories: a run says with what the last one kept what it would say without.

    python tests/oracle/cache_corpus.py CHECKOUTS [--edits 5] [--seed 1]

CHECKOUTS is a folder of repositories, of which copies are edited: a line goes, comes twice or names something else, a
comment comes, a file goes or gets a twin. Prints what differs, and how many edits changed nothing that had been asked;
the exit status is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner

from dotmac_lint.cache import Seen
from dotmac_lint.cli.commands import cli
from dotmac_lint.workspace import Workspace

LIKELY = re.compile(r"compose|Dockerfile|\.env|settings|config|\.sh$|\.md$|\.hcl$|Makefile|\.py$|\.[jt]sx?$")
MOST_FILES = 6_000
TICK = 0.06


def edit(root: Path, chance: random.Random) -> str:
    """Makes one edit; says which."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    likely = [path for path in files if LIKELY.search(path.name) and path.stat().st_size]
    path = chance.choice(likely if likely and chance.random() < 0.8 else files)
    lines = path.read_bytes().splitlines(keepends=True)
    number = chance.randrange(len(lines)) if lines else 0
    how = chance.choice(
        ["cut", "double", "rename", "rename", "comment", "comment", "remove", "twin"]
        if lines
        else ["remove", "twin"]
    )
    if how == "cut":
        del lines[number]
    elif how == "double":
        lines.insert(number, lines[number])
    elif how == "rename":
        names = [n for n, line in enumerate(lines) if re.search(rb"[A-Z]{3}", line)]
        number = chance.choice(names or [number])
        lines[number] = re.sub(rb"([A-Z_]{3,})", rb"\1_X", lines[number], count=1)
    elif how == "comment":
        lines.insert(number, b"// note\n" if re.search(r"\.[jt]sx?$", path.name) else b"# note\n")
    if how == "remove":
        path.unlink()
    elif how == "twin":
        shutil.copy(path, path.with_name(f"twin-{path.name}"))
    else:
        path.write_bytes(b"".join(lines))
    return f"{how} {path.relative_to(root)}:{number + 1}"


def said(root: Path, *options: str) -> str:
    """The report as JSON."""
    result = CliRunner().invoke(
        cli, [*options, "--isolated", "--exit-zero", "--output-format", "json", str(root)]
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def differences(repository: Path, edits: int, chance: random.Random, same: list[bool]) -> int:
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "repository")
        shutil.copytree(repository, root, symlinks=True)
        time.sleep(TICK)
        said(root, "--cache-dir", folder)
        done: list[str] = []
        for _ in range(edits):
            done.append(edit(root, chance))
            time.sleep(TICK)
            with_kept, without = said(root, "--cache-dir", folder), said(root, "--no-cache")
            if with_kept != without:
                number += 1
                print(f"{repository.name}: after {'; '.join(done)}, {same[-1:]}")
                sys.stdout.writelines(
                    line
                    for line in difflib.unified_diff(without.splitlines(True), with_kept.splitlines(True))
                )
                break
    return number


def watch(same: list[bool]) -> None:
    """Notes in `same` whether files that had changed said the same."""
    original = Workspace.says_the_same

    def watched(self: Workspace, seen: Seen) -> bool:
        same.append(original(self, seen))
        return same[-1]

    Workspace.says_the_same = watched  # type: ignore[method-assign]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--edits", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    wrong = compared = 0
    same: list[bool] = []
    watch(same)
    for repository in sorted(arguments.checkouts.iterdir()):
        if sum(1 for _ in repository.rglob("*")) <= MOST_FILES:
            compared += 1
            wrong += differences(repository, arguments.edits, chance, same)
    print(
        f"{compared} repositories, {arguments.edits} edits each: {wrong} differ; "
        f"{sum(same)} edits changed nothing that had been asked"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
