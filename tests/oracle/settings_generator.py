"""Settings modules as people write them, at random: source text for pydantic-settings, and for pydantic 1."""

from __future__ import annotations

import random
from typing import TypeVar

T = TypeVar("T")

FIELD_NAMES = [
    "host", "port", "api_key", "dbUrl", "Name", "a", "a_b", "x1", "max_pool_size", "TOKEN", "m", "a__b", "level",
    "user_", "timeout2s", "url", "enabled", "A_B", "HTTPPort", "db",
]  # fmt: skip
ALIASES = [
    "MY_A",
    "the_alias",
    "camelAlias",
    "Q",
    "db_url",
    "X__Y",
    "PORT_NO",
    "kebab-case",
    "dotted.name",
    "al",
]
PREFIXES = ["APP_", "app_", "My", "X__", "A", ""]
DELIMITERS = ["__", "__", "__", "__", "_", ".", "_X_", "-", "_x_", "___"]

SCALARS: dict[str, list[str]] = {
    "str": ["'d'", "''", "PREFIX"], "int": ["1", "-3", "10 * 2"], "float": ["1.5", "2"], "bool": ["False", "True"],
    "SecretStr": ["SecretStr('d')"], "list[str]": ["[]", "['q']"], "List[int]": ["[1]"], "set[str]": ["set()"],
    "frozenset[int]": ["frozenset()"], "tuple[int, ...]": ["(1, 2)"], "tuple[str, int]": ["('a', 1)"],
    "dict[str, int]": ["{}", "{'q': 1}"], "Dict[str, str]": ["{}"], "dict": ["{}"], "list": ["[]"], "tuple": ["()"],
    "dict[str, list[int]]": ["{}"], "dict[str, dict[str, str]]": ["{}"], "Mapping[str, str]": ["{}"],
    "Sequence[str]": ["[]"], "Any": ["1", "None"], "Path": ["Path('/x')"], "AnyUrl": ["AnyUrl('http://a.b')"],
    "HttpUrl": ["'http://a.b'"], "datetime": ["None"], "timedelta": ["timedelta(seconds=3)"],
    "Decimal": ["Decimal('1')"],
    "UUID": ["None"], "IPv4Address": ["None"], "bytes": ["b'd'"], "Json": ["None"], "Json[list[int]]": ["None"],
    "Optional[int]": ["None", "3"], "Optional[str]": ["None"], "str | None": ["None", "'d'"],
    "Optional[list[str]]": ["None"], "Optional[dict[str, int]]": ["None"], "Union[int, str]": ["1"],
    "Union[str, list[str]]": ["'a'", "[]"], "list[str] | str": ["[]"], "int | list[int] | None": ["None"],
    "Level": ["Level.LOW", "Level.HIGH"], "Number": ["Number.ONE"], "Optional[Level]": ["None"],
    "Literal['dev', 'prod']": ["'dev'"], "Literal[1, 2]": ["1"], "Literal['a', 1, True]": ["'a'"],
    "Annotated[int, Field(ge=1, le=9000)]": ["5"], "Annotated[str, Field(max_length=12)]": ["'d'"],
    "Annotated[list[str], NoDecode]": ["[]"], "Annotated[str, ForceDecode]": ["'d'"],
    "Annotated[dict[str, int], NoDecode]": ["{}"], "Annotated[Optional[int], Field(description='n')]": ["None"],
    "constr(min_length=1)": ["'d'"], "conint(gt=0)": ["1"], "conlist(int, max_length=3)": ["[]"], "PositiveInt": ["3"],
    "Hosts": ["[]"], "Seconds": ["3"], "Pair": ["(1, 'a')"], "Secret[int]": ["Secret[int](3)"], "Label": ["'d'"],
    "'int'": ["1"], "'Optional[list[int]]'": ["None"], "StrictInt": ["1"], "Optional[SecretStr]": ["None"],
    "typing.Optional[typing.List[str]]": ["None"], "Annotated[str, StringConstraints(max_length=20)]": ["'d'"],
    "deque[int]": ["deque()"], "type[int]": ["int"], "Hashable": ["1"], "float | int": ["1"], "bool | None": ["None"],
    "ByteSize": ["1"], "PostgresDsn": ["'postgresql://h/d'"], "RedisDsn | None": ["None"], "SecretBytes": ["b'd'"],
    "date": ["None"], "Union[date, int]": ["1"], "FilePath": ["None"], "Optional[Literal['on', 'off']]": ["None"],
    "UserId": ["1"], "Optional[Number]": ["None"], "list[Level]": ["[]"], "dict[Level, int]": ["{}"],
    "Annotated[Optional[list[str]], NoDecode]": ["None"], "Optional[Annotated[list[str], NoDecode]]": ["None"],
}  # fmt: skip
SCALAR_NAMES = list(SCALARS)

