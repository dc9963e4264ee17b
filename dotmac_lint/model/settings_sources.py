"""Where a settings class takes values from: what `settings_customise_sources` (of pydantic 1,
`Config.customise_sources`) makes of the sources that pydantic-settings offers it.

Followed are sources in tuples and lists, under names, added to a list, and passed on by `super()`. The rest is open.
"""

from __future__ import annotations

import msgspec

from dotmac_lint.model.settings_code import DEPTH, ClassRef, Code, Entity, External, FunctionRef, Scope
from dotmac_lint.model.settings_types import Model
from dotmac_lint.readers.python.code import (
    Assign,
    Attribute,
    Binary,
    Call,
    Conditional,
    Constant,
    Display,
    Do,
    Expr,
    For,
    If,
    Name,
    Opaque,
    Return,
    Starred,
    Stmt,
    Subscript,
    Try,
    With,
)
from dotmac_lint.readers.python.settings import Function

_CUSTOMISERS = ("settings_customise_sources", "customise_sources")
_GIVEN = ("init_settings", "env_settings", "dotenv_settings", "file_secret_settings")
_ENVIRONMENT = frozenset({"env_settings", "EnvSettingsSource"})
_KNOWN = {
    "own": "a source of its own",
    "init_settings": "", "env_settings": "", "dotenv_settings": "", "file_secret_settings": "",
    "EnvSettingsSource": "", "DotEnvSettingsSource": "", "InitSettingsSource": "", "SecretsSettingsSource": "",
    "NestedSecretsSettingsSource": "secret files", "YamlConfigSettingsSource": "a YAML file",
    "TomlConfigSettingsSource": "a TOML file", "JsonConfigSettingsSource": "a JSON file",
    "PyprojectTomlConfigSettingsSource": "pyproject.toml", "CliSettingsSource": "the command line",
    "AWSSecretsManagerSettingsSource": "AWS Secrets Manager", "AzureKeyVaultSettingsSource": "Azure Key Vault",
    "GoogleSecretManagerSettingsSource": "Google Secret Manager", "VaultSettingsSource": "Vault",
}  # fmt: skip
"""What a source reads besides the environment."""


class Sources(msgspec.Struct, frozen=True):
    environment: bool = True
    """The environment is read."""
    dotenv: bool | None = True
    """The `.env` files of the configuration are read; None where others may be."""
    other: tuple[str, ...] = ()
    """What may fill fields besides."""
    open: tuple[str, ...] = ()
    """Why other environment names may be read."""
    unsure: bool = False
    """Only a source that is not followed may read the environment."""


class _Source(msgspec.Struct, frozen=True):
    """One source: a name of `_KNOWN`, or "" for one that is not followed."""

    name: str
    configured: bool = False
    """It was made with arguments of its own."""


_Found = tuple[_Source, ...]


def sources_of(model: Model) -> Sources:
    found = _offered(model, 0, {name: (_Source(name),) for name in _GIVEN})
    if found is None:
        own = "sources of its own"
        return Sources(True, None, (own,), (f"`{model.name}` has {own}",))
    other: dict[str, None] = {}
    opened: dict[str, None] = {}
    for source in found:
        if source.name not in _KNOWN:
            other["sources of its own"] = None
            opened[f"`{model.name}` has a source of its own"] = None
        elif _KNOWN[source.name]:
            other[_KNOWN[source.name]] = None
        if source.name in _ENVIRONMENT and source.configured:
            opened[f"`{model.name}` configures how it reads the environment"] = None
    names = {source.name for source in found}
    dotenv: bool | None = "dotenv_settings" in names or model.version == 1
    if "" in names or "DotEnvSettingsSource" in names:
        dotenv = None
    reads = bool(names & _ENVIRONMENT)
    return Sources(reads or bool(opened), dotenv, tuple(other), tuple(opened), bool(opened) and not reads)


def _offered(model: Model, start: int, given: dict[str, _Found], depth: int = 0) -> _Found | None:
    """The sources of the first class of the MRO, from `start` on, that chooses them; None if not followed."""
    for position, base in enumerate(model.mro[start:], start):
        if not isinstance(base, ClassRef):
            continue
        member = next((m for name in _CUSTOMISERS for m in base.names.get(name, ())), None)
        for inner in base.names.get("Config", ()) if member is None else ():  # pydantic 1
            config = model.code._member([inner], base.scope, 0)
            if isinstance(config, ClassRef):
                member = next((m for name in _CUSTOMISERS for m in config.names.get(name, ())), None)
        if isinstance(member, Function):
            return _Follower(model, base.scope, position, depth).run(member, given)
    return tuple(source for name in _GIVEN for source in given.get(name, ()))


