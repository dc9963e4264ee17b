"""The settings classes of a repository: which environment names each reads, into which field, of which type.

What pydantic-settings does is taken from its sources and checked against the library in tests/oracle
(pydantic-settings 2.16: `EnvSettingsSource`; pydantic 1.10: `BaseSettings`). Nothing is imported or run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.application import module_name
from dotmac_lint.model.paths_in_code import Beside, paths_of
from dotmac_lint.model.settings_code import ClassRef, External, Raw
from dotmac_lint.model.settings_sources import Sources, sources_of
from dotmac_lint.model.settings_types import (
    Declared,
    Instance,
    Model,
    TypeInfo,
    is_complex,
    union_is_complex,
    union_of,
)
from dotmac_lint.model.values import Coerced, Invalid, coerce
from dotmac_lint.readers.python.code import Call
from dotmac_lint.readers.python.settings import Function
from dotmac_lint.source import Span
from dotmac_lint.workspace import Workspace

if TYPE_CHECKING:
    from dotmac_lint.model.misnamed import Misnaming

DEPTH = 8
"""Sections inside sections; deeper ones are models that hold themselves."""
MOST_FIELDS = 5_000
INITIALISER = "its `__init__`"


class Field(msgspec.Struct, frozen=True):
    """A field of the settings, at any depth: `path` is ("database", "host") for `settings.database.host`."""

    path: tuple[str, ...]
    names: tuple[str, ...]
    """The environment names that reach it, the first that is set wins; in capitals where case does not count."""
    type: TypeInfo
    default: Known[Any] | Unknown | None
    """What it holds when nothing of its section is set; None where it has no default."""
    class_default: Known[Any] | Unknown | None
    """What it holds when others of its section are set, which throws a default object's values away."""
    required: bool
    section: bool
    """It holds fields of its own."""
    span: Span
    """Its name, where its class declares it."""
    description: str = ""
    reads: tuple[tuple[str, Span], ...] = ()
    """Variables that its default reads by itself, with `os.getenv`."""
    any_below: tuple[str, ...] = ()
    """Prefixes: whatever name starts with one of them becomes a key of this mapping."""
    open: str = ""
    """Why other names below it may be taken as well."""
    inside: tuple[tuple[str, tuple[str | int, ...]], ...] = ()
    """Of `names`, those that hold JSON out of which it is taken (AliasPath), with the way to it."""
    anycase: tuple[tuple[str, str], ...] = ()
    """More names, each in two parts, in the second of which case does not count: settings inside
    case-sensitive ones look for it."""
    made: bool = False
    """Its default is an object of a class of the repository."""
    legacy: bool = False
    """pydantic 1 reads it."""
    doubt: str = ""
    """Why its type alone does not tell which values are refused."""
    ignored: tuple[tuple[str, ...], Span] | None = None
    """The names that its class gives it in vain, with pydantic 1's `env`, and where."""

    @property
    def dotted(self) -> str:
        return ".".join(self.path)

    @property
    def no_decode(self) -> bool:
        return self.type.decode == "no"

    def take(self, name: str, text: str) -> Coerced:
        """What it holds if the environment variable `name` has the value `text` (env_ignore_empty aside)."""
        if any(inside == name for inside, _ in self.inside):
            return Unknown("is taken out of JSON")
        if self.doubt:
            return Unknown(self.doubt)
        result = coerce(text, self.type)
        if self.legacy and isinstance(result, Known) and isinstance(result.value, int) and "." in text:
            return Unknown("is read by pydantic 1, whose rules are not followed")
        decodes = self.type.decode != "no" and (
            self.type.kind == "union" or is_complex(self.type) is not False
        )
        if text.strip() == "null" and (decodes or isinstance(result, Invalid)):
            return Unknown("is null, which at the top keeps the default")
        return result

    @property
    def secret(self) -> bool:
        from dotmac_lint.report.secrets import is_secret_name

        kinds = {self.type.kind, *(argument.kind for argument in self.type.args)}
        return "secret" in kinds or is_secret_name(self.path[-1])


class Lookup(msgspec.Struct, frozen=True):
    """What a settings class does with an environment name."""

    fields: tuple[Field, ...] = ()
    """The fields that take it."""
    section: Field | None = None
    """The innermost section into which the name falls."""
    unknown: str | None = None
    """Why it cannot be told whether a field takes it."""


