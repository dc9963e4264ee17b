"""Names across the Python files of a repository: what a name stands for, and what a constant is worth."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Sized
from functools import cached_property
from typing import Any

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.readers.python.code import (
    Attribute,
    Binary,
    Boolean,
    Call,
    Conditional,
    Constant,
    Display,
    Expr,
    Formatted,
    Joined,
    Lambda,
    Name,
    Pairs,
    Starred,
    Subscript,
    Unary,
)
from dotmac_lint.readers.python.settings import Assignment, Class, Function, Import, Member, SettingsModule
from dotmac_lint.source import Range, Span
from dotmac_lint.workspace import Workspace

DEPTH = 40
"""Longer chains of imports, aliases and bases are cycles."""

UNKNOWN = Unknown("it cannot be worked out without running the code")


class Module:
    """A file and the names that it binds."""

    def __init__(self, path: str, content: SettingsModule) -> None:
        self.path = path
        self.content = content
        self.names = _bindings(content.body)
        self.stars = [m for m in content.body if isinstance(m, Import) and m.name == "*"]

    def __repr__(self) -> str:
        return f"<Module {self.path}>"


def _bindings(body: tuple[Member, ...]) -> dict[str, tuple[Member, ...]]:
    names: dict[str, list[Member]] = {}
    for member in body:
        names.setdefault(member.name, []).append(member)
    return {name: tuple(members) for name, members in names.items()}


class ClassRef:
    """A class of the repository; one object for each, so that it can be compared and remembered."""

    def __init__(self, module: Module, node: Class, outer: ClassRef | None) -> None:
        self.module = module
        self.node = node
        self.outer = outer
        self.name: str = f"{outer.name}.{node.name}" if outer else node.name
        self.names = _bindings(node.body)

    @property
    def scope(self) -> Scope:
        return Scope(self.module, self)

    @property
    def span(self) -> Span:
        return self.node.range.at(self.module.path)

    def __repr__(self) -> str:
        return f"<{self.name} of {self.module.path}>"


class Scope(msgspec.Struct, frozen=True):
    """Where an expression stands."""

    module: Module
    owner: ClassRef | None = None

    def at(self, range: Range) -> Span:
        return range.at(self.module.path)


class FunctionRef(msgspec.Struct, frozen=True):
    node: Function
    scope: Scope


class Value(msgspec.Struct, frozen=True):
    """A name bound to an expression."""

    bindings: tuple[Assignment, ...]
    scope: Scope


class Raw(msgspec.Struct, frozen=True):
    """A value of a configuration that is no constant: where it is written."""

    node: Expr
    scope: Scope


class External(msgspec.Struct, frozen=True):
    """Something that is not of this repository, by its dotted name."""

    name: str

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


class ModuleRef(msgspec.Struct, frozen=True):
    path: str


Entity = ClassRef | FunctionRef | Value | External | ModuleRef


def _module_of(path: str) -> str:
    return path.removesuffix("/__init__.py").removesuffix(".py")


def code_of(workspace: Workspace) -> Code:
    """The Python files of the workspace, the same for everybody who asks."""
    found: Code = workspace.remembered("code", lambda: Code(workspace))
    return found


class Code:
    """The Python files of a workspace; each is read when it is first needed."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._modules: dict[str, Module | None] = {}
        self._classes: dict[int, ClassRef] = {}
        self._found: dict[str, dict[str, str | None]] = {}
        self._worths: dict[int, Known[Any] | Unknown] = {}
        self._items: dict[tuple[int, bool], tuple[dict[str, Known[Any] | Unknown], bool]] = {}
        self._mros: dict[int, tuple[ClassRef | External, ...]] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for path in self.workspace.files if path.endswith((".py", ".pyi")))

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """The files of modules, by the last part and by the last two of the names that import them."""
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            if path.endswith(".py"):
                parts = _module_of(path).split("/")
                names[parts[-1]].append(path)
                if len(parts) > 1:
                    names["/".join(parts[-2:])].append(path)
        return names

    @cached_property
    def own(self) -> frozenset[str]:
        """What the names of modules of the repository can start with: all others are of somebody else."""
        folders = {path.rpartition("/")[0] for path in self.workspace.files}
        files = {_module_of(path).rpartition("/")[2] for path in self.paths}
        return frozenset(files.union(*(folder.split("/") for folder in folders)))

    def module(self, path: str) -> Module | None:
        if path not in self._modules:
            content = self.workspace.settings_module(path) if path.endswith(".py") else None
            self._modules[path] = None if content is None else Module(path, content)
        return self._modules[path]

    def class_ref(self, module: Module, node: Class, outer: ClassRef | None = None) -> ClassRef:
        if id(node) not in self._classes:
            self._classes[id(node)] = ClassRef(module, node, outer)
        return self._classes[id(node)]

    def classes(self, module: Module) -> Iterator[ClassRef]:
        """All classes of a module, those inside others after them."""
        pending = [self.class_ref(module, m) for m in reversed(module.content.body) if isinstance(m, Class)]
        while pending:
            ref = pending.pop()
            yield ref
            pending += [
                self.class_ref(module, m, ref) for m in reversed(ref.node.body) if isinstance(m, Class)
            ]

    # ---- modules

    def find_module(self, name: str, importer: str) -> str | None:
        """The file (of a package, its `__init__.py`) that `importer` gets when it imports `name`.

        A folder without `__init__.py` (a namespace package) is given as its path with a `/` at the end.
        """
        if not name.startswith(".") and name.partition(".")[0] not in self.own:
            return None
        found = self._found.setdefault(importer.rpartition("/")[0], {})
        if name not in found:
            found[name] = self._find_module(name, importer)
        return found[name]

    def _find_module(self, name: str, importer: str) -> str | None:
        if name.startswith("."):
            rest = name.lstrip(".")
            folder = posixpath.dirname(importer)
            for _ in range(len(name) - len(rest) - 1):
                if not folder:
                    return None
                folder = posixpath.dirname(folder)
            parts = [folder, *rest.split(".")] if folder else rest.split(".")
            return self._file("/".join(part for part in parts if part))
        tail = name.replace(".", "/")
        best: tuple[int, int, str] | None = None
        for path in self._by_name.get("/".join(tail.split("/")[-2:]), ()):
            module = _module_of(path)
            if module != tail and not module.endswith("/" + tail):
                continue
            root = module[: -len(tail)].rstrip("/")
            nested = bool(root) and self.workspace.is_listed(f"{root}/__init__.py")
            # A folder that is a package itself is on the path only for programs started inside it.
            if nested and root != posixpath.dirname(importer):
                continue
            common = len(posixpath.commonprefix([(root + "/").split("/"), importer.split("/")]))
            rank = (common, -len(root), path)
            if best is None or rank > best:
                best = rank
        if best is not None:
            return best[2]
        for root in self._roots(importer):
            folder = f"{root}/{tail}" if root else tail
            if self.workspace.is_tracked_directory(folder):
                return folder + "/"
        return None

    def _roots(self, importer: str) -> Iterator[str]:
        folder = posixpath.dirname(importer)
        while folder:
            yield folder
            yield f"{folder}/src"
            folder = posixpath.dirname(folder)
        yield ""
        yield "src"

    def _file(self, stem: str) -> str | None:
        for path in (f"{stem}/__init__.py" if stem else "__init__.py", f"{stem}.py"):
            if self.workspace.is_listed(path):
                return path
        return stem + "/" if self.workspace.is_tracked_directory(stem) else None

    # ---- names

    def resolve(self, node: Expr, scope: Scope, depth: int = 0) -> Entity | None:
        """What a name or a chain of names stands for."""
        match node:
            case Name():
                return self.name(node.name, scope, depth)
            case Attribute():
                base = self.resolve(node.of, scope, depth)
                return None if base is None else self.attribute(base, node.name, depth)
            case Subscript():  # Generic[T], Base[int]
                return self.resolve(node.of, scope, depth)
        return None

    def name(self, name: str, scope: Scope, depth: int = 0) -> Entity | None:
        if depth > DEPTH:
            return None
        owner = scope.owner
        while owner is not None:
            members = [
                m for m in owner.names.get(name, ()) if not (isinstance(m, Assignment) and m.annotation)
            ]
            if members:
                return self._member(members, owner.scope, depth)
            owner = owner.outer
        return self.in_module(name, scope.module, depth)

    def in_module(self, name: str, module: Module, depth: int = 0) -> Entity | None:
        """The module's global `name`, star imports and builtins included."""
        if depth > DEPTH:
            return None
        found = self.declared(name, module, depth)
        return External(f"builtins.{name}") if found is None and name in BUILTINS else found

    def declared(self, name: str, module: Module, depth: int = 0) -> Entity | None:
        if depth > DEPTH:
            return None
        if name in module.names:
            return self._member(module.names[name], Scope(module), depth)
        for star in reversed(module.stars):
            path = self.find_module(star.module, module.path)
            if path is None:
                if name in STARRED.get(star.module, ()):
                    return External(f"{star.module}.{name}")
                continue
            other = self.module(path)
            if other is None or (other.content.names is not None and name not in other.content.names):
                continue
            if other.content.names is None and name.startswith("_"):
                continue
            found = self.declared(name, other, depth + 1)
            if found is not None:
                return found
        return None

    def _member(self, members: Sequence[Member], scope: Scope, depth: int) -> Entity | None:
        chosen = [m for m in members if not getattr(m, "fallback", False)] or members
        member = chosen[-1]
        if isinstance(member, Import):
            return self.imported(chosen[0] if isinstance(chosen[0], Import) else member, scope.module, depth)
        if isinstance(member, Class):
            return self.class_ref(scope.module, member, scope.owner)
        if isinstance(member, Function):
            return FunctionRef(member, scope)
        bindings = tuple(m for m in members if isinstance(m, Assignment))
        if len(bindings) == 1 and bindings[0].value is not None and bindings[0].annotation is None:
            value = bindings[0].value
            if isinstance(value, Name | Attribute):  # Alias = Other
                target = self.resolve(value, scope, depth + 1)
                if isinstance(target, ClassRef | External | FunctionRef | ModuleRef):
                    return target
        return Value(bindings, scope)

    def imported(self, found: Import, module: Module, depth: int = 0) -> Entity | None:
        path = self.find_module(found.module, module.path)
        if path is None:
            name = found.module.lstrip(".")
            return External(f"{name}.{found.attribute}" if found.attribute else name or "?")
        if found.attribute is None:
            return ModuleRef(path)
        return self.attribute(ModuleRef(path), found.attribute, depth + 1)

    def attribute(self, base: Entity, name: str, depth: int = 0) -> Entity | None:
        if depth > DEPTH:
            return None
        match base:
            case External():
                return External(f"{base.name}.{name}")
            case ModuleRef():
                module = None if base.path.endswith("/") else self.module(base.path)
                if module is not None:
                    found = self.declared(name, module, depth + 1)
                    if found is not None:
                        return found
                if base.path.endswith(("/", "/__init__.py")) or base.path == "__init__.py":
                    folder = base.path.removesuffix("__init__.py").rstrip("/")
                    path = self._file(f"{folder}/{name}" if folder else name)
                    return None if path is None else ModuleRef(path)
                return None
            case ClassRef():
                for ref in self.mro(base):
                    if isinstance(ref, ClassRef) and name in ref.names:
                        return self._member(ref.names[name], ref.scope, depth)
                return None
        return None

    # ---- classes

    def bases(self, ref: ClassRef) -> tuple[ClassRef | External, ...]:
        """The bases; External("?") for one that cannot be told."""
        scope = Scope(ref.module, ref.outer)
        found: list[ClassRef | External] = []
        for node in ref.node.bases:
            entity = self.resolve(node, scope)
            if isinstance(entity, ClassRef | External):
                found.append(entity)
            else:
                found.append(External("?"))
        return tuple(found)

    def mro(self, ref: ClassRef) -> tuple[ClassRef | External, ...]:
        """The method resolution order (C3); where there is none, depth first."""
        key = id(ref)
        if key not in self._mros:
            self._mros[key] = (ref,)  # a cycle of bases ends here
            self._mros[key] = self._mro_of(ref)
        return self._mros[key]

    def _mro_of(self, ref: ClassRef) -> tuple[ClassRef | External, ...]:
        bases = [base for base in self.bases(ref) if not _is_generic(base)]
        sequences: list[list[ClassRef | External]] = [
            list(self.mro(base)) if isinstance(base, ClassRef) else [base] for base in bases
        ]
        sequences.append(list(bases))
        merged: list[ClassRef | External] = [ref]
        while sequences := [s for s in sequences if s]:
            for sequence in sequences:
                head = sequence[0]
                if not any(_holds(other[1:], head) for other in sequences):
                    break
            else:
                head = sequences[0][0]
            if not _holds(merged, head):
                merged.append(head)
            sequences = [[item for item in s if not _same(item, head)] for s in sequences]
        return tuple(merged)

    # ---- constants

    def fold(self, node: Expr | None, scope: Scope, depth: int = 0) -> Known[Any] | Unknown:
        """The value of a constant expression: text, number, None, list, tuple, dict. A path is its text."""
        if node is None or depth > DEPTH:
            return UNKNOWN
        match node:
            case Constant():
                return Known(node.value)
            case Joined():
                return self._joined(node, scope, depth)
            case Display():
                return self._display(node, scope, depth)
            case Pairs():
                values, complete = self.fold_items(node, scope, depth)
                return _all_known(values) if complete else UNKNOWN
            case Binary():
                left, right = (self.fold(n, scope, depth + 1) for n in (node.left, node.right))
                if isinstance(left, Known) and isinstance(right, Known):
                    return _calculate(node.operator, left.value, right.value)
                return UNKNOWN
            case Unary():
                inner = self.fold(node.value, scope, depth + 1)
                if isinstance(inner, Known):
                    if node.operator == "not":
                        return Known(not inner.value)
                    if node.operator == "-" and isinstance(inner.value, int | float):
                        return Known(-inner.value)
                return UNKNOWN
            case Boolean():
                left = self.fold(node.left, scope, depth + 1)
                if isinstance(left, Known) and bool(left.value) == (node.operator == "or"):
                    return left
                return self.fold(node.right, scope, depth + 1) if isinstance(left, Known) else UNKNOWN
            case Conditional():
                test = self.fold(node.test, scope, depth + 1)
                if isinstance(test, Known):
                    return self.fold(node.then if test.value else node.otherwise, scope, depth + 1)
                return UNKNOWN
            case Name() | Attribute():
                return self._constant(node, scope, depth)
            case Subscript():
                return self._element(node, scope, depth)
            case Call():
                return self._called(node, scope, depth)
        return UNKNOWN

    def _joined(self, node: Joined, scope: Scope, depth: int) -> Known[Any] | Unknown:
        texts = []
        for part in node.parts:
            plain = isinstance(part, Formatted) and part.plain
            value = self.fold(part.value if isinstance(part, Formatted) and plain else part, scope, depth + 1)
            if not isinstance(value, Known) or not isinstance(value.value, str | int):
                return UNKNOWN
            texts.append(str(value.value))
        return Known("".join(texts))

    def _display(self, node: Display, scope: Scope, depth: int) -> Known[Any] | Unknown:
        items: list[Any] = []
        for item in node.items:
            value = self.fold(item.value if isinstance(item, Starred) else item, scope, depth + 1)
            if not isinstance(value, Known):
                return UNKNOWN
            if isinstance(item, Starred):
                if not isinstance(value.value, list | tuple):
                    return UNKNOWN
                items += value.value
            else:
                items.append(value.value)
        return Known(tuple(items) if node.kind == "tuple" else items)

    def fold_items(
        self, node: Expr, scope: Scope, depth: int = 0, *, raw: bool = False
    ) -> tuple[dict[str, Known[Any] | Unknown], bool]:
        """The items of a mapping with texts as keys: a display, `SettingsConfigDict(...)`, `a | b`.

        The second value is False where there may be more, or other, items. With `raw`, a value that is no constant
        is given as `Known(Raw)`.
        """
        if depth > DEPTH:
            return {}, False
        items: dict[str, Known[Any] | Unknown] = {}
        complete = True

        def spread(mapping: Expr) -> None:
            nonlocal complete
            more, whole = self.fold_items(mapping, scope, depth + 1, raw=raw)
            items.update(more)
            complete = complete and whole

        def add(key: str, value: Expr) -> None:
            folded = self.fold(value, scope, depth + 1)
            items[key] = Known(Raw(value, scope)) if raw and isinstance(folded, Unknown) else folded

        match node:
            case Pairs():
                for key, value in node.items:
                    if isinstance(key, Starred):
                        spread(key.value)
                        continue
                    name = self.fold(key, scope, depth + 1)
                    if isinstance(name, Known) and isinstance(name.value, str):
                        add(name.value, value)
                    else:
                        complete = False
                return items, complete
            case Call():
                function = self.resolve(node.function, scope)
                copies = isinstance(node.function, Attribute) and node.function.name == "copy"
                if isinstance(node.function, Attribute) and copies:
                    return self.fold_items(node.function.of, scope, depth + 1, raw=raw)
                if not isinstance(function, External) or not function.last.endswith(("dict", "Dict")):
                    return {}, False
                for argument in node.arguments:
                    spread(argument.value if isinstance(argument, Starred) else argument)
                for keyword, value in node.keywords:
                    add(keyword, value)
                return items, complete
            case Binary(operator="|"):
                spread(node.left)
                spread(node.right)
                return items, complete
            case Name() | Attribute():
                if isinstance(node, Attribute) and node.name == "model_config":
                    owner = self.resolve(node.of, scope)
                    if isinstance(owner, ClassRef | External) and self.config_of is not None:
                        return self.config_of(owner)
                found = self.resolve(node, scope, depth + 1)
                if isinstance(found, Value) and len(found.bindings) == 1:
                    binding = found.bindings[0]
                    if binding.value is not None and not binding.conditional:
                        place = (id(binding), raw)
                        if place not in self._items:  # what is spread twice is not folded twice
                            self._items[place] = self.fold_items(
                                binding.value, found.scope, depth + 1, raw=raw
                            )
                        return self._items[place]
        return {}, False

    config_of: Callable[[ClassRef | External], tuple[dict[str, Known[Any] | Unknown], bool]] | None = None
    """Set by the model: the configuration of a class, for `**Base.model_config`."""

    def _constant(self, node: Name | Attribute, scope: Scope, depth: int) -> Known[Any] | Unknown:
        if isinstance(node, Attribute):
            if node.name in ("value", "name"):  # Environment.TEST.value
                member = self.enum_member(node.of, scope, depth + 1)
                if member is not None:
                    return Known(member[0]) if node.name == "name" else member[1]
            member = self.enum_member(node, scope, depth + 1)
            if member is not None:
                return member[1]
        entity: Entity | None
        if isinstance(node, Name) and scope.owner is not None:
            # A class body sees its own names, annotated ones too.
            members = [m for m in scope.owner.names.get(node.name, ()) if isinstance(m, Assignment)]
            entity = Value(tuple(members), scope) if members else self.resolve(node, scope, depth + 1)
        else:
            entity = self.resolve(node, scope, depth + 1)
        if not isinstance(entity, Value):
            return UNKNOWN
        values = [
            self._worth(binding, entity.scope, depth + 1)
            for binding in entity.bindings
            if binding.value is not None or binding.annotation is None
        ]
        if not any(binding.conditional for binding in entity.bindings):
            values = values[-1:]
        first = values[0] if values else UNKNOWN
        return first if all(value == first for value in values) else UNKNOWN

    def _worth(self, binding: Assignment, scope: Scope, depth: int) -> Known[Any] | Unknown:
        """The value of one binding; each is worked out once."""
        if id(binding) not in self._worths:
            self._worths[id(binding)] = UNKNOWN  # a name that is bound to itself
            self._worths[id(binding)] = self.fold(binding.value, scope, depth)
        return self._worths[id(binding)]

    def enum_member(
        self, node: Expr, scope: Scope, depth: int = 0
    ) -> tuple[str, Known[Any] | Unknown] | None:
        """The name and the value of a member of an Enum class of the repository."""
        if not isinstance(node, Attribute) or depth > DEPTH:
            return None
        owner = self.resolve(node.of, scope, depth + 1)
        if not isinstance(owner, ClassRef) or not self.is_enum(owner):
            return None
        for name, value in self.enum_members(owner):
            if name == node.name:
                return name, value
        return None

    def is_enum(self, ref: ClassRef) -> bool:
        return any(isinstance(base, External) and base.last in ENUMS for base in self.mro(ref))

    def enum_members(self, ref: ClassRef) -> tuple[tuple[str, Known[Any] | Unknown], ...]:
        members: list[tuple[str, Known[Any] | Unknown]] = []
        text = any(isinstance(b, External) and b.last == "StrEnum" for b in self.mro(ref))
        count = 0
        for base in reversed(self.mro(ref)):
            for member in base.node.body if isinstance(base, ClassRef) else ():
                if not isinstance(member, Assignment) or member.name.startswith("_") or member.value is None:
                    continue
                value: Known[Any] | Unknown = self.fold(member.value, base.scope)  # type: ignore[union-attr]
                if isinstance(member.value, Call):
                    called = self.resolve(member.value.function, base.scope)  # type: ignore[union-attr]
                    if isinstance(called, External) and called.last == "auto":
                        value = Known(member.name.lower() if text else count + 1)
                if isinstance(value, Known) and isinstance(value.value, int):
                    count = value.value
                members.append((member.name, value))
        return tuple(members)

    def _element(self, node: Subscript, scope: Scope, depth: int) -> Known[Any] | Unknown:
        container = self.fold(node.of, scope, depth + 1)
        index = self.fold(node.index, scope, depth + 1)
        if isinstance(container, Known) and isinstance(index, Known):
            try:
                return Known(container.value[index.value])
            except (LookupError, TypeError):
                return UNKNOWN
        return UNKNOWN

    def _called(self, node: Call, scope: Scope, depth: int) -> Known[Any] | Unknown:
        function = node.function
        if isinstance(function, Attribute):
            owner = self.fold(function.of, scope, depth + 1)
            if isinstance(owner, Known) and isinstance(owner.value, str):
                return self._method(owner.value, function.name, node, scope, depth)
        entity = self.resolve(function, scope, depth + 1)
        if (
            isinstance(entity, FunctionRef)
            and not node.arguments
            and not node.keywords
            and entity.node.result
        ):
            return self.fold(entity.node.result, entity.scope, depth + 1)
        if not isinstance(entity, External):
            return UNKNOWN
        arguments = [self.fold(argument, scope, depth + 1) for argument in node.arguments]
        known = [argument.value for argument in arguments if isinstance(argument, Known)]
        if len(known) != len(arguments) or (node.keywords and not entity.last.endswith(("dict", "Dict"))):
            return UNKNOWN
        match entity.last:
            case "str" | "SecretStr" | "SecretBytes" | "HttpUrl" | "AnyUrl" | "PostgresDsn" | "RedisDsn":
                return Known(known[0] if known else "") if len(known) < 2 else UNKNOWN
            case "Path" | "PurePath" | "PosixPath" | "join":
                if all(isinstance(part, str) for part in known):
                    return Known(posixpath.join(*known) if known else ".")
            case "int" | "float" | "bool" if len(known) == 1 and isinstance(known[0], str | int | float):
                try:
                    kinds: dict[str, Any] = {"int": int, "float": float, "bool": bool}
                    return Known(kinds[entity.last](known[0]))
                except ValueError:
                    return UNKNOWN
            case "list" | "tuple" | "set" | "frozenset" if not known or isinstance(known[0], list | tuple):
                items = list(known[0]) if known else []
                return Known(tuple(items) if entity.last == "tuple" else items)
            case "timedelta":
                return UNKNOWN
        if entity.last.endswith(("dict", "Dict")):
            values, complete = self.fold_items(node, scope, depth + 1)
            return _all_known(values) if complete else UNKNOWN
        return UNKNOWN

    def _method(self, text: str, name: str, node: Call, scope: Scope, depth: int) -> Known[Any] | Unknown:
        arguments = [self.fold(argument, scope, depth + 1) for argument in node.arguments]
        values = [argument.value for argument in arguments if isinstance(argument, Known)]
        if len(values) != len(arguments) or len(text) > 10_000:
            return UNKNOWN
        if name in _TEXT_METHODS and not node.keywords:
            try:
                return Known(getattr(text, name)(*values))
            except (TypeError, ValueError):
                return UNKNOWN
        if name == "format" and all(isinstance(value, str | int) for value in values):
            keywords = {key: self.fold(value, scope, depth + 1) for key, value in node.keywords}
            known = {
                k: v.value
                for k, v in keywords.items()
                if isinstance(v, Known) and isinstance(v.value, str | int)
            }
            if len(known) == len(keywords) and "!" not in text and ":" not in text and "." not in text:
                try:
                    return Known(text.format(*values, **known))
                except (LookupError, ValueError):
                    return UNKNOWN
        return UNKNOWN


