"""Small applications with guards as people write them, at random: source text, and environments to start them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

FIELDS: dict[str, tuple[str, list[str], list[str]]] = {
    "env": ("str", ["'dev'", "'prod'"], ["dev", "prod", "PROD", " prod ", "", "staging"]),
    "key": ("str", ["''", "'changeme'"], ["", "changeme", "abcdefghijkl", "short", "Changeme1"]),
    "url": ("str", ["'http://localhost/a'"], ["https://a.example", "sqlite:///x", "", "http://localhost"]),
    "dsn": ("Optional[str]", ["None", "'x'"], ["", "x", "postgres://h/db", "none"]),
    "debug": ("bool", ["False", "True"], ["1", "0", "true", "off", "yes"]),
    "strict": ("Optional[bool]", ["None", "False"], ["1", "0", "no"]),
    "port": ("int", ["80", "0", "8080"], ["0", "80", "70000", "-1", "3"]),
    "pool": ("Optional[int]", ["None", "5"], ["0", "5", "100"]),
    "ratio": ("float", ["0.5", "1.0"], ["0", "0.5", "2", "nan"]),
    "hosts": ("list[str]", ["['*']", "[]"], ['["*"]', '["a", "b"]', "[]", '[""]']),
    "token": ("SecretStr", ["SecretStr('')", "SecretStr('changeme')"], ["", "changeme", "abcdefghijkl"]),
    "secret": ("Optional[SecretStr]", ["None"], ["", "abc"]),
    "mode": ("Literal['a', 'b']", ["'a'", "'b'"], ["a", "b"]),
    "stage": ("Stage", ["Stage.DEV", "Stage.PROD"], ["dev", "prod"]),
    "level": ("Level", ["Level.LOW"], ["1", "2"]),
    "limits": ("dict[str, int]", ["{}", "{'a': 1}"], ["{}", '{"a": 2}', '{"b": 0}']),
}
TEXTS = ["'prod'", "'dev'", "''", "'changeme'", "'a'", "'localhost'", "'http'", "'x'", "FORBIDDEN[0]"]

TOP = """\
FORBIDDEN = ["changeme", "secret", ""]
MINIMUM = 6


class Stage(str, Enum):
    DEV = "dev"
    PROD = "prod"

    @property
    def live(self):
        return self is Stage.PROD


class Level(Enum):
    LOW = 1
    HIGH = 2


class ConfigError(Exception):
    pass


def weak(text):
    if not text:
        return True
    return text.lower() in FORBIDDEN or len(text) < MINIMUM


def need(value, name):
    if value is None or value == "":
        raise ValueError(f"{name} is needed")
    return value