class SettingsClass:
    """A class that reads its fields from the environment."""

    def __init__(self, model: Model, workspace: Workspace) -> None:
        self.model = model
        self.workspace = workspace
        self.path = model.ref.module.path
        self.name = model.ref.name
        self.span = model.span
        self._lookups: dict[str, Lookup] = {}
        self.changes: tuple[tuple[str, Span], ...] = ()
        """Dotted paths that code changes once the settings are made, and where."""
        self.vault_paths: tuple[tuple[str, str, Span], ...] = ()
        """Dotted path, Vault path and the place of what a secrets loader fills."""

    def __repr__(self) -> str:
        return f"<SettingsClass {self.name} of {self.path}>"

    @cached_property
    def qualified(self) -> str:
        """`package.module:Class`."""
        return f"{module_name(self.workspace, self.path)}:{self.name}"

    # ---- configuration

    def _text(self, key: str) -> str | None:
        value = self.model.config.get(key)
        return value if isinstance(value, str) else None

    @property
    def env_prefix(self) -> str:
        return self._text("env_prefix") or ""

    @property
    def env_nested_delimiter(self) -> str | None:
        return self._text("env_nested_delimiter") or None

    @property
    def case_sensitive(self) -> bool:
        return bool(self.model.config.get("case_sensitive"))

    @property
    def env_ignore_empty(self) -> bool:
        return bool(self.model.config.get("env_ignore_empty"))

    @cached_property
    def env_files(self) -> tuple[str, ...] | None:
        """The `.env` files that it reads itself, in rising priority, where its process runs; None where they cannot be
        told."""
        value = self.model.config.get("env_file")
        if self._sources.dotenv is None:
            return None
        if value is None or not self._sources.dotenv or self.env_files_beside:
            return ()
        files = value if isinstance(value, list | tuple) else (value,)
        return tuple(files) if all(isinstance(file, str) for file in files) else None

    @cached_property
    def env_files_beside(self) -> tuple[Beside, ...]:
        """The others that it reads itself: their paths begin at a module."""
        value = self.model.config.get("env_file")
        if not self._sources.dotenv or not isinstance(value, Raw):
            return ()
        return paths_of(self.model.code, value) or ()

    @cached_property
    def _sources(self) -> Sources:
        return sources_of(self.model)

    @property
    def may_ignore_the_environment(self) -> bool:
        """Whether only a source that is not followed may read the environment."""
        return self._sources.unsure

    @cached_property
    def open(self) -> tuple[str, ...]:
        """Why environment names may be read of which nothing is known here; empty where all are known."""
        reasons = list(self.model.open)
        config = self.model.config
        if "..." in config:
            reasons.append(f"the configuration of `{self.name}` cannot be worked out")
        for key in ("env_prefix", "env_nested_delimiter", "case_sensitive", "env_prefix_target"):
            if isinstance(config.get(key), Raw | Unknown):
                reasons.append(f"`{key}` of `{self.name}` cannot be worked out")
        reasons += [field.unknown for field in self.model.fields if field.unknown]
        reasons += self._sources.open
        return tuple(dict.fromkeys(reasons))

    @cached_property
    def other_sources(self) -> tuple[str, ...]:
        """What may fill fields besides the environment: files, the command line, sources of its own."""
        found = list(self._sources.other)
        config = self.model.config
        if config.get("secrets_dir"):
            found.append("files of `secrets_dir`")
        if config.get("cli_parse_args"):
            found.append("the command line")
        if self.model.version == 2 and any(
            isinstance(base, ClassRef) and "__init__" in base.names for base in self.model.mro
        ):
            found.append(INITIALISER)
        return tuple(found)

    # ---- fields

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field: sections before what they hold, in the order of declaration."""
        return tuple(_Naming(self.model, self._sources.environment, bool(self._sources.open)).fields())

    @cached_property
    def by_path(self) -> dict[tuple[str, ...], Field]:
        return {field.path: field for field in self.fields}

    @cached_property
    def _by_name(self) -> dict[str, tuple[Field, ...]]:
        found: dict[str, tuple[Field, ...]] = {}
        for field in self.fields:
            own = {name for name, _ in field.reads}
            for name in field.names:
                if name not in own:
                    key = self._key(name)
                    found[key] = (*found.get(key, ()), field)
        return found

    @cached_property
    def _by_read(self) -> dict[str, list[Field]]:
        """Case counts in what a default reads by itself."""
        found: dict[str, list[Field]] = {}
        for field in self.fields:
            for name, _ in field.reads:
                found.setdefault(name, []).append(field)
        return found

    @cached_property
    def _by_any_case(self) -> dict[str, list[tuple[str, Field]]]:
        found: dict[str, list[tuple[str, Field]]] = {}
        for field in self.fields:
            for start, rest in field.anycase:
                found.setdefault((start + rest).lower(), []).append((start, field))
        return found

    @cached_property
    def _prefixes(self) -> list[tuple[str, Field]]:
        """What the names below sections start with, longest first."""
        delimiter = self.env_nested_delimiter
        if delimiter is None or (not self.case_sensitive and delimiter != delimiter.lower()):
            return []
        rows = [
            (prefix, field)
            for field in self.fields
            if self._has_below(field)
            for prefix in (self._key(name) + delimiter for name in field.names)
            if len(field.path) == 1 or _splits_at_end(prefix, self._starts(field, delimiter), delimiter)
        ]
        return sorted(rows, key=lambda row: -len(row[0]))

    def _starts(self, field: Field, delimiter: str) -> list[str]:
        """What the names of the fields beside it start with."""
        above = self.by_path.get(field.path[:-1])
        return [self._key(name) + delimiter for name in above.names] if above else []

    def _has_below(self, field: Field) -> bool:
        """Whether names are cut at the delimiter that follows those of the field, and it may take the rest."""
        split = _most_splits(self.model)
        if split is not None and len(field.path) > split:
            return False
        return bool(
            field.section
            or field.open
            or field.any_below
            or is_complex(field.type)
            or union_is_complex(field.type)
        )

    @cached_property
    def _recased(self) -> list[tuple[str, str, Field]]:
        """Of the fields that are found regardless of case: the start in which case counts, and, in small
        letters, what the names below them start with."""
        delimiter = self.env_nested_delimiter or ""
        return [
            (start, (start + rest + delimiter).lower(), field)
            for field in self.fields
            if delimiter and self._has_below(field)
            for start, rest in field.anycase
        ]

    @cached_property
    def near_names(self) -> dict[str, tuple[Misnaming, ...]]:
        """By the words of a name, the fields that it may mean."""
        from dotmac_lint.model.misnamed import near_names

        return near_names(self)

    @cached_property
    def _mappings(self) -> list[tuple[str, Field]]:
        return [(self._key(prefix), field) for field in self.fields for prefix in field.any_below]

    def _key(self, name: str) -> str:
        return name if self.case_sensitive else name.lower()

    def lookup(self, name: str) -> Lookup:
        """Which fields take the environment name `name`."""
        found = self._lookups.get(name)
        if found is None:
            found = self._lookups[name] = self._lookup(name)
        return found

    def _lookup(self, name: str) -> Lookup:
        key = self._key(name)
        fields = list(self._by_name.get(key, ()))
        fields += [field for field in self._by_read.get(name, ()) if field not in fields]
        for start, field in self._by_any_case.get(name.lower(), ()):
            if name.startswith(start) and field not in fields:
                fields.append(field)
        taking = [field for prefix, field in self._mappings if key.startswith(prefix)]
        recased = [
            field
            for start, prefix, field in self._recased
            if name.startswith(start) and name.lower().startswith(prefix)
        ]
        taking += [field for field in recased if field.any_below and field not in taking]
        if fields or taking:
            return Lookup((*fields, *taking))
        why = self.open[0] if self.open else None
        section: Field | None = None
        for prefix, field in self._prefixes:
            # The name is meant for the innermost section, unless it falls into another one as well.
            if key.startswith(prefix) and (section is None or section.path[: len(field.path)] != field.path):
                section = section or field
                why = field.open or why
        for field in recased:
            if section is None or len(section.path) < len(field.path):
                section = field
                if field.section:
                    why = f"settings inside the settings find `{field.dotted}` regardless of case"
        return Lookup((), section, why)


# ---- names


class _Name(msgspec.Struct, frozen=True):
    """How an environment name reaches a field."""

    recased: bool = True
    """Names below it are found regardless of case, if the types allow it."""
    found: bool = True
    """Values are decoded from JSON."""
    way: tuple[str | int, ...] = ()
    """The way to the value in the JSON that it holds, as AliasPath has it."""


Names = dict[str, _Name]


class _Place(msgspec.Struct, frozen=True):
    """Where a model stands inside the settings: how the names of its fields begin."""

    path: tuple[str, ...]
    prefixes: Names
    """With the delimiter at their end, in the case in which they are compared."""
    depth: int
    recase: bool
    """Its fields' names are found regardless of case."""
    config: dict[str, Any]
    """That of the model."""
    decoded: bool = True
    """Its fields' values are decoded from JSON; not below plain dataclasses and TypedDicts."""
    instance: Instance | None = None
    doubt: str = ""
    anycase: bool = False
    """Nested settings read their own names regardless of case, though the outer ones do not."""
    absent: bool = False
    """The section's default is None or cannot be told."""


