"""Would the application start? Its settings are built, and its checks followed, without running it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Literal

import msgspec

from dotmac_lint.diagnostic import Label
from dotmac_lint.facts import fact
from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.environment import Environment, Variable
from dotmac_lint.model.guard_evaluator import Evaluator, Leaf, Log, Program, Site, Stop
from dotmac_lint.model.guard_values import (
    UNKNOWN,
    Bound,
    Code,
    Failure,
    Fields,
    Info,
    Instance,
    Namespace,
    dotted,
    flattened,
)
from dotmac_lint.model.launched import Launched
from dotmac_lint.model.scalars import Invalid
from dotmac_lint.model.settings import Field, SettingsClass
from dotmac_lint.model.start_code import (
    GUARD_NAME,
    CallSite,
    Entry,
    Modules,
    StartCode,
    checks,
    decorators_of,
    in_program,
    is_caught,
    mentioned,
    raising,
    runs,
)
from dotmac_lint.model.validation import Missing, Validation, makes
from dotmac_lint.readers.python.code import Assert, Call, Do, For, Function, If, Name, Raise
from dotmac_lint.report.secrets import MASK
from dotmac_lint.source import Range, Span
from dotmac_lint.workspace import Workspace

MOST_MODULES = 200
"""Whose code is kept for the next start."""
MOST_MODULES_A_CHECK = 10
"""More of them for each file with checks, which every start looks at."""
TIMES_A_START = 2
"""As many of them at least as two starts need: the next one needs most of the same."""

Outcome = Literal["passes", "raises", "undecided"]


class FieldValue(msgspec.Struct, frozen=True):
    """What a field of the settings holds after the start."""

    field: Field
    value: Known[Any] | Invalid | Unknown | Missing
    name: str | None = None
    """The environment variable that gave it; None for a default."""
    variable: Variable | None = None


class GuardOutcome(msgspec.Struct, frozen=True):
    """What becomes of one place that may stop the start."""

    span: Span
    """The `raise`, `assert` or call of `sys.exit`."""
    condition: Span | None
    function: str
    """`Settings.check`, or the name of the function; "" at module level."""
    outcome: Outcome
    kind: Literal["raise", "exit", "assert", "log"]
    message: str | None
    """The guard's own words."""
    reason: str
    """Why it is undecided, or on what it passes: a clause."""
    depends: tuple[tuple[str, Known[Any]], ...]
    """Dotted field paths and their values, which decided that it raises."""
    unknown: tuple[str, ...]
    """Dotted paths of the fields whose unknown values keep it undecided."""
    called_from: tuple[Label, ...]
    settings_construction: bool
    """It raises while the settings object is made: wherever the settings are imported."""
    reached: bool
    """Start-up code calls it; False for a check that nothing calls."""

    @property
    def called(self) -> str:
        """What a sentence calls it."""
        return f"`{self.function}`" if self.function else "a check of the module"

    @property
    def stops(self) -> bool:
        """Whether it surely ends the start."""
        return self.outcome == "raises" and self.reached and self.kind != "log"


class Made(msgspec.Struct, frozen=True):
    """How a process makes the settings object."""

    at_start: bool
    """While it starts; else when some function that was found is called."""
    given: frozenset[str] | None
    """The fields that it gives by keyword; None where it cannot be told which."""


class Start(msgspec.Struct, frozen=True):
    settings: SettingsClass
    fields: tuple[FieldValue, ...]
    guards: tuple[GuardOutcome, ...]
    starts: bool | None
    """Whether the settings are made and no check raises; None where it cannot be told."""
    made: Made | None = None
    """None where no code of the process was found that makes the settings."""


Values = Environment | Mapping[str, Variable | Known[str] | Unknown]


