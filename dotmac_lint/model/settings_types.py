"""Annotations as types, and classes as models: which fields they have, how each is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, Literal

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.settings_code import (
    DEPTH,
    UNKNOWN,
    ClassRef,
    Code,
    Entity,
    External,
    FunctionRef,
    Raw,
    Scope,
    Value,
    lambda_body,
)
from dotmac_lint.readers.python.code import (
    Attribute,
    Binary,
    Call,
    Constant,
    Display,
    Expr,
    Lambda,
    Name,
    Starred,
    Subscript,
)
from dotmac_lint.readers.python.settings import Assignment, Function
from dotmac_lint.source import Span

Path = tuple[str | int, ...]
"""A name by which a value is taken from a mapping: `("host",)`, or an AliasPath such as `("urls", 0)`."""


class TypeInfo(msgspec.Struct, frozen=True):
    """A type as a value checker needs it.

    `kind` is "str", "int" and the other scalars of `model.scalars`; "secret" (args: what it hides), "url",
    "enum", "literal", "list", "set", "frozenset", "tuple", "deque", "sequence" (of another abstract kind),
    "dict" (args: key and value), "mapping" (the same, but no dict), "model", "dataclass", "typeddict",
    "namedtuple", "union" (args), "none", "any", "json" (args), "bytes", "bytearray", "email", "callable",
    "pattern", "type", "importstring", "iterable", "unknown" (a class of another package).
    """

    kind: str
    args: tuple[TypeInfo, ...] = ()
    name: str = ""
    """As it is written, without packages: "PostgresDsn", "Optional[int]", "LogLevel"."""
    constraints: tuple[tuple[str, Any], ...] = ()
    """ge, gt, le, lt, multiple_of, min_length, max_length, pattern, strict ...; an Unknown value is kept."""
    members: tuple[tuple[str, Known[Any] | Unknown], ...] = ()
    """Of an Enum: names and values."""
    values: tuple[Any, ...] = ()
    """Of a Literal."""
    model: Model | None = None
    mixin: str = ""
    """Of an Enum: "str" or "int" where its members are that as well."""
    decode: Literal["", "no", "force"] = ""
    aliased: bool = False
    """It is written as a `type` alias, into which names are not followed regardless of case."""
    ellipsis: bool = False
    """A tuple of any length."""

    @property
    def written(self) -> str:
        """What a sentence calls it."""
        return self.name or self.kind

    @property
    def optional(self) -> bool:
        return self.kind == "none" or (self.kind == "union" and any(a.kind == "none" for a in self.args))

    def constraint(self, name: str) -> Any:
        return dict(self.constraints).get(name)


class Declared(msgspec.Struct, frozen=True):
    """A field as its class declares it."""

    name: str
    type: TypeInfo
    span: Span
    """Of its name."""
    default: Known[Any] | Unknown | None
    """None where it has none."""
    aliases: tuple[Path, ...]
    """The names that take the place of its own."""
    description: str
    reads: tuple[tuple[str, Span], ...]
    """Environment variables that its default reads itself."""
    instance: Instance | None = None
    """Where the default is an object of a class of the repository."""
    env: tuple[str, ...] | None = None
    """pydantic 1: `Field(env=...)`."""
    unknown: str = ""
    """Why its names cannot be told."""
    omissible: bool = False
    """It may be missing without a default: a key of a TypedDict."""
    ignored: tuple[tuple[str, ...], Span] | None = None
    """pydantic 2: the names that `Field(env=...)` gives, which has no meaning any more, and where."""


class Instance(msgspec.Struct, frozen=True):
    """An object made by calling a class: as a default, by a factory."""

    ref: ClassRef
    keywords: tuple[tuple[str, Expr], ...]
    scope: Scope
    complete: bool


SCALARS = {
    "str": "str", "int": "int", "float": "float", "bool": "bool", "bytes": "bytes", "bytearray": "bytearray",
    "Decimal": "decimal", "UUID": "uuid", "UUID1": "uuid", "UUID3": "uuid", "UUID4": "uuid", "UUID5": "uuid",
    "Path": "path", "PurePath": "path", "PosixPath": "path", "PurePosixPath": "path", "FilePath": "path",
    "DirectoryPath": "path", "NewPath": "path", "datetime": "datetime", "date": "date", "time": "time",
    "timedelta": "timedelta", "ByteSize": "bytesize", "IPv4Address": "ipv4address",
    "IPv6Address": "ipv6address", "IPv4Network": "ipv4network", "IPv6Network": "ipv6network",
    "IPv4Interface": "ipv4interface", "IPv6Interface": "ipv6interface", "IPvAnyAddress": "ipvanyaddress",
    "IPvAnyNetwork": "ipvanynetwork", "IPvAnyInterface": "ipvanyinterface", "EmailStr": "email",
    "NameEmail": "email", "Any": "any", "object": "any", "Pattern": "pattern", "ImportString": "importstring",
    "PyObject": "importstring", "Callable": "callable", "Type": "type", "type": "type", "NoneType": "none",
    "Hashable": "any", "StrictStr": "str", "StrictInt": "int", "StrictFloat": "float", "StrictBool": "bool",
    "PositiveInt": "int", "NonNegativeInt": "int", "NegativeInt": "int", "NonPositiveInt": "int",
    "PositiveFloat": "float", "NonNegativeFloat": "float", "NegativeFloat": "float",
    "NonPositiveFloat": "float", "FiniteFloat": "float", "AwareDatetime": "datetime",
    "NaiveDatetime": "datetime", "FutureDatetime": "datetime", "PastDatetime": "datetime",
    "FutureDate": "date", "PastDate": "date", "AnyStr": "str", "Text": "str", "LiteralString": "str",
}  # fmt: skip
IMPLIED: dict[str, tuple[tuple[str, Any], ...]] = {
    "StrictStr": (("strict", True),), "StrictInt": (("strict", True),), "StrictFloat": (("strict", True),),
    "StrictBool": (("strict", True),), "PositiveInt": (("gt", 0),), "NonNegativeInt": (("ge", 0),),
    "NegativeInt": (("lt", 0),), "NonPositiveInt": (("le", 0),), "PositiveFloat": (("gt", 0),),
    "NonNegativeFloat": (("ge", 0),), "NegativeFloat": (("lt", 0),), "NonPositiveFloat": (("le", 0),),
    "FiniteFloat": (("allow_inf_nan", False),), "FilePath": (("exists", "file"),),
    "DirectoryPath": (("exists", "directory"),), "NewPath": (("exists", "new"),),
}  # fmt: skip
URLS = frozenset(
    {
        "AnyUrl", "AnyHttpUrl", "HttpUrl", "AnyWebsocketUrl", "WebsocketUrl", "FileUrl", "FtpUrl", "PostgresDsn",
        "CockroachDsn", "AmqpDsn", "RedisDsn", "MongoDsn", "KafkaDsn", "NatsDsn", "MySQLDsn", "MariaDBDsn",
        "ClickHouseDsn", "SnowflakeDsn", "UrlStr", "StrictUrl",
    }
)  # fmt: skip
CONTAINERS = {
    "list": "list", "List": "list", "set": "set", "Set": "set", "frozenset": "frozenset",
    "FrozenSet": "frozenset", "tuple": "tuple", "Tuple": "tuple", "dict": "dict", "Dict": "dict",
    "DefaultDict": "dict", "defaultdict": "dict", "OrderedDict": "dict", "Counter": "dict",
    "Mapping": "mapping", "MutableMapping": "mapping", "Sequence": "sequence", "MutableSequence": "sequence",
    "AbstractSet": "set", "MutableSet": "set", "deque": "deque", "Deque": "deque", "Iterable": "iterable",
    "Collection": "iterable", "Iterator": "iterable", "Generator": "iterable",
}  # fmt: skip
CONSTRAINED = {
    "constr": "str", "conint": "int", "confloat": "float", "conbytes": "bytes", "condecimal": "decimal",
    "condate": "date", "conlist": "list", "conset": "set", "confrozenset": "frozenset",
}  # fmt: skip
CONSTRAINTS = frozenset(
    {
        "ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern", "regex", "strict",
        "max_digits", "decimal_places", "allow_inf_nan", "strip_whitespace", "to_lower", "to_upper",
        "min_items", "max_items", "discriminator",
    }
)  # fmt: skip
ANNOTATED_TYPES = {"Ge": "ge", "Gt": "gt", "Le": "le", "Lt": "lt", "MultipleOf": "multiple_of"}
COMPLEX = frozenset(
    {
        "list", "set", "frozenset", "tuple", "deque", "sequence", "dict", "mapping", "model", "dataclass",
        "typeddict", "namedtuple", "bytearray",
    }
)  # fmt: skip


def is_complex(type: TypeInfo) -> bool | None:
    """Whether pydantic-settings decodes JSON for it (`_annotation_is_complex`); None where it cannot be told."""
    if type.kind == "unknown":
        return None
    if type.kind == "model" and type.model is not None and type.model.root is not None:
        return is_complex(type.model.root)
    return type.kind in COMPLEX


def union_is_complex(type: TypeInfo) -> bool | None:
    """Whether a member of the union is complex; such a field takes plain text as well."""
    if type.kind != "union":
        return False
    answers = [union_is_complex(a) if a.kind == "union" else is_complex(a) for a in type.args]
    return True if True in answers else None if None in answers else False


@cache
def _scalar(name: str) -> TypeInfo:
    return TypeInfo(SCALARS[name], name=name, constraints=IMPLIED.get(name, ()))


class Types:
    """Makes types of annotations, and models of classes; each is made once."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._models: dict[tuple[int, int], Model] = {}
        self._configuring: set[int] = set()
        code.config_of = self._config_of

    def _config_of(self, owner: ClassRef | External) -> tuple[dict[str, Known[Any] | Unknown], bool]:
        """What `owner.model_config` holds: all that its bases configure, too."""
        if isinstance(owner, ClassRef):
            if id(owner) in self._configuring:  # a class that is its own base
                return {}, False
            self._configuring.add(id(owner))
            config = self.model(owner).config
            self._configuring.remove(id(owner))
        elif owner.last in ("BaseSettings", "BaseModel"):
            config = BASE_CONFIG if owner.last == "BaseSettings" else {}
        else:
            return {}, False
        items = {
            name: value if isinstance(value, Unknown) else Known(value) for name, value in config.items()
        }
        return {name: value for name, value in items.items() if name != "..."}, "..." not in config

    # ---- types

    def annotation(
        self, node: Expr, scope: Scope, depth: int = 0
    ) -> tuple[TypeInfo, list[tuple[Expr, Scope]]]:
        """The type, and what stands beside it in `Annotated`."""
        if depth > DEPTH:
            return TypeInfo("unknown"), []
        if isinstance(node, Subscript):
            entity = self.code.resolve(node.of, scope)
            if (
                isinstance(entity, External)
                and entity.last == "Annotated"
                and isinstance(node.index, Display)
            ):
                type, metadata = self.annotation(node.index.items[0], scope, depth + 1)
                return type, [*metadata, *((item, scope) for item in node.index.items[1:])]
            if isinstance(entity, External) and entity.last in (
                "Required",
                "NotRequired",
                "ReadOnly",
                "Final",
            ):
                return self.annotation(node.index, scope, depth + 1)
        if isinstance(node, Name | Attribute):
            entity = self.code.resolve(node, scope)
            if isinstance(entity, Value):
                binding = entity.bindings[-1]
                alias = binding.value if binding.value is not None else binding.annotation
                written = is_type_alias(binding.annotation)
                if isinstance(alias, Call) and len(alias.arguments) == 2:
                    maker = self.code.resolve(alias.function, entity.scope)
                    if isinstance(maker, External) and maker.last == "NewType":
                        alias = alias.arguments[1]
                if alias is not None and (binding.annotation is None or written):
                    type, metadata = self.annotation(alias, entity.scope, depth + 1)
                    return type, metadata
        return self.type(node, scope, depth), []

    def type(self, node: Expr, scope: Scope, depth: int = 0) -> TypeInfo:
        """The type; constraints of an inner `Annotated` are part of it."""
        if depth > DEPTH:
            return TypeInfo("unknown")
        match node:
            case Constant(value=None):
                return TypeInfo("none", name="None")
            case Binary(operator="|"):
                sides = (self.type(node.left, scope, depth + 1), self.type(node.right, scope, depth + 1))
                return union_of(sides)
            case Name() | Attribute():
                return self._named(node, scope, depth)
            case Subscript():
                return self._generic(node, scope, depth)
            case Call():
                return self._constrained(node, scope)
        return TypeInfo("unknown")

    def _named(self, node: Name | Attribute, scope: Scope, depth: int) -> TypeInfo:
        entity = self.code.resolve(node, scope)
        if isinstance(entity, Value):
            type, metadata = self.annotation(node, scope, depth + 1)
            return self.refine(type, metadata)
        if entity is None and isinstance(node, Name):
            return TypeInfo("unknown", name=node.name)
        return self.of_entity(entity)

    def of_entity(self, entity: Entity | None) -> TypeInfo:
        match entity:
            case ClassRef():
                return self._of_class(entity)
            case External():
                name = entity.last
                if name == "NoneType":
                    return TypeInfo("none", name="None")
                if name in ("SecretStr", "SecretBytes", "Secret"):
                    inner = "bytes" if name == "SecretBytes" else "str"
                    return TypeInfo("secret", (TypeInfo(inner, name=inner),), name)
                if name in URLS:
                    return TypeInfo("url", name=name)
                if name == "Json":
                    return TypeInfo("json", (TypeInfo("any", name="Any"),), name)
                if name in CONTAINERS:
                    return TypeInfo(CONTAINERS[name], name=name)
                if name in SCALARS:
                    return _scalar(name)
                if name == "Namespace" or entity.top == "enum":
                    return TypeInfo("any", name=name)
                return TypeInfo("unknown", name=name)
        return TypeInfo("unknown")

    def _of_class(self, ref: ClassRef) -> TypeInfo:
        mro = self.code.mro(ref)
        externals = [base for base in mro if isinstance(base, External)]
        names = {base.last for base in externals}
        if self.code.is_enum(ref):
            mixin = (
                "str"
                if names & {"str", "StrEnum"}
                else "int"
                if names & {"int", "IntEnum", "IntFlag"}
                else ""
            )
            others = any(
                "_missing_" in base.names for base in self.code.mro(ref) if isinstance(base, ClassRef)
            )
            return TypeInfo(
                "enum",
                name=ref.node.name,
                constraints=(("validator", "_missing_"),) if others else (),
                members=self.code.enum_members(ref),
                mixin=mixin,
            )
        kind = self.class_kind(ref)
        if kind in ("model", "dataclass", "typeddict", "namedtuple"):
            return TypeInfo(kind, name=ref.node.name, model=self.model(ref))
        for base in externals:  # class Name(str), class Dsn(PostgresDsn)
            type = self.of_entity(base)
            if type.kind not in ("unknown", "any"):
                return msgspec.structs.replace(type, name=ref.node.name)
        return TypeInfo("unknown", name=ref.node.name)

    def class_kind(self, ref: ClassRef) -> str:
        """ "model", "dataclass", "typeddict", "namedtuple" or "" for another class."""
        for base in self.code.mro(ref):
            if isinstance(base, External):
                if base.last in ("BaseModel", "BaseSettings", "RootModel", "GenericModel", "SQLModel"):
                    return "model"
                if base.last.endswith("BaseSettings"):
                    return "model"
                if base.last in ("TypedDict", "NamedTuple"):
                    return base.last.lower()
            elif self.dataclass_decorator(base) is not None:
                return "dataclass"
        return ""

    def dataclass_decorator(self, ref: ClassRef) -> Literal["dataclasses", "pydantic"] | None:
        for decorator in ref.node.decorators:
            entity = self.code.resolve(
                decorator.function if isinstance(decorator, Call) else decorator, ref.scope
            )
            if isinstance(entity, External) and entity.last == "dataclass":
                return "pydantic" if entity.top == "pydantic" else "dataclasses"
        return None

    def _generic(self, node: Subscript, scope: Scope, depth: int) -> TypeInfo:
        entity = self.code.resolve(node.of, scope)
        items = (
            node.index.items
            if isinstance(node.index, Display) and node.index.kind == "tuple"
            else (node.index,)
        )
        if isinstance(entity, ClassRef):
            type = self.of_entity(entity)
            return msgspec.structs.replace(type, name=self.written(node))
        if not isinstance(entity, External):
            return TypeInfo("unknown")
        name = entity.last
        match name:
            case "Literal":
                values = [self.code.fold(item, scope) for item in items]
                known = tuple(value.value for value in values if isinstance(value, Known))
                if len(known) != len(values):
                    return TypeInfo("unknown", name=self.written(node))
                return TypeInfo("literal", name=self.written(node), values=known)
            case "Annotated":
                type, metadata = self.annotation(node, scope, depth + 1)
                return self.refine(type, metadata)
            case "Optional":
                inner = self.type(items[0], scope, depth + 1)
                return union_of((inner, TypeInfo("none", name="None")))
            case "Union":
                return union_of(tuple(self.type(item, scope, depth + 1) for item in items))
            case "Final" | "Required" | "NotRequired" | "ReadOnly":
                return self.type(items[0], scope, depth + 1)
            case "Secret":
                return TypeInfo("secret", (self.type(items[0], scope, depth + 1),), self.written(node))
            case "Json":
                return TypeInfo("json", (self.type(items[0], scope, depth + 1),), self.written(node))
            case _ if name in CONTAINERS:
                ellipsis = any(map(_is_ellipsis, items))
                args = [self.type(item, scope, depth + 1) for item in items if not _is_ellipsis(item)]
                if name == "Counter":
                    args.append(TypeInfo("int", name="int"))
                return TypeInfo(CONTAINERS[name], tuple(args), self.written(node), ellipsis=ellipsis)
            case _ if name in SCALARS:
                return TypeInfo(SCALARS[name], name=self.written(node))
        return TypeInfo("unknown", name=self.written(node))

    def _constrained(self, node: Call, scope: Scope) -> TypeInfo:
        """`constr(min_length=1)` and its kin."""
        entity = self.code.resolve(node.function, scope)
        if not isinstance(entity, External) or entity.last not in CONSTRAINED:
            return TypeInfo("unknown")
        args = tuple(self.type(argument, scope) for argument in node.arguments)
        kind = CONSTRAINED[entity.last]
        return TypeInfo(kind, args, entity.last, self._constraints(node, scope))

    def _constraints(self, node: Call, scope: Scope) -> tuple[tuple[str, Any], ...]:
        found = []
        for name, value in node.keywords:
            if name in CONSTRAINTS:
                folded = self.code.fold(value, scope)
                found.append((name, folded.value if isinstance(folded, Known) else UNKNOWN))
        return tuple(found)

    def refine(self, type: TypeInfo, metadata: list[tuple[Expr, Scope]]) -> TypeInfo:
        """`type` with the constraints and the markers of its `Annotated`."""
        if not metadata:
            return type
        constraints = list(type.constraints)
        decode = type.decode
        for node, scope in metadata:
            function = node.function if isinstance(node, Call) else node
            entity = self.code.resolve(function, scope)
            if isinstance(entity, Value):
                value = entity.bindings[-1].value
                if value is not None and value is not node:
                    type = self.refine(type, [(value, entity.scope)])
                continue
            if not isinstance(entity, External):
                if not isinstance(entity, ClassRef) and isinstance(function, Name | Attribute):
                    constraints.append(("validator", "?"))  # whatever it is
                continue
            match entity.last:
                case "NoDecode":
                    decode = "no"
                case "ForceDecode":
                    decode = "force"
                case "Json":
                    type = TypeInfo("json", (type,), type.name)
                case "Field" | "StringConstraints" | "Len" | "Interval" if isinstance(node, Call):
                    constraints += self._constraints(node, scope)
                case "Strict":
                    constraints.append(("strict", True))
                case name if name in ANNOTATED_TYPES and isinstance(node, Call) and node.arguments:
                    value_ = self.code.fold(node.arguments[0], scope)
                    constraints.append(
                        (ANNOTATED_TYPES[name], value_.value if isinstance(value_, Known) else UNKNOWN)
                    )
                case "MinLen" | "MaxLen" if isinstance(node, Call) and node.arguments:
                    value_ = self.code.fold(node.arguments[0], scope)
                    key = "min_length" if entity.last == "MinLen" else "max_length"
                    constraints.append((key, value_.value if isinstance(value_, Known) else UNKNOWN))
                case "BeforeValidator" | "WrapValidator" | "PlainValidator" | "AfterValidator":
                    constraints.append(("validator", entity.last))
        return msgspec.structs.replace(type, constraints=tuple(constraints), decode=decode)

    def written(self, node: Expr) -> str:
        """The annotation as it is written, names without their packages."""
        match node:
            case Name():
                return "..." if _is_ellipsis(node) else node.name
            case Attribute():
                return node.name
            case Constant():
                return repr(node.value)
            case Subscript():
                return f"{self.written(node.of)}[{self.written(node.index).strip('()')}]"
            case Display():
                return ", ".join(self.written(item) for item in node.items)
            case Binary():
                return f"{self.written(node.left)} {node.operator} {self.written(node.right)}"
            case Call():
                return self.written(node.function)
        return "..."

    # ---- models

    def model(self, ref: ClassRef) -> Model:
        key = (id(ref), 0)
        if key not in self._models:
            self._models[key] = Model(self, ref)
        return self._models[key]