def _most_splits(model: Model) -> int | None:
    """At how many delimiters a name is cut; None where there is no limit."""
    split = model.config.get("env_nested_max_split")
    return split if isinstance(split, int) and split > 0 and model.version == 2 else None


_READS = Unknown("its default reads the environment")


class _Naming:
    """Works out the names of all fields of one settings class."""

    def __init__(self, model: Model, environment: bool, own_sources: bool = False) -> None:
        self.model = model
        self.own_sources = own_sources
        self.code = model.code
        config = model.config
        self.reads_environment = environment
        self.case_sensitive = bool(config.get("case_sensitive"))
        delimiter = config.get("env_nested_delimiter")
        self.delimiter = delimiter if isinstance(delimiter, str) and delimiter else None
        if self.delimiter and not self.case_sensitive and self.delimiter != self.delimiter.lower():
            self.delimiter = None  # names are compared in small letters, in which it never stands
        self.max_split = _most_splits(model)
        prefix = config.get("env_prefix")
        self.prefix = prefix if isinstance(prefix, str) else ""
        self.known = not isinstance(prefix, Raw | Unknown) and not isinstance(delimiter, Raw | Unknown)
        target = config.get("env_prefix_target")
        self.target = target if isinstance(target, str) else "variable"
        self.decodes = config.get("enable_decoding") is not False
        self.count = 0

    def fields(self) -> Iterator[Field]:
        for declared in self.model.fields:
            names = self._top_names(declared) if self.known and self.reads_environment else ()
            yield from self._field(
                declared,
                dict.fromkeys(names, _Name()),
                (),
                _Place((), {}, 0, True, self.model.config),
                {id(self.model): 1},
                {},
                _other(declared, names, self._by_alias),
            )

    @cached_property
    def _by_alias(self) -> dict[str, list[str]]:
        """The fields at the top that take an environment name by an alias."""
        found: dict[str, list[str]] = {}
        for declared in self.model.fields if self.model.version == 2 else ():
            for name in self._top_names(declared) if declared.aliases else ():
                found.setdefault(name, []).append(declared.name)
        return found

    @cached_property
    def _places(self) -> dict[int, list[dict[str, Any]]]:
        """Of each model without a configuration, those of the classes in which it stands.

        pydantic makes one schema of such a model, for which that of any of its places may count everywhere.
        """
        found: dict[int, list[dict[str, Any]]] = {}
        seen: set[tuple[int, tuple[str, ...]]] = set()
        pending = [(self.model, self.model.config)]
        while pending:
            model, config = pending.pop()
            rules = _rules(config, ("alias_generator", "extra", *_VALUE_RULES))
            if (id(model), rules) not in seen:
                seen.add((id(model), rules))
                if not model.has_config:
                    found.setdefault(id(model), []).append(config)
                for declared in model.fields:
                    pending += [(inner, inner.inherited_config(config)) for inner in _models(declared.type)]
        return found

    def _fold(self, name: str) -> str:
        return name if self.case_sensitive else name.lower()

    def _shown(self, name: str) -> str:
        return name if self.case_sensitive else name.upper()

    def _top_names(self, declared: Declared) -> tuple[str, ...]:
        """`PydanticBaseEnvSettingsSource._extract_field_info`; of pydantic 1, `BaseConfig.prepare_field`."""
        if declared.unknown:
            return ()
        if self.model.version == 1:
            names = declared.env if declared.env is not None else (self.prefix + declared.name,)
            return tuple(dict.fromkeys(map(self._fold, names)))
        aliases, by_name = _accepted(declared, self.model.config)
        before = self.prefix if self.target in ("alias", "all") else ""
        names = tuple(before + str(alias[0]) for alias in aliases)
        if by_name:
            names += ((self.prefix if self.target in ("variable", "all") else "") + declared.name,)
        return tuple(dict.fromkeys(map(self._fold, names)))

    def _field(
        self,
        declared: Declared,
        names: Names,
        anycase: tuple[tuple[str, str], ...],
        place: _Place,
        trail: dict[int, int],
        own: dict[tuple[str, ...], Field],
        other: str,
    ) -> Iterator[Field]:
        """`own` are the fields of nested settings around it that read names of their own, by their paths;
        `other` is a field beside it that takes one of its names as well."""
        self.count += 1
        if self.count > MOST_FIELDS:
            return
        path = (*place.path, declared.name)
        type = _configured(declared.type, place.config)
        decoded = place.decoded and (not names or any(how.found for how in names.values()))
        if type.decode != "force" and (not decoded or not self.decodes):
            type = msgspec.structs.replace(type, decode="no")
        sections = objects(type)
        inner = [] if len(place.path) >= DEPTH else sections
        inner = [row for row in inner if trail.get(id(row[0]), 0) < 2]
        inside = self._ways(declared, names, place)
        prefixes: Names = {}
        if self.delimiter and (self.max_split is None or place.depth < self.max_split):
            # At the top, `_fillable` tells whether a name that holds JSON has others below it.
            names_above = names if not place.path else [name for name in names if name not in inside]
            prefixes = {name + self.delimiter: names[name] for name in names_above}
        if place.path and self.delimiter:
            starts = list(place.prefixes)
            prefixes = {p: how for p, how in prefixes.items() if _splits_at_end(p, starts, self.delimiter)}
        any_below = prefixes if _mapping(type) or (place.path and _anything(type)) else {}
        all_prefixes = prefixes
        if place.depth == 0:
            prefixes = self._fillable(declared, prefixes)
            any_below = any_below if self.model.version == 1 else any_below and prefixes
        closed = _why_open([row[0] for row in inner], place.config) if inner else ""
        if len(inner) < len(sections) and self.delimiter:
            closed = f"`{'.'.join(path)}` may hold sections of its own kind without end"
        if (not inner and type.kind == "unknown") or (
            type.kind == "union" and any(a.kind == "unknown" for a in type.args)
        ):
            closed = f"the type of `{'.'.join((*place.path, declared.name))}` is not in the repository"
        if self.model.version == 1 and place.depth == 0 and self.delimiter and (inner or any_below):
            # `explode_env_vars` cuts the length of the prefix off names given by `env`, too.
            if any(self.delimiter not in p[len(self.prefix) :] for p in all_prefixes):
                closed = f"pydantic 1 takes the prefix for a part of `{next(iter(names))}`"
        if other and self.delimiter and (inner or is_complex(type)):
            # What is put together for one of them fills both.
            prefixes, any_below = {}, {}
            closed = f"`{other}` takes the same names as `{declared.name}`"
        if inside and self.delimiter:
            closed = f"`{declared.name}` is taken out of the JSON in {self._shown(next(iter(inside)))}"
        for model, _ in inner:
            configs = self._places.get(id(model), ())
            if any(config.get("extra") == "allow" for config in configs):
                closed = closed or f"`{model.name}` keeps values that it has no fields for"
            if any("alias_generator" in config for config in configs):
                closed = f"the alias generator of the class around `{model.name}` applies to it as well"
                prefixes = {}
        shown = [*map(self._shown, names), *(name for name, _ in declared.reads)]
        if path in own and place.anycase:
            anycase += tuple(("", name) for name in own[path].names)
        elif path in own:
            shown += own[path].names
        yield Field(
            path=path,
            names=tuple(dict.fromkeys(shown)),
            type=type,
            default=self._default(declared, place),
            class_default=_READS if declared.reads else declared.default,
            required=declared.default is None and declared.instance is None and not declared.omissible,
            section=bool(inner),
            span=declared.span,
            description=declared.description,
            reads=declared.reads,
            any_below=tuple(map(self._shown, any_below)),
            open=closed,
            anycase=anycase,
            inside=(
                *((self._shown(name), way) for name, way in inside.items()),
                *(own[path].inside if path in own else ()),
            ),
            made=declared.instance is not None,
            legacy=self.model.version == 1,
            doubt=place.doubt or self._doubt(type, names, place),
            ignored=declared.ignored,
        )
        for model, _ in inner:
            own = {**own, **self._own_names(declared, model, path)}
        made = declared.instance.ref if declared.instance else None
        members: dict[str, list[tuple[Declared, Model, _Place]]] = {}
        for model, plain in inner:
            followed = model.is_pydantic
            below = _Place(
                path=path,
                prefixes=prefixes,
                depth=place.depth + 1,
                config=model.inherited_config(place.config),
                recase=place.recase and plain and followed and self.model.version == 2,
                decoded=place.decoded and followed and not _wrapped(type),
                anycase=self.case_sensitive and not model.config.get("case_sensitive"),
                doubt=place.doubt or self._doubt_below(declared, type),
                instance=declared.instance if made is model.ref else None,
                absent=place.absent
                or declared.omissible
                or (declared.default is not None and made is not model.ref),
            )
            for child in model.fields:
                members.setdefault(child.name, []).append((child, model, below))
        named = [(rows, [self._nested_names(*row) for row in rows]) for rows in members.values()]
        takers: dict[str, list[str]] = {}
        for rows, found in named:
            for name in {name for names, _ in found for name in names}:
                takers.setdefault(name, []).append(rows[0][0].name)
        for rows, found in named:
            deeper = {**trail, **{id(model): trail.get(id(model), 0) + 1 for _, model, _ in rows}}
            child, _, below = next((row for row in rows if row[2].instance is not None), rows[0])
            if len(rows) > 1:
                child = msgspec.structs.replace(child, type=union_of([row[0].type for row in rows]))
            below_names = {name: how for names, _ in found for name, how in names.items()}
            more = tuple(dict.fromkeys(pair for _, pairs in found for pair in pairs))
            shared = _other(child, below_names, takers)
            yield from self._field(child, below_names, more, below, deeper, own, shared)

    def _default(self, declared: Declared, place: _Place) -> Known[Any] | Unknown | None:
        """What the field holds where nothing sets it."""
        if declared.reads:
            return _READS
        if place.absent:
            return Unknown("its section is not there unless something of it is set")
        if place.instance is not None:
            given = dict(place.instance.keywords)
            if declared.name in given:
                return self.code.fold(given[declared.name], place.instance.scope)
            if not place.instance.complete:
                return Unknown("its section is made by code that is not followed")
        return declared.default

    def _own_names(
        self, declared: Declared, model: Model, path: tuple[str, ...]
    ) -> dict[tuple[str, ...], Field]:
        """The fields of a nested settings object, which reads names of its own, too, where it is made by a call."""
        if not model.is_settings or declared.instance is None:
            return {}
        naming = _Naming(model, True)
        if not (naming.known and (naming.case_sensitive == self.case_sensitive or self.case_sensitive)):
            return {}
        set_by_hand = {keyword for keyword, _ in declared.instance.keywords}
        return {(*path, *f.path): f for f in naming.fields() if f.path[0] not in set_by_hand}

    def _doubt_below(self, declared: Declared, type: TypeInfo) -> str:
        for model, _ in objects(type):
            if len({_rules(config, _VALUE_RULES) for config in self._places.get(id(model), ())}) > 1:
                return f"may be taken as another class in which `{model.name}` stands has it"
        if _several(type):
            return "is of a section that has several forms"
        if declared.instance is not None and self.model.config.get("nested_model_default_partial_update"):
            return "is merged into what the default of its section holds"
        if declared.instance is not None and not self.decodes:
            return "may be read by settings inside settings, which decode it"
        return ""

    def _doubt(self, type: TypeInfo, names: Names, place: _Place) -> str:
        for key in ("env_parse_enums", "strict"):
            if self.model.config.get(key) or place.config.get(key):
                return f"is taken as `{key}` of `{self.model.name}` has it"
        if len({how.found for how in names.values()}) > 1:
            return "is decoded under one name and not under another"
        if self.own_sources and (type.kind == "union" or is_complex(type) is not False):
            return f"may be decoded by a source of `{self.model.name}` itself"
        kinds = {a.kind for a in type.args if a.kind != "none"} if type.kind == "union" else {type.kind}
        if self.model.version == 1 and not kinds <= {"str", "bool", "int", "literal", "enum", "secret"}:
            return "is read by pydantic 1, whose rules are not followed"
        return ""

    def _ways(self, declared: Declared, names: Names, place: _Place) -> dict[str, tuple[str | int, ...]]:
        """The names that are the head of an AliasPath, with the rest of it."""
        before = (
            list(place.prefixes) if place.path else (self.prefix if self.target in ("alias", "all") else "",)
        )
        heads = {self._fold(p + str(alias[0])): alias[1:] for alias in declared.aliases for p in before}
        ways = {name: heads.get(name) or how.way for name, how in names.items()}
        return {name: way for name, way in ways.items() if way}

    def _fillable(self, declared: Declared, prefixes: Names) -> Names:
        """Those of the prefixes by which an object is put together that really fills the field."""
        if self.model.version == 1:  # `explode_env_vars` cuts the names at every delimiter, its own too
            cut = len(self.prefix)
            return {p: how for p, how in prefixes.items() if p[cut:].split(self.delimiter)[1:] == [""]}
        # `_get_resolved_field_value`: where no name is set, the key is that of the last.
        aliases, by_name = _accepted(declared, self.model.config)
        if aliases and not by_name and len(aliases[-1]) > 1:
            return {}
        # `explode_env_vars` cuts the first that fits off a name.
        order = list(prefixes)
        return {p: how for n, (p, how) in enumerate(prefixes.items()) if not p.startswith(tuple(order[:n]))}

    def _nested_names(
        self, declared: Declared, model: Model, place: _Place
    ) -> tuple[Names, list[tuple[str, str]]]:
        """`EnvSettingsSource.explode_env_vars`, then `_replace_field_names_case_insensitively`.

        The second value are names in two parts, as `Field.anycase` has them.
        """
        names: Names = {}
        anycase: list[tuple[str, str]] = []
        last = self.max_split is not None and place.depth == self.max_split
        aliases, by_name = _accepted(declared, place.config)
        # Settings inside settings match the names that they are given regardless of case themselves.
        matches = model.is_settings and model.version == 2 and not model.config.get("case_sensitive")
        # Where all aliases are paths, they rename what is given by name to the head of the first.
        way = aliases[0][1:] if matches and aliases and all(len(alias) > 1 for alias in aliases) else ()
        keys = [(str(alias[0]), True) for alias in aliases]
        keys += [(declared.name, not aliases)] if by_name else []
        for key, preferred in keys:
            folded = self._fold(key)
            if self.delimiter and self.delimiter in folded and not last:
                continue  # it would be split
            # `next_field` does not find a nested field by its alias where aliases have the prefix.
            named = folded == self._fold(declared.name)
            found = named or not (self.prefix and self.target != "variable" and aliases)
            for prefix, how in place.prefixes.items():
                recased = how.recased and place.recase and preferred
                if self.case_sensitive and matches:
                    anycase.append((prefix, key))
                if (
                    self.case_sensitive or key == folded or recased or matches
                ):  # else it stays in small letters
                    by_way = () if preferred else way
                    names.setdefault(prefix + folded, _Name(recased, how.found and found, by_way))
        return names, anycase


