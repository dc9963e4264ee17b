"""Rules: what they look like and where they are found.

Built-in rules are found by walking the package `dotmac_lint.rules`, the rule packs of others by the entry
point group of the same name, and rules of one's own in a folder that the command line names. Nothing in a
scanned repository can name code to load.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from dotmac_lint.diagnostic import Diagnostic, Label, Severity
from dotmac_lint.fix import Fix
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository

ENTRY_POINTS = "dotmac_lint.rules"
URL = "https://github.com/dotmac/dotmac-lint/blob/main/docs/rules/{name}.md"


class FixAvailability(Enum):
    """Whether a rule's findings can be fixed by `--fix`."""

    NEVER = "never"
    SOMETIMES = "sometimes"
    ALWAYS = "always"


class Phase(Enum):
    """When a rule runs: most ask the model; some ask what reading it, or the other rules, turned up."""

    MODEL = 1
    READING = 2
    SUPPRESSION = 3


class Rule:
    """One question to the model. A rule keeps no state, reads no file and parses nothing."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    fixable: ClassVar[FixAvailability] = FixAvailability.NEVER
    since: ClassVar[str]
    preview: ClassVar[bool] = False
    phase: ClassVar[Phase] = Phase.MODEL
    tags: ClassVar[tuple[str, ...]] = ()
    """Words that code scanning shows, such as `security`."""

    def check(self, deployment: Deployment) -> Iterable[Diagnostic]:
        """What is wrong with one deployment."""
        return ()

    def check_repository(self, repository: Repository) -> Iterable[Diagnostic]:
        """What is wrong whichever way the repository is deployed."""
        return ()

    def report(
        self,
        message: str,
        at: Span,
        *,
        related: Iterable[Label] = (),
        help: str | None = None,
        fix: Fix | None = None,
        service: str | None = None,
        severity: Severity | None = None,
        key: str = "",
    ) -> Diagnostic:
        return Diagnostic(
            code=self.code,
            name=self.name,
            severity=self.severity if severity is None else severity,
            message=message,
            at=at,
            related=tuple(related),
            help=help,
            fix=fix,
            service=service,
            key=key,
        )

    @classmethod
    def folder(cls) -> Path:
        """Where the rule's README and examples lie."""
        return Path(sys.modules[cls.__module__].__file__ or "").parent

    @classmethod
    def readme(cls) -> str:
        """The rule's documentation; its docstring where a pack of rules brings no README."""
        path = cls.folder() / "README.md"
        if not path.is_file():
            return f"# {cls.code} {cls.name}\n\n{(cls.__doc__ or '').strip()}\n"
        return path.read_text("utf-8")

    @classmethod
    def url(cls) -> str:
        return URL.format(name=f"{cls.code}-{cls.name}")


class RuleError(Exception):
    """A rule pack that cannot be loaded; says which, and why."""


def load_rules(folders: Sequence[Path] = ()) -> tuple[type[Rule], ...]:
    """All rules, sorted by code. Raises RuleError for a broken pack and for a code that is taken twice."""
    found: dict[str, type[Rule]] = {}
    for rule in (*_built_in(), *_entry_points(), *_in_folders(folders)):
        other = found.setdefault(rule.code, rule)
        if other is not rule:
            raise RuleError(
                f"the code {rule.code} is taken by both {other.__module__} and {rule.__module__}; "
                "rename one of them"
            )
    return tuple(found[code] for code in sorted(found))


def _rules_in(module: object) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Rule)
            and value is not Rule
            and "code" in vars(value)
        ):
            yield value


def _built_in() -> Iterator[type[Rule]]:
    package = import_module("dotmac_lint.rules")
    for info in pkgutil.iter_modules(package.__path__):
        if info.ispkg:
            yield from _rules_in(import_module(f"{package.__name__}.{info.name}"))


def _entry_points() -> Iterator[type[Rule]]:
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        try:
            value = entry.load()
        except Exception as error:
            raise RuleError(
                f"the rule pack `{entry.name}` ({entry.value}) cannot be loaded: {error}"
            ) from error
        if isinstance(value, type):
            yield value
        else:
            yield from _rules_in(value)


def _in_folders(folders: Sequence[Path]) -> Iterator[type[Rule]]:
    for folder in folders:
        if not folder.is_dir():
            raise RuleError(f"the folder of rules `{folder}` does not exist")
        for path in sorted(folder.glob("*/__init__.py")):
            name = f"dotmac_lint_rules_{path.parent.name}"
            spec = util.spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
            if spec is None or spec.loader is None:
                continue
            module = util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except Exception as error:
                raise RuleError(f"the rule in `{path.parent}` cannot be loaded: {error}") from error
            yield from _rules_in(module)