def union_of(sides: Iterable[TypeInfo]) -> TypeInfo:
    args: list[TypeInfo] = []
    for side in sides:
        args += side.args if side.kind == "union" and not side.constraints and not side.aliased else (side,)
    args = list(dict.fromkeys(args))
    return args[0] if len(args) == 1 else TypeInfo("union", tuple(args), " | ".join(a.name for a in args))


Config = dict[str, Any]


class Model:
    """A class whose objects are made of named values: a pydantic model, a dataclass, a TypedDict ..."""

    def __init__(self, types: Types, ref: ClassRef) -> None:
        self.types = types
        self.code = types.code
        self.ref = ref
        self.name = ref.node.name
        self.kind = types.class_kind(ref)

    def __repr__(self) -> str:
        return f"<Model {self.name}>"

    @property
    def span(self) -> Span:
        return self.ref.span

    @cached_property
    def mro(self) -> tuple[ClassRef | External, ...]:
        return self.code.mro(self.ref)

    @cached_property
    def is_settings(self) -> bool:
        return any(isinstance(base, External) and base.last.endswith("BaseSettings") for base in self.mro)

    @cached_property
    def version(self) -> int:
        """1 where it stands on pydantic 1: `from pydantic import BaseSettings`, `pydantic.v1`."""
        for base in self.mro:
            if isinstance(base, External):
                if base.name.startswith("pydantic.v1."):
                    return 1
                if base.last == "BaseSettings" and base.top == "pydantic":
                    return 1
        return 2

    @cached_property
    def is_pydantic(self) -> bool:
        """Whether names are followed into it regardless of case: a model, or pydantic's own dataclass."""
        if self.kind == "dataclass":
            return self.types.dataclass_decorator(self.ref) == "pydantic"
        return self.kind == "model"

    @cached_property
    def open(self) -> tuple[str, ...]:
        """Why the set of its fields is not known."""
        reasons = []
        for base in self.mro:
            if isinstance(base, External) and not _is_known_base(base):
                what = "a base class" if base.name == "?" else f"the base class `{base.last}`"
                reasons.append(f"{what} of `{self.name}` is not in the repository")
        return tuple(dict.fromkeys(reasons))

    @cached_property
    def root(self) -> TypeInfo | None:
        """The type of a RootModel's only value."""
        for base in self.mro:
            if isinstance(base, ClassRef):
                for node in base.node.bases:
                    if isinstance(node, Subscript):
                        entity = self.code.resolve(node.of, Scope(base.module, base.outer))
                        if isinstance(entity, External) and entity.last == "RootModel":
                            return self.types.type(node.index, Scope(base.module, base.outer))
        for field in self.fields:
            if field.name == "root" and any(
                isinstance(b, External) and b.last == "RootModel" for b in self.mro
            ):
                return field.type
            if field.name == "__root__":
                return field.type
        return None

    # ---- configuration

    @cached_property
    def config(self) -> Config:
        """What is configured, by name; an Unknown value is kept. `...` stands for what may be more."""
        return self._config_v1() if self.version == 1 else self._config_v2(self.ref, 0)

    def _config_v2(self, ref: ClassRef, depth: int) -> Config:
        """As pydantic merges it: each base in order, later ones over earlier ones, then the class's own."""
        merged: Config = {}
        if depth > DEPTH:
            return merged
        for base in self.code.bases(ref):
            if isinstance(base, ClassRef):
                merged.update(self._config_v2(base, depth + 1))
            elif base.last == "BaseSettings":
                merged.update(BASE_CONFIG)
        own, complete = self._own_config(ref)
        merged.update(own)
        if not complete:
            merged.update({"...": True, **{key: UNKNOWN for key in _NAMING_KEYS if key not in own}})
        for name, value in ref.node.keywords if self.kind == "model" else ():
            if name == "**":
                merged.update({"...": True, **dict.fromkeys(_NAMING_KEYS, UNKNOWN)})
            elif name != "metaclass":
                folded = self.code.fold(value, Scope(ref.module, ref.outer))
                merged[name] = (
                    folded.value if isinstance(folded, Known) else Raw(value, Scope(ref.module, ref.outer))
                )
        return merged

    def _own_config(self, ref: ClassRef) -> tuple[Config, bool]:
        members = [m for m in ref.names.get("model_config", ()) if isinstance(m, Assignment) and m.value]
        if ref.names.get("__pydantic_config__"):
            members += [m for m in ref.names["__pydantic_config__"] if isinstance(m, Assignment) and m.value]
        if members:
            node = members[-1].value
            assert node is not None
            return self._config_of(node, ref)
        for member in ref.names.get("Config", ()):
            inner = self.code._member([member], ref.scope, 0)
            if isinstance(inner, ClassRef):
                return self._config_class(inner), True
        return {}, True

    def _config_of(self, node: Expr, ref: ClassRef) -> tuple[Config, bool]:
        items, complete = self.code.fold_items(node, ref.scope, raw=True)
        return {
            name: value.value if isinstance(value, Known) else UNKNOWN for name, value in items.items()
        }, complete

    def _config_class(self, ref: ClassRef) -> Config:
        config: Config = {}
        for base in reversed(self.code.mro(ref)):
            if isinstance(base, ClassRef):
                for member in base.node.body:
                    if isinstance(member, Assignment) and member.value is not None:
                        value = self.code.fold(member.value, base.scope)
                        config[member.name] = (
                            value.value if isinstance(value, Known) else Raw(member.value, base.scope)
                        )
                    elif isinstance(member, Function):
                        config[member.name] = UNKNOWN
        return config

    def _config_v1(self) -> Config:
        """pydantic 1: the nearest class of the MRO that says something wins."""
        merged: Config = dict(BASE_CONFIG) if self.is_settings else {}
        for base in reversed(self.mro):
            if isinstance(base, ClassRef):
                for member in base.names.get("Config", ()):
                    inner = self.code._member([member], base.scope, 0)
                    if isinstance(inner, ClassRef):
                        merged.update(self._config_class(inner))
                for name, value in base.node.keywords:
                    folded = self.code.fold(value, Scope(base.module, base.outer))
                    merged[name] = folded.value if isinstance(folded, Known) else UNKNOWN
        return merged

    @property
    def has_config(self) -> bool:
        return self.is_pydantic or bool(self.config or self._dataclass_config())

    def inherited_config(self, outer: Config | None) -> Config:
        """A plain dataclass or a TypedDict without a configuration takes that of the model around it."""
        if not self.has_config:
            return outer or {}
        return self.config or self._dataclass_config()

    def _dataclass_config(self) -> Config:
        for decorator in self.ref.node.decorators:
            if isinstance(decorator, Call):
                for name, value in decorator.keywords:
                    if name == "config":
                        return self._config_of(value, self.ref)[0]
        return {}

    # ---- fields

    @cached_property
    def fields(self) -> tuple[Declared, ...]:
        """In the order in which the library has them: those of the last base first."""
        found: dict[str, Declared] = {}
        hidden: set[str] = set()
        for base in reversed(self.mro):
            if isinstance(base, ClassRef):
                for declared in self._own_fields(base, found):
                    if isinstance(declared, str):
                        hidden.add(declared)
                        found.pop(declared, None)
                    else:
                        found[declared.name] = declared
        return tuple(found.values())

    def _own_fields(self, ref: ClassRef, inherited: dict[str, Declared]) -> Iterator[Declared | str]:
        last: dict[str, Assignment] = {}
        for member in ref.node.body:
            if isinstance(member, Assignment) and not member.name.startswith("__"):
                earlier = last.get(member.name)
                if earlier is not None and member.annotation is None:
                    member = msgspec.structs.replace(member, annotation=earlier.annotation)  # noqa: PLW2901
                last[member.name] = member
        for name, member in last.items():
            if name.startswith("_") and self.kind != "dataclass":
                continue
            if name in ("model_config", "Config"):
                continue
            if member.annotation is None:
                if name in inherited and member.value is not None:
                    yield self._with_default(inherited[name], member, ref)
                elif self.version == 1 and member.value is not None and self.kind == "model":
                    declared = self._inferred(member, ref)
                    if declared is not None:
                        yield declared
                continue
            marker = self._marker(member, ref)
            if marker:
                if name in inherited:
                    yield name
                continue
            declared = self._declared(member, ref)
            given = self._given_below(name, ref) if member.value is None and self.version == 2 else None
            yield declared if given is None else self._with_default(declared, *given)

    def _given_below(self, name: str, ref: ClassRef) -> tuple[Assignment, ClassRef] | None:
        """The value that the attribute has in a base that is no model: pydantic 2 takes it for the default."""
        for base in self.code.mro(ref)[1:]:
            if isinstance(base, ClassRef) and not self.types.class_kind(base):
                for member in base.names.get(name, ()):
                    if isinstance(member, Assignment) and member.value is not None:
                        return member, base
        return None

    def _marker(self, member: Assignment, ref: ClassRef) -> bool:
        """Whether it is a ClassVar, an InitVar of no interest, or a Final constant: no field."""
        node = member.annotation
        function = node.of if isinstance(node, Subscript) else node
        if function is None:
            return False
        entity = self.code.resolve(function, ref.scope)
        if not isinstance(entity, External):
            return False
        if entity.last == "Annotated" and isinstance(node, Subscript) and isinstance(node.index, Display):
            return self._marker(msgspec.structs.replace(member, annotation=node.index.items[0]), ref)
        if entity.last in {"ClassVar", "PrivateAttr"}:
            return True
        return entity.last == "Final" and member.value is not None and self.version == 2

    def _declared(self, member: Assignment, ref: ClassRef) -> Declared:
        assert member.annotation is not None
        type, metadata = self.types.annotation(member.annotation, ref.scope)
        type = self.types.refine(type, metadata)
        fields: list[tuple[Call, Scope]] = []
        for node, scope in metadata:
            call, at = self._field_call(node, scope)
            if call is not None:
                fields.append((call, at))
        value = member.value
        default: Expr | None = value
        if value is not None:
            call, at = self._field_call(value, ref.scope)
            if call is not None:
                type = self.types.refine(type, [(call, at)])
                fields.append((call, at))
                default = None
        return self._from_fields(member, ref, type, fields, default)

    def _field_call(self, node: Expr, scope: Scope) -> tuple[Call | None, Scope]:
        if isinstance(node, Name):  # Annotated[str, COMMON]
            entity = self.code.resolve(node, scope)
            if isinstance(entity, Value) and isinstance(entity.bindings[-1].value, Call):
                node, scope = entity.bindings[-1].value, entity.scope
        if isinstance(node, Call):
            function = self.code.resolve(node.function, scope)
            if isinstance(function, External) and function.last in (
                "Field",
                "field",
                "FieldInfo",
                "CliPositionalArg",
            ):
                return node, scope
        return None, scope

    def _from_fields(
        self,
        member: Assignment,
        ref: ClassRef,
        type: TypeInfo,
        fields: list[tuple[Call, Scope]],
        default: Expr | None,
    ) -> Declared:
        fold = self.code.fold
        value: Known[Any] | Unknown | None = None if default is None else self._default(default, ref.scope)
        made: Expr | None = default
        made_scope = ref.scope
        given: dict[str, Expr] = {}
        where: dict[str, Scope] = {}
        unknown = ""
        for call, scope in fields:
            if not call.complete:
                unknown = f"`{member.name}` is declared with arguments that are unpacked"
            arguments = [a for a in call.arguments if not isinstance(a, Starred)]
            if arguments and default is None:
                if _is_ellipsis(arguments[0]):
                    value, made = None, None
                else:
                    value, made, made_scope = self._default(arguments[0], scope), arguments[0], scope
            for name, node in call.keywords:
                if name == "default" and default is None:
                    if not _is_ellipsis(node):
                        value, made, made_scope = self._default(node, scope), node, scope
                elif name == "default_factory" and default is None:
                    value, made, made_scope = self._factory(node, scope), node, scope
                given[name], where[name] = node, scope
        aliases: tuple[Path, ...] = ()
        chosen = "validation_alias" if "validation_alias" in given else "alias" if "alias" in given else ""
        if chosen:
            found = self._alias(given[chosen], where[chosen])
            if found is None:
                unknown = f"the alias of `{member.name}` cannot be worked out"
            aliases = found or ()
        if not aliases and not unknown:
            explicit = "alias" in given or "validation_alias" in given
            # What has any alias of its own keeps what the generator of its first class makes of it.
            first = self.types.model(ref) if "serialization_alias" in given else self
            generator = first.config.get("alias_generator") or self.config.get("alias_generator")
            generated = self._generated(member.name, generator, explicit)
            if generated is None and not (self.version == 1 and self.is_settings):
                unknown = f"the alias generator of `{self.name}` cannot be worked out"
            aliases = generated or ()
        description = ""
        if "description" in given:
            text = fold(given["description"], where["description"])
            if isinstance(text, Known) and isinstance(text.value, str):
                description = text.value
        env = self._env_v1(member.name, given, where) if self.version == 1 or "env" in given else None
        ignored = None
        if self.version == 2:
            if env and self.is_settings and not chosen and where["env"].module is ref.module:
                ignored = env, given["env"].range.at(ref.module.path)
            env = None
        if self.version == 1 and value is None and (type.optional or type.name in ("Any", "Json")):
            written = [a for call, _ in fields for a in (*call.arguments, *(v for _, v in call.keywords))]
            if not any(map(_is_ellipsis, (*written, *((default,) if default is not None else ())))):
                value = Known(None)
        reads = tuple(self._reads(made, made_scope)) if made is not None else ()
        omissible = self.kind == "typeddict" and not self._is_required_key(member, ref)
        return Declared(
            member.name,
            type,
            member.range.at(ref.module.path),
            value,
            aliases,
            description or member.documentation,
            reads,
            None if made is None else self.instance(made, made_scope),
            env,
            unknown,
            omissible,
            ignored,
        )

    def _is_required_key(self, member: Assignment, ref: ClassRef) -> bool:
        node = member.annotation
        while isinstance(node, Subscript):
            entity = self.code.resolve(node.of, ref.scope)
            last = entity.last if isinstance(entity, External) else ""
            if last in ("Required", "NotRequired"):
                return last == "Required"
            if last not in ("Annotated", "ReadOnly"):
                break
            node = node.index.items[0] if isinstance(node.index, Display) else node.index
        total = dict(ref.node.keywords).get("total")
        return total is None or self.code.fold(total, ref.scope) != Known(False)

    def _with_default(self, field: Declared, member: Assignment, ref: ClassRef) -> Declared:
        assert member.value is not None
        call, scope = self._field_call(member.value, ref.scope)
        default = self._default(member.value, ref.scope) if call is None else field.default
        return msgspec.structs.replace(
            field,
            default=default,
            instance=self.instance(member.value, scope),
            reads=tuple(self._reads(member.value, scope)),
        )

    def _inferred(self, member: Assignment, ref: ClassRef) -> Declared | None:
        """pydantic 1 takes the type of a field without annotation from its value."""
        assert member.value is not None
        call, scope = self._field_call(member.value, ref.scope)
        node = member.value
        if call is not None:
            arguments = [*call.arguments, *(v for k, v in call.keywords if k == "default")]
            if not arguments:
                return None
            node = arguments[0]
        value = self.code.fold(node, scope)
        kinds: dict[Any, str] = {
            str: "str",
            bool: "bool",
            int: "int",
            float: "float",
            list: "list",
            dict: "dict",
            tuple: "tuple",
        }
        if isinstance(value, Known):
            kind = kinds.get(value.value.__class__, "any")
            type = TypeInfo(kind, name=kind)
        elif isinstance(node, Lambda) or _is_ellipsis(node):
            return None
        else:
            made = self.instance(node, scope)
            type = TypeInfo("any", name="Any") if made is None else self.types.of_entity(made.ref)
            if made is None and isinstance(node, Call):
                entity = self.code.resolve(node.function, scope)
                if isinstance(entity, External) and entity.last in (
                    "validator", "root_validator", "PrivateAttr", "property", "classmethod", "staticmethod",
                ):  # fmt: skip
                    return None
        fields = [] if call is None else [(call, scope)]
        return self._from_fields(member, ref, type, fields, None if call is not None else node)

    def _env_v1(self, name: str, given: dict[str, Expr], where: dict[str, Scope]) -> tuple[str, ...] | None:
        value: Any = None
        fields = self.config.get("fields")
        if isinstance(fields, dict) and isinstance(fields.get(name), dict):
            value = fields[name].get("env")
        if value is None and "env" in given:
            folded = self.code.fold(given["env"], where["env"])
            value = folded.value if isinstance(folded, Known) else None
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
        return None

    # ---- aliases

    def _alias(self, node: Expr, scope: Scope) -> tuple[Path, ...] | None:
        """The names; None where they cannot be worked out."""
        value = self.code.fold(node, scope)
        if isinstance(value, Known):
            if isinstance(value.value, str):
                return ((value.value,),)
            return () if value.value is None else None
        if isinstance(node, Name | Attribute):
            entity = self.code.resolve(node, scope)
            if isinstance(entity, Value) and entity.bindings[-1].value is not None:
                return self._alias(entity.bindings[-1].value, entity.scope)
        if not isinstance(node, Call):
            return None
        function = self.code.resolve(node.function, scope)
        if not isinstance(function, External):
            return None
        if function.last == "AliasPath":
            parts = [self.code.fold(argument, scope) for argument in node.arguments]
            path = tuple(part.value for part in parts if isinstance(part, Known))
            return (path,) if len(path) == len(parts) and path else None
        if function.last == "AliasChoices":
            choices: list[Path] = []
            for argument in node.arguments:
                if isinstance(argument, Starred):
                    names = self.code.fold(argument.value, scope)
                    if not isinstance(names, Known):
                        return None
                    choices += [(name,) for name in names.value]
                    continue
                found = self._alias(argument, scope)
                if found is None:
                    return None
                choices += found
            return tuple(choices)
        return None

    def _generated(self, name: str, generator: Any, explicit: bool) -> tuple[Path, ...] | None:
        if generator is None or explicit:
            return ()
        if not isinstance(generator, Raw):
            return None
        node, scope = generator.node, generator.scope
        if isinstance(node, Call):  # AliasGenerator(alias=..., validation_alias=...)
            function = self.code.resolve(node.function, scope)
            if isinstance(function, External) and function.last == "AliasGenerator":
                keywords = dict(node.keywords)
                chosen = (
                    keywords.get("validation_alias")
                    or keywords.get("alias")
                    or (node.arguments or (None,))[0]
                )
                if chosen is None:
                    return ()
                return self._apply(chosen, scope, name)
            return None
        return self._apply(node, scope, name)

    def _apply(self, node: Expr, scope: Scope, name: str) -> tuple[Path, ...] | None:
        """What the function `node` makes of a field's name."""
        if isinstance(node, Lambda) and len(node.parameters) == 1:
            return self._substituted(node.body, node.parameters[0], name, scope)
        entity = self.code.resolve(node, scope)
        if isinstance(entity, External) and entity.last in ALIAS_GENERATORS:
            return ((ALIAS_GENERATORS[entity.last](name),),)
        if isinstance(entity, External) and entity.name in ("builtins.str.upper", "builtins.str.lower"):
            return ((name.upper() if entity.last == "upper" else name.lower(),),)
        if isinstance(entity, FunctionRef) and entity.node.result and len(entity.node.parameters) == 1:
            return self._substituted(entity.node.result, entity.node.parameters[0], name, entity.scope)
        if isinstance(entity, Value) and entity.bindings[-1].value is not None:
            return self._apply(entity.bindings[-1].value, entity.scope, name)
        return None

    def _substituted(self, body: Expr, parameter: str, name: str, scope: Scope) -> tuple[Path, ...] | None:
        return self._alias(_replaced(body, parameter, name), scope)

    # ---- defaults

    def _default(self, node: Expr, scope: Scope) -> Known[Any] | Unknown | None:
        if isinstance(node, Name) and node.name in ("Ellipsis", "PydanticUndefined", "Undefined"):
            return None
        return self.code.fold(node, scope)

    def _factory(self, node: Expr, scope: Scope) -> Known[Any] | Unknown:
        body = lambda_body(node)
        if body is not None:
            return self.code.fold(body, scope)
        entity = self.code.resolve(node, scope)
        empty: dict[str, Any] = {"list": [], "dict": {}, "set": [], "tuple": (), "str": "", "frozenset": []}
        if isinstance(entity, External) and entity.last in empty and entity.top == "builtins":
            return Known(empty[entity.last])
        if isinstance(entity, FunctionRef) and entity.node.result is not None:
            return self.code.fold(entity.node.result, entity.scope)
        return UNKNOWN

    def instance(self, node: Expr, scope: Scope, depth: int = 0) -> Instance | None:
        """The object of a class of the repository that `node` (a call, or a factory) makes."""
        if depth > 5:
            return None
        body = lambda_body(node)
        if body is not None:
            return self.instance(body, scope, depth + 1)
        if isinstance(node, Call):
            entity = self.code.resolve(node.function, scope)
            if isinstance(entity, ClassRef):
                return Instance(entity, node.keywords, scope, node.complete and not node.arguments)
            if isinstance(entity, FunctionRef) and entity.node.result is not None:
                return self.instance(entity.node.result, entity.scope, depth + 1)
            return None
        if isinstance(node, Name | Attribute):
            entity = self.code.resolve(node, scope)
            if isinstance(entity, ClassRef) and self.types.class_kind(entity):
                return Instance(entity, (), scope, True)
            if isinstance(entity, FunctionRef):
                if entity.node.result is not None:
                    return self.instance(entity.node.result, entity.scope, depth + 1)
                if entity.node.returns is not None:
                    made = self.code.resolve(entity.node.returns, entity.scope)
                    if isinstance(made, ClassRef) and self.types.class_kind(made):
                        return Instance(made, (), entity.scope, False)
            if isinstance(entity, Value) and entity.bindings[-1].value is not None:
                return self.instance(entity.bindings[-1].value, entity.scope, depth + 1)
        return None

    def _reads(self, node: Expr, scope: Scope, depth: int = 0) -> Iterator[tuple[str, Span]]:
        """Environment variables that an expression reads with `os`."""
        if depth > 12:
            return
        match node:
            case Call():
                function = self.code.resolve(node.function, scope)
                name = function.name if isinstance(function, External) else ""
                if name in ("os.getenv", "os.environ.get") and node.arguments:
                    key = self.code.fold(node.arguments[0], scope)
                    if isinstance(key, Known) and isinstance(key.value, str):
                        yield key.value, scope.at(node.arguments[0].range)
                if isinstance(function, FunctionRef) and function.node.result is not None:
                    yield from self._reads(function.node.result, function.scope, depth + 1)
                if isinstance(node.function, Attribute):
                    yield from self._reads(node.function.of, scope, depth + 1)
                for inner in (*node.arguments, *(value for _, value in node.keywords)):
                    yield from self._reads(inner, scope, depth + 1)
            case Subscript():
                container = self.code.resolve(node.of, scope)
                if isinstance(container, External) and container.name == "os.environ":
                    key = self.code.fold(node.index, scope)
                    if isinstance(key, Known) and isinstance(key.value, str):
                        yield key.value, scope.at(node.index.range)
            case Lambda():
                yield from self._reads(node.body, scope, depth + 1)
            case Name() | Attribute():
                entity = self.code.resolve(node, scope)
                if isinstance(entity, FunctionRef) and entity.node.result is not None:
                    yield from self._reads(entity.node.result, entity.scope, depth + 1)
                elif isinstance(entity, Value) and entity.bindings[-1].value is not None:
                    yield from self._reads(entity.bindings[-1].value, entity.scope, depth + 1)
            case _:
                for inner in _children(node):
                    yield from self._reads(inner, scope, depth + 1)