_TEXT_METHODS = frozenset(
    {
        "upper", "lower", "title", "capitalize", "casefold", "swapcase", "strip", "lstrip", "rstrip", "replace",
        "removeprefix", "removesuffix", "split",
    }
)  # fmt: skip
ENUMS = frozenset({"Enum", "StrEnum", "IntEnum", "Flag", "IntFlag"})
BUILTINS = frozenset(
    {
        "str", "int", "float", "bool", "bytes", "bytearray", "list", "dict", "set", "frozenset", "tuple",
        "type", "object", "complex", "range", "property", "classmethod", "staticmethod", "setattr",
    }
)  # fmt: skip
STARRED: dict[str, frozenset[str]] = {
    "pydantic": frozenset(
        {
            "AliasChoices", "AliasPath", "AnyHttpUrl", "AnyUrl", "BaseModel", "BaseSettings", "ConfigDict",
            "EmailStr", "Field", "HttpUrl", "PostgresDsn", "RedisDsn", "SecretBytes", "SecretStr",
        }
    ),
    "pydantic_settings": frozenset({"BaseSettings", "SettingsConfigDict", "NoDecode", "ForceDecode"}),
    "typing": frozenset(
        {
            "Annotated", "Any", "ClassVar", "Dict", "List", "Literal", "Optional", "Set", "Tuple", "Union",
        }
    ),
}  # fmt: skip
"""What star imports of these packages bind, as far as settings need it."""


