"""Holds the model of a settings class against the real library.

`compare` asks `settings_worker` what each candidate name really does and returns every disagreement with
`dotmac_lint.model.settings`, as sentences that begin with the kind of the disagreement.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.settings import Field, Lookup, SettingsClass
from dotmac_lint.model.settings_found import find_settings
from dotmac_lint.model.settings_types import Model, TypeInfo
from dotmac_lint.model.values import Invalid, Member, Secret, Url
from dotmac_lint.workspace import Workspace
from tests.oracle.worker import Worker, write_files


class Oracle(Worker):
    """A process of the real library, and a folder for the modules that the model reads."""

    program = Path(__file__).with_name("settings_worker.py")
    several = 400

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._send(question)
        result: dict[str, Any] = self._receive()
        return result

    def model(self, files: dict[str, str], target: str) -> SettingsClass:
        """The model of `module:Class`; the folder holds `files` and nothing else."""
        repository = self.root / f"repository{self._asked}"
        write_files(repository, files)
        _, _, name = target.partition(":")
        found = find_settings(Workspace(repository))
        chosen = [s for s in found if s.name == name and s.qualified == target]
        self.others = [s for s in found if s not in chosen]
        if len(chosen) != 1:
            raise LookupError(f"{target} is not among {[s.qualified for s in found]}")
        return chosen[0]


# ---- values that suit a type


def _samples(type: TypeInfo, number: int = 0, depth: int = 0) -> Any:
    """A value that a field of the type takes, another for each `number`; None where none comes to mind."""
    bounds = dict(type.constraints)
    match type.kind:
        case "str" | "secret" | "path" | "any" | "bytes":
            text = f"s{number}ntinel"
            longest = bounds.get("max_length")
            return text[:longest] if isinstance(longest, int) else text
        case "int" | "float" | "decimal" | "bytesize":
            low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
            start = (
                low + 1
                if isinstance(low, int | float)
                else high - 9
                if isinstance(high, int | float)
                else 7000
            )
            if type.kind == "float" and isinstance(low, int | float) and isinstance(high, int | float):
                return low + (high - low) * (number + 1) / 3
            return int(start) + number
        case "bool":
            return number % 2 == 0
        case "url":
            schemes = {
                "PostgresDsn": "postgresql",
                "RedisDsn": "redis",
                "AmqpDsn": "amqp",
                "MongoDsn": "mongodb",
            }
            return f"{schemes.get(type.name, 'http')}://s{number}ntinel:80/x"
        case "literal":
            return type.values[number % len(type.values)]
        case "enum":
            values = [member.value for _, member in type.members if isinstance(member, Known)]
            return values[number % len(values)] if values else None
        case "list" | "set" | "frozenset" | "deque" | "sequence" | "iterable":
            return [_samples(type.args[0], number, depth + 1) if type.args else f"s{number}ntinel"]
        case "tuple":
            return (
                [_samples(one, number, depth + 1) for one in type.args] if type.args else [f"s{number}ntinel"]
            )
        case "dict" | "mapping":
            if len(type.args) != 2:
                return {"k": f"s{number}ntinel"}
            key = "k" if type.args[0].kind == "str" else _text(_samples(type.args[0], 0, depth + 1))
            return {key: _samples(type.args[1], number, depth + 1)}
        case "json":
            return json.dumps(_samples(type.args[0], number, depth + 1))
        case "uuid":
            return f"12345678-1234-4678-8234-56781234567{number % 10}"
        case "datetime":
            return f"2024-01-0{number % 9 + 1}T10:00:00"
        case "date":
            return f"2024-01-0{number % 9 + 1}"
        case "time":
            return f"10:0{number % 10}:00"
        case "timedelta":
            return f"PT{number + 1}H"
        case "email":
            return f"s{number}ntinel@example.org"
        case "ipv4address":
            return f"10.0.0.{number + 1}"
        case "union":
            others = [one for one in type.args if one.kind != "none"]
            return _samples(others[0], number, depth + 1) if others else None
        case "model" | "dataclass" | "typeddict" | "namedtuple" if type.model is not None and depth < 4:
            if type.model.root is not None:
                return _samples(type.model.root, number, depth + 1)
            return _object(type.model, number, depth)
    return None


def _object(model: Model, number: int, depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for declared in model.fields:
        aliases = declared.aliases if model.config.get("validate_by_alias") is not False else ()
        if aliases and len(aliases[0]) > 1:
            continue
        value = _samples(declared.type, number, depth + 1)
        if (not made and value is not None) or declared.type.kind == "literal":
            made[str(aliases[0][0]) if aliases else declared.name] = value
    return made


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _pairs(field: Field, name: str) -> list[list[str]]:
    types = [field.type]
    if field.type.kind == "union":
        types += [one for one in field.type.args if one.kind != "none"]
    found = [[_samples(one, number) for number in (0, 1)] for one in types]
    way = dict(field.inside).get(name)
    if way:
        return [[json.dumps(_wrapped(value, way)) for value in pair] for pair in found]
    return [[_text(one), _text(other)] for one, other in found if one is not None and one != other]


def _wrapped(value: Any, way: tuple[str | int, ...]) -> Any:
    for step in reversed(way):
        value = {step: value} if isinstance(step, str) else [value] * (step + 1)
    return value


# ---- comparing


VALUES = [
    "", "abc", "7", "-3", "0", "1.5", "true", "off", "null", "None", '["a"]', "[1, 2]", '{"a": 1}', "{}", "a,b", "1,2",
    "http://example.org", "2024-05-06", "debug", "INFO", '"text"', " 5 ", "99999", "1e3", "3.0",
]  # fmt: skip


_HALF_KNOWN = re.compile(
    "out of the JSON|applies to it|keeps values|takes the prefix|regardless of|same names|without end"
)
"""Where names below a section are open, some of them are read and some are not."""


class Outcome:
    """What a comparison found, and how much it looked at."""

    def __init__(self) -> None:
        self.disagreements: list[str] = []
        self.error = ""
        self.names: dict[str, str] = {}
        """What the real library does: environment name to dotted path."""
        self.counts = {"names": 0, "values": 0, "values not told": 0, "names not shown": 0, "defaults": 0}


def compare(
    oracle: Oracle,
    files: dict[str, str],
    target: str,
    *,
    rng: random.Random | None = None,
    misses: tuple[str, ...] = (),
    load_files: bool = False,
) -> Outcome:
    """Every disagreement about the class `module:Class` of `files`.

    With `load_files` the real library imports the files, else it runs the text of the only one.
    """
    outcome = Outcome()
    settings = oracle.model(files, target)
    claims: dict[str, list[list[str]]] = {}
    for field in settings.fields:
        anycase = (start + rest for start, rest in field.anycase)
        for name in (*field.names, *anycase, *(f"{prefix}DYNKEY" for prefix in field.any_below)):
            claims.setdefault(name, []).extend(_pairs(field, name))
    question: dict[str, Any] = {"target": target, "names": claims, "misses": misses}
    question["several"] = [name for name in claims if len(settings.lookup(name).fields) > 1 and claims[name]]
    question["exact"] = [name for field in settings.fields for name, _ in field.reads]
    if load_files:
        question["folder"] = str(oracle.root / f"repository{oracle._asked}")
    else:
        question["source"] = next(iter(files.values()))
    if rng is not None:
        question["values"] = list(_trials(settings, rng))
    real = oracle.ask(question)
    if "error" in real:
        outcome.error = real["error"]
        return outcome
    for name, effect in real["names"].items():
        outcome.counts["names"] += 1
        if str(effect[-1]).endswith("on import") and any(s.lookup(name).fields for s in oracle.others):
            continue  # settings that are made in the module take it
        problem = _name(settings, name, effect, outcome)
        if problem:
            outcome.disagreements.append(problem)
    if rng is not None:
        for (name, value, _), (_, _, status) in zip(question["values"], real["values"], strict=True):
            problem = _value(settings, name, value, status, outcome)
            if problem:
                outcome.disagreements.append(problem)
    outcome.disagreements += _required(settings, real["required"])
    outcome.disagreements += _defaults(settings, real["base"], outcome)
    return outcome


def _name(settings: SettingsClass, name: str, effect: list[Any], outcome: Outcome) -> str:
    found = settings.lookup(name)
    claimed = {field.path for field in found.fields}
    if effect[0] == "lands" and all(str(path[0]).startswith("<extra") for path in effect[1]):
        effect = ["read", "disturbs"]  # the head of an AliasPath that leads nowhere
    if effect[0] == "lands":
        paths = [tuple(str(part) for part in path) for path in effect[1]]
        outcome.names[name] = ", ".join(sorted({_shown(path, settings) for path in paths}))
        if not claimed:
            if found.unknown and (_HALF_KNOWN.search(found.unknown) or _is_open(settings)):
                return ""
            return f"missed: {name} really reaches {outcome.names[name]}, but {_told(found)}"
        stray = [
            p for p in paths if not any(p[: len(c)] == c or _share(settings, p[:1], c[:1]) for c in claimed)
        ]
        reached = [*paths, *(tuple(map(str, path)) for path in effect[2])]
        idle = [
            c for c in claimed if not any(p[: len(c)] == c for p in reached) and _is_there(settings, c[:-1])
        ]
        idle = [c for c in idle if not _own_name(settings, c, name)]
        idle = [c for c in idle if not any(_share(settings, p[:1], c[:1]) for p in paths)]
        # What is extra is no field, and not for the model to tell.
        stray = [p for p in stray if not p[0].startswith("<extra")]
        stray = [p for p in stray if p[:1] not in settings.by_path or not settings.by_path[p[:1]].open]
        if stray and not any(settings.by_path[c].doubt for c in claimed):
            return f"astray: {name} really reaches {stray}, not only {claimed}"
        if idle and len({settings.by_path[c].type.kind for c in claimed}) == 1:
            return f"idle: {name} reaches {paths}, not {idle}"
        return ""
    if claimed:
        if effect[0] == "read":
            outcome.names[name] = f"{', '.join(map('.'.join, sorted(claimed)))} (refused)"
        if all(name in dict(settings.by_path[path].inside) for path in claimed) or not any(
            _is_there(settings, path[:-1]) for path in claimed
        ):
            outcome.counts["names not shown"] += 1
            return ""
        unsure = any(
            "applies to it" in f.open for f in settings.fields if any(f.path[: len(c)] == c for c in claimed)
        )
        unsure = unsure or bool(settings.model.config.get("nested_model_default_partial_update"))
        if unsure or effect[0] == "read" or not any(_pairs(field, name) for field in found.fields):
            outcome.counts["names not shown"] += 1
            return ""
        return f"invented: {name} is not read, not by {claimed}"
    if effect[0] == "read" and effect[1] != "disturbs" and found.section is None and not found.unknown:
        return f"unread: {name} is refused ({effect[1:]}), but {_told(found)}"
    if found.unknown and not _HALF_KNOWN.search(found.unknown) and not _is_open(settings):
        return f"needlessly open: {name} because {found.unknown}"
    return ""


def _share(settings: SettingsClass, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two fields take the same names: an object put together for one is taken by both."""
    rows = [settings.by_path.get(path) for path in (one, other)]
    return all(rows) and bool({*rows[0].names} & {*rows[1].names})  # type: ignore[union-attr]


