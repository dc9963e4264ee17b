"""Rules: what they look like and where they are found.

Built-in rules are found by walking the package `dotmac_lint.rules`, the rule packs of others by the entry
point group of the same name, and rules of one's own in a folder that the command line names. Nothing in a
scanned repository can name code to load.
"""

from __future__ import annotations

import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from dotmac_lint.diagnostic import Diagnostic, Label, Severity
from dotmac_lint.fix import Fix
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Repository

BUILT_IN = ENTRY_POINTS = "dotmac_lint.rules"
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
    def url(cls) -> str | None:
        """Where the rule is explained; a pack of rules says where its own are."""
        built_in = cls.__module__.startswith(f"{BUILT_IN}.")
        return URL.format(name=f"{cls.code}-{cls.name}") if built_in else None


class RuleError(Exception):
    """A rule pack that cannot be loaded; says which, and why."""


def load_rules(folders: Sequence[Path] = ()) -> tuple[type[Rule], ...]:
    """All rules, sorted by code. Raises RuleError for a broken pack and for a code that is taken twice."""
    found: dict[str, type[Rule]] = {}
    names: dict[str, type[Rule]] = {}
    for rule in (*_built_in(), *_entry_points(), *_in_folders(folders)):
        _check(rule)
        for taken, word, what in ((found, rule.code, "code"), (names, rule.name, "name")):
            other = taken.setdefault(word, rule)
            if other is not rule:
                raise RuleError(
                    f"the {what} {word} is taken by both {other.__module__} and {rule.__module__}; "
                    "rename one of them"
                )
    return tuple(found[code] for code in sorted(found))


def _check(rule: type[Rule]) -> None:
    """Raise RuleError for a rule that could not be selected or shown."""
    for attribute, pattern in (("code", r"[A-Z]+\d+"), ("name", r"[a-z][a-z0-9]*(-[a-z0-9]+)*")):
        value = getattr(rule, attribute, None)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise RuleError(
                f"the rule {rule.__module__}.{rule.__qualname__} has no usable {attribute}: {value!r} is not "
                f"like `{'DM099' if attribute == 'code' else 'my-new-rule'}`"
            )
    if not isinstance(getattr(rule, "severity", None), Severity):
        raise RuleError(f"the rule {rule.__module__}.{rule.__qualname__} has no severity")


def _rules_in(module: object) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if _is_rule(value) and "code" in vars(value):
            yield value


def _is_rule(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Rule) and value is not Rule


def _built_in() -> Iterator[type[Rule]]:
    package = import_module(BUILT_IN)
    for info in pkgutil.iter_modules(package.__path__):
        if info.ispkg:
            yield from _rules_in(import_module(f"{package.__name__}.{info.name}"))


def _entry_points() -> Iterator[type[Rule]]:
    """The rules of installed packs: an entry point names a rule, or a module that holds some."""
    if not any(map(_may_hold_packs, sys.path)):
        return
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINTS):
        pack = f"the rule pack `{entry.name}` ({entry.value})"
        try:
            value = entry.load()
        except (Exception, SystemExit) as error:
            raise RuleError(f"{pack} cannot be loaded: {type(error).__name__}: {error}") from error
        rules = [value] if _is_rule(value) else list(_rules_in(value)) if hasattr(value, "__dict__") else []
        if not rules:
            raise RuleError(f"{pack} holds no rule")
        yield from rules


def _may_hold_packs(folder: str) -> bool:
    """Whether a pack may be installed there: to ask `importlib.metadata` costs a tenth of a small run."""
    try:
        with os.scandir(folder or ".") as entries:
            infos = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return os.path.exists(folder)  # a zip file
    for info in infos:
        with suppress(OSError), open(f"{info}/entry_points.txt", "rb") as stream:
            if ENTRY_POINTS.encode() in stream.read():
                return True
    return False


def _in_folders(folders: Sequence[Path]) -> Iterator[type[Rule]]:
    """The rules of folders that are laid out as `rules/` is: one folder a rule."""
    for number, folder in enumerate(folders):
        if not folder.is_dir():
            raise RuleError(f"the folder of rules `{folder}` does not exist")
        rules: list[type[Rule]] = []
        for path in sorted(folder.glob("*/__init__.py")):
            name = f"_dotmac_lint_rules_{number}_{path.parent.name}"
            for loaded in [module for module in sys.modules if module.partition(".")[0] == name]:
                del sys.modules[loaded]  # of an earlier call, for another folder
            spec = util.spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
            assert spec is not None
            assert spec.loader is not None
            sys.modules[name] = module = util.module_from_spec(spec)
            try:
                spec.loader.exec_module(module)
            except (Exception, SystemExit) as error:
                raise RuleError(
                    f"the rule in `{path.parent}` cannot be loaded: {type(error).__name__}: {error}"
                ) from error
            rules += _rules_in(module)
        if not rules:
            raise RuleError(f"the folder of rules `{folder}` holds no rule: it needs a folder for each")
        yield from rules
