"""Makes the folder of a new rule: python tools/new_rule.py DM099 my-new-rule."""

from __future__ import annotations

import re
import sys
from pathlib import Path

RULES = Path(__file__).parents[1] / "rules"

INIT = """from dotmac_lint.rules.{folder}.rule import {class_name}

__all__ = ["{class_name}"]
"""

RULE = """from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Rule, Severity


class {class_name}(Rule):
    code = "{code}"
    name = "{name}"
    severity = Severity.WARNING
    since = "0.1.0"
    preview = True

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for service in deployment.services:
            if service.name == "replace-me":
                yield self.report(f"`{{service.name}}` is only an example.", service.key, service=service.name)
"""

README = """# {code} {name}

## What it does
...

## Why it matters
...

## Bad
<!-- example: first/bad/compose.yaml -->

## Good
<!-- example: fine/good/compose.yaml -->

## Fix
None.

## When to ignore it
...
"""


def make(code: str, name: str, rules: Path = RULES) -> Path:
    """The new folder. Raises SystemExit for a code or name that is malformed or taken."""
    if not re.fullmatch(r"DM\d{3}", code) or not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name):
        raise SystemExit("usage: make new-rule CODE=DM099 NAME=my-new-rule")
    if taken := [path.name for path in rules.glob(f"{code.lower()}_*")]:
        raise SystemExit(f"the code {code} is taken by rules/{taken[0]}")
    folder = rules / f"{code.lower()}_{name.replace('-', '_')}"
    class_name = "".join(word.capitalize() for word in name.split("-"))
    files = {
        "__init__.py": INIT.format(folder=folder.name, class_name=class_name),
        "rule.py": RULE.format(code=code, name=name, class_name=class_name),
        "README.md": README.format(code=code, name=name),
        "examples/first/bad/compose.yaml": "services:\n  replace-me:\n    image: nginx:1.27\n",
        "examples/fine/good/compose.yaml": "services:\n  web:\n    image: nginx:1.27\n",
    }
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


if __name__ == "__main__":
    print(
        f"made {make(*(sys.argv[1:3] if len(sys.argv) == 3 else ('', '')))}; now `make update-expected docs`"
    )