HEADER = '''\
import dataclasses
import os
import typing
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Dict, Final, Generic, List, Literal, NamedTuple, NewType, Optional
from typing import TypeVar, Union
from uuid import UUID

import pydantic
import pydantic_settings as ps
from pydantic import (
    AliasChoices, AliasGenerator, AliasPath, AnyUrl, BaseModel, ByteSize, ConfigDict, Discriminator, Field,
    FilePath, HttpUrl, Json, PositiveInt, PostgresDsn, PrivateAttr, RedisDsn, RootModel, Secret, SecretBytes, SecretStr,
    StrictInt, StringConstraints, Tag, computed_field, conint, conlist, constr, field_validator, model_validator,
)
from pydantic.alias_generators import to_camel, to_pascal, to_snake
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic_settings import (
    BaseSettings, EnvSettingsSource, ForceDecode, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict,
    YamlConfigSettingsSource,
)
from typing_extensions import NotRequired, TypedDict

PREFIX = "APP_"
SECTION = f"{PREFIX}S_"
DELIMITER = "_" * 2
ALIAS: Final = "CONSTANT" + "_ALIAS"
NAMES = ["ONE_NAME", "OTHER_NAME"]
BASE = {"env_prefix": "BASED_", "extra": "ignore"}
T = TypeVar("T")
Hosts = List[str]
Seconds = Annotated[int, Field(ge=0)]
Pair = tuple[int, str]
Label: typing.TypeAlias = "str"
UserId = NewType("UserId", int)


class Level(str, Enum):
    LOW = "low"
    HIGH = "high"


class Number(IntEnum):
    ONE = 1
    TWO = 2


def upper(name: str) -> str:
    return name.upper()


def kind_of(value: Any) -> str:
    return value.get("kind", "one") if isinstance(value, dict) else value.kind


class NoSource(PydanticBaseSettingsSource):
    def get_field_value(self, field, field_name):
        return None, field_name, False

    def __call__(self):
        return {}


def dashed(name: str) -> str:
    """A name for people."""
    return "x-" + name.replace("_", "-")

'''


