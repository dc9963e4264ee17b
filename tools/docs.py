"""Brings the examples into the rules' READMEs, and the READMEs into docs/rules/.

    python tools/docs.py          write
    python tools/docs.py --check  exit with status 1 where something would change

In a README, `<!-- example: CASE/bad/FILE -->` is followed by the file in a fenced block.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules"
DOCS = ROOT / "docs" / "rules"

_EXAMPLE = re.compile(r"(?P<mark><!-- example: (?P<path>\S+) -->\n)(?:```.*?\n```\n)?", re.DOTALL)
_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".py": "python", ".sh": "sh", ".env": "sh", ".hcl": "hcl"}


def with_examples(readme: str, folder: Path) -> str:
    """The README with each example as it stands in its file."""

    def block(match: re.Match[str]) -> str:
        path = folder / "examples" / match["path"]
        language = "dockerfile" if "Dockerfile" in path.name else _LANGUAGES.get(path.suffix, "")
        return f"{match['mark']}```{language}\n{path.read_text('utf-8').rstrip()}\n```\n"

    return _EXAMPLE.sub(block, readme)


def pages() -> dict[Path, str]:
    """Every generated file and what it should say."""
    written: dict[Path, str] = {}
    rows = []
    for folder in sorted(RULES.glob("dm*/")):
        readme = folder / "README.md"
        text = with_examples(readme.read_text("utf-8"), folder)
        written[readme] = text
        code, name = text.split("\n", 1)[0].removeprefix("# ").split()
        page = re.sub(r"<!-- example: \S+ -->\n", "", text)
        written[DOCS / f"{code}-{name}.md"] = page
        found = re.search(r"## What it does\n(.+?)(?:\n\n|\n#)", text, re.DOTALL)
        # The first sentence; a full stop or colon inside code ends none.
        paragraph = (found[1] if found else "").replace("\n", " ")
        sentence = re.match(r"(?:`[^`]*`|[^`])*?(?=[.:](?:\s|$))", paragraph)
        what = sentence[0] if sentence else paragraph
        rows.append(f"| [{code}]({code}-{name}.md) | {name} | {what} |")
    index = ["# The rules", "", "| code | name | what it finds |", "|---|---|---|", *rows, ""]
    written[DOCS / "README.md"] = "\n".join(index)
    return written


def main() -> int:
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run `make docs`")
        return 1 if stale else 0
    DOCS.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        if path in stale:
            path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