class Simulator:
    """The start-up code of one repository; each start asks it for outcomes."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.modules = Modules(workspace)
        self._begin()

    def _begin(self) -> None:
        """Nothing of the code is known yet, or any more: one start needs little of what another needed."""
        self.modules.forget()
        self._needed = 0  # modules of the first start from here on
        self.start_code = StartCode(self.modules)
        self.program = Program(self.modules.find)
        self._inline_entries: dict[str, list[Entry]] = {}
        self._stopping = cache(_stopping)
        self._functions: dict[str, list[tuple[Function, Namespace]]] = {}

    def class_code(self, settings: SettingsClass) -> Code | None:
        namespace = self.modules.namespace(settings.path)
        if namespace is None:
            return None
        for part in settings.name.split("."):
            target = self.program.definition(namespace, part)
            if isinstance(target, tuple) and not isinstance(target[1], Function):
                code = self.program.code(target[1], target[0])  # type: ignore[arg-type]
                return code if isinstance(code, Code) else None
        return None

    def simulate(
        self,
        settings: SettingsClass,
        environment: Values,
        pretend: Mapping[str, Any] | None = None,
        process: Launched | None = None,
        dotenv: str | None = None,
    ) -> Start:
        """The start of the process with this environment; without `process`, whatever may run is followed.

        `pretend` overrides fields (by dotted path) once they are made. `dotenv` tells which `.env` file the
        process may read that nobody can see here.
        """
        usual = MOST_MODULES + MOST_MODULES_A_CHECK * len(self._checking)
        if self._needed and self.modules.read > max(usual, TIMES_A_START * self._needed):
            self._begin()
        start = self._simulate(settings, environment, pretend, process, dotenv)
        self._needed = self._needed or self.modules.read
        return start

    def filled(self, settings: SettingsClass, environment: Values) -> tuple[FieldValue, ...]:
        """What the fields get from this environment, whatever the process does with them then."""
        code = self.class_code(settings)
        validation = Validation(self.program, settings, code, environment, None, frozenset())
        validation.run()
        return _fields(validation)

    def _simulate(
        self,
        settings: SettingsClass,
        environment: Values,
        pretend: Mapping[str, Any] | None,
        process: Launched | None,
        dotenv: str | None,
    ) -> Start:
        code = self.class_code(settings)
        made = Made(True, frozenset()) if process is None else self._made(code, process)
        given = made.given if made is not None else None
        validation = Validation(self.program, settings, code, environment, dotenv, given)
        instance = validation.run()
        report = _Report(self, settings, validation)
        report.add(validation.evaluator, construction=True, reached=True, sites=())
        if code is not None and instance is not None and made is not None:
            loaded = {path for path, _, _ in settings.vault_paths}
            overrides: dict[str, Any] = {
                path: LOADED if path in loaded else CHANGED for path in self._changed(settings, instance)
            }
            overrides |= dict(pretend or {})
            for path, value in overrides.items():
                validation.override(instance, tuple(path.split(".")), value)
            self._checks(settings, code, instance, validation, report, process)
        return report.start(made)

    def _made(self, code: Code | None, process: Launched) -> Made | None:
        """How the process makes the object; None where nothing was found that does."""
        if code is None:
            return None
        at_start, found = False, False
        given: set[str] | None = set()
        for namespace, function, owner, call in self.start_code.calls(code.name):
            path = namespace.path
            if path not in process.modules or not self._is_class(namespace, call, code):
                continue
            if function is None and path not in process.programs and in_program(namespace.body, call.range):
                continue
            if function is not None and owner is None and self.start_code.is_left_over(namespace, function):
                continue
            if is_caught(namespace.body if function is None else function.body, call.range):
                continue
            found = True
            names = {name for name, _ in call.keywords}
            if call.arguments or not call.complete or any(name.startswith("_") for name in names):
                given = None
            elif given is not None:
                given |= names
            at_start = (
                at_start
                or function is None
                or (owner is None and self.start_code.calls_itself(namespace, function))
            )
            if function is not None and not at_start:
                entries = self.start_code.entries(function, owner, path)[0]
                starting = self.start_code.starts(function.name, decorators_of(function), owner is not None)
                entries = [*entries, Entry(namespace, function, owner)] if starting else entries
                at_start = any(runs(entry, process) for entry in entries)
        return Made(at_start, None if given is None else frozenset(given)) if found else None

    def _is_class(self, namespace: Namespace, call: Call, code: Code) -> bool:
        if not isinstance(call.function, Name):
            return True
        target = self.program.definition(namespace, call.function.name)
        return not isinstance(target, tuple) or target[1] is code.node

    def _changed(self, settings: SettingsClass, instance: Instance) -> Iterator[str]:
        """Dotted paths of the fields that code may change between the making of the settings and the checks."""
        codes = [section.code for section in (instance, *_sections(instance)) if section.code is not None]
        made_by = {id(code.node) for one in codes for code in one.mro()}
        for path, at in settings.changes:
            function, owner = self.start_code.innermost(at)
            if function is not None and id(owner) in made_by and makes(function):
                continue  # followed when the settings were made
            if function is None or self.start_code.may_run(function, owner, at.path):
                yield path

    # ---- checks outside the class

    def _checks(
        self,
        settings: SettingsClass,
        code: Code,
        instance: Instance,
        validation: Validation,
        report: _Report,
        process: Launched | None,
    ) -> None:
        entries: dict[tuple[str, int], Entry] = {}
        sites: list[CallSite] = []
        unreached: list[Bound] = []
        for bound, method in self._candidates(settings, code, instance, process):
            if process is not None and bound.namespace.path not in process.modules:
                continue
            owner = bound.owner.node if bound.owner is not None else None
            found, calls, _ = self.start_code.entries(bound.function, owner, bound.namespace.path)
            reached = [_merged(entries, entry, process) for entry in found]
            if method and not any(reached):
                unreached.append(bound)
            sites += [site for site in calls if site not in sites]
        for entry in self._inline(settings, process):
            _merged(entries, entry, process)
        for entry in entries.values():
            evaluator = validation.after(instance)
            self._enter(entry, evaluator)
            here = tuple(
                s
                for s in sites
                if s.path == entry.namespace.path and any(t == s.range for t in entry.targets)
            )
            report.add(evaluator, construction=False, reached=True, sites=here, entry=entry)
        for bound in unreached:
            evaluator = validation.after(instance)
            with contextlib.suppress(Stop):
                evaluator.call(bound)
            report.add(evaluator, construction=False, reached=False, sites=())

    def _enter(self, entry: Entry, evaluator: Evaluator) -> None:
        function = entry.function
        if function is None:
            nothing = Range(0, 0)
            function = Function(nothing, "", nothing, (), (), ())
        body = msgspec.structs.replace(function, body=entry.body)
        owner = None
        receiver: tuple[Any, ...] = (UNKNOWN,) if entry.owner is not None else ()
        if entry.owner is not None:
            code = self.program.code(entry.owner, entry.namespace)
            owner = code if isinstance(code, Code) else None
            if owner is not None:
                receiver = (Instance(owner, ("?",), {}),)
        with contextlib.suppress(Stop):
            evaluator.call(Bound(body, entry.namespace, owner, receiver))

    def _candidates(
        self, settings: SettingsClass, code: Code, instance: Instance, process: Launched | None
    ) -> Iterator[tuple[Bound, bool]]:
        """Functions that may stop a start: methods of the settings, and functions that are named like checks."""
        for section in (instance, *_sections(instance)):
            if section.code is None:
                continue
            stopping = self._stopping(section.code)
            for owner, function in section.code.functions():
                decorators = [dotted(decorator) for decorator in function.decorators]
                plain = not any(
                    d.rpartition(".")[2] not in ("staticmethod", "classmethod") for d in decorators
                )
                if plain and not function.name.startswith("__") and function.name != "model_post_init":
                    if function.name in stopping:
                        receiver: tuple[Any, ...] = (section,)
                        if decorators:
                            receiver = () if decorators[0].endswith("staticmethod") else (section.code,)
                        yield Bound(function, owner.namespace, owner, receiver), True
        words = (settings.name.encode(), b"settings")
        for function, namespace in self._check_functions(process):
            data = self.workspace.bytes(namespace.path) or b""
            if any(word in data for word in words):
                yield Bound(function, namespace), False
        makers = {id(f): (f, n) for n, f, owner, _ in self.start_code.calls(code.name) if f and owner is None}
        for function, namespace in makers.values():
            if checks(function, namespace):
                yield Bound(function, namespace), False

    @cached_property
    def _checking(self) -> list[str]:
        """The files in which a function is named like a check; every start looks at all of them."""
        return [path for path in self.modules.shipped if _guard_in(self.workspace, path)]

    def _check_functions(self, process: Launched | None) -> Iterator[tuple[Function, Namespace]]:
        """Functions that are named like checks, and that raise for something of the settings."""
        paths = [path for path in self._checking if process is None or path in process.modules]
        self.workspace.read_ahead("python.guards", "read_guards", paths)
        for path in paths:
            if path not in self._functions:
                self._functions[path] = list(self._checks_in(path))
            yield from self._functions[path]

    def _checks_in(self, path: str) -> Iterator[tuple[Function, Namespace]]:
        namespace = self.modules.namespace(path)
        for function in namespace.body if namespace is not None else ():
            if isinstance(function, Function) and namespace is not None and not function.decorators:
                text = self._text(function.range.at(path))
                if GUARD_NAME.search(function.name) and _ABOUT.search(text) and raising(function):
                    yield function, namespace

    def _text(self, span: Span) -> str:
        source = self.workspace.source(span.path)
        return source.text[span.start : span.end] if source is not None else ""

    def _inline(self, settings: SettingsClass, process: Launched | None) -> Iterator[Entry]:
        """Start-up functions and modules that test the settings themselves and raise."""
        for path in dict.fromkeys((settings.path, *self._testing)):
            if process is None or path in process.modules:
                yield from self._tested(path)

    @cached_property
    def _testing(self) -> list[str]:
        """The files with code that tests settings and may stop a start."""
        return [path for path in self.modules.shipped if _tests_settings(self.workspace, path)]

    def _tested(self, path: str) -> list[Entry]:
        if path not in self._inline_entries:
            namespace = self.modules.namespace(path)
            found = []
            if namespace is not None:
                functions = [s for s in namespace.body if isinstance(s, Function)]
                starting = [f for f in functions if self.start_code.starts(f.name, decorators_of(f), False)]
                for function in (None, *starting):
                    entry = Entry(namespace, function, None)
                    entry.targets = list(_tests(function.body if function else namespace.body))
                    if entry.targets:
                        found.append(entry)
            self._inline_entries[path] = found
        return self._inline_entries[path]


def _merged(entries: dict[tuple[str, int], Entry], entry: Entry, process: Launched | None) -> bool:
    """Adds to `entries` what of the entry the process runs; whether it runs anything of it."""
    targets = entry.targets
    if process is not None:
        if not runs(entry, process):
            return False
        if entry.function is None and entry.namespace.path not in process.programs:
            targets = [target for target in targets if not in_program(entry.namespace.body, target)]
    if not targets:
        return False
    key = (entry.namespace.path, entry.function.range.start if entry.function else -1)
    merged = entries.setdefault(key, Entry(entry.namespace, entry.function, entry.owner))
    merged.targets += [target for target in targets if target not in merged.targets]
    return True


CHANGED = Unknown("code changes it once the settings are made")
LOADED = Unknown("it is loaded from Vault once the settings are made")

_ABOUT = regex(r"settings|config", re.IGNORECASE)
_GUARDS = regex(
    rb"\n(?:async )?def (\w*(?:validat|check|verif|ensure|requir|enforce|assert|guard|sanity|preflight|fail_fast"
    rb"|refuse|forbid)\w*)\([^\0]*?(?=^\S(?!\s*->|:)|\Z)",
    re.MULTILINE,
)
_TESTED = regex(rb"\n[ \t]*+(assert|if|elif|for) [^\n]*(?:settings|config)")
_STOPS = (b"raise", b"sys.exit", b"exit")


@fact(bool)
def _tests_settings(workspace: Workspace, path: str) -> bool:
    """Whether an `if` or `assert` on something of the settings may stop a start; cheap."""
    data = workspace.bytes(path) or b""
    text = b"\n" + data if b"if " in data else b""
    for match in _TESTED.finditer(text):
        if match[1] == b"assert":
            return True
        first, *below = text[match.end() : match.end() + 1000].split(b"\n", 6)
        if first.rstrip().endswith(b":") and any(line.lstrip().startswith(_STOPS) for line in below[:6]):
            return True
    return False


@fact(bool)
def _guard_in(workspace: Workspace, path: str) -> bool:
    """Whether a function named like a check raises on something of the settings; cheap."""
    data = workspace.bytes(path) or b""
    for match in _GUARDS.finditer(b"\n" + data if b"def " in data else b""):
        body = match.group()
        stops = b"raise " in body or b"sys.exit" in body or b"assert " in body
        if stops and (b"ettings" in body or b"onfig" in body):
            return True
    return False


def _stopping(code: Code) -> set[str]:
    """The names of the methods that may stop a start, by themselves or through others that they speak of."""
    speaks: dict[str, set[str]] = {}
    found: set[str] = set()
    for one in code.mro():
        for function in (*one.node.body, *one.namespace.body):
            if isinstance(function, Function):
                speaks.setdefault(function.name, set()).update(mentioned(function))
                if raising(function):
                    found.add(function.name)
    while more := {
        name for name, others in speaks.items() if name not in found and not found.isdisjoint(others)
    }:
        found |= more
    return found


def _sections(instance: Instance) -> Iterator[Instance]:
    for value in instance.fields.values():
        if isinstance(value, Instance):
            yield value
            yield from _sections(value)


def _tests(body: Iterable[Any]) -> Iterator[Range]:
    """Places that stop the start under an `if` of their own."""
    for statement in body:
        if isinstance(statement, If):
            for inner in (*statement.then, *statement.otherwise):
                if (isinstance(inner, Raise) and inner.exception is not None) or (
                    isinstance(inner, Do)
                    and dotted(inner.value)
                    in (
                        "sys.exit",
                        "exit",
                        "quit",
                        "os._exit",
                    )
                ):
                    yield inner.range
            yield from _tests(statement.then)
            yield from _tests(statement.otherwise)
        elif isinstance(statement, For):
            yield from _tests(statement.body)
        elif isinstance(statement, Assert):
            yield statement.range


def _is_own(failure: Failure, entry: Entry | None) -> bool:
    """Whether it is start-up code itself that fails, of which all may that is not about the settings."""
    if entry is None or failure.path != entry.namespace.path:
        return False
    return failure.where == (entry.function.name if entry.function is not None else "")


class _Report:
    """Gathers what evaluations came to."""

    def __init__(self, simulator: Simulator, settings: SettingsClass, validation: Validation) -> None:
        self.simulator = simulator
        self.settings = settings
        self.validation = validation
        self.outcomes: dict[tuple[str, Range], GuardOutcome] = {}
        self.doubts = False
        """Something unknown may stop the start."""

    def add(
        self,
        evaluator: Evaluator,
        *,
        construction: bool,
        reached: bool,
        sites: tuple[CallSite, ...],
        entry: Entry | None = None,
    ) -> None:
        raised: dict[tuple[str, Range], list[Leaf]] = {}
        for leaf in evaluator.leaves:
            failure = leaf.failure
            if leaf.kind != "raise" or failure is None:
                continue
            if failure.kind == "implicit" and not leaf.certain:
                if reached and (failure.names[0] != "?" or not _is_own(failure, entry)):
                    self.doubts = True
                continue
            raised.setdefault((failure.path, failure.range), []).append(leaf)
        places = {**dict.fromkeys(evaluator.sites), **dict.fromkeys(raised)}
        for key in places:
            leaves = raised.get(key, [])
            site = evaluator.sites.get(key)
            outcome = self._outcome(key, site, leaves, construction, reached, sites)
            self._keep(key, outcome)
        for log in evaluator.logs:
            if log.certain:
                self._keep((log.path, log.range), self._logged(log, construction, reached, sites))

    def _keep(self, key: tuple[str, Range], outcome: GuardOutcome) -> None:
        ranks = {"raises": 2, "undecided": 1, "passes": 0}
        old = self.outcomes.get(key)
        if old is None or (outcome.reached, ranks[outcome.outcome]) > (old.reached, ranks[old.outcome]):
            labels = dict.fromkeys((*outcome.called_from, *(old.called_from if old else ())))
            self.outcomes[key] = msgspec.structs.replace(outcome, called_from=tuple(labels))

    def _outcome(
        self,
        key: tuple[str, Range],
        site: Site | None,
        leaves: list[Leaf],
        construction: bool,
        reached: bool,
        calls: tuple[CallSite, ...],
    ) -> GuardOutcome:
        path, at = key
        certain = [leaf for leaf in leaves if leaf.certain]
        leaf = next(iter(certain or leaves), None)
        failure: Failure | None = leaf.failure if leaf is not None else None
        kind: Any = failure.kind if failure is not None else site.kind if site is not None else "raise"
        outcome: Outcome = "raises" if certain else "undecided" if leaves else "passes"
        depends, unknown = self._depends(failure)
        reason = ""
        if outcome == "undecided":
            reason = (
                "; ".join(f"{name} is not known: {self._why(name)}" for name in unknown)
                or "it depends on what cannot be worked out"
            )
        where = failure.where if failure is not None else site.where if site is not None else ""
        condition = failure.condition if failure is not None else None
        return GuardOutcome(
            span=at.at(path),
            condition=condition[1].at(condition[0]) if condition else None,
            function=where,
            outcome=outcome,
            kind="raise" if kind == "implicit" else kind,
            message=self._said(failure.message) if failure is not None else None,
            reason=reason,
            depends=depends,
            unknown=unknown,
            called_from=_labels(calls, where),
            settings_construction=construction,
            reached=reached,
        )

    def _said(self, message: Any) -> str | None:
        """The guard's words, without the secrets that it puts into them."""
        if not isinstance(message, str):
            return None
        said: str = message
        for secret in self.validation.secrets:
            said = said.replace(secret, MASK)
        return said

    def _logged(
        self, log: Log, construction: bool, reached: bool, calls: tuple[CallSite, ...]
    ) -> GuardOutcome:
        failure = Failure((), "log", log.message, log.path, log.range, log.where, log.condition, log.depends)
        depends, unknown = self._depends(failure)
        return GuardOutcome(
            span=log.range.at(log.path),
            condition=log.condition[1].at(log.condition[0]) if log.condition else None,
            function=log.where,
            outcome="raises",
            kind="log",
            message=self._said(log.message),
            reason="",
            depends=depends,
            unknown=unknown,
            called_from=_labels(calls, log.where),
            settings_construction=construction,
            reached=reached,
        )

    def _depends(self, failure: Failure | None) -> tuple[tuple[tuple[str, Known[Any]], ...], tuple[str, ...]]:
        known: list[tuple[str, Known[Any]]] = []
        unknown: list[str] = []
        for path in sorted(failure.depends) if failure is not None else ():
            value = self.validation.value(path)
            if isinstance(value, Unknown):
                unknown.append(".".join(path))
            elif not isinstance(value, Instance):
                known.append((".".join(path), Known(value)))
        return tuple(known), tuple(unknown)

    def _why(self, name: str) -> str:
        value = self.validation.value(tuple(name.split(".")))
        return value.why if isinstance(value, Unknown) else ""

    def start(self, made: Made | None) -> Start:
        outcomes = sorted(self.outcomes.items(), key=lambda item: (item[0][0], item[0][1].start))
        guards = tuple(_with_what_is_logged([outcome for _, outcome in outcomes]))
        fields = _fields(self.validation)
        starts: bool | None = True
        undecided = any(g.outcome == "undecided" for g in guards if g.reached and g.kind != "log")
        if self.doubts or self.validation.doubts or undecided:
            starts = None
        if any(g.stops for g in guards) or any(isinstance(f.value, Invalid | Missing) for f in fields):
            starts = False
        if made is None or not made.at_start:
            starts = None
        return Start(self.settings, fields, guards, starts, made)


