"""Deployments made at random: a correct one in many ways of writing it, with faults planted at known places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from dotmac_lint.workspace import Pending

COMPOSE = "compose.production.yaml"
SETTINGS = "shop/settings.py"
EXAMPLE = ".env.example"
SCRIPT = "scripts/start.sh"

Draw = Callable[[st.SearchStrategy[Any]], Any]


class Document:
    """The text of a file, in which parts have names. A part may lie in another."""

    def __init__(self) -> None:
        self.tokens: list[tuple[str, frozenset[str]]] = []
        self.newline = "\n"
        self.bom = False
        self.executable = False
        self._open: list[str] = []

    def add(self, text: str, *names: str) -> None:
        self.tokens.append((text, frozenset((*self._open, *names))))

    def begin(self, name: str) -> None:
        self._open.append(name)

    def end(self) -> None:
        self._open.pop()

    def text_of(self, name: str) -> str:
        return "".join(text for text, names in self.tokens if name in names)

    def has(self, name: str) -> bool:
        return any(name in names for _, names in self.tokens)

    def replace(self, name: str, text: str) -> None:
        """Put `text` in the place of the part, which stays there and keeps its name."""
        first = next(number for number, (_, names) in enumerate(self.tokens) if name in names)
        around = self.tokens[first][1]
        kept = [(old, names) for old, names in self.tokens[first:] if name not in names]
        self.tokens = [*self.tokens[:first], (text, around), *kept]

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.tokens).replace("\n", self.newline)

    def range_of(self, name: str) -> tuple[int, int]:
        """Where the part starts and ends, in characters."""
        before = ""
        for text, names in self.tokens:
            if name in names:
                break
            before += text
        start = len(before.replace("\n", self.newline))
        return start, start + len(self.text_of(name).replace("\n", self.newline))

    def line_of(self, name: str) -> int:
        return self.text.count("\n", 0, self.range_of(name)[0]) + 1

    @property
    def pending(self) -> Pending:
        data = ("\ufeff" if self.bom else "").encode() + self.text.encode()
        return Pending(data, 0o755 if self.executable else 0o644)


@dataclass
class Planted:
    """A fault: one of `codes` is to be found in `path`, on the line of `part` if that is known."""

    what: str
    codes: tuple[str, ...]
    path: str
    part: str | None = None
    right: str | None = None
    """What the part should say."""


@dataclass
class Made:
    """A deployment. `prefix` is that of the settings' variables."""

    files: dict[str, Document]
    prefix: str
    style: str
    variables: list[str]
    described: str = ""
    planted: list[Planted] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    @property
    def shared(self) -> bool:
        """Whether two services have one environment."""
        return self.style in {"anchor", "merge"}

    @property
    def pending(self) -> dict[str, Pending]:
        return {path: one.pending for path, one in self.files.items() if path not in self.gone}

    def name(self, section: str, name: str) -> str:
        return f"{self.prefix}{section}__{name}".upper() if section else f"{self.prefix}{name}".upper()


# ---- a correct deployment

_HOSTS = st.sampled_from(["db", "postgres", "storage-db"])
_NAMES = {
    "database": ["host", "port", "database", "username", "password"],
    "cache": ["host", "port"],
    "vault": ["enabled", "url"],
}
_TYPES = {
    "host": ("str", '"localhost"'),
    "database": ("str", '"shop"'),
    "username": ("str", '"shop"'),
    "password": ("str", None),
    "enabled": ("bool", "False"),
    "url": ("str", '"http://vault.invalid:8200"'),
}


@st.composite
def deployments(draw: Draw) -> Made:
    """A correct one."""
    prefix = draw(st.sampled_from(["", "", "SHOP_"]))
    style = draw(st.sampled_from(["mapping", "list", "flow", "flow-list", "anchor", "merge"]))
    database, cache = draw(_HOSTS), draw(st.sampled_from(["cache", "redis"]))
    values = {
        ("database", "host"): database,
        ("database", "port"): "5432",
        ("database", "database"): "shop",
        ("database", "username"): "shop",
        ("database", "password"): "${DB_PASSWORD:?}",
        ("cache", "host"): cache,
        ("cache", "port"): "6379",
        ("vault", "enabled"): "true",
        ("vault", "url"): "https://vault.invalid:8200",
    }
    made = Made({}, prefix, style, [], f"{cache} {style}, prefix {prefix!r}")
    entries = [(made.name(*key), value) for key, value in values.items()]
    entries += [
        (made.name("", "environment"), "production"),
        (made.name("", "secret_key"), "${SECRET_KEY:?}"),
    ]
    if draw(st.booleans()):
        entries.append((made.name("", "workers"), "4"))
    entries = draw(st.permutations(entries))
    made.variables = [name for name, _ in entries]
    made.files = {
        COMPOSE: _compose(draw, entries, style, database, cache),
        "Dockerfile": _dockerfile(draw),
        SETTINGS: _settings(draw, prefix),
        "shop/__init__.py": Document(),
        "shop/main.py": _plain("from shop.settings import settings\n\nprint(settings.workers)\n"),
        SCRIPT: _plain("#!/bin/sh\nset -eu\nexec python -m shop.main\n", executable=True),
        EXAMPLE: _example(draw),
        "redis.conf": _plain("appendonly yes\n"),
        "Makefile": _plain(f"up:\n\tdocker compose -f {COMPOSE} up -d\n"),
    }
    for path in (COMPOSE, EXAMPLE):
        made.files[path].newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
        made.files[path].bom = path == COMPOSE and draw(st.integers(0, 7)) == 0
    return made