class Generator:
    """One module. Every choice is asked of `random`, so that hypothesis can shrink a module that fails."""

    def __init__(self, random_: random.Random) -> None:
        self.random = random_
        self.classes: list[str] = []
        self.models: list[tuple[str, str]] = []
        """Names and kinds of the sections made so far."""
        self.inherited: list[str] = []
        """Fields of the bases of the settings."""
        self.count = 0
        self.settings_bases: list[str] = []
        self.names: dict[str, set[str]] = {}
        """Field names of models."""

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) >= 100 - percent

    def pick(self, items: list[T]) -> T:
        return items[self.random.randrange(len(items))]

    def module(self) -> str:
        for _ in range(self.random.randrange(4)):
            self.section()
        settings = self.settings()
        future = "from __future__ import annotations\n\n" if self.chance(12) else ""
        return future + HEADER + "\n\n" + "\n\n\n".join(self.classes) + f"\n\n\n{settings}\n"

    def _new(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # ---- sections

    def section(self) -> None:
        kinds = ["model"] * 12 + [
            "dataclass",
            "pydantic_dataclass",
            "typeddict",
            "namedtuple",
            "root",
            "settings",
            "tagged",
        ]
        kind = self.pick(kinds)
        name = self._new("M")
        used: set[str] = set()
        if kind == "root":
            inner = self.pick(
                ["list[str]", "dict[str, int]", "int", *[n for n, k in self.models if k == "model"]]
            )
            self.classes.append(f"class {name}(RootModel[{inner}]):\n    pass" if self.chance(50) else
                                f"class {name}(RootModel):\n    root: {inner}")  # fmt: skip
        elif kind == "tagged":
            one, two = f"{name}One", f"{name}Two"
            for cls, tag in ((one, "one"), (two, "two")):
                fields = "".join(
                    f"    {line}\n"
                    for line in self._fields(used if self.chance(30) else set(), 2, plain=True)
                )
                self.classes.append(f"class {cls}(BaseModel):\n    kind: Literal['{tag}']\n{fields}".rstrip())
            kind, name = "tagged", f"{one}|{two}"
        elif kind in ("model", "settings"):
            base = "BaseModel" if kind == "model" else "BaseSettings"
            earlier = [n for n, k in self.models if k == kind]
            if earlier and self.chance(25):
                base = self.pick(earlier)
                used |= self.names[base]
            self.names[name] = used
            config = self._section_config(kind)
            body = config + self._fields(used, 1 + self.random.randrange(3)) + self._clutter()
            self.classes.append(_class(f"class {name}({base}):", body, self._note()))
        elif kind == "typeddict":
            body = self._fields(used, 2, defaults=False)
            head = (
                f"class {name}(TypedDict, total=False):" if self.chance(70) else f"class {name}(TypedDict):"
            )
            if not head.endswith("False):"):
                body = [f"{line.partition(':')[0]}: NotRequired[{line.partition(': ')[2]}]" for line in body]
            self.classes.append(_class(head, body))
        elif kind == "namedtuple":
            body = [f"{n}: int = 1" for n in self.random.sample(["alpha", "beta", "gamma"], 2)]
            self.classes.append(_class(f"class {name}(NamedTuple):", body))
        else:
            decorator = (
                "@pydantic_dataclass"
                if kind == "pydantic_dataclass"
                else self.pick(["@dataclass", "@dataclasses.dataclass"])
            )
            if kind == "pydantic_dataclass" and self.chance(20):
                decorator += "(config=ConfigDict(populate_by_name=True))"
            body = [f"{n}: {t} = {d}" for n, t, d in (
                self._plain_field(used) for _ in range(1 + self.random.randrange(2)))]  # fmt: skip
            held = [
                n for n, k in self.models if k in ("model", "dataclass", "pydantic_dataclass", "typeddict")
            ]
            if held and self.chance(25):
                body.append(f"{self._name(used)}: Optional[{self.pick(held)}] = None")
            self.classes.append(_class(f"{decorator}\nclass {name}:", body))
        self.models.append((name, kind))

    def _note(self) -> str:
        return self.pick(["", "", "A section."])

    def _section_config(self, kind: str) -> list[str]:
        config: list[str] = []
        if self.chance(15):
            config.append("populate_by_name=True")
        elif self.chance(8):
            config.append(
                self.pick(["validate_by_name=True", "validate_by_name=True, validate_by_alias=False"])
            )
        if self.chance(15):
            config.append(f"extra={self.pick(['forbid', 'ignore'])!r}")
        if self.chance(12):
            config.append(f"alias_generator={self._generator()}")
        if kind == "settings" and self.chance(50):
            config.append(f"env_prefix={self.pick(PREFIXES)!r}")
        if not config:
            return []
        maker = "ConfigDict" if kind == "model" else "SettingsConfigDict"
        if kind == "model" and self.chance(15) and all("'" not in c for c in config):
            inner = "\n".join(f"    {part.replace('=', ' = ')}" for part in ", ".join(config).split(", "))
            return [f"class Config:\n{inner}"] if "AliasGenerator" not in inner else []
        return [f"model_config = {maker}({', '.join(config)})"]

    def _generator(self) -> str:
        return self.pick([
            "to_camel", "to_pascal", "to_snake", "upper", "dashed", "str.upper", "lambda name: f'gen_{name}'",
            "AliasGenerator(validation_alias=to_camel)", "AliasGenerator(alias=upper)",
            "pydantic.alias_generators.to_camel",
            "AliasGenerator(serialization_alias=to_camel)", "lambda s: s.title().replace('_', '')",
        ])  # fmt: skip

    def _clutter(self) -> list[str]:
        """What stands in a class and is no field."""
        found = []
        if self.chance(8):
            found.append("LIMIT: ClassVar[int] = 3")
        if self.chance(6):
            found.append("_cache: dict[str, int] = PrivateAttr(default_factory=dict)")
        if self.chance(5):
            found.append("_hidden: int = 1")
        if self.chance(6):
            found.append("@property\ndef shown(self) -> str:\n    return 'x'")
        if self.chance(6):
            found.append("@computed_field\n@property\ndef computed(self) -> int:\n    return 1")
        if self.chance(5):
            found.append("@model_validator(mode='after')\ndef _check(self):\n    return self")
        if self.chance(4):
            found.append("FIXED: Final[int] = 3")
        return found

    # ---- fields

    def _name(self, used: set[str]) -> str:
        free = [n for n in FIELD_NAMES if n.lower() not in {u.lower() for u in used}]
        name = str(self.pick(free))
        used.add(name)
        return name

    def _plain_field(self, used: set[str]) -> tuple[str, str, str]:
        name = self._name(used)
        type_ = self.pick(["int", "str", "bool", "Optional[int]", "float"])
        return name, type_, SCALARS[type_][0]

    def _fields(self, used: set[str], count: int, defaults: bool = True, plain: bool = False) -> list[str]:
        return [self._field(used, defaults, plain) for _ in range(count)]

    def _type(self, plain: bool) -> tuple[str, list[str], bool]:
        """The annotation, defaults, and whether the default may be used for the validated class."""
        if not plain and self.models and self.chance(45):
            name, kind = self.pick(self.models)
            if kind == "tagged":
                one, two = name.split("|")
                union = self.pick([f"Union[{one}, {two}]", f"{one} | {two}"])
                form = self.pick([
                    f"Annotated[{union}, Field(discriminator='kind')]",
                    f"Optional[Annotated[{union}, Discriminator('kind')]]",
                    f"Annotated[Union[Annotated[{one}, Tag('one')], Annotated[{two}, Tag('two')]], "
                    "Discriminator(kind_of)]",
                    union,
                ])  # fmt: skip
                return form, ["None"], True
            form = self.pick(
                ["{}", "{}", "{}", "Optional[{}]", "{} | None", "Union[{}, int]", "dict[str, {}]", "list[{}]", "'{}'",
                 "Annotated[{}, Field(description='s')]", "Optional[list[{}]]", "Union[{}, str, None]"]
            )  # fmt: skip
            others = [n for n, k in self.models if k == "model" and n != name]
            if kind == "model" and others and self.chance(10):
                return f"Union[{name}, {self.pick(others)}]", ["None"], True
            made = (
                [f"{name}()"]
                if kind not in ("typeddict", "root")
                else ["{}"]
                if kind == "typeddict"
                else ["None"]
            )
            if form in ("{}", "'{}'") or form.startswith("Annotated"):
                return (
                    form.format(name),
                    [*made, f"Field(default_factory={name})" if kind != "root" else "None"],
                    True,
                )
            return (
                form.format(name),
                ["None"] if not form.startswith(("dict", "list")) else ["{}", "[]"][form[0] == "l" :][:1],
                True,
            )
        name = self.pick(SCALAR_NAMES)
        return name, SCALARS[name], False

    def _field(self, used: set[str], defaults: bool, plain: bool) -> str:
        name = self._name(used)
        type_, values, _ = self._type(plain)
        if not defaults:
            return f"{name}: {type_}"
        arguments: list[str] = []
        default = self.pick(values)
        required = self.chance(12)
        if type_ in ("str", "Optional[str]") and not plain and self.chance(12):
            read = f"os.getenv('READ_{name}', 'd')"
            return f"{name}: {type_} = " + self.pick(
                [read, f"Field(default_factory=lambda: {read})", f"Field(default={read})",
                 f"os.environ.get('READ_{name}') or 'd'"]
            )  # fmt: skip
        if self.chance(32):
            arguments.append(self._alias())
        if self.chance(10):
            arguments.append(
                self.pick(["description='what it is'", "title='T'", "repr=False", "exclude=True"])
            )
        factory = default[:-1].partition("default_factory=")[2] if default.startswith("Field(") else ""
        if self.chance(8) and not factory and not default.startswith(("PREFIX", "b'")):
            factory = f"lambda: {default}"
        if required:
            if not arguments:
                return f"{name}: {type_}" + self.pick(["", " = Field()", " = Field(...)", " = ..."])
            first = self.pick([[], ["..."]])
        elif factory:
            first = [f"default_factory={factory}"]
        else:
            first = [self.pick([default, f"default={default}"])]
        if arguments and self.chance(12):
            inner = f"{name}: Annotated[{type_}, Field({', '.join(arguments)})]"
            return (
                inner if required else inner + (f" = {default}" if not factory else f" = Field({first[0]})")
            )
        if not arguments and not factory and self.chance(80):
            return f"{name}: {type_} = {default}"
        if first and first[0] != "..." and not first[0].startswith("default"):
            arguments = [*first, *arguments]
        else:
            arguments = [*first, *arguments] if first == ["..."] else [*arguments, *first]
        return f"{name}: {type_} = {self.pick(['Field', 'Field', 'pydantic.Field'])}({', '.join(arguments)})"

    def _alias(self) -> str:
        alias = self.pick(ALIASES) + self.pick(["", "1", "2"])
        other = self.pick(ALIASES) + "_alt"
        return self.pick([
            f"alias={alias!r}", f"alias={alias!r}", f"validation_alias={alias!r}", "alias=ALIAS",
            f"validation_alias=AliasChoices({alias!r}, {other!r})",
            f"validation_alias=AliasChoices({alias!r}, {other!r})",
            f"validation_alias=AliasPath('P_{alias}', 0)", f"validation_alias=AliasPath('P_{alias}', 'k')",
            f"validation_alias=AliasChoices({alias!r}, AliasPath('P_{other}', 1))", f"serialization_alias={alias!r}",
            f"alias={alias!r}, validation_alias={other!r}", "validation_alias=AliasChoices(*NAMES)",
            "validation_alias=PREFIX + 'KEY'", "alias=f'{PREFIX}F'", f"alias={alias!r}, serialization_alias={other!r}",
        ])  # fmt: skip

    # ---- the settings

    def _config(self) -> dict[str, str]:
        config: dict[str, str] = {}
        if self.chance(60):
            config["env_prefix"] = self.pick(
                [*map(repr, PREFIXES), "PREFIX", "SECTION", "PREFIX.lower()", "PREFIX + 'T_'"]
            )
        if self.chance(25):
            config["case_sensitive"] = self.pick(["True", "True", "False"])
        if self.chance(75):
            config["env_nested_delimiter"] = self.pick([*map(repr, DELIMITERS), "DELIMITER"])
        if self.chance(20):
            config["env_nested_max_split"] = self.pick(["1", "2", "3", "0"])
        if self.chance(15):
            config["populate_by_name"] = "True"
        elif self.chance(8):
            config["validate_by_name"] = "True"
            if self.chance(40):
                config["validate_by_alias"] = "False"
        if self.chance(12):
            config["env_prefix_target"] = repr(self.pick(["variable", "alias", "all"]))
        if self.chance(40):
            config["extra"] = repr(self.pick(["ignore", "ignore", "allow", "forbid"]))
        if self.chance(10):
            config["alias_generator"] = self._generator()
        if self.chance(6):
            config["nested_model_default_partial_update"] = "True"
        if self.chance(5):
            config["env_ignore_empty"] = "True"
        if self.chance(5):
            config["enable_decoding"] = "False"
        if self.chance(8):
            config["env_file"] = "'.env'"
        if self.chance(4):
            config["env_parse_none_str"] = "'null'"
        if self.chance(4):
            config["env_parse_enums"] = "True"
        if self.chance(4):
            config["secrets_dir"] = "'/no/such/folder'"
        if self.chance(6):
            key = self.pick(
                ["str_to_lower", "str_strip_whitespace", "str_to_upper", "validate_default", "frozen"]
            )
            config[key] = "True"
        if self.chance(3):
            config["str_max_length"] = "4"
        return config

    def _config_lines(self, config: dict[str, str]) -> list[str]:
        if not config:
            return []
        pairs = ", ".join(f"{key}={value}" for key, value in config.items())
        style = self.random.randrange(10)
        if style < 6:
            return [f"model_config = SettingsConfigDict({pairs})"]
        if style == 6:
            return [
                "model_config = {" + ", ".join(f"{key!r}: {value}" for key, value in config.items()) + "}"
            ]
        if style == 7 and "alias_generator" not in config:
            return ["class Config:\n" + "\n".join(f"    {key} = {value}" for key, value in config.items())]
        if style == 9 and (bases := [b for b in self.settings_bases if self.chance(60)]):
            mapping = "{" + ", ".join(f"{key!r}: {value}" for key, value in config.items()) + "}"
            return self.pick([
                [f"model_config = {bases[-1]}.model_config | SettingsConfigDict({pairs})"],
                [f"model_config = {{**{bases[-1]}.model_config, **{mapping}}}"],
                [f"model_config = SettingsConfigDict(**{{**{bases[-1]}.model_config, **{mapping}}})"],
            ])  # fmt: skip
        if style == 8:
            kept = {k: v for k, v in config.items() if k not in ("env_prefix", "extra")}
            pairs = ", ".join(f"{key}={value}" for key, value in kept.items())
            return [f"model_config = SettingsConfigDict(**BASE, {pairs})"]
        return [f"model_config = ps.SettingsConfigDict({pairs}, title='T')"]

    def settings(self) -> str:
        used: set[str] = set()
        bases: list[str] = []
        if self.chance(35):
            bases.append(self._base("BaseSettings", used))
        if self.chance(15):
            bases.append(self._base("BaseSettings", used))
        if self.chance(12):
            bases.insert(0, self._base("BaseModel", used))
        if self.chance(6):
            bases.insert(0, self._base("", used))
        if not any(base.startswith("Base") for base in bases):
            bases.append(self.pick(["BaseSettings", "BaseSettings", "ps.BaseSettings"]))
        config = self._config()
        keywords = ""
        if config and self.chance(10):
            keywords = "".join(f", {key}={value}" for key, value in config.items() if key != "env_file")
            config = {}
        body = self._config_lines(config)
        if self.chance(12):
            inner_used: set[str] = set()
            inner = self._new("Inner")
            body.append(_class(f"class {inner}(BaseModel):", self._fields(inner_used, 2, plain=True)))
            body.append(f"{self._name(used)}: {inner} = {inner}()")
        body += self._fields(used, 1 + self.random.randrange(5)) + self._clutter()
        if self.inherited and self.chance(25):
            name = self.pick(self.inherited)
            body.append(
                self.pick(
                    [f"{name}: int = 7", f"{name}: ClassVar[int] = 7", f"{name}: Optional[str] = Field(None)"]
                )
            )
        body += self._sources() if self.chance(10) else []
        return _class(f"class Settings({', '.join(bases)}{keywords}):", body, self._note())

    def _base(self, parent: str, used: set[str]) -> str:
        name = self._new("Base" if parent == "BaseSettings" else "Mixin")
        before = set(used)
        body = (
            [] if parent != "BaseSettings" else self._config_lines(self._config() if self.chance(60) else {})
        )
        if parent:
            body += self._fields(used, self.random.randrange(3))
            self.inherited += sorted(used - before)
        else:
            body += ["plain: int = 3", "def helper(self):\n    return 1"]
        if parent == "BaseSettings":
            self.settings_bases.append(name)
            body += self._sources() if self.chance(6) else []
        self.classes.append(_class(f"class {name}({parent}):" if parent else f"class {name}:", body))
        return name

    def _sources(self) -> list[str]:
        """`settings_customise_sources` of the kinds that can be followed."""
        given = ["init_settings", "env_settings", "dotenv_settings", "file_secret_settings"]
        kept = self.random.sample(given, 1 + self.random.randrange(4))
        if self.chance(85) and "env_settings" not in kept:
            kept.append("env_settings")
        if self.chance(25):
            kept.insert(
                0,
                self.pick(["YamlConfigSettingsSource(settings_cls, 'none.yaml')", "NoSource(settings_cls)"]),
            )
        if self.chance(15):
            kept = ["EnvSettingsSource(settings_cls)" if k == "env_settings" else k for k in kept]
        result = f"({', '.join(kept)},)"
        ends = [
            f"return {result}", f"sources = {result}\n    return sources",
            "return super().settings_customise_sources(settings_cls, init_settings, env_settings, dotenv_settings, "
            "file_secret_settings)",
            f"return (*{result}, init_settings)", f"if True:\n        return {result}\n    return {result}",
        ]  # fmt: skip
        head = f"def settings_customise_sources(cls, settings_cls, {', '.join(given)}):"
        if self.chance(30):
            head = f"def settings_customise_sources(cls, settings_cls, {', '.join(g + ': Any' for g in given)}) -> Any:"
        return [f"@classmethod\n{head}\n    {self.pick(ends)}"]


def _class(head: str, body: list[str], note: str = "") -> str:
    lines = [f'"""{note}"""'] if note else []
    text = "\n".join([*lines, *body]) or "pass"
    return head + "\n" + "\n".join(f"    {line}" if line else "" for line in text.splitlines())


TYPES_1: dict[str, list[str]] = {
    "str": ["'d'", "''"], "int": ["1"], "float": ["1.5"], "bool": ["False"], "SecretStr": ["SecretStr('d')"],
    "List[str]": ["[]"], "list": ["[]"], "Set[int]": ["set()"], "Dict[str, int]": ["{}"], "Dict[str, str]": ["{}"],
    "Optional[int]": ["None"], "Optional[str]": ["None"], "Optional[List[int]]": ["None"], "Union[int, str]": ["1"],
    "Union[str, List[str]]": ["'a'"], "Tuple[int, ...]": ["()"], "Level": ["Level.LOW"],
    "Optional[Dict[str, str]]": ["None"],
    "Literal['dev', 'prod']": ["'dev'"], "Any": ["None"], "AnyUrl": ["'http://a.b'"], "conint(gt=0)": ["1"],
    "PositiveInt": ["1"], "Json": ["None"],
}  # fmt: skip
NAMES_1 = ["host", "port", "dbUrl", "Name", "a_b", "level", "TOKEN", "a__b"]

HEADER_1 = """\
from enum import Enum
from typing import Any, ClassVar, Dict, List, Literal, Optional, Set, Tuple, Union

from pydantic.v1 import AnyUrl, BaseModel, BaseSettings, Field, Json, PositiveInt, PrivateAttr, SecretStr, conint

PREFIX = "APP_"


class Level(str, Enum):
    LOW = "low"
    HIGH = "high"

"""


class Generator1(Generator):
    """One module that stands on pydantic 1."""

    def module(self) -> str:
        for _ in range(self.random.randrange(3)):
            name = self._new("M")
            base = self.pick(["BaseModel", "BaseModel", *[n for n, _ in self.models]])
            self.classes.append(
                _class(f"class {name}({base}):", self._lines(set(), 1 + self.random.randrange(3), False))
            )
            self.models.append((name, "model"))
        used: set[str] = set()
        base, config = "BaseSettings", ""
        if self.chance(40):
            configured = self._config_1()
            self.classes.append(_class("class Base(BaseSettings):", self._lines(used, 1, True) + configured))
            base = "Base"
            config = "Base.Config" if configured and self.chance(40) else ""
        if self.chance(20):
            self.classes.append(_class("class Mixin(BaseModel):", self._lines(used, 1, False)))
            base = self.pick([f"Mixin, {base}", f"{base}, Mixin"])
        body = self._lines(used, 1 + self.random.randrange(3), True) + self._config_1(config)
        settings = _class(f"class Settings({base}):", body)
        return HEADER_1 + "\n\n" + "\n\n\n".join([*self.classes, settings]) + "\n"

    def _lines(self, used: set[str], count: int, top: bool) -> list[str]:
        lines = []
        for _ in range(count):
            name = self.pick([n for n in NAMES_1 if n.lower() not in {u.lower() for u in used}])
            used.add(name)
            type_ = self.pick(list(TYPES_1))
            default = self.pick(TYPES_1[type_])
            if self.models and self.chance(40):
                model = self.pick(self.models)[0]
                type_, default = self.pick(
                    [(model, f"{model}()"), (f"Optional[{model}]", "None"), (f"Dict[str, {model}]", "{}")]
                )
            extra = []
            if top and self.chance(30):
                extra.append(
                    self.pick(["env='MY_ENV'", "env=['ONE', 'two']", "env='camelEnv'", "env=PREFIX + 'X'"])
                )
            if self.chance(15):
                extra.append(f"alias='the_alias_{name}'")
            if type_ == "int" and not extra and self.chance(30):
                lines.append(f"{name} = 3")
            elif extra or self.chance(20):
                lines.append(f"{name}: {type_} = Field({', '.join([default, *extra])})")
            else:
                lines.append(f"{name}: {type_}" + ("" if self.chance(15) else f" = {default}"))
        return lines

    def _config_1(self, parent: str = "") -> list[str]:
        lines = []
        if self.chance(50):
            lines.append(f"env_prefix = {self.pick(['PREFIX', *map(repr, PREFIXES)])}")
        if self.chance(25):
            lines.append("case_sensitive = True")
        if self.chance(60):
            lines.append(f"env_nested_delimiter = {self.pick(['__', '__', '_', '.'])!r}")
        if self.chance(20):
            lines.append("allow_population_by_field_name = True")
        if self.chance(30):
            lines.append("extra = 'ignore'")
        if self.chance(15):
            lines.append("fields = {'host': {'env': 'FROM_FIELDS'}}")
        if self.chance(8):
            lines.append("alias_generator = str.upper")
        if self.chance(10):
            order = self.pick(
                ["env_settings, init_settings", "init_settings,", "env_settings, file_secret_settings"]
            )
            lines.append("@classmethod")
            lines.append("def customise_sources(cls, init_settings, env_settings, file_secret_settings):")
            lines.append(f"    return {order}")
        head = f"class Config({parent}):" if parent else "class Config:"
        return [head + "\n" + "\n".join(f"    {line}" for line in lines)] if lines else []
