"""A plugin of flake8: what is found in Python files, such as settings that an example lacks, among flake8's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from dotmac_lint import __version__, config
from dotmac_lint.cache import Cache, default_folder
from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.engine import lint
from dotmac_lint.registry import load_rules
from dotmac_lint.report.secrets import without_secrets
from dotmac_lint.source import Position


class Plugin:
    """Faults lie between files: the whole repository is linted, once a process, and told file by file."""

    name = "dotmac-lint"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str) -> None:
        self.path = Path(filename)

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Line, column (from 0), code and message of each finding in the file."""
        if not self.path.is_file():
            return  # standard input
        path = self.path.resolve()
        root = config.top(path.parent)
        if root == path.parent and path.is_relative_to(Path.cwd()):
            root = Path.cwd()  # no repository of git
        for at, diagnostic in _found(root).get(path.relative_to(root).as_posix(), ()):
            yield at.line, at.column - 1, f"{diagnostic.code} {diagnostic.message}", type(self)


@lru_cache
def _found(root: Path) -> dict[str, list[tuple[Position, Diagnostic]]]:
    """The findings of the repository by path."""
    rules = load_rules(())
    settings = config.load(root, rules={rule.code: rule.name for rule in rules})
    chosen = [rule for rule in rules if settings.selects(rule.code, rule.name, preview=rule.preview)]
    result = lint(root, settings, chosen, cache=Cache(default_folder()))
    found: dict[str, list[tuple[Position, Diagnostic]]] = {}
    for diagnostic in map(without_secrets, result.diagnostics):
        source = result.source(diagnostic.at.path)
        at = source.position(diagnostic.at.start) if source is not None else Position(1, 1)
        found.setdefault(diagnostic.at.path, []).append((at, diagnostic))
    return found