def _other(declared: Declared, names: Iterable[str], takers: dict[str, list[str]]) -> str:
    """Another field that takes one of the names, if any does."""
    return next((other for name in names for other in takers.get(name, ()) if other != declared.name), "")


def _splits_at_end(prefix: str, starts: list[str], delimiter: str) -> bool:
    """Whether the delimiter at the end of `prefix` is the first after the section's: not in `s__x___`."""
    start = next((len(start) for start in starts if prefix.startswith(start)), None)
    return start is None or prefix.find(delimiter, start) == len(prefix) - len(delimiter)


_TEXT_RULES = {
    "str_strip_whitespace": "strip_whitespace", "anystr_strip_whitespace": "strip_whitespace",
    "str_to_lower": "to_lower", "str_to_upper": "to_upper", "anystr_lower": "to_lower", "anystr_upper": "to_upper",
    "str_min_length": "min_length", "str_max_length": "max_length",
    "min_anystr_length": "min_length", "max_anystr_length": "max_length",
}  # fmt: skip
"""What a configuration says of all texts, and the constraint of one field that says the same."""


_VALUE_RULES = ("strict", *_TEXT_RULES)


def _rules(config: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(config.get(key)) for key in keys)


def _configured(type: TypeInfo, config: dict[str, Any]) -> TypeInfo:
    """The type with what the configuration of its model demands of texts."""
    rules = {name: config[key] for key, name in _TEXT_RULES.items() if config.get(key)}
    return _ruled(type, rules) if rules else type


