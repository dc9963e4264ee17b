"""Every Dockerfile and env file of the repositories in a folder: do the readers read them as the real ones do?

    python tests/oracle/files_corpus.py CHECKOUTS [--only NAME]

Dockerfiles against BuildKit's parser; env files in each dialect against Compose, Docker's raw format as Compose
reads it, and python-dotenv, with an empty shell and with one that has every variable. Exit status 1 when anything
differs.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from dotmac_lint.readers.dockerfile import read_dockerfile
from dotmac_lint.readers.dotenv import Dialect
from dotmac_lint.workspace import Workspace
from tests.oracle.test_dotenv import ours, python_dotenv, real_compose
from tests.readers import test_dockerfile_buildkit as buildkit

DOCKERFILE = re.compile(
    r"(^|/)(Dockerfile|Containerfile)([._-](?!.*dockerignore$)[^/]*)?$|[./_-](Docker|Container)file$", re.I
)
ENV_FILE = re.compile(
    r"(^|[/.-])env([._-]([^/.]+\.)*(?!(py|sh|m?js|tsx?|go|ya?ml|mdx?|ps1|patch|j2)$)[^/.]+)?$", re.I
)
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")

Difference = tuple[str, object, object]


def dockerfile(text: str, counts: Counter[str]) -> Iterator[Difference]:
    try:
        theirs = buildkit.buildkit(text)
    except buildkit.dockerfile.GoParseError as error:
        counts["Dockerfiles that BuildKit refuses"] += 1
        if not read_dockerfile(text).problems:
            yield "Dockerfile", "no problem", str(error)
        return
    counts["instructions"] += len(theirs)
    found = buildkit.ours(text)
    if found != theirs:
        yield next((("Dockerfile", *pair) for pair in zip(found, theirs, strict=False) if pair[0] != pair[1]),
                   ("Dockerfile", len(found), len(theirs)))  # fmt: skip


def env_file(text: str, shell: Mapping[str, str], counts: Counter[str]) -> Iterator[Difference]:
    dialects: tuple[Dialect, ...] = ("compose", "docker", "python")
    for dialect in dialects:
        found = ours(text, dialect, shell)
        theirs: object
        if dialect == "python":
            theirs = python_dotenv(text, shell)
        else:
            with tempfile.TemporaryDirectory() as folder:
                answer = real_compose(Path(folder), [text], raw=dialect == "docker", shell=shell)
            theirs = None if isinstance(answer, str) else answer[0]
        counts[f"variables ({dialect})"] += len(found or ())
        counts[f"env files refused ({dialect})"] += theirs is None
        if found != theirs:
            yield dialect, found, theirs


def compare(root: Path, counts: Counter[str]) -> Iterator[tuple[str, Difference]]:
    workspace = Workspace(root)
    for path in workspace.files:
        is_dockerfile = DOCKERFILE.search(path) is not None
        if not is_dockerfile and not ENV_FILE.search(path):
            continue
        text = (workspace.bytes(path) or b"").decode("utf-8", "surrogateescape")
        if "\0" in text or any("\udc80" <= character <= "\udcff" for character in text):
            continue  # no text
        if is_dockerfile:
            counts["Dockerfiles"] += 1
            yield from ((path, row) for row in dockerfile(text, counts))
        else:
            counts["env files"] += 1
            names = set(VARIABLE.findall(text))
            for shell in ({}, {name: f"of {name}" for name in sorted(names)})[: 1 + bool(names)]:
                yield from ((path, row) for row in env_file(text, shell, counts))
    counts["repositories"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    counts = Counter[str]()
    for folder in sorted(options.checkouts.iterdir()):
        if folder.is_dir() and options.only in folder.name:
            for path, (what, mine, theirs) in compare(folder, counts):
                counts["differences"] += 1
                print(f"{folder.name} {path} ({what})\n  ours   {mine}\n  theirs {theirs}")
    print(", ".join(f"{number} {what}" for what, number in counts.items()))
    raise SystemExit(1 if counts["differences"] else 0)


if __name__ == "__main__":
    main()
