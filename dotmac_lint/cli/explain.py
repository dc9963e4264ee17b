"""`dotmac-lint rule`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, write
from dotmac_lint.registry import Rule, RuleError, load_rules


def explain(code: str | None, rule_folders: Sequence[Path]) -> int:
    """Print a rule's README, or the list of all rules."""
    try:
        rules = load_rules(rule_folders)
        write(_listed(rules) if code is None else _explained(code, rules))
    except (config.ConfigError, RuleError, OutputError) as error:
        return fail(str(error))
    return 0


def _listed(rules: Sequence[type[Rule]]) -> str:
    width = max(len(rule.name) for rule in rules)
    rows = []
    for rule in rules:
        preview = "  preview" if rule.preview else ""
        fix = f"fix: {rule.fixable.value}"
        rows.append(
            f"{rule.code}  {rule.name:<{width}}  {rule.severity.label:<7}  {fix:<14}{preview}".rstrip()
        )
    return "\n".join(rows) + "\n"


def _explained(code: str, rules: Sequence[type[Rule]]) -> str:
    for rule in rules:
        if code in {rule.code, rule.name}:
            return re.sub(r"<!-- example: \S+ -->\n", "", rule.readme())
    wrong = config.unknown_selector(code, {rule.code: rule.name for rule in rules})
    raise config.ConfigError(wrong or f"`{code}` names several rules; name one of them")