def _plain(text: str, *, executable: bool = False) -> Document:
    document = Document()
    document.add(text, "all")
    document.executable = executable
    return document


def _dockerfile(draw: Draw) -> Document:
    document = Document()
    document.add("FROM python:3.12-slim\nWORKDIR /srv\n")
    if draw(st.booleans()):
        document.add("# the application\n")
    document.add("COPY ")
    document.add("shop", "source")
    document.add(" /srv/shop\nCOPY --chmod=755 ")
    document.add(SCRIPT, "script")
    document.add(" /start.sh\n")
    document.add('ENTRYPOINT ["/start.sh"]\n', "entrypoint")
    return document


def _settings(draw: Draw, prefix: str) -> Document:
    lines = ["from pydantic import BaseModel, Field, model_validator\n"]
    lines += ["from pydantic_settings import BaseSettings, SettingsConfigDict\n\n\n"]
    for section, names in _NAMES.items():
        lines.append(f"class {section.title()}(BaseModel):\n")
        for name in draw(st.permutations(names)):
            kind, default = _TYPES.get(name, ("int", "5432" if section == "database" else "6379"))
            lines.append(f"    {name}: {kind}{f' = {default}' if default else ''}\n")
        lines.append("\n\n")
    options = f'env_prefix="{prefix}", ' if prefix else ""
    lines.append("class Settings(BaseSettings):\n")
    lines.append(f'    model_config = SettingsConfigDict({options}env_nested_delimiter="__")\n\n')
    lines += [
        "    environment: str = 'development'\n",
        "    secret_key: str = ''\n",
        "    workers: int = 2\n",
    ]
    lines += ["    database: Database\n", "    cache: Cache = Cache()\n", "    vault: Vault = Vault()\n\n"]
    lines.append("    @model_validator(mode='after')\n    def check(self):\n")
    lines.append("        if self.environment == 'production' and not self.vault.enabled:\n")
    lines.append(
        "            raise ValueError('Vault must be enabled in production')\n        return self\n\n\n"
    )
    lines.append("settings = Settings()\n")
    return _plain("".join(lines))


def _example(draw: Draw) -> Document:
    document = Document()
    document.add("# copy it to .env\n")
    document.add("DB_PASSWORD=\n", "DB_PASSWORD")
    if draw(st.booleans()):
        document.add("\n# signs the cookies\n")
    document.add("SECRET_KEY=\n", "SECRET_KEY")
    return document


def _quoted(draw: Draw, value: str, *, string: bool = False) -> str:
    """The value in quotes or not; `string`: it must be in quotes, as YAML would take it for something else."""
    quote: str = draw(st.sampled_from(['"', "'"] if string else ["", "", '"', "'"]))
    return f"{quote}{value}{quote}"