def _children(node: Expr) -> Iterator[Expr]:
    """The expressions of which the expression is made."""
    pending: list[Any] = [getattr(node, field) for field in node.__struct_fields__ if field != "range"]
    while pending:
        part = pending.pop(0)
        if isinstance(part, tuple):
            pending[:0] = part
        elif isinstance(part, msgspec.Struct):
            yield part  # type: ignore[misc]


def is_type_alias(node: Expr | None) -> bool:
    """Whether the annotation says that the value is a type."""
    return getattr(node, "name", None) == "TypeAlias" and isinstance(node, Name | Attribute)


def _is_ellipsis(node: Expr) -> bool:
    return isinstance(node, Name) and node.name == "Ellipsis"


def _replaced(node: Expr, parameter: str, text: str) -> Expr:
    """`node` with the name `parameter` replaced by a text."""
    if isinstance(node, Name) and node.name == parameter:
        return Constant(node.range, text)
    changes: dict[str, Any] = {}
    for field in node.__struct_fields__:
        value = getattr(node, field)
        if isinstance(value, msgspec.Struct) and field != "range":
            changes[field] = _replaced(value, parameter, text)  # type: ignore[arg-type]
        elif isinstance(value, tuple) and field in ("arguments", "parts", "items"):
            changes[field] = tuple(
                _replaced(item, parameter, text) if isinstance(item, msgspec.Struct) else item  # type: ignore[arg-type]
                for item in value
            )
    return msgspec.structs.replace(node, **changes) if changes else node