def _with_what_is_logged(guards: Sequence[GuardOutcome]) -> Iterator[GuardOutcome]:
    """What is logged where the start then ends is no guard of its own, but the words of the one that ends it."""
    stopping = {(guard.function, guard.condition) for guard in guards if guard.stops}
    logged = {(guard.function, guard.condition): guard.message for guard in guards if guard.kind == "log"}
    for guard in guards:
        place = guard.function, guard.condition
        if guard.stops and guard.message is None:
            yield msgspec.structs.replace(guard, message=logged.get(place))
        elif guard.kind != "log" or place not in stopping:
            yield guard


def _fields(validation: Validation) -> tuple[FieldValue, ...]:
    return tuple(FieldValue(*result) for result in validation.results)


def _labels(calls: tuple[CallSite, ...], check: str) -> tuple[Label, ...]:
    """The calls that lead to the function; all of them, where it lies deeper."""
    own = [call for call in calls if call.check == check.rpartition(".")[2]]
    return tuple(
        Label(
            call.range.at(call.path),
            f"called from {call.function}" if call.function else "called when the module is imported",
        )
        for call in own or calls
    )


# ---- what rules ask

_VAULT = regex(r"vault|openbao|\bbao\b|hvac", re.IGNORECASE)
_SECTION_VAULT = regex(r"vault|openbao|(^|_)bao($|_)|secret", re.IGNORECASE)
_FLAG = regex(r"^(is_)?(enabled?|use|active)(_|$)|_enabled$", re.IGNORECASE)
_TOP_FLAG = regex(
    r"^(vault|openbao|bao)_(is_)?(enabled?|active)$|^(use|enable|with)_(vault|openbao|bao)$", re.I
)