class _Follower:
    """Follows one function. What a branch may assign is added to what the name already holds."""

    def __init__(self, model: Model, scope: Scope, position: int, depth: int) -> None:
        self.model = model
        self.scope = scope
        self.position = position
        self.depth = depth
        self.made: dict[str, _Found | None] = {}
        self.returned: list[_Found | None] = []
        self.given: dict[str, _Found] = {}

    def run(self, function: Function, given: dict[str, _Found]) -> _Found | None:
        if self.depth > DEPTH:
            return None
        self.given = given
        self.made = {name: given.get(name, ()) for name in function.parameters}
        self._follow(function.body, certain=True)
        if not self.returned or None in self.returned:
            return None
        return tuple(dict.fromkeys(source for found in self.returned for source in found or ()))

    def _follow(self, body: tuple[Stmt, ...], certain: bool) -> None:
        for statement in body:
            match statement:
                case Return(value=value):
                    self.returned.append(None if value is None else self._sources(value))
                case Assign(target=Name(name=name), value=value):
                    found, before = self._sources(value), self.made.get(name, ())
                    both = None if found is None or before is None else (*before, *found)
                    self.made[name] = found if certain else both
                case Do(value=Call(function=Attribute(of=Name(name=name)), arguments=arguments)):
                    if name in self.made and arguments:  # append, insert, extend
                        found, before = self._sources(arguments[-1]), self.made[name]
                        self.made[name] = None if found is None or before is None else (*before, *found)
                case If(then=then, otherwise=otherwise):
                    self._follow((*then, *otherwise), certain=False)
                case For(body=body) | With(body=body) | Opaque(body=body):
                    self._follow(body, certain=False)
                case Try(body=body, handlers=handlers, otherwise=otherwise, finally_=finally_):
                    caught = (inner for handler in handlers for inner in handler.body)
                    self._follow((*body, *caught, *otherwise, *finally_), certain=False)

    def _sources(self, node: Expr) -> _Found | None:
        """The sources that an expression holds; a constant or a number holds one that nobody returns."""
        match node:
            case Display(items=items):
                return self._all(items)
            case Starred(value=value):
                return self._sources(value)
            case Binary(operator="+", left=left, right=right):
                return self._all((left, right))
            case Conditional(then=then, otherwise=otherwise):
                return self._all((then, otherwise))
            case Name(name=name) if name in self.made:
                return self.made[name]
            case Subscript(of=Name(), index=Constant(value=str() as name)) if name in _GIVEN:
                return self.given.get(name)  # of `**sources`
            case Call(function=Attribute(of=Call(function=Name(name="super")), name=name)) if (
                name in _CUSTOMISERS
            ):
                return self._of_parent(node)
            case Call(function=Name(name="tuple" | "list"), arguments=(only,)):
                return self._sources(only)
            case Call(function=function):
                name = _source_name(self.model.code.resolve(function, self.scope), self.model.code)
                configured = bool(node.keywords) or len(node.arguments) > 1 or not node.complete
                return (_Source(name, configured),)
            case Name() | Attribute():
                return (_Source(""),)
        return None

    def _all(self, nodes: tuple[Expr, ...]) -> _Found | None:
        found = [self._sources(node) for node in nodes]
        return None if None in found else tuple(source for row in found for source in row or ())

    def _of_parent(self, call: Call) -> _Found | None:
        """`super().settings_customise_sources(settings_cls, init_settings, ...)`."""
        if not call.complete:
            return None
        given: dict[str, _Found] = {}
        for name, value in (*zip(("settings_cls", *_GIVEN), call.arguments, strict=False), *call.keywords):
            found = self._sources(value)
            if found is None:
                return None
            given[name] = found
        return _offered(self.model, self.position + 1, given, self.depth + 1)


def _source_name(entity: Entity | None, code: Code) -> str:
    """The source that a call makes; "own" for a class of the repository that reads no environment by itself."""
    if isinstance(entity, FunctionRef) and isinstance(entity.node.result, Call):
        entity = code.resolve(entity.node.result.function, entity.scope)
    elif isinstance(entity, FunctionRef) and entity.node.returns is not None:
        entity = code.resolve(entity.node.returns, entity.scope)
    if isinstance(entity, External):
        return entity.last
    if not isinstance(entity, ClassRef):
        return ""
    for base in code.mro(entity):
        if isinstance(base, External):
            if "Env" in base.last or "Secret" in base.last or base.name == "?":
                return ""
        else:
            reads = code.workspace.python_reads(base.module.path)
            if reads is None or reads.dynamic:
                return ""
    return "own"
