"""Which settings classes a repository makes, and which of their fields its code changes at run time."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.model.settings import SettingsClass, objects
from dotmac_lint.model.settings_code import (
    ClassRef,
    Code,
    Entity,
    FunctionRef,
    Module,
    ModuleRef,
    Scope,
    Value,
    code_of,
)
from dotmac_lint.model.settings_types import Model, Types
from dotmac_lint.readers.python.code import Call, Expr
from dotmac_lint.readers.python.setters import ANY, OWN, SETTINGS_NAME
from dotmac_lint.readers.python.settings import Assignment, Change, PathMapping
from dotmac_lint.source import Span
from dotmac_lint.words import calls
from dotmac_lint.workspace import Workspace

_NOT_SHIPPED = regex(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
# Each begins with a literal, which makes the search ten times as fast; what stands before it is looked at afterwards.
_CLASS = regex(rb"class[ \t]+(\w+)[ \t]*(?:\[[^\]]*\])?\(([^)]*)\)")
_WORD = regex(rb"\w+")
_AS = regex(rb" as (\w+)")
_IS = regex(rb"\n(\w++) = (?:\w++\.)*+(\w++)[ \t]*+$", re.MULTILINE)
_FILLED_IN = regex(r"\{\{|\{%")
_NO_CHARACTER = regex("[\0\ud800-\udfff]")
_ENCODING = regex(r"(?:#[^\n]*\n)?[ \t]*#[^\n]*coding[:=]")
"""Python, "Encoding declarations": in the first line or the second."""
_LAST_WORD = regex(rb"\w+\Z")


def find_settings(workspace: Workspace) -> tuple[SettingsClass, ...]:
    """Every settings class that may be made, in the order of paths and lines.

    Classes that only others are derived from, or that only stand as sections in others, are left out.
    """
    found = workspace.remembered("settings", lambda: _find(workspace))
    result: tuple[SettingsClass, ...] = found
    return result


def _find(workspace: Workspace) -> tuple[SettingsClass, ...]:
    code = code_of(workspace)
    types = Types(code)
    models: list[Model] = []
    candidates = _candidates(workspace, code)
    workspace.read_ahead("python.settings", "read_settings_module", candidates)
    for path in candidates:
        module = code.module(path)
        if module is not None:
            for ref in code.classes(module):
                model = types.model(ref)
                if model.is_settings:
                    models.append(model)
    derived = {id(b) for m in models for b in m.mro[1:] if isinstance(b, ClassRef)}
    sections = {id(inner.ref) for m in models for f in m.fields for inner, _ in objects(f.type)}
    called = _called(workspace, {m.ref.node.name for m in models if id(m.ref) in derived | sections})
    kept = [m for m in models if id(m.ref) not in derived | sections or m.ref.node.name in called]
    # What only names in the environment decide is of no use where there are no fields at all.
    classes = [SettingsClass(model, workspace) for model in kept if model.fields or model.open]
    _follow_changes(classes, code)
    return tuple(classes)


def _is_shipped(path: str) -> bool:
    return path.endswith(".py") and _NOT_SHIPPED.search(path) is None


def _candidates(workspace: Workspace, code: Code) -> list[str]:
    """The files that may define settings: those that name BaseSettings, or a class that does."""
    paths = workspace.chosen(_is_shipped)
    kept = {path for path in paths if _names_base(workspace, path)}
    pending = [
        "BaseSettings",
        *(n for path in kept for n in _made_of(workspace, path, "") if "BaseSettings" in n),
    ]
    names = set(pending)
    while pending:
        rows = list(workspace.words.search(paths, {name.encode() for name in pending}))
        pending = []
        for path, bases in rows:
            for base in bases:
                for new in _made_of(workspace, path, base.decode()):
                    kept.add(path)
                    if new not in names:
                        names.add(new)
                        pending.append(new)
    return sorted(kept)


def broken_modules(workspace: Workspace) -> Iterator[tuple[Span, str]]:
    """Files that would define settings and that Python itself cannot read: the place, and what is the matter."""
    from dotmac_lint.readers.python.tree import UNREADABLE, parse

    for path in filter(lambda path: _names_base(workspace, path), workspace.chosen(_is_shipped)):
        source = workspace.source(path)
        if source is None or not workspace.reader_problems(path, "read_settings_module"):
            continue
        text = source.text
        if "pydantic" not in text or _FILLED_IN.search(text):
            continue
        try:
            parse(text)
        except SyntaxError as error:
            at = 0
            if error.lineno and error.lineno <= len(source.line_starts):
                at = min(source.offset(error.lineno, max(error.offset or 1, 1)), len(text))
            yield Span(path, at, at), f"This is not valid Python: {error.msg}."
        except UNREADABLE:
            bad = _NO_CHARACTER.search(text)
            if bad is None or not _ENCODING.match(text):
                at = bad.start() if bad else 0
                yield (
                    Span(path, at, at),
                    "This is not valid Python: it cannot be decoded."
                    if bad
                    else ("The Python code is nested too deeply to be read."),
                )


@fact(bool)
def _names_base(workspace: Workspace, path: str) -> bool:
    return b"BaseSettings" in (workspace.bytes(path) or b"")


@fact(list[str])
def _made_of(workspace: Workspace, path: str, base: str) -> list[str]:
    """The classes that are derived from `base` ("" is any), and its new names."""
    data, wanted = workspace.bytes(path) or b"", base.encode()
    classes = (
        (m[1], _WORD.findall(m[2])) for m in _CLASS.finditer(data) if not _before(data, m.start()).strip()
    )
    return sorted({new.decode() for new, old in (*classes, *_renamed(data)) if not base or wanted in old})


def _before(data: bytes, offset: int) -> bytes:
    """What stands before `offset` in its line."""
    return data[data.rfind(b"\n", 0, offset) + 1 : offset]


def _renamed(data: bytes) -> Iterator[tuple[bytes, set[bytes]]]:
    """The new name and the old one, of `import One as Two` and of `Two = One`."""
    for match in _AS.finditer(data):
        old = _LAST_WORD.search(_before(data, match.start()))
        if old:
            yield match[1], {old[0]}
    for match in _IS.finditer(b"\n" + data):
        yield match[1], {match[2]}


def _called(workspace: Workspace, names: set[str]) -> set[str]:
    """Which of the classes are called, or given as a factory, somewhere."""
    if not names:
        return set()
    shipped = workspace.chosen(_is_shipped)
    called: set[str] = set()
    for path, here in workspace.words.search(shipped, {name.encode() for name in names}):
        rest = {word.decode() for word in here} - called
        called.update(name for name in rest if _is_called(workspace, path, name))
    return called


_FACTORY = regex(rb"default_factory\s*=\s*([\w.]+)")


@fact(bool)
def _is_called(workspace: Workspace, path: str, name: str) -> bool:
    data = workspace.bytes(path) or b""
    return calls(name.encode(), data, b"class") or any(
        name.encode() in m[1].split(b".") for m in _FACTORY.finditer(data)
    )


# ---- what changes at run time

# One pattern a word: with a literal at its beginning, `re` is five times as fast as with alternatives.
_HOLDERS = (b"settings", b"config", b"cfg", b"conf")
_WRITTEN = [f(word) for word in _HOLDERS for f in (bytes, bytes.title, bytes.upper)]
_CHANGES = {word: regex(word + rb"(?:\(\))?\.(\w+)[\w.]*[ \t]*(?::[^=\n]+)?[-+|]?=[^=]") for word in _WRITTEN}
_SETATTR = regex(rb"setattr\w*\(\s*\w*(?:" + b"|".join(_WRITTEN) + rb")")
_ALIASED = regex(
    rb"^[ \t]+\w+[ \t]*=[ \t]*[\w.]*(?:settings|config)[\w.]*(?:\(\))?[ \t]*$", re.MULTILINE | re.IGNORECASE
)
"""`s = get_settings()`, `jwt = settings.jwt`."""
_MAY_ALIAS = regex(rb"=[ \t]*[\w.]*(?:settings|config)[\w.]*(?:\(\))?[ \t]*$", re.MULTILINE | re.IGNORECASE)
"""The end of what `_ALIASED` finds: begins with a literal, so that it is fast."""
_ASSIGNED = regex(rb"\n[ \t]++(?:\w++\.)++(\w++)[ \t]*+=[^=]")
_DOTTED_KEY = regex(rb"[\"']([A-Za-z_]\w*(?:\.\w+)+)[\"']\s*:\s*[\"']")
_MAY_MAP = regex(rb"\.\w++[\"']\s*+:\s*+[\"']")
"""The end of what `_DOTTED_KEY` finds."""
_LOADER = regex(rb"vault|openbao|\bbao\b|hvac|secret", re.IGNORECASE)


def _follow_changes(classes: list[SettingsClass], code: Code) -> None:
    """Notes the fields that code changes after the start, and the Vault paths from which loaders fill them."""
    changes: dict[int, list[tuple[str, Span]]] = {id(settings): [] for settings in classes}
    vault: dict[int, list[tuple[str, str, Span]]] = {id(settings): [] for settings in classes}
    declaring = {base.module.path for s in classes for base in s.model.mro if isinstance(base, ClassRef)}
    inside = {
        model.ref.module.path for s in classes for field in s.fields for model, _ in objects(field.type)
    }
    top = {field.path[0].encode() for s in classes for field in s.fields} | {b""}
    dotted = {field.dotted.encode() for s in classes for field in s.fields}
    ours = {base.name for s in classes for base in s.model.mro if isinstance(base, ClassRef)}
    last = {field.path[-1].encode() for s in classes for field in s.fields}
    for path in code.paths:
        if not classes or _NOT_SHIPPED.search(path):
            continue
        seen = _set_in(code.workspace, path)
        sets = seen.anything or not seen.fields.isdisjoint(top) or not seen.attributes.isdisjoint(last)
        if (
            path not in declaring
            and not (sets and (path in inside or _sets_of_others(code.workspace, path, top, ours)))
            and seen.keys.isdisjoint(dotted)
        ):
            continue
        module = code.module(path)
        if module is None or not (module.content.changes or module.content.mappings):
            continue
        loads = bool(_LOADER.search(code.workspace.bytes(path) or b""))
        for settings in classes:
            mappings = list(_loaded(module, settings)) if loads else []
            vault[id(settings)] += mappings
            changes[id(settings)] += [(dotted_path, at) for dotted_path, _, at in mappings]
            for change in module.content.changes:
                at = change.range.at(module.path)
                for dotted_path in _changed(change, module, settings, code, bool(mappings)):
                    changes[id(settings)].append((dotted_path, at))
    for settings in classes:
        settings.changes = tuple(changes[id(settings)])
        settings.vault_paths = tuple(vault[id(settings)])


class SetIn(msgspec.Struct, frozen=True):
    """What code looks as if it set of settings."""

    fields: set[bytes] = set()
    """Of what it calls settings."""
    attributes: set[bytes] = set()
    """Of what it may call otherwise."""
    anything: bool = False
    """By `setattr`."""
    keys: set[bytes] = set()
    """Dotted paths that a loader maps."""


@fact(SetIn)
def _set_in(workspace: Workspace, path: str) -> SetIn:
    data = workspace.bytes(path) or b""
    lower = data.lower()
    holders = [word for word in _HOLDERS if word in lower]
    patterns = [pattern for word, pattern in _CHANGES.items() if word.lower() in holders]
    aliased = holders and _MAY_ALIAS.search(data) and _ALIASED.search(data)
    mapped = _MAY_MAP.search(data) and _LOADER.search(data)
    return SetIn(
        {m[1] for pattern in patterns for m in pattern.finditer(data)},
        {m[1] for m in _ASSIGNED.finditer(data)} if aliased else set(),
        bool(holders and _SETATTR.search(data)),
        {m[1] for m in _DOTTED_KEY.finditer(data)} if mapped else set(),
    )


def _sets_of_others(workspace: Workspace, path: str, top: set[bytes], ours: set[str]) -> bool:
    """Whether a module may set a field of settings that it does not declare itself."""
    setters = workspace.setters(path)
    if setters is None:
        return True
    typed = (name for class_, name in setters.typed if class_ in ours or SETTINGS_NAME.search(class_))
    return any(name == ANY or name.encode() in top for name in (*setters.names, *typed))


def _loaded(module: Module, settings: SettingsClass) -> Iterator[tuple[str, str, Span]]:
    for mapping in module.content.mappings:
        rows = [row for row in mapping.entries if tuple(row[0].split(".")) in settings.by_path]
        if _is_loader(mapping, len(rows)):
            for key, value, at in rows:
                yield key, value, at.at(module.path)


def _is_loader(mapping: PathMapping, known: int) -> bool:
    return known > 0 and 2 * known >= len(mapping.entries)


def _changed(
    change: Change, module: Module, settings: SettingsClass, code: Code, loader: bool
) -> Iterator[str]:
    """Dotted paths of the fields that the statement changes."""
    path = change.path
    if change.root in OWN:
        if not any(
            isinstance(b, ClassRef) and _is_class(b, change.owner, module) for b in settings.model.mro
        ):
            for field in settings.fields:
                if field.section and any(
                    _is_class(model.ref, change.owner, module) for model, _ in objects(field.type)
                ):
                    yield from _matching(settings, (*field.path, *path))
            return
    elif isinstance(entity := _root(change, module, code), ModuleRef) and len(path) > 1:
        other = code.module(entity.path)
        inner = Change(path[0], path[1:], change.range)
        if other is None or not _is_settings(inner, other, settings, code):
            return
        path = path[1:]
    elif not _is_settings(change, module, settings, code):
        return
    if path == ("",) and loader:
        return  # the mapping beside it says which
    yield from _matching(settings, path)


def _is_class(ref: ClassRef, name: str, module: Module) -> bool:
    return ref.name == name and ref.module.path == module.path


def _root(change: Change, module: Module, code: Code) -> Entity | None:
    """What the name at the root of the change stands for."""
    if change.imported is not None:
        return code.imported(change.imported, module)
    return code.in_module(change.root.removesuffix("()"), module)


def _is_settings(change: Change, module: Module, settings: SettingsClass, code: Code) -> bool:
    """Whether the name that is changed may hold an object of this class."""
    ours = {id(base) for base in settings.model.mro if isinstance(base, ClassRef)}
    if change.annotation is not None:
        entity = code.resolve(change.annotation, Scope(module))
        if isinstance(entity, ClassRef):
            return id(entity) in ours
    found = _root(change, module, code)
    if isinstance(found, Value) and isinstance(binding := found.bindings[-1], Assignment):
        for node in (binding.annotation, binding.value):
            made = _made(node, found.scope, code)
            if made is not None:
                return id(made) in ours
    if isinstance(found, FunctionRef) and found.node.returns is not None:
        returned = code.resolve(found.node.returns, found.scope)
        if isinstance(returned, ClassRef):
            return id(returned) in ours
    return bool(SETTINGS_NAME.search(change.root))


def _made(node: Expr | None, scope: Scope, code: Code) -> ClassRef | None:
    if isinstance(node, Call):
        node = node.function
    if node is None:
        return None
    entity: Entity | None = code.resolve(node, scope)
    if isinstance(entity, FunctionRef) and entity.node.returns is not None:
        entity = code.resolve(entity.node.returns, entity.scope)
    return entity if isinstance(entity, ClassRef) else None


def _matching(settings: SettingsClass, path: tuple[str, ...]) -> Iterator[str]:
    if "" in path:  # a name that is worked out at run time
        start = path[: path.index("")]
        for field in settings.fields:
            if field.path[: len(start)] == start and not field.section:
                yield field.dotted
        return
    for length in range(len(path), 0, -1):
        found = settings.by_path.get(path[:length])
        if found is not None:
            yield found.dotted
            if found.section and length == len(path):
                yield from _matching(settings, (*path, ""))
            return