def _ruled(type: TypeInfo, rules: dict[str, Any]) -> TypeInfo:
    if type.kind == "bytesize":  # a text that is refused as one is still tried as a number
        rules = {name: bound for name, bound in rules.items() if name.endswith("_length")}
    if type.kind in ("str", "path", "bytesize"):
        return msgspec.structs.replace(type, constraints=tuple({**rules, **dict(type.constraints)}.items()))
    return msgspec.structs.replace(type, args=tuple(_ruled(one, rules) for one in type.args))


def _accepted(declared: Declared, config: dict[str, Any]) -> tuple[tuple[tuple[str | int, ...], ...], bool]:
    """The aliases by which a value is taken, and whether the field's own name is one as well."""
    by_alias = config.get("validate_by_alias") is not False
    explicit = config.get("validate_by_name")
    by_name = (
        explicit
        if explicit is not None
        else config.get("populate_by_name") or config.get("allow_population_by_field_name")
    )
    aliases = declared.aliases if by_alias else ()
    return aliases, not aliases or bool(by_name)


def objects(type: TypeInfo, plain: bool = True) -> list[tuple[Model, bool]]:
    """The models whose fields a value of the type may hold; whether it is that model alone (or None)."""
    if type.kind == "union":
        others = [a for a in type.args if a.kind != "none"]
        return [row for other in others for row in objects(other, plain and len(others) == 1)]
    if type.kind in ("model", "dataclass", "typeddict", "namedtuple") and type.model is not None:
        if type.model.root is not None:
            return objects(type.model.root, False)
        return [(type.model, plain and not type.aliased)]
    return []