BASE_CONFIG: Config = {
    "extra": "forbid", "validate_default": True, "case_sensitive": False, "env_prefix": "",
    "env_prefix_target": "variable", "env_file": None, "env_ignore_empty": False,
    "env_nested_delimiter": None, "env_nested_max_split": None, "env_parse_none_str": None,
    "env_parse_enums": None, "secrets_dir": None, "json_file": None, "yaml_file": None, "toml_file": None,
    "cli_parse_args": None, "cli_prefix": "", "enable_decoding": True, "dotenv_filtering": None,
    "nested_model_default_partial_update": False, "env_file_depth": 0,
}  # fmt: skip
"""`BaseSettings.model_config`: as it has every key, the last settings base hides what earlier ones configure."""

_NAMING_KEYS = ("env_prefix", "env_nested_delimiter")
"""Without these keys of a configuration no name is known."""

_KNOWN_BASES = frozenset(
    {
        "BaseModel", "BaseSettings", "RootModel", "GenericModel", "object", "ABC", "Generic", "Protocol",
        "TypedDict", "NamedTuple", "ABCMeta",
    }
)  # fmt: skip


def _is_known_base(base: External) -> bool:
    return base.last in _KNOWN_BASES or (base.top == "builtins" and base.last != "?")


def _camel(name: str) -> str:
    import re

    pascal = _pascal(name)
    camel = re.sub(r"(^_*[A-Z])", lambda match: match.group(1).lower(), pascal)
    # pydantic.alias_generators.to_camel leaves a name that is camel case already.
    return name if re.match(r"^[a-z]+[A-Za-z0-9]*$", name) and not re.search(r"\d(?=[a-z])", name) else camel


def _pascal(name: str) -> str:
    import re

    title = name.title()
    return re.sub(r"([0-9A-Za-z])_(?=[0-9A-Z])", lambda match: match.group(1), title)


def _snake(name: str) -> str:
    import re

    snake = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", snake)
    snake = re.sub(r"([0-9])([A-Z])", r"\1_\2", snake)
    snake = re.sub(r"([a-z])([0-9])", r"\1_\2", snake)
    return snake.replace("-", "_").lower()


ALIAS_GENERATORS: dict[str, Any] = {"to_camel": _camel, "to_pascal": _pascal, "to_snake": _snake}
"""`pydantic.alias_generators`."""
