"""Edits of real repositories: a run finds with what the last one kept what it would find without.

    python tests/oracle/cache_corpus.py CHECKOUTS [--edits 5] [--seed 1]

CHECKOUTS is a folder of repositories, of which copies are edited: a line goes, comes twice or names something else, a
file goes or gets a twin. Prints what differs; the exit status is 1 where anything does.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from dotmac_lint.cache import Cache
from dotmac_lint.config import Settings
from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.engine import lint
from dotmac_lint.registry import load_rules

RULES = load_rules()
LIKELY = re.compile(r"compose|Dockerfile|\.env|settings|config|\.sh$|\.md$|\.hcl$|Makefile|main\.py$")
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
        ["cut", "double", "rename", "rename", "remove", "twin"] if lines else ["remove", "twin"]
    )
    if how == "cut":
        del lines[number]
    elif how == "double":
        lines.insert(number, lines[number])
    elif how == "rename":
        names = [n for n, line in enumerate(lines) if re.search(rb"[A-Z]{3}", line)]
        number = chance.choice(names or [number])
        lines[number] = re.sub(rb"([A-Z_]{3,})", rb"\1_X", lines[number], count=1)
    if how == "remove":
        path.unlink()
    elif how == "twin":
        shutil.copy(path, path.with_name(f"twin-{path.name}"))
    else:
        path.write_bytes(b"".join(lines))
    return f"{how} {path.relative_to(root)}:{number + 1}"


def found(root: Path, cache: Cache | None) -> list[Diagnostic]:
    result = lint(root, Settings(), RULES, cache=cache)
    for crash in result.crashes:
        print(crash.traceback)
    if cache is not None:
        result.workspace.keep_facts()
        cache.save()
    return list(result.diagnostics)


def differences(repository: Path, edits: int, chance: random.Random) -> int:
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "repository")
        shutil.copytree(repository, root, symlinks=True)
        time.sleep(TICK)
        found(root, Cache(Path(folder)))
        done: list[str] = []
        for _ in range(edits):
            done.append(edit(root, chance))
            time.sleep(TICK)
            with_kept, without = found(root, Cache(Path(folder))), found(root, None)
            if with_kept != without:
                number += 1
                print(f"{repository.name}: after {'; '.join(done)}")
                for sign, ones, others in (("+", with_kept, without), ("-", without, with_kept)):
                    for one in ones:
                        if one not in others:
                            print(f"  {sign} {one.code} {one.at.path}:{one.at.start} {one.message}")
                break
    return number


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--edits", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    wrong = compared = 0
    for repository in sorted(arguments.checkouts.iterdir()):
        if sum(1 for _ in repository.rglob("*")) <= MOST_FILES:
            compared += 1
            wrong += differences(repository, arguments.edits, chance)
    print(f"{compared} repositories, {arguments.edits} edits each: {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