def _is_generic(base: ClassRef | External) -> bool:
    return isinstance(base, External) and base.name in (
        "typing.Generic",
        "typing_extensions.Generic",
        "typing.Protocol",
    )


def _same(one: ClassRef | External, other: ClassRef | External) -> bool:
    return one is other or (isinstance(one, External) and one == other)


def _holds(items: list[ClassRef | External], item: ClassRef | External) -> bool:
    return any(_same(other, item) for other in items)


def _all_known(values: dict[str, Known[Any] | Unknown]) -> Known[Any] | Unknown:
    known = {name: value.value for name, value in values.items() if isinstance(value, Known)}
    return Known(known) if len(known) == len(values) else UNKNOWN


def _calculate(operator: str, left: Any, right: Any) -> Known[Any] | Unknown:
    if operator == "/" and isinstance(left, str) and isinstance(right, str):
        return Known(posixpath.join(left, right))  # pathlib
    try:
        match operator:
            case "+":
                whole = left + right
                return Known(whole) if not isinstance(whole, Sized) or len(whole) < 10_000 else UNKNOWN
            case "|" if isinstance(left, dict) and isinstance(right, dict):
                return Known({**left, **right})
            case "-" | "*" | "/" | "//" | "%" if all(isinstance(v, int | float) for v in (left, right)):
                results = {
                    "-": lambda: left - right,
                    "*": lambda: left * right,
                    "/": lambda: left / right,
                    "//": lambda: left // right,
                    "%": lambda: left % right,
                }
                return Known(results[operator]())
            case "*" if isinstance(left, str) and isinstance(right, int) and len(left) * right < 1000:
                return Known(left * right)
            case "%" if isinstance(left, str) and not re.search(r"%[^sd%]", left):
                return Known(left % right)
    except (TypeError, ValueError, ArithmeticError):
        pass
    return UNKNOWN


def lambda_body(node: Expr) -> Expr | None:
    return node.body if isinstance(node, Lambda) else None