def _compose(
    draw: Draw, entries: Sequence[tuple[str, str]], style: str, database: str, cache: str
) -> Document:
    document = Document()
    comments = draw(st.booleans())
    step: int = draw(st.sampled_from([2, 4]))

    def indent(depth: int) -> str:
        return " " * (step * depth)

    def comment() -> str:
        return f"  # {draw(st.sampled_from(['as agreed', 'see the wiki: /ops', 'TODO']))}" if comments else ""

    def item(name: str, value: str, form: str) -> None:
        document.add(name, f"key:{name}")
        document.add("=" if "list" in form else ": ")
        needs = "list" not in form and value in {"true", "false"}
        flow_needs = "flow" in form and "$" in value
        document.add(
            value if "list" in form else _quoted(draw, value, string=needs or flow_needs), f"value:{name}"
        )

    def block(depth: int, form: str, rows: Sequence[tuple[str, str]]) -> None:
        for name, value in rows:
            if comments and draw(st.integers(0, 3)) == 0:
                document.add(f"{indent(depth)}# {name.lower()}\n")
            document.begin(f"item:{name}")
            document.add(indent(depth))
            if form == "list":
                quote = draw(st.sampled_from(["", "", '"', "'"]))
                document.add(f"- {quote}")
                item(name, value, form)
                document.add(quote)
            else:
                item(name, value, form)
            document.add(comment(), f"comment:{name}")
            document.add("\n")
            document.end()

    def flow(form: str) -> None:
        document.add("[" if form == "flow-list" else "{")
        for number, (name, value) in enumerate(entries):
            document.begin(f"item:{name}")
            document.add(", " if number else "")
            if form == "flow-list":
                document.add('"')
            item(name, value, form)
            if form == "flow-list":
                document.add('"')
            document.end()
        document.add("]\n" if form == "flow-list" else "}\n")

    shared = style in {"anchor", "merge"}
    if shared:
        document.add("x-environment: &environment\n")
        block(1, "mapping", entries)
    document.add("services:\n")
    for service in ["api", *(["worker"] if shared else [])]:
        document.add(f"{indent(1)}{service}:\n{indent(2)}build: .{comment()}\n{indent(2)}environment:")
        if style == "anchor":
            document.add(" *environment\n")
        elif style == "merge":
            document.add(f'\n{indent(3)}<<: *environment\n{indent(3)}PYTHONUNBUFFERED: "1"\n')
        elif style.startswith("flow"):
            document.add(" ")
            flow(style)
        else:
            document.add("\n")
            block(3, style, entries)
        document.add(f"{indent(2)}depends_on: [")
        document.add(database, f"depends:{service}")
        document.add("]\n")
    document.add(f"{indent(1)}{database}:\n{indent(2)}image: postgres:17\n{indent(2)}environment:\n")
    for name, value in (("USER", "shop"), ("PASSWORD", "${DB_PASSWORD:?}"), ("DB", "shop")):
        document.add(f"{indent(3)}POSTGRES_{name}: {_quoted(draw, value)}\n")
    document.add(
        f"{indent(1)}{cache}:\n{indent(2)}image: redis:7\n{indent(2)}command: redis-server /etc/redis.conf\n"
    )
    document.add(f"{indent(2)}volumes:\n{indent(3)}- ")
    document.add("./redis.conf", "mount")
    document.add(":/etc/redis.conf:ro")
    if draw(st.booleans()):
        document.add("\n")
    return document


# ---- faults

MISNAMED = ("DM003", "DM021", "DM025", "DM027")
_SYNONYMS = {"database": "name", "username": "user", "password": "pass", "url": "addr", "enabled": "enable"}


def _variable(draw: Draw, made: Made, within: Sequence[tuple[str, str]]) -> tuple[str, str, str] | None:
    """A section, a field and its variable, one that has no fault yet."""
    free = [(section, name) for section, name in within if made.name(section, name) in made.variables]
    if not free:
        return None
    section, name = draw(st.sampled_from(free))
    made.variables.remove(made.name(section, name))
    return section, name, made.name(section, name)


_ALL = [(section, name) for section, names in _NAMES.items() for name in names]


def _renamed(made: Made, variable: str, written: str) -> Planted:
    made.files[COMPOSE].replace(f"key:{variable}", written)
    return Planted(f"{variable} -> {written}", MISNAMED, COMPOSE, f"key:{variable}", variable)


def _synonym(draw: Draw, made: Made) -> Planted | None:
    chosen = _variable(draw, made, [(section, name) for section, name in _ALL if name in _SYNONYMS])
    if chosen is None:
        return None
    return _renamed(made, chosen[2], made.name(chosen[0], _SYNONYMS[chosen[1]]))


def _typo(draw: Draw, made: Made) -> Planted | None:
    chosen = _variable(draw, made, _ALL)
    if chosen is None:
        return None
    _, name, variable = chosen
    place = draw(st.integers(len(variable) - len(name), len(variable) - 1))
    middle = draw(st.sampled_from(["", variable[place] * 2]))
    return _renamed(made, variable, variable[:place] + middle + variable[place + 1 :])


def _delimiter(draw: Draw, made: Made) -> Planted | None:
    chosen = _variable(draw, made, _ALL)
    return None if chosen is None else _renamed(made, chosen[2], chosen[2].replace("__", "_"))


def _deleted(draw: Draw, made: Made) -> Planted | None:
    document = made.files[COMPOSE]
    chosen = _variable(draw, made, [("vault", "enabled"), ("database", "password")])
    if chosen is None:
        return None
    _, name, variable = chosen
    if made.style.startswith("flow") and not document.text_of(f"item:{variable}").startswith(","):
        return None  # the comma after it would be left
    document.replace(f"item:{variable}", "")
    return Planted(f"{variable} deleted", ("DM004",) if name == "enabled" else ("DM024",), COMPOSE)