def _own_name(settings: SettingsClass, path: tuple[str, ...], name: str) -> bool:
    """Whether settings inside settings read the name themselves: some do when the module is imported."""
    above = settings.by_path.get(path[:-1])
    starts = (start + (settings.env_nested_delimiter or "\0") for start in above.names) if above else ()
    return above is not None and not any(name.lower().startswith(start.lower()) for start in starts)


def _is_there(settings: SettingsClass, path: tuple[str, ...]) -> bool:
    """Whether the section is there by default; else nested settings in it are not made."""
    return all(settings.by_path[path[:n]].made for n in range(1, len(path) + 1))


def _is_open(settings: SettingsClass) -> bool:
    """The generated classes that the model may call open say so in their documentation."""
    return "open:" in settings.model.ref.node.documentation


def _told(found: Lookup) -> str:
    if found.unknown:
        return f"the model calls it open: {found.unknown}"
    return (
        f"the model only knows the section {found.section.dotted}" if found.section else "the model says no"
    )


def _shown(path: tuple[str, ...], settings: SettingsClass) -> str:
    for length in range(len(path), 0, -1):
        if path[:length] in settings.by_path:
            return ".".join(path[:length])
    return ".".join(path)


def _trials(settings: SettingsClass, rng: random.Random) -> Iterator[tuple[str, str, dict[str, str]]]:
    for field in settings.fields:
        beside = [f for f in settings.fields if f.path[:-1] == field.path[:-1] and f.required and f != field]
        above = settings.by_path.get(field.path[:-1])
        if any(name.startswith(prefix) for name in field.names[:1] for prefix in _others(settings, field)):
            continue
        if len(field.path) > 1 and field.names and _own_name(settings, field.path, field.names[0]):
            continue  # settings inside settings may read it when the module is imported
        if field.reads and field.names[0] == field.reads[0][0]:
            continue  # its default has read it before the variable is set
        if beside and above is not None and above.type.kind in ("typeddict", "dataclass", "namedtuple"):
            continue  # without the others, which the worker cannot make optional, any value is refused
        alone = not any(
            f.path[:-1] == part[:-1] and f.path != part and _share(settings, part, f.path)
            for part in (field.path[:n] for n in range(1, len(field.path) + 1))
            for f in settings.fields
        )
        if not field.section and field.names and len(settings.lookup(field.names[0]).fields) == 1 and alone:
            for value in rng.sample(VALUES, 3):
                yield field.names[0], value, {}