"""


class Generator:
    """One application: `module()`, then any number of `environment()`."""

    def __init__(self, choices: random.Random) -> None:
        self.random = choices
        self.fields: dict[str, str] = {}
        self.optional: set[str] = set()
        self.of: Callable[[str], str] = "self.{}".format
        self.visible: list[str] = []
        self.raw = False
        """Values are as the environment has them: texts, or not there."""
        self.locals: dict[str, str] = {}
        self.own = ""
        self.self = ""
        self.plain = False
        """Only tests and what they raise: of a program's own code no more is followed."""
        self.messages = 0
        self.properties: list[str] = []
        self.helpers: list[str] = []

    def pick(self, options: list[T]) -> T:
        return options[self.random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    # ---- environments

    def environment(self) -> dict[str, str]:
        return {
            name.upper(): self.pick(["a, c", "null", "7"]) if self.chance(4) else self.pick(FIELDS[name][2])
            for name in self.fields
            if self.chance(60)
        }

    def hidden(self) -> tuple[str, ...]:
        """Names of which the model is not told what they are."""
        return tuple(name.upper() for name in self.fields if self.chance(40)) if self.chance(50) else ()

    # ---- expressions

    def field(self, *types: str) -> str | None:
        """A field of one of the types, as the code at hand gets at it."""
        if self.raw:
            types = tuple(set(types) & {"str"})
        texts = [n for n in self.visible if "[" not in self.fields[n]] if self.raw else []
        names = texts if self.raw and "str" in types else [n for n in self.visible if self.fields[n] in types]
        if self.own and self.fields[self.own] in types and self.chance(60):
            return "value"
        if not names:
            return None
        name = self.pick(names)
        if self.self and self.chance(8):
            return f"getattr({self.self}, {name!r}{self.pick(['', ', None'])})"
        return self.of(name)

    def text(self, depth: int = 2) -> str:
        found = self.field(
            "str", "Literal['a', 'b']", "Stage", *(["Optional[str]"] if self.chance(30) else [])
        )
        known = [name for name, type_ in self.locals.items() if type_ == "str"]
        if known and self.chance(30):
            found = self.pick(known)
        if found is None:
            found = self.pick(TEXTS)
        if depth and self.chance(35):
            inner = self.text(depth - 1)
            return self.pick([
                f"{inner}.lower()", f"{inner}.strip()", f"{inner}.upper()", f"({inner} or 'dev')", f"str({inner})",
                f"{inner}[:3]", f"{inner}.split(':')[0]", f"{inner}.replace('a', 'b')", f"f'{{{inner}}}x'"
                if "'" not in inner else inner,
                f"({inner} if {self.test(depth - 1)} else {self.pick(TEXTS)})", f"({inner} + {self.pick(TEXTS)})",
                f"{inner}.removeprefix('http')",
            ])  # fmt: skip
        return found

    def number(self, depth: int = 2) -> str:
        found = self.field("int", "float", *(["Optional[int]"] if self.chance(20) else []))
        known = [name for name, type_ in self.locals.items() if type_ == "int"]
        if known and self.chance(40):
            found = self.pick(known)
        if found is None or (depth and self.chance(40)):
            choices = [f"len({self.text(depth - 1)})" if depth else "3", "len(FORBIDDEN)", "MINIMUM", "1"]
            if depth:
                choices += [
                    f"({self.number(depth - 1)} + {self.number(depth - 1)})",
                    f"{self.number(depth - 1)} * 2",
                    f"{self.text(depth - 1)}.count('a')",
                    f"max({self.number(depth - 1)}, 2)",
                    f"int({self.number(depth - 1)})",
                    f"sum(1 for item in {self.items(depth - 1)} if item)",
                ]
                hosts = self.field("list[str]")
                if hosts:
                    choices.append(f"len({hosts})")
            return self.pick(choices)
        return found

    def items(self, depth: int = 2) -> str:
        choices = ["FORBIDDEN", "('prod', 'live')", "['dev', 'a']", "{'prod', 'x'}"]
        hosts = self.field("list[str]")
        known = [name for name, type_ in self.locals.items() if type_ == "list"]
        choices += [hosts] * 4 if hosts else []
        choices += known * 2
        if depth:
            inner = self.text(depth - 1)
            choices += [
                f"{inner}.split(',')",
                f"[{inner}, {self.text(depth - 1)}]",
                f"[item.strip() for item in {inner}.split('/') if item]",
                f"[item for item in FORBIDDEN if item != {inner}]",
            ]
        return self.pick(choices)

    def seldom(self) -> str:
        """A test that is true in a minority of starts, or applications would hardly ever start."""
        return self.test() if self.chance(20) else f"{self.text(0)} == {self.pick(TEXTS)} and {self.test(1)}"

    def test(self, depth: int = 2) -> str:
        secret = self.field("SecretStr")
        perhaps = self.field("Optional[str]", "Optional[bool]", "Optional[int]", "Optional[SecretStr]")
        flag = self.field("bool", "Optional[bool]")
        choices = [
            f"{self.text(depth)} == {self.pick(TEXTS)}",
            f"{self.text(depth)} != {self.text(0)}",
            f"{self.text(depth)} in {self.items(depth - 1 if depth else 0)}",
            f"{self.text(0)} not in {self.items(depth - 1 if depth else 0)}",
            f"not {self.text(0)}",
            f"{self.number(depth)} {self.pick(['<', '<=', '>', '>=', '==', '!='])} {self.pick(['0', '1', '3', '80'])}",
            f"{self.text(depth)}.startswith({self.pick(['''('http', 'x')''', *TEXTS[:4]])})",
            f"{self.pick(TEXTS[:3])} in {self.text(depth)}",
            f"bool({self.text(depth)})",
            f"weak({self.text(0)})",
            f"isinstance({self.text(0)}, {self.pick(['str', '(str, list)', 'list'])})",
            f"any(item == {self.text(0)} for item in {self.items(0)})",
            f"all({self.items(0)})",
        ]
        choices += [flag, flag, f"not {flag}"] if flag else []
        choices += [f"{perhaps} is None", f"{perhaps} is not None", f"not {perhaps}"] if perhaps else []
        if secret:
            choices += [
                f"weak({secret}.get_secret_value())",
                f"{secret}.get_secret_value() == {self.text(0)}",
            ]
            choices.append(f"len({secret}.get_secret_value()) < 8")
        for type_, tests in {
            "Stage": [
                "{} == Stage.PROD",
                "{} is Stage.DEV",
                "{} in (Stage.PROD,)",
                "{}.value == 'prod'",
                "{}.live",
            ],
            "Level": ["{} == Level.HIGH", "{}.value > 1", "{}.name == 'LOW'", "{} in [Level.LOW]"],
            "dict[str, int]": [
                "'a' in {}",
                "{}.get('a', 0) > 1",
                "not {}",
                "any(v < 1 for v in {}.values())",
            ],
            "list[str]": ["'*' in {}", "not {}", "{} == ['*']", "any(h == '' for h in {})"],
        }.items():
            found = self.field(type_)
            if found:
                choices += [test.format(found) for test in tests]
        if depth:
            one, two = self.test(depth - 1), self.test(depth - 1)
            choices += [f"({one} and {two})", f"({one} or {two})", f"not ({one})"] * 3
            low, high = self.pick([("0", "100"), ("1", "65535")])
            choices.append(f"{low} <= {self.number(depth - 1)} <= {high}")
        if self.self:
            choices += [f"{self.self}.{name}" for name in self.properties]
        return self.pick(choices)

    # ---- statements

    def stop(self) -> str:
        self.messages += 1
        said = f"m{self.messages} is wrong"
        return self.pick([
            f'raise ValueError("{said}")', f'raise ValueError("{said}")', f'raise RuntimeError("{said}")',
            f'raise ConfigError("{said}")', f'raise SystemExit("{said}")', f'sys.exit("{said}")',
            f'raise ValueError(f"{said}" + FORBIDDEN[2])',
        ])  # fmt: skip

    def block(self, depth: int, returned: str, count: int = 3) -> list[str]:
        lines: list[str] = []
        for _ in range(1 + self.random.randrange(count) * self.random.randrange(2)):
            lines += self.statement(depth, returned)
        return lines

    def statement(self, depth: int, returned: str) -> list[str]:
        kind = self.pick([0, 7]) if self.plain else self.random.randrange(16)
        if kind < 5 or (depth == 0 and kind < 11):
            return [f"if {self.seldom()}:", f"    {self.stop()}"]
        if kind == 5:
            return [f"if {self.test()}:", f"    return {returned}".rstrip()] if returned != "-" else ["pass"]
        if kind == 6:
            name = self.pick(["one", "two"])
            made, type_ = self.pick([(self.text(), "str"), (self.number(), "int"), (self.items(), "list")])
            self.locals[name] = type_
            return [f"{name} = {made}"]
        if kind == 7:
            outer = dict(self.locals)
            lines = [f"if {self.test()}:", *_indented(self.block(depth - 1, returned, 2))]
            self.locals = dict(outer)
            if self.chance(40):
                lines += [f"elif {self.test()}:", *_indented(self.block(depth - 1, returned, 2))]
                self.locals = dict(outer)
            if self.chance(40):
                lines += ["else:", *_indented(self.block(depth - 1, returned, 2))]
            self.locals = outer
            return lines
        if kind == 8:
            lines = ["errors = []"]
            for _ in range(1 + self.random.randrange(3)):
                lines += [f"if {self.seldom()}:", f"    errors.append({self.text(0)})"]
            return [*lines, f"if errors{self.pick(['', ' and ' + self.test(1)])}:", f"    {self.stop()}"]
        if kind == 9:
            names = [name for name in self.visible if self.fields[name] in ("str", "Optional[str]", "bool")]
            if not self.self or not names:
                return [
                    f"for item in {self.items()}:",
                    f"    if item == {self.text(0)}:",
                    f"        {self.stop()}",
                ]
            return [
                f"for name in {names!r}:",
                f"    if {self.pick(['not ', ''])}getattr({self.self}, name):",
                f"        {self.pick([self.stop(), 'break', 'continue'])}",
                f"    {self.pick(['pass', 'logger.info(name)'])}",
            ]
        if kind == 10:
            said = self.stop()
            body = self.pick(
                [f"number = int({self.text(0)})", f"need({self.text(0)}, 'it')", f"Stage({self.text(0)})"]
            )
            handler = self.pick([said, "pass", "pass", "raise", "logger.error('no')"])
            return [
                "try:",
                f"    {body}",
                f"except {self.pick(['ValueError', 'Exception', 'KeyError'])}:",
                f"    {handler}",
            ]
        if kind == 11:
            return [f"assert not ({self.seldom()}), 'an assertion'"]
        if kind == 12 and self.chance(50):
            return [f"need({self.text(0)}, 'it')"]
        if kind == 13:
            return [f"if {self.test()}:", "    logger.warning('not good in production')"]
        if kind == 14 and self.self and self.helpers:
            return [f"{self.self}.{self.pick(self.helpers)}()"]
        if kind == 15 and self.self == "self" and returned != "-":
            names = [name for name in self.visible if self.fields[name] in ("str", "Optional[str]")]
            if names:
                return [f"self.{self.pick(names)} = {self.text(1)}"]
        return [f"if {self.seldom()}:", f"    {self.stop()}"]

    # ---- guards

    def _scope(
        self, of: str, visible: list[str], *, own: str = "", self_: str = "", raw: bool = False
    ) -> None:
        self.plain = self_ == "settings"
        self.of = of.format
        self.visible, self.own, self.self, self.raw, self.locals = visible, own, self_, raw, {}

    def validator(self) -> list[str]:
        names = list(self.fields)
        number = self.random.randrange(len(names))
        own = names[number]
        self._scope(self.pick(["info.data['{}']", "info.data.get('{}')"]), names[:number], own=own)
        before = self.fields[own] == "str" and self.chance(30)
        if before:
            self.visible = []
        self.messages += 1
        head = f'@field_validator("{own}"' + (', mode="before")' if before else ")")
        returned = self.pick(["value", "value", "value.strip()"]) if self.fields[own] == "str" else "value"
        return [head, "@classmethod", f"def check_{self.messages}(cls, value, info):",
                *_indented([*self.block(1, returned), f"return {returned}"])]  # fmt: skip

    def model_validator(self) -> list[str]:
        self.messages += 1
        if self.chance(20):
            self._scope(self.pick(["values.get('{}')", "values.get('{}', '')"]), list(self.fields), raw=True)
            return ['@model_validator(mode="before")', "@classmethod", f"def check_{self.messages}(cls, values):",
                    *_indented([*self.block(1, "values"), "return values"])]  # fmt: skip
        self._scope("self.{}", list(self.fields), self_="self")
        return ['@model_validator(mode="after")', f"def check_{self.messages}(self):",
                *_indented([*self.block(2, "self"), "return self"])]  # fmt: skip

    def method(self) -> list[str]:
        self._scope("self.{}", list(self.fields), self_="self")
        self.messages += 1
        name = f"ensure_{self.messages}"
        first = [f"if {self.seldom()}:", f"    {self.stop()}"]  # or it would not be taken for a check
        lines = [f"def {name}(self) -> None:", *_indented([*first, *self.block(2, "")])]
        self.helpers.append(name)
        return lines

    def property(self) -> list[str]:
        self._scope("self.{}", list(self.fields), self_="self")
        name = f"is_{len(self.properties)}"
        lines = ["@property", f"def {name}(self):", f"    return {self.test()}"]
        self.properties.append(name)
        return lines

    def module(self) -> str:
        names = [name for name in FIELDS if name not in ("env", "key")]
        self.random.shuffle(names)
        names = ["env", "key", *names[: self.random.randrange(5)]]
        self.random.shuffle(names)
        self.fields = {name: FIELDS[name][0] for name in names}
        body: list[str] = []
        for name, type_ in self.fields.items():
            default = "" if self.chance(4) else f" = {self.pick(FIELDS[name][1])}"
            body.append(f"{name}: {type_}{default}")
        for _ in range(self.random.randrange(2)):
            body += ["", *self.property()]
        for _ in range(self.random.randrange(2)):
            body += ["", *self.validator()]
        for _ in range(self.random.randrange(3)):
            body += ["", *self.method()]
        for _ in range(self.random.randrange(2)):
            body += ["", *self.model_validator()]
        if self.chance(15):
            self._scope("self.{}", list(self.fields), self_="self")
            body += ["", "def model_post_init(self, context):", *_indented(self.block(1, ""))]
        if self.chance(10):
            self._scope("self.{}", list(self.fields), self_="self")
            body += [
                "",
                "def __init__(self, **values):",
                "    super().__init__(**values)",
                *_indented(self.block(1, "")),
            ]
        lines = ["class Settings(BaseSettings):", *_indented(body), "", "", "settings = Settings()"]
        if self.helpers:
            lines.append(f"settings.{self.pick(self.helpers)}()")
        if self.chance(40):
            self._scope("config.{}", list(self.fields), self_="config")
            inner = _indented([f"if {self.seldom()}:", f"    {self.stop()}", *self.block(2, "")])
            lines += ["", "", "def check_config(config: Settings):", *inner, "", "", "check_config(settings)"]
        if self.chance(40):
            self._scope("settings.{}", list(self.fields), self_="settings")
            lines += [f"if {self.test()}:", f"    {self.stop()}"]
        if self.chance(30):
            self._scope("settings.{}", list(self.fields), self_="settings")
            lines += ["", "", "def main():", *_indented(self.block(2, ""))]
        return TOP + "\n" + "\n".join(lines) + "\n"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]