def _valued(
    draw: Draw, made: Made, within: Sequence[tuple[str, str]], codes: Sequence[str], values: Sequence[str]
) -> Planted | None:
    """The variable gets one of `values`, in which `*` stands for what it has; quotes stay."""
    chosen = _variable(draw, made, within)
    if chosen is None:
        return None
    part = f"value:{chosen[2]}"
    document = made.files[COMPOSE]
    old = document.text_of(part)
    quote = old[0] if old[0] in "\"'" else ""
    right = old.strip("\"'")
    written = draw(st.sampled_from(values)).replace("*", right)
    document.replace(part, f"{quote}{written}{quote}")
    return Planted(f"{chosen[2]} is {written}", tuple(codes), COMPOSE, part, right)


def _switched_off(draw: Draw, made: Made) -> Planted | None:
    return _valued(draw, made, [("vault", "enabled")], ["DM004"], ["false", "False", "no"])


def _bad_value(draw: Draw, made: Made) -> Planted | None:
    ports = [("database", "port"), ("cache", "port")]
    return _valued(draw, made, ports, ["DM022"], ["54x2", "six", "5432.5"])


def _bad_host(draw: Draw, made: Made) -> Planted | None:
    # Without the port it is not sure what is meant; which service `localhost` stands for, the names must tell.
    hosts = [(one, "host") for one in ("database", "cache") if made.name(one, "port") in made.variables]
    written = draw(st.sampled_from(["*x", "elsewhere", "localhost", "127.0.0.1"]))
    if written[0] in "l1":
        hosts = [one for one in hosts if one[0] in made.described.split(" ")[0]]
    planted = _valued(draw, made, hosts, ["DM040", "DM041"], [written])
    made.variables = [name for name in made.variables if not name.endswith("__PORT")]
    return planted


def _suppression(draw: Draw, made: Made) -> Planted | None:
    chosen = _variable(draw, made, _ALL)
    part = f"comment:{chosen[2]}" if chosen else ""
    document = made.files[COMPOSE]
    if not document.has(part):
        return None
    document.replace(part, "  # dotmac-lint: ignore[DM003] for now")
    return Planted("an ignore of nothing", ("DM048",), COMPOSE, part, "")


def _crlf(draw: Draw, made: Made) -> Planted:
    made.files[SCRIPT].newline = "\r\n"
    return Planted("the script has CRLF", ("DM008",), SCRIPT)


def _lacks(draw: Draw, made: Made) -> Planted:
    name = draw(st.sampled_from(["DB_PASSWORD", "SECRET_KEY"]))
    made.files[EXAMPLE].replace(name, "")
    return Planted(f"the example lacks {name}", ("DM028",), COMPOSE)


def _script_gone(draw: Draw, made: Made) -> Planted:
    made.gone.add(SCRIPT)
    return Planted("the script is deleted", ("DM001", "DM005"), "Dockerfile", "script")


def _source(draw: Draw, made: Made) -> Planted:
    made.files["Dockerfile"].replace("source", draw(st.sampled_from(["shopp", "shp", "src"])))
    return Planted("COPY names another folder", ("DM005",), "Dockerfile", "source", "shop")


def _mount_gone(draw: Draw, made: Made) -> Planted:
    made.gone.add("redis.conf")
    return Planted("the mounted file is deleted", ("DM002",), COMPOSE, "mount")


def _dependency(draw: Draw, made: Made) -> Planted:
    document = made.files[COMPOSE]
    right = document.text_of("depends:api")
    document.replace("depends:api", f"{right}s")
    return Planted(f"depends on {right}s", ("DM018",), COMPOSE, "depends:api", right)


Fault = Callable[[Draw, Made], Planted | None]
ON_VARIABLES: tuple[Fault, ...] = (
    *(_synonym, _typo, _delimiter, _deleted, _switched_off, _bad_value, _bad_host, _suppression),
)
ON_FILES: tuple[Fault, ...] = (_crlf, _lacks, _mount_gone, _dependency)
HIDING: tuple[Fault, ...] = (_script_gone, _source)
"""Without its script or its code nobody knows what the application reads."""


@st.composite
def faulty_deployments(draw: Draw) -> Made:
    """A deployment that was correct, and got one to three faults."""
    made: Made = draw(deployments())
    hiding = draw(st.integers(0, 7)) == 0
    faults: list[Fault] = []
    for fault in draw(st.lists(st.sampled_from(ON_FILES if hiding else ON_VARIABLES + ON_FILES), max_size=3)):
        if fault in ON_VARIABLES or fault not in faults:
            faults.append(fault)
    if hiding or not faults:
        faults = [fault for fault in faults if fault is not _crlf] + [draw(st.sampled_from(HIDING))]
    made.planted = [planted for fault in faults if (planted := fault(draw, made)) is not None]
    made.described += "".join(f"; {planted.what}" for planted in made.planted)
    return made