def _others(settings: SettingsClass, field: Field) -> list[str]:
    """What the names below other fields begin with: a name that does so as well disturbs them."""
    delimiter = settings.env_nested_delimiter or "\0"
    tops = [f for f in settings.fields if len(f.path) == 1 and f.path[0] != field.path[0]]
    return [name + delimiter.upper() for f in tops for name in f.names] + [
        name + delimiter for f in tops for name in f.names
    ]


def _value(settings: SettingsClass, name: str, value: str, status: str, outcome: Outcome) -> str:
    (field,) = settings.lookup(name).fields
    outcome.counts["values"] += 1
    if (settings.env_ignore_empty and not value) or value == settings.model.config.get("env_parse_none_str"):
        return ""
    told = field.take(name, value)
    if isinstance(told, Unknown):
        outcome.counts["values not told"] += 1
        return ""
    if isinstance(told, Invalid) == (status == "ok"):
        return f"value: {name}={value!r} for {field.type.name} is {status}, the model says {told}"
    return ""


def _required(settings: SettingsClass, real: list[list[str]]) -> Iterator[str]:
    known = {f.path for f in settings.fields if not f.doubt}
    wanted = known & {tuple(path) for path in real}
    told = {field.path for field in settings.fields if field.required and field.path in known}
    for path in sorted(wanted - told):
        yield f"required: {'.'.join(path)} really is"
    for path in sorted(told - wanted):
        yield f"required: {'.'.join(path)} really is not"


def _defaults(settings: SettingsClass, base: list[list[Any]], outcome: Outcome) -> Iterator[str]:
    real = {tuple(map(str, path)): value for path, value in base}
    for field in settings.fields:
        if field.section or not isinstance(field.default, Known) or field.reads:
            continue
        outcome.counts["defaults"] += 1
        told = field.default.value
        if isinstance(told, Member):
            told = f"{told.cls}.{told.name}" if hasattr(told, "cls") else None
        if (
            isinstance(told, Secret | Url | list | tuple | dict | set | frozenset)
            or field.type.kind in _OTHER
        ):
            continue
        if any(settings.by_path[field.path[:n]].required for n in range(1, len(field.path))):
            continue  # the worker made None of it
        if field.path not in real:
            yield f"default: {field.dotted} is not there, the model says {told!r}"
        elif real[field.path] != told and not str(real[field.path]).endswith(f":{told}"):
            yield f"default: {field.dotted} is {real[field.path]!r}, the model says {told!r}"


_OTHER = frozenset({"enum", "path", "datetime", "date", "time", "timedelta", "url", "bytes", "uuid"})