def _models(type: TypeInfo) -> Iterator[Model]:
    """Every model that the type names, in lists and mappings too."""
    if type.model is not None:
        yield type.model
    inner = type.args if type.model is None or type.model.root is None else (type.model.root,)
    for one in inner:
        yield from _models(one)


def _wrapped(type: TypeInfo) -> bool:
    """Whether it is a RootModel, below which `next_field` finds nothing to decode."""
    if type.kind == "union":
        return any(map(_wrapped, type.args))
    return type.model is not None and type.model.root is not None


def _several(type: TypeInfo) -> bool:
    """Whether values of other forms are taken in the place of a model."""
    forms = [argument for argument in type.args if argument.kind != "none"]
    return type.kind == "union" and (len(forms) > 1 or any(map(_several, forms)))


def _mapping(type: TypeInfo) -> bool:
    if type.kind == "union":
        return any(_mapping(argument) for argument in type.args)
    if type.kind == "model" and type.model is not None and type.model.root is not None:
        return _mapping(type.model.root)
    return type.kind in ("dict", "mapping")


def _anything(type: TypeInfo) -> bool:
    return type.kind == "any" or (type.kind == "union" and any(map(_anything, type.args)))


def _why_open(models: list[Model], outer: dict[str, Any]) -> str:
    """Why names below a section may be taken that are no fields of it."""
    for model in models:
        if model.open:
            return model.open[0]
        if "..." in model.config or isinstance(model.config.get("extra"), Raw | Unknown):
            return f"the configuration of `{model.name}` cannot be worked out"
        if model.inherited_config(outer).get("extra") == "allow":
            return f"`{model.name}` keeps values that it has no fields for"
        for declared in model.fields:
            if declared.unknown:
                return declared.unknown
        for base in model.mro:
            if isinstance(base, ClassRef) and any(_sees_raw_values(m, base, model) for m in base.node.body):
                return f"a validator of `{model.name}` sees the values before they become fields"
    return ""


def _sees_raw_values(member: object, base: ClassRef, model: Model) -> bool:
    if isinstance(member, Function):
        for decorator in member.decorators:
            if isinstance(decorator, Call):
                entity = model.code.resolve(decorator.function, base.scope)
                last = entity.last if isinstance(entity, External) else ""
                keywords = {k: model.code.fold(v, base.scope) for k, v in decorator.keywords}
                if last == "model_validator" and keywords.get("mode") != Known("after"):
                    return True
                if last == "root_validator" and keywords.get("pre") == Known(True):
                    return True
        return member.name in ("__init__", "model_validate", "__get_pydantic_core_schema__", "__new__")
    return False