def vault_flags(settings: SettingsClass) -> tuple[Field, ...]:
    """The boolean fields that switch Vault (or OpenBao) on."""
    found = []
    for field in settings.fields:
        if field.section or field.type.kind != "bool":
            continue
        section, name = field.path[:-1], field.path[-1]
        if not section:
            if _TOP_FLAG.search(name):
                found.append(field)
        elif _FLAG.search(name) and any(_SECTION_VAULT.search(part) for part in section):
            siblings = [f.path[-1] for f in settings.fields if f.path[:-1] == section]
            named = any(_VAULT.search(part) for part in section)
            reaches = {
                "url",
                "addr",
                "address",
                "token",
                "mount",
                "mount_path",
                "role_id",
                "namespace",
            } & set(siblings)
            if named or reaches:
                found.append(field)
        elif _TOP_FLAG.search(name):
            found.append(field)
    return tuple(found)


def simulate(settings: SettingsClass, environment: Values, workspace: Workspace) -> Start:
    """Whether the settings can be made from the environment, and what the checks say."""
    return Simulator(workspace).simulate(settings, environment)


def guards_demanding(
    simulator: Simulator, settings: SettingsClass, field: Field, process: Launched | None = None
) -> tuple[GuardOutcome, ...]:
    """The checks that raise in production while the boolean `field` is False, and not while it is True.

    Those that the process runs; without one, those that any may run.
    """
    path = ".".join(field.path)
    off, on = (
        simulator.simulate(settings, _production(settings, field, value), {path: value}, process)
        for value in (False, True)
    )
    quiet = {guard.span for guard in on.guards if guard.outcome == "raises"}
    return tuple(guard for guard in off.guards if guard.stops and guard.span not in quiet)


_ENVIRONMENT_FIELD = regex(r"^(app_|deploy(ment)?_)?(env|environment|stage|mode)$", re.IGNORECASE)


def _production(settings: SettingsClass, switch: Field, on: bool) -> dict[str, Known[str] | Unknown]:
    """An environment that says production and sets the switch, of which nothing else is known."""
    values: dict[str, Known[str] | Unknown] = {}
    for field in settings.fields:
        if field.section and switch.path[: len(field.path)] == field.path:
            continue  # it does not come as JSON
        for name in field.names:
            if field.path == switch.path:
                values[name] = Known(str(on).lower())
            elif _ENVIRONMENT_FIELD.search(field.path[-1]) and len(field.path) == 1:
                members = [str(value) for _, value in field.type.members if isinstance(value, str)]
                words = [word for word in members if word.lower() in ("production", "prod", "live")]
                values[name] = Known(words[0] if words else "production")
            else:
                values[name] = Unknown("may be anything")
    return values


__all__ = [
    "FieldValue",
    "Fields",
    "GuardOutcome",
    "Info",
    "Invalid",
    "Missing",
    "Namespace",
    "Simulator",
    "Start",
    "flattened",
    "guards_demanding",
    "simulate",
    "vault_flags",
]  # fmt: skip
