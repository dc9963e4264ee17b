"""The real pydantic-settings, asked in a process of its own: what does each environment name do to a class?

One JSON object a line comes in (`Question`), one goes out (`Answer`); see `settings_oracle` for the other side.
The class is loaded as it is, then every required field gets the default None, so that the effect of one variable
can be seen without giving all the others: the names of a field do not depend on its default.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import itertools
import json
import os
import sys
import types
import typing
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pydantic
import pydantic.dataclasses
import pydantic_settings
import typing_extensions
from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

warnings.simplefilter("ignore")
# There is no `.env` where the worker runs; the source would ask its empty mapping for every field.
pydantic_settings.DotEnvSettingsSource.__call__ = lambda self: {}  # type: ignore[method-assign]
try:
    from pydantic import v1
except Exception:  # pydantic 1 does not start on every version of Python
    v1 = None  # type: ignore[assignment]

Path = tuple[Any, ...]
ABSENT = "<absent>"
BUDGET = 4_000
"""Settings objects made for one class."""


class TooMuchError(Exception):
    """More questions than `BUDGET` allows."""


# ---- what a settings object holds


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each value at the bottom of the settings, with its path of field names, keys and indices."""
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, pydantic.RootModel):
        yield from leaves(value.root, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from leaves(getattr(value, name, ABSENT), (*path, name))
        for name, inner in (value.model_extra or {}).items():
            yield from leaves(inner, (*path, f"<extra {name}>"))
    elif v1 is not None and isinstance(value, v1.BaseModel):
        for name, inner in value.__dict__.items():
            yield from leaves(inner, (*path, name if name in value.__fields__ else f"<extra {name}>"))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name, ABSENT), (*path, field.name))
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        for name in value._fields:
            yield from leaves(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        if not value:
            yield path, "{}"
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        if not value:
            yield path, "[]"
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    elif isinstance(value, set | frozenset):
        yield path, repr(sorted(value, key=repr))
    elif isinstance(value, enum.Enum):
        yield path, f"{type(value).__name__}.{value.name}"
    elif value is None or isinstance(value, bool | int | float | str):
        yield path, value
    else:
        yield path, f"{type(value).__name__}:{value!s}"


# ---- the class


def _is_model(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, BaseModel)


def _fields(cls: Any) -> dict[str, Any]:
    """The fields of whatever holds named values, as FieldInfo or as a bare annotation."""
    if _is_model(cls):
        return dict(cls.model_fields)
    if v1 is not None and isinstance(cls, type) and issubclass(cls, v1.BaseModel):
        return dict(cls.__fields__)
    if pydantic.dataclasses.is_pydantic_dataclass(cls):
        return dict(cls.__pydantic_fields__)
    if isinstance(cls, type) and (
        dataclasses.is_dataclass(cls) or typing_extensions.is_typeddict(cls) or hasattr(cls, "_fields")
    ):
        try:
            return dict(typing.get_type_hints(cls, include_extras=True))
        except Exception:
            return dict(getattr(cls, "__annotations__", {}))
    return {}


def _annotation(field: Any) -> Any:
    if isinstance(field, FieldInfo):
        return field.annotation
    if v1 is not None and type(field).__name__ == "ModelField":
        return field.outer_type_
    return field


def _holders(annotation: Any, roots: bool = False) -> Iterator[Any]:
    """The classes with fields of their own inside an annotation; with `roots`, RootModels as well."""
    if hasattr(annotation, "__value__"):
        annotation = annotation.__value__
    if _is_model(annotation) and issubclass(annotation, pydantic.RootModel):
        yield from [annotation] if roots else []
        yield from _holders(annotation.model_fields["root"].annotation, roots)
    elif _fields(annotation):
        yield annotation
    else:
        for argument in typing.get_args(annotation):
            yield from _holders(argument, roots)


def _is_mapping(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    if isinstance(origin, type) and issubclass(origin, dict):
        return True
    if _is_model(annotation) and issubclass(annotation, pydantic.RootModel):
        return _is_mapping(annotation.model_fields["root"].annotation)
    return any(_is_mapping(argument) for argument in typing.get_args(annotation))


def _names(name: str, field: Any) -> set[str]:
    found = {name}
    metadata = (m for m in typing.get_args(field)[1:] if isinstance(m, FieldInfo))
    info = field if isinstance(field, FieldInfo) else next(metadata, None)
    for alias in (getattr(info, "alias", None), getattr(info, "validation_alias", None)):
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        for choice in choices:
            if isinstance(choice, AliasPath):
                found.update(part for part in choice.path if isinstance(part, str))
            elif isinstance(choice, str):
                found.add(choice)
    if hasattr(field, "field_info"):  # pydantic 1
        found.update({field.alias, *field.field_info.extra.get("env_names", ())})
    return found


def _all_classes(cls: Any) -> list[Any]:
    found = [cls]
    for one in found:
        for field in _fields(one).values():
            found += [holder for holder in _holders(_annotation(field), roots=True) if holder not in found]
    return found


def _bare_required(cls: Any) -> set[str]:
    """Of a TypedDict, a NamedTuple or a dataclass of the standard library."""
    if typing_extensions.is_typeddict(cls):
        # `__required_keys__` does not see NotRequired in annotations that are texts.
        optional = {
            n for n, hint in _fields(cls).items() if typing.get_origin(hint) is typing_extensions.NotRequired
        }
        return set(cls.__required_keys__) - optional
    if hasattr(cls, "_field_defaults"):
        return set(cls._fields) - set(cls._field_defaults)
    if dataclasses.is_dataclass(cls):
        missing = dataclasses.MISSING
        return {
            f.name for f in dataclasses.fields(cls) if f.default is missing and f.default_factory is missing
        }
    return set()


def _required(cls: Any, path: Path = (), trail: tuple[Any, ...] = ()) -> Iterator[Path]:
    for name, field in _fields(cls).items():
        required = field.is_required() if isinstance(field, FieldInfo) else name in _bare_required(cls)
        if required or (hasattr(field, "outer_type_") and field.required is True):  # pydantic 1
            yield (*path, name)
        for holder in _holders(_annotation(field)):
            if trail.count(holder) < 1 and len(path) < 6:
                yield from _required(holder, (*path, name), (*trail, holder))


def _relax(cls: Any) -> None:
    """Defaults for what is required; no validation of defaults."""
    classes = _all_classes(cls)
    for one in reversed(classes):
        if v1 is not None and issubclass(one, v1.BaseModel):
            one.__config__.validate_all = False
            for field in one.__fields__.values():
                field.validate_always = False
                if field.required:
                    field.required, field.default, field.allow_none = False, None, True
        elif _is_model(one):
            for info in one.model_fields.values():
                if info.is_required():
                    info.default = None
                info.validate_default = None if info.validate_default is None else False
            one.model_config = {**one.model_config, "validate_default": False}
    for _ in range(2):
        for one in reversed(classes):
            if _is_model(one):
                one.model_rebuild(force=True)
            elif pydantic.dataclasses.is_pydantic_dataclass(one):
                pydantic.dataclasses.rebuild_dataclass(one, force=True)


# ---- what the environment does to it


class _SpyText(str):
    log: typing.ClassVar[list[str]] = []

    def startswith(self, prefix: Any, *rest: Any) -> bool:
        self.log.append(prefix)
        return str.startswith(self, prefix, *rest)


class _SpyEnvironment(dict[str, Any]):
    def __init__(self) -> None:
        super().__init__({"zz_probe": "1"})
        self.asked: list[str] = []

    def get(self, key: Any, default: Any = None) -> Any:
        self.asked.append(key)
        return super().get(key, default)

    def items(self) -> Any:
        return [(_SpyText(key), value) for key, value in super().items()]


def _lookups(cls: Any) -> tuple[list[str], list[str]]:
    """The names that the environment is asked for, and the prefixes that its names are compared with."""
    spy = _SpyEnvironment()
    _SpyText.log.clear()
    if not _is_model(cls):
        return [n for f in cls.__fields__.values() for n in f.field_info.extra["env_names"]], []
    source = pydantic_settings.EnvSettingsSource(cls)
    source.env_vars = spy
    source()
    return list(dict.fromkeys(spy.asked)), list(dict.fromkeys(_SpyText.log))


class Probe:
    """One relaxed class."""

    def __init__(self, cls: Any, load: Callable[[], Any]) -> None:
        self.cls = cls
        self.load = load
        self.made = 0
        self.config: dict[str, Any] = (
            dict(cls.model_config) if _is_model(cls) else {
                key: getattr(cls.__config__, key, None) for key in ("case_sensitive", "env_nested_delimiter")
            }
        )  # fmt: skip
        self.base = self.run({})
        self.constants = self._constants()

    def run(self, given: dict[str, str]) -> tuple[str, Any]:
        """ "ok" and the leaves; "json" and the field; "refused" and the places."""
        self.made += 1
        if self.made > BUDGET:
            raise TooMuchError
        os.environ.clear()
        try:
            os.environ.update(given)
            made = self.cls()
        except pydantic.ValidationError as error:
            return "refused", [
                (str(row["type"]), tuple(row["loc"]), row.get("ctx", {})) for row in error.errors()
            ]
        except pydantic_settings.SettingsError as error:
            return "json", str(error).split('"')[1]
        except Exception as error:
            if v1 is not None and isinstance(error, v1.ValidationError):
                return "refused", [(row["type"], tuple(row["loc"]), {}) for row in error.errors()]
            if type(error).__name__ == "SettingsError":
                return "json", str(error)
            return "crash", f"{type(error).__name__}: {error}"
        finally:
            os.environ.clear()
        return "ok", dict(leaves(made))

    def _constants(self) -> list[str]:
        """Values of the Enums and Literals in the class."""
        found: list[str] = []
        self.tags: list[tuple[str, str]] = []
        """Discriminators of unions, with their values."""

        def look(annotation: Any) -> None:
            if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
                found.extend(str(member.value) for member in annotation)
            elif typing.get_origin(annotation) is typing.Literal:
                found.extend(str(value) for value in typing.get_args(annotation))
            for argument in typing.get_args(annotation):
                look(argument)

        for one in _all_classes(self.cls):
            for name, field in _fields(one).items():
                look(_annotation(field))
                if name in ("kind", "type") and typing.get_origin(_annotation(field)) is typing.Literal:
                    self.tags += [(name, str(value)) for value in typing.get_args(_annotation(field))]
        self.tags = list(dict.fromkeys(self.tags))
        return list(dict.fromkeys(found))

    def candidates(self) -> list[str]:
        """Every name that may do something, and near misses."""
        exact, prefixes = _lookups(self.cls)
        found = dict.fromkeys(exact)
        delimiter = self.config.get("env_nested_delimiter")
        own = self.config.get("env_prefix") or ""
        for name, field in _fields(self.cls).items():
            names = _names(name, field)
            for one in names:
                found.update(dict.fromkeys((one, own + one)))
            if delimiter:
                starts = [
                    p for p in prefixes if any(p.lower().endswith((n + delimiter).lower()) for n in names)
                ]
                starts += [] if prefixes else [n + delimiter for n in exact]
                for rest in itertools.islice(self._below(_annotation(field), delimiter, 0), 60):
                    found.update(dict.fromkeys(start + rest for start in starts))
        return list(found)

    def _below(self, annotation: Any, delimiter: str, depth: int) -> Iterator[str]:
        if depth > 3:
            return
        for holder in _holders(annotation):
            for name, field in _fields(holder).items():
                for one in sorted(_names(name, field)):
                    yield one
                    for rest in self._below(_annotation(field), delimiter, depth + 1):
                        yield one + delimiter + rest
        if _is_mapping(annotation) or (depth and annotation in (Any, object)):
            yield "dynkey"
            for rest in self._below(typing.get_args(annotation)[-1:], delimiter, depth + 1):
                yield "dynkey" + delimiter + rest
        if depth == 0:
            yield "no_such"

    def effects(self, name: str, suggested: list[list[str]], several: bool) -> list[Any]:
        """As `effect`; where a name is said to reach several fields, what all suggested values show together."""
        if not several:
            return self.effect(name, suggested)
        effects = [self.effect(name, [pair]) for pair in suggested]
        landed = [effect for effect in effects if effect[0] == "lands"]
        if not landed:
            return effects[0]
        return ["lands", *([path for effect in landed for path in effect[n]] for n in (1, 2))]

    def effect(self, name: str, suggested: list[list[str]]) -> list[Any]:
        """["lands", what two values tell apart, what the first changes], ["read", where it fails or what it
        disturbs], or [""]."""
        pairs = [*map(tuple, suggested), *(PAIRS if suggested else PAIRS[:5])]
        pairs += itertools.pairwise([*self.constants, "s3ntinel"])
        other_effect: list[Any] = [""]
        for pair in pairs:
            one = self.run({name: pair[0]})
            if one[0] == "refused" and any(row[0].startswith("union_tag") for row in one[1]):
                if changed := self._beside_a_tag(name, pair):
                    return ["lands", changed, changed]
                other_effect = ["read", "another member of a union"]
                continue
            idle = one == self.base and pair is PAIRS[0]  # no default is that text
            two = one if one[0] != "ok" or idle else self.run({name: pair[1]})
            base = self.base
            if one[0] == two[0] == "ok":
                changed = _difference(one[1], two[1])
                if changed:
                    return ["lands", changed, _difference(one[1], base[1])]
                if one != base and other_effect == [""]:
                    other_effect = ["read", "disturbs"]
                elif one == base and other_effect == [""]:
                    # A function that tells members apart may choose another one by default.
                    changed = self._beside_a_tag(name, pair) if suggested else []
                    return ["lands", changed, changed] if changed else [""]
            elif other_effect in ([""], ["read", "disturbs"]):
                where = [row[:2] for row in two[1]] if two[0] == "refused" else two[1]
                other_effect = ["read", two[0], where]
        return other_effect

    def effect_on_import(self, name: str, suggested: list[list[str]]) -> list[Any]:
        """As `effect`, of a variable that is set before the module is imported."""
        for pair in suggested:
            made = []
            for value in pair:
                os.environ.clear()
                os.environ[name] = value
                try:
                    cls = self.load()
                    os.environ.clear()
                    _relax(cls)
                    made.append(dict(leaves(cls())))
                except Exception as error:
                    return ["read", f"{type(error).__name__} on import"]
                finally:
                    os.environ.clear()
            if len(made) == 2 and (changed := _difference(made[0], made[1])):
                return ["lands", changed, changed]
        return [""]

    def _beside_a_tag(self, name: str, pair: tuple[str, ...]) -> list[list[Any]]:
        for tag in self._tags(name, pair[0]):
            outcomes = [self.run({**tag, name: value}) for value in pair]
            if outcomes[0][0] == outcomes[1][0] == "ok":
                changed = _difference(outcomes[0][1], outcomes[1][1])
                if changed:
                    return changed
        return []

    def _tags(self, name: str, value: str) -> Iterator[dict[str, str]]:
        """A variable beside `name` that chooses the member of a discriminated union."""
        delimiter = self.config.get("env_nested_delimiter") or "\0"
        head = name.rpartition(delimiter)[0]
        for discriminator, constant in self.tags:
            tag = {head + delimiter + discriminator: constant}
            if head + delimiter + discriminator != name and self.run({**tag, name: value})[0] == "ok":
                yield tag


def _difference(one: dict[Path, Any], two: dict[Path, Any]) -> list[list[Any]]:
    paths = dict.fromkeys((*one, *two))
    changed = [p for p in paths if one.get(p, ABSENT) != two.get(p, ABSENT)]
    return [list(path) for path in changed]


PAIRS: list[tuple[str, str]] = [
    ("s3ntinel", "s4ntinel"), ("7341", "7342"), ("true", "false"), ('["s3ntinel"]', '["s4ntinel"]'),
    ("[7341]", "[7342]"), ('{"k": "s3ntinel"}', '{"k": "s4ntinel"}'), ('{"k": 7341}', '{"k": 7342}'), ("{}", "null"),
]  # fmt: skip


def _load(question: dict[str, Any], number: int) -> Any:
    module, _, name = question["target"].partition(":")
    if "folder" in question:
        before = set(sys.modules)
        sys.path.insert(0, question["folder"])
        importlib.invalidate_caches()
        try:
            return getattr(importlib.import_module(module), name)
        finally:
            sys.path.remove(question["folder"])
            for loaded in set(sys.modules) - before:
                if not loaded.startswith(("pydantic", "typing")):
                    sys.modules.pop(loaded)
    made = types.ModuleType(f"generated_{number}")
    sys.modules[made.__name__] = made  # annotations that are texts are looked up there
    exec(compile(question["source"], f"{module}.py", "exec", dont_inherit=True), made.__dict__)
    return getattr(made, name)


def answer(question: dict[str, Any], number: int) -> dict[str, Any]:
    try:
        cls = _load(question, number)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    known = {name: list(info) for name, info in question.get("names", {}).items()}
    required = [list(path) for path in dict.fromkeys(_required(cls))]
    _relax(cls)
    probe = Probe(cls, lambda: _load(question, number))
    if probe.base[0] != "ok":
        return {"error": f"no object can be made of it: {probe.base[1]}"}
    names: dict[str, Any] = {}
    refused: list[list[Any]] = []
    sensitive = bool(probe.config.get("case_sensitive"))
    try:
        for name in dict.fromkeys((*known, *question.get("misses", ()), *probe.candidates())):
            shown = name if sensitive or name in question.get("exact", ()) else name.upper()
            if shown and shown not in names and "\0" not in shown and "=" not in shown:
                several = name in question.get("several", ())
                pairs = known.get(name) or known.get(name.upper(), [])
                names[shown] = probe.effects(shown, pairs, several)
                if names[shown] == [""]:
                    names[shown] = probe.effect_on_import(shown, pairs)
        for name, value, companion in question.get("values", ()):
            refused.append([name, value, probe.run({**companion, name: value})[0]])
    except TooMuchError:
        return {"error": "too many names"}
    return {
        "names": names,
        "values": refused,
        "required": required,
        "base": [[list(path), value] for path, value in probe.base[1].items()],
        "env": issubclass(cls, BaseSettings),
    }


def main() -> None:
    for number, line in enumerate(sys.stdin):
        reply = answer(json.loads(line), number)
        sys.modules.pop(f"generated_{number}", None)
        print(json.dumps(reply, default=str), flush=True)


if __name__ == "__main__":
    main()
