"""Follows start-up code on values that may be unknown, without running it.

A branch whose condition cannot be told is followed both ways, and what the two leave behind is joined.
An exception is *certain* when it is raised whatever the unknown values are: conditions that cannot be
told lie on the way to it only where their other branch stops the start as well.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model import guard_builtins
from dotmac_lint.model.guard_values import (
    UNKNOWN,
    Bound,
    Code,
    Enumeration,
    External,
    Fails,
    Failure,
    Fields,
    Handler,
    Info,
    Instance,
    Namespace,
    Open,
    Raised,
    Super,
    arithmetic,
    compare,
    copied,
    dotted,
    flattened,
    joined,
    known,
    plain,
    solid,
    truth,
)
from dotmac_lint.model.scalars import Invalid, Member, Secret, Url
from dotmac_lint.model.start_code import checks
from dotmac_lint.readers.python.code import (
    Assert,
    Assign,
    Attribute,
    Binary,
    Boolean,
    Call,
    Class,
    Compare,
    Comprehension,
    Conditional,
    Constant,
    Declare,
    Display,
    Do,
    Expr,
    For,
    Formatted,
    Function,
    If,
    Import,
    Joined,
    Jump,
    Name,
    Opaque,
    Pairs,
    Raise,
    Return,
    Slice,
    Stmt,
    Subscript,
    Try,
    Unary,
    Walrus,
    With,
)
from dotmac_lint.source import Range

STEPS = 50_000
"""Statements and expressions that one start may take; beyond, everything is unknown."""
CALLS = 15
ITEMS = 200

Path = tuple[str, ...]
TRANSPARENT = frozenset(
    {"lru_cache", "cache", "cached_property", "property", "staticmethod", "classmethod", "computed_field"}
)


class State:
    """What holds at one point of a function."""

    def __init__(self, local: dict[str, Any], overlay: dict[tuple[Path, str], Any]) -> None:
        self.local = local
        self.taint: dict[str, frozenset[Path]] = {}
        """Which fields a local variable was made from."""
        self.overlay = overlay
        """Attributes that code has assigned, by the path of their object."""
        self.certain = True
        self.depends: frozenset[Path] = frozenset()
        """The fields that decided that this point is reached."""
        self.condition: tuple[str, Range] | None = None

    def fork(self) -> State:
        memo: dict[int, Any] = {}
        state = State({name: copied(v, memo) for name, v in self.local.items()}, {})
        state.overlay = {key: copied(v, memo) for key, v in self.overlay.items()}
        state.taint = dict(self.taint)
        state.certain, state.depends, state.condition = self.certain, self.depends, self.condition
        return state

    def join(self, other: State) -> None:
        for name in {*self.local, *other.local}:
            self.local[name] = joined(self.local.get(name, UNKNOWN), other.local.get(name, UNKNOWN))
            self.taint[name] = self.taint.get(name, frozenset()) | other.taint.get(name, frozenset())
        for key in {*self.overlay, *other.overlay}:
            self.overlay[key] = joined(self.overlay.get(key, UNKNOWN), other.overlay.get(key, UNKNOWN))


class Leaf:
    """One way in which a piece of code ends, other than by reaching its end."""

    __slots__ = ("certain", "failure", "kind", "state", "value")

    def __init__(self, kind: str, state: State, value: Any = None, failure: Failure | None = None) -> None:
        self.kind = kind  # "raise", "return", "break", "continue"
        self.state = state
        self.value = value
        self.failure = failure
        self.certain = state.certain


class Log(msgspec.Struct, frozen=True):
    """A warning or an error that is logged, not raised."""

    message: Any
    path: str
    range: Range
    where: str
    condition: tuple[str, Range] | None
    depends: frozenset[Path]
    certain: bool


class Site(msgspec.Struct, frozen=True):
    """A place in executed code that may stop the start."""

    path: str
    range: Range
    where: str
    kind: str


class Stop(Exception):  # noqa: N818
    """The statement that is being followed does not end normally."""


class Frame:
    def __init__(self, namespace: Namespace, where: str, owner: Code | None, state: State) -> None:
        self.namespace = namespace
        self.where = where
        self.owner = owner
        self.state = state
        self.handling: Failure | None = None
        self.within: Frame | None = None


class Program:
    """The repository's modules, found when a name of theirs is first needed."""

    def __init__(self, find: Callable[[str, str], Namespace | None]) -> None:
        self.find = find
        """`find(dotted name, path of the importing module)`."""
        self._codes: dict[int, Code | Enumeration] = {}
        self.enumerations: dict[str, list[Enumeration]] = {}
        self._resolving: set[tuple[str, str]] = set()

    def definition(
        self, namespace: Namespace, name: str, depth: int = 0
    ) -> tuple[Namespace, Stmt] | External | None:
        """What binds `name` in the module, through imports; None where several places do or nothing does."""
        statements = namespace.names.get(name, ())
        if not statements or depth > 10:
            return None
        kinds = {type(statement) for statement in statements}
        if len(statements) > 1 and kinds != {Import}:
            return None
        statement = statements[0]
        if not isinstance(statement, Import):
            return namespace, statement
        for bound, module, original in statement.bindings:
            if bound != name:
                continue
            if original is None:
                found = self.find(module, namespace.path)
                return External(f"repository:{module}") if found else External(module)
            found = self.find(module, namespace.path)
            if found is not None:
                if original in found.names:
                    return self.definition(found, original, depth + 1)
                separator = "" if module.endswith(".") else "."
                if self.find(f"{module}{separator}{original}", namespace.path):
                    return External(f"repository:{module}{separator}{original}")
                return None
            if module.startswith("."):
                if self.find(
                    f"{module}{original}" if module.endswith(".") else f"{module}.{original}", namespace.path
                ):
                    return External(f"repository:{module}.{original}")
                return None
            return External(f"{module}.{original}")
        return None

    def code(self, node: Class, namespace: Namespace, outer: Code | None = None) -> Code | Enumeration:
        if id(node) not in self._codes:
            bases: list[Code | External | None] = []
            for base in node.bases:
                bases.append(self._base(base, namespace, outer))
            code = Code(node, namespace, tuple(bases))
            made = enumeration(code)
            self._codes[id(node)] = made or code
            if made is not None:
                self.enumerations.setdefault(made.name, []).append(made)
        return self._codes[id(node)]

    def _base(self, base: Expr, namespace: Namespace, outer: Code | None) -> Code | External | None:
        name = dotted(base)
        if outer is not None and "." not in name:
            found = outer.find(name)
            if found is not None and isinstance(found[1], Class):
                inner = self.code(found[1], found[0].namespace, outer)
                return inner.code if isinstance(inner, Enumeration) else inner
        target = self.definition(namespace, name.partition(".")[0])
        if isinstance(target, tuple) and isinstance(target[1], Class) and "." not in name:
            if (target[0].module, name) in self._resolving:
                return None
            self._resolving.add((target[0].module, name))
            result = self.code(target[1], target[0])
            self._resolving.discard((target[0].module, name))
            return result.code if isinstance(result, Enumeration) else result
        if isinstance(target, External):
            return External(target.name + name[len(name.partition(".")[0]) :])
        if (
            target is None
            and name
            and name.partition(".")[0] not in namespace.names
            and hasattr(builtins, name)
        ):
            return External(name)
        return None


_ENUMS = {"Enum": "", "StrEnum": "str", "IntEnum": "int"}


def enumeration(code: Code) -> Enumeration | None:
    externals = [name.rpartition(".")[2] for name in code.externals()]
    if not any(name in _ENUMS or name in ("Flag", "IntFlag", "ReprEnum") for name in externals):
        return None
    mixin = next((_ENUMS[n] for n in externals if _ENUMS.get(n)), "")
    mixin = mixin or next((n for n in externals if n in ("str", "int")), "")
    members: dict[str, Member] = {}
    complete = (
        not {"Flag", "IntFlag"} & set(externals) and not code.find("_missing_") and not code.find("__eq__")
    )
    for one in reversed(list(code.mro())):
        for statement in one.node.body:
            if isinstance(statement, Assign) and isinstance(statement.target, Name):
                name = statement.target.name
                value = statement.value
                if name.startswith("_"):
                    continue
                automatic = isinstance(value, Call) and dotted(value.function).rpartition(".")[2] == "auto"
                if isinstance(value, Constant) and not (mixin == "str" and not isinstance(value.value, str)):
                    members[name] = Member(code.name, name, value.value, mixin)
                elif automatic and "StrEnum" in externals and not code.find("_generate_next_value_"):
                    members[name] = Member(code.name, name, name.lower(), mixin)
                else:
                    complete = False
            elif not isinstance(statement, Function | Do | Jump | Declare):
                complete = False
    return Enumeration(code.name, members, complete, code)


def items_of(value: Any) -> Any:
    """What a loop over the value goes through, where it is no list yet."""
    match value:
        case str() | dict():
            return list(value)
        case Enumeration(complete=True):
            values = list(value.members.values())
            return [
                m for i, m in enumerate(values) if all(m.value != earlier.value for earlier in values[:i])
            ]
    return value


class Evaluator:
    """Runs guards of one start; the outcomes gather in `leaves`, `sites` and `logs`."""

    def __init__(
        self,
        program: Program,
        subject: Instance | None = None,
        environment: Callable[[str], Any] | None = None,
    ) -> None:
        self.program = program
        self.subject = subject
        """The settings object that constructing its class gives."""
        self.environment = environment or (lambda _: UNKNOWN)
        """The value of an environment variable: text, None where it is not set, or Unknown."""
        self.leaves: list[Leaf] = []
        self.sites: dict[tuple[str, Range], Site] = {}
        self.logs: list[Log] = []
        self.reads: set[Path] = set()
        self.steps = STEPS
        self.frames: list[Frame] = []
        self.overlay: dict[tuple[Path, str], Any] = {}
        self.doubtful = 0
        """How many branches are being followed of which it cannot be told whether they are taken."""
        self.forks = 0
        """How often the state was copied: what was changed in place since is not changed in older states."""

    # ---- entering

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    @property
    def state(self) -> State:
        return self.frames[-1].state

    def call(
        self,
        bound: Bound,
        arguments: Iterable[Any] = (),
        keywords: Mapping[str, Any] | None = None,
        taint: Mapping[str, frozenset[Path]] | None = None,
    ) -> Any:
        """What the function returns. Exceptions are added to `leaves`; Stop where none of its ends is a return."""
        function = bound.function
        local = self._parameters(bound, list(arguments), dict(keywords or {}))
        outer = self.frames[-1] if self.frames else None
        reads = frozenset(self.reads) if outer is not None else frozenset()
        state = State(local, self.overlay if outer is None else outer.state.overlay)
        if outer is not None:
            state.certain, state.depends = outer.state.certain, outer.state.depends
            state.condition = outer.state.condition
            state.taint = {
                p.name: reads for p in function.parameters if not isinstance(local[p.name], Instance)
            }
        state.taint.update(taint or {})
        where = f"{bound.owner.name}.{function.name}" if bound.owner else function.name
        frame = Frame(bound.namespace, where, bound.owner, state)
        frame.within = bound.within
        forks = self.forks
        if len(self.frames) >= CALLS or any(
            f.where == where and f.namespace is bound.namespace for f in self.frames
        ):
            self._may_raise(function.name_range, bound.namespace.path, where)
            return UNKNOWN
        collected, self.leaves = self.leaves, []
        self.frames.append(frame)
        try:
            state_ = self.block(function.body)
        finally:
            self.frames.pop()
            leaves, self.leaves = self.leaves, collected
        results: list[tuple[Any, State]] = [(None, state_)] if state_ is not None else []
        for leaf in leaves:
            if leaf.kind == "raise":
                if outer is not None:  # who catches it has its own variables
                    memo: dict[int, Any] = {}
                    leaf.state.local = {n: copied(v, memo) for n, v in outer.state.local.items()}
                    leaf.state.taint = dict(outer.state.taint)
                self.leaves.append(leaf)
            elif leaf.kind == "return":
                results.append((leaf.value, leaf.state))
        if self.forks > forks:
            self._spoil_given(bound, [*local.values()])
        if not results:
            raise Stop
        value, final = results[0]
        for other, other_state in results[1:]:
            value = joined(value, other)
            final.join(other_state)
        if outer is not None:
            outer.state.overlay = final.overlay
        else:
            self.overlay = final.overlay
        return value

    def _spoil_given(self, bound: Bound, values: list[Any]) -> None:
        """Of lists and dicts that a function could change, some of whose branches are not sure, little is known."""
        if bound.within is not None and bound.within in self.frames:
            values += bound.within.state.local.values()
        for value in values:
            if isinstance(value, list | dict | set) and not isinstance(value, Fields):
                self.spoil(value)

    def spoil(self, value: Any) -> None:
        """Some code has changed the list, dict or set in a way that is not known."""
        for frame in self.frames:
            for held in (frame.state.local, frame.state.overlay):
                for key, one in held.items():
                    if one is value:
                        held[key] = Open() if isinstance(one, list) else UNKNOWN  # type: ignore[index]
                    elif _holds(one, value):
                        held[key] = UNKNOWN  # type: ignore[index]

    def _parameters(self, bound: Bound, arguments: list[Any], keywords: dict[str, Any]) -> dict[str, Any]:
        arguments = [*bound.receiver, *arguments]
        local: dict[str, Any] = {}
        for parameter in bound.function.parameters:
            if parameter.kind == "star":
                local[parameter.name] = list(arguments)
                arguments = []
            elif parameter.kind == "double star":
                local[parameter.name] = dict(keywords)
            elif parameter.kind == "plain" and arguments:
                local[parameter.name] = arguments.pop(0)
            elif parameter.name in keywords:
                local[parameter.name] = keywords.pop(parameter.name)
            else:
                default = parameter.default
                local[parameter.name] = UNKNOWN
                if isinstance(default, Constant):
                    local[parameter.name] = default.value
                elif default is None and self.subject is not None and parameter.annotation is not None:
                    code = self.subject.code
                    if code is not None and dotted(parameter.annotation) == code.name:
                        local[parameter.name] = self.subject
        return local

    # ---- statements

    def block(self, body: tuple[Stmt, ...]) -> State | None:
        """Follows the statements from the current state on; the state at their end, None if it is not reached."""
        for statement in body:
            self.steps -= 1
            if self.steps < 0:
                self._give_up(statement)
                return self.state
            try:
                if not self.statement(statement):
                    return None
            except Stop:
                return None
        return self.state

    def statement(self, node: Stmt) -> bool:
        """Whether the statement after it is reached."""
        match node:
            case Do():
                reads = set(self.reads)
                self.evaluate(node.value)
                self.reads = reads
            case Assign(value=Binary()) if node.value.range == node.range:
                self._augment(node)
            case Assign():
                with_reads, value = self._tracked(node.value)
                self._assign(node.target, value, with_reads | self.state.depends)
            case If():
                return self._if(node)
            case Raise():
                self._raise(node)
                return False
            case Return():
                value = self.evaluate(node.value) if node.value is not None else None
                self.leaves.append(Leaf("return", self.state, value))
                return False
            case Assert():
                return self._assert(node)
            case For():
                return self._for(node)
            case Try():
                return self._try(node)
            case With():
                for item, target in node.items:
                    self.evaluate(item)
                    if target is not None:
                        self._assign(target, UNKNOWN, frozenset())
                if any(isinstance(s, Raise | Assert) for s in flattened(node.body)):
                    names = [dotted(i.function) if isinstance(i, Call) else "" for i, _ in node.items]
                    if any(name.rpartition(".")[2] == "suppress" for name in names):
                        self._opaque(node.body)
                        return True
                return self.block(node.body) is not None
            case Jump(kind="break" | "continue"):
                self.leaves.append(Leaf(node.kind, self.state))
                return False
            case Jump():
                pass
            case Import():
                for name, module, original in node.bindings:
                    if name != "*":
                        self.state.local[name] = self._imported(module, original)
            case Function():
                owner, within = self.frame.owner, self.frame
                self.state.local[node.name] = Bound(node, within.namespace, owner, (), within)
            case Class():
                self.state.local[node.name] = UNKNOWN
            case Opaque():
                self._opaque(node.body)
        return True

    def _augment(self, node: Assign) -> None:
        """`target += value`: a list is changed in place."""
        assert isinstance(node.value, Binary)
        reads, current = self._tracked(node.target)
        if isinstance(current, list) and node.value.operator == "+":
            more_reads, more = self._tracked(node.value.right)
            if isinstance(node.target, Name):
                taint, name = self.state.taint, node.target.name
                taint[name] = taint.get(name, frozenset()) | more_reads | self.state.depends
            items = items_of(more)
            if isinstance(items, list | tuple) and not isinstance(items, Open):
                current.extend(items)
            elif not isinstance(current, Open):
                self.spoil(current)
            return
        more_reads, value = self._tracked(node.value)
        if isinstance(current, dict | set):
            self.spoil(current)
        self._assign(node.target, value, reads | more_reads | self.state.depends)

    def _imported(self, module: str, original: str | None) -> Any:
        namespace = self.program.find(module, self.frame.namespace.path)
        if namespace is None:
            return External(f"{module}.{original}" if original else module)
        if original is None:
            return External(f"repository:{module}")
        return self.global_(namespace, original)

    def _opaque(self, body: tuple[Stmt, ...]) -> None:
        """Code that is not followed: it may change what it assigns, return, or raise."""
        for statement in flattened(body):
            self._havoc(statement)
            match statement:
                case Raise() | Assert():
                    self._site(statement.range, "assert" if isinstance(statement, Assert) else "raise")
                    self._may_raise(
                        statement.range, kind="assert" if isinstance(statement, Assert) else "raise"
                    )
                case Return():
                    state = self.state.fork()
                    state.certain = False
                    self.leaves.append(Leaf("return", state, UNKNOWN))
                    self.state.certain = False

    def _give_up(self, node: Stmt) -> None:
        self.state.certain = False
        self._may_raise(node.range)

    def _havoc(self, node: Stmt) -> None:
        for statement in flattened((node,)):
            match statement:
                case Assign() | For():
                    self._assign(statement.target, UNKNOWN, frozenset())
                case Do(value=Call(function=Attribute(of=Name(name=name)))):
                    value = self.state.local.get(name)
                    if isinstance(value, list):
                        self.state.local[name] = Open(value)
                    elif isinstance(value, dict | set):
                        self.state.local[name] = UNKNOWN
            if isinstance(statement, For):
                for inner in statement.body:
                    self._havoc(inner)

    def _tracked(self, node: Expr) -> tuple[frozenset[Path], Any]:
        """The fields that the expression reads, and its value."""
        before, self.reads = self.reads, set()
        try:
            value = self.evaluate(node)
            return frozenset(self.reads), value
        finally:
            self.reads |= before

    def _assign(self, target: Expr, value: Any, taint: frozenset[Path]) -> None:
        state = self.state
        match target:
            case Name():
                state.local[target.name] = value
                state.taint[target.name] = taint
            case Attribute():
                owner = self.evaluate(target.of)
                if isinstance(owner, Instance):
                    state.overlay[owner.path, target.name] = value
            case Subscript():
                container, index = self.evaluate(target.of), self.evaluate(target.index)
                if isinstance(container, dict) and isinstance(index, str | int):
                    container[index] = value
                elif isinstance(container, dict | list) and isinstance(target.of, Name):
                    state.local[target.of.name] = UNKNOWN
            case Display():
                exact = isinstance(value, list | tuple) and not isinstance(value, Open)
                values = list(value) if exact and len(value) == len(target.items) else None
                for position, item in enumerate(target.items):
                    self._assign(item, UNKNOWN if values is None else values[position], taint)

    def _if(self, node: If) -> bool:
        reads, value = self._tracked(node.test)
        decided = truth(value)
        state, frame = self.state, self.frame
        before, condition = state.depends, state.condition
        certain = state.certain
        place = (frame.namespace.path, node.test.range)
        if decided is not None:
            body, other = (node.then, node.otherwise) if decided else (node.otherwise, node.then)
            state.depends = before | reads
            if decided or node.otherwise:
                state.condition = place
            reached = self.block(body)
            if reached is None:
                return False
            state = self.state
            state.condition = condition
            leaves_early = any(isinstance(s, Return | Jump) for s in flattened(other))
            state.depends = before | reads if leaves_early else before
            return True
        ends: list[State | None] = []
        found: list[list[Leaf]] = []
        collected = self.leaves
        self.forks += 1
        for body in (node.then, node.otherwise):
            self.leaves = []
            frame.state = state.fork()
            frame.state.condition, frame.state.depends = place, before | reads
            self.doubtful += 1
            ends.append(self.block(body))
            self.doubtful -= 1
            found.append(self.leaves)
        self.leaves = collected
        stops = [
            end is None and all(leaf.kind == "raise" for leaf in way)
            for end, way in zip(ends, found, strict=True)
        ]
        for this, that in ((0, 1), (1, 0)):
            if not stops[that] or stops[this]:
                for leaf in found[this]:
                    leaf.certain = leaf.state.certain = False
            self.leaves += found[this]
        continuing = [end for end in ends if end is not None]
        if not continuing:
            return False
        after = continuing[0]
        if len(continuing) == 2:
            after.join(continuing[1])
        escaped = any(leaf.kind != "raise" for way in found for leaf in way)
        if not (stops[0] or stops[1]):
            after.certain = certain and not escaped
        after.depends, after.condition = before, condition
        frame.state = after
        return True

    def _assert(self, node: Assert) -> bool:
        self._site(node.range, "assert")
        reads, value = self._tracked(node.test)
        decided = truth(value)
        if decided:
            return True
        message = None
        state = self.state
        keep = state.depends, state.condition, state.certain
        state.depends, state.condition = state.depends | reads, (self.frame.namespace.path, node.test.range)
        if node.message is not None:
            message = guard_builtins.text(self.evaluate(node.message))
        state.certain = state.certain and decided is False
        self._fail(("AssertionError", "Exception"), "assert", message, node.range)
        state.depends, state.condition, state.certain = keep
        return decided is None

    def _for(self, node: For) -> bool:
        taint, values = self._tracked(node.iterable)
        values = items_of(values)
        certain = self.state.certain
        frame, collected = self.frame, self.leaves
        if (
            isinstance(values, list | tuple | set | frozenset | range)
            and not isinstance(values, Open)
            and len(values) <= ITEMS
        ):
            ended: list[State] = []
            reached = True
            for item in values:
                self.leaves = []
                self._assign(node.target, item, taint)
                end = self.block(node.body)
                ways, self.leaves = self.leaves, collected
                again = [leaf.state for leaf in ways if leaf.kind == "continue"]
                ended += [leaf.state for leaf in ways if leaf.kind == "break"]
                self.leaves += [leaf for leaf in ways if leaf.kind in ("raise", "return")]
                if end is not None:
                    again.append(end)
                if not again:
                    reached = False
                    break
                frame.state = again[0]
                for other in again[1:]:
                    frame.state.join(other)
                if not any(leaf.kind in ("return", "break") for leaf in ways):
                    frame.state.certain = frame.state.certain or certain
            if reached:
                if self.block(node.otherwise) is not None:
                    ended.append(self.state)
            if not ended:
                return False
            frame.state = ended[0]
            for other in ended[1:]:
                frame.state.join(other)
            returned = any(leaf.kind == "return" for leaf in self.leaves)
            frame.state.certain = certain and not (returned and not frame.state.certain)
            return True
        # The body may run or not, any number of times: what it assigns is unknown before and after.
        self.forks += 1
        before = frame.state.fork()
        for statement in node.body:
            self._havoc(statement)
        self._assign(node.target, UNKNOWN, taint)
        frame.state.certain = False
        self.leaves = []
        end = self.block(node.body)
        ways, self.leaves = self.leaves, collected
        self.leaves += [leaf for leaf in ways if leaf.kind in ("raise", "return")]
        after = before
        for other in [leaf.state for leaf in ways if leaf.kind in ("break", "continue")] + (
            [end] if end else []
        ):
            after.join(other)
        after.certain = certain and not any(leaf.kind == "return" for leaf in ways)
        frame.state = after
        return self.block(node.otherwise) is not None

    def _try(self, node: Try) -> bool:
        frame, collected = self.frame, self.leaves
        certain = self.state.certain
        self.leaves = []
        end = self.block(node.body)
        ways = self.leaves
        if end is not None and node.otherwise:
            end = self.block(node.otherwise)
        passed: list[Leaf] = []
        handled: list[tuple[Leaf, Any]] = []
        for leaf in ways:
            if leaf.kind != "raise" or leaf.failure is None:
                passed.append(leaf)
                continue
            escapes = True
            for handler in node.handlers:
                match catches(handler.names, leaf.failure):
                    case True:
                        handled.append((leaf, handler))
                        escapes = False
                        break
                    case None:
                        leaf.certain = leaf.state.certain = False
                        handled.append((leaf, handler))
            if escapes:
                passed.append(leaf)
        ends = [end] if end is not None else []
        handling, condition = frame.handling, self.state.condition
        swallowed = False
        done: set[tuple[int, Failure | None]] = set()
        for leaf, handler in handled:
            self.leaves = []
            self.forks += 1
            frame.state = leaf.state.fork()
            frame.handling = leaf.failure
            if (id(handler), leaf.failure) in done:
                continue
            done.add((id(handler), leaf.failure))
            if handler.alias and leaf.failure:
                frame.state.local[handler.alias] = Raised(
                    leaf.failure.names, leaf.failure.message, leaf.failure.complete
                )
            after = self.block(handler.body)
            if after is not None:
                ends.append(after)
            if not leaf.certain and (after is not None or any(way.kind != "raise" for way in self.leaves)):
                swallowed = True
            passed += self.leaves
        frame.handling = handling
        if swallowed:
            for leaf in passed:
                leaf.certain = leaf.state.certain = False
        self.leaves = collected + passed
        if ends:
            after = ends[0]
            for other in ends[1:]:
                after.join(other)
            after.certain = certain and not any(
                leaf.kind in ("return", "break", "continue") for leaf in passed
            )
            after.condition = condition if len(ends) == 1 else after.condition
            frame.state = after
        if node.finally_:
            reached = bool(ends)
            before_finally = len(self.leaves)
            after_finally = self.block(node.finally_)
            if after_finally is None and any(leaf.kind == "return" for leaf in self.leaves[before_finally:]):
                self.leaves = collected + self.leaves[before_finally:]
            return reached and after_finally is not None
        return bool(ends)

    # ---- exceptions

    def _site(self, at: Range, kind: str) -> None:
        frame = self.frame
        key = (frame.namespace.path, at)
        self.sites.setdefault(key, Site(frame.namespace.path, at, frame.where, kind))

    def _fail(
        self, names: tuple[str, ...], kind: str, message: Any, at: Range, complete: bool = True
    ) -> None:
        frame = self.frame
        failure = Failure(
            names,
            kind,
            message,
            frame.namespace.path,
            at,
            frame.where,
            self.state.condition,
            self.state.depends,
            complete,
        )
        self.leaves.append(Leaf("raise", self.state.fork(), failure=failure))

    def _may_raise(
        self, at: Range, path: str | None = None, where: str | None = None, kind: str = "implicit"
    ) -> None:
        """Something unknown may raise an unknown exception here."""
        state = self.state.fork() if self.frames else State({}, {})
        state.certain = False
        path = path or self.frame.namespace.path
        where = where or self.frame.where
        failure = Failure(
            ("?", "Exception"), kind, None, path, at, where, state.condition, state.depends, False
        )
        self.leaves.append(Leaf("raise", state, failure=failure))

    def _raise(self, node: Raise) -> None:
        frame = self.frame
        value = self.evaluate(node.exception) if node.exception is not None else None
        handling = frame.handling
        if node.exception is None:
            if handling is not None:
                self.leaves.append(Leaf("raise", self.state, failure=handling))
            else:
                self._fail(("?", "Exception"), "raise", None, node.range, complete=False)
            return
        if isinstance(value, External | Code):
            value = self.exception(value, [])
        if not isinstance(value, Raised):
            value = Raised(("?", "Exception"), None, False)
        kind = "exit" if "SystemExit" in value.names else "raise"
        if handling is not None and handling.kind != "implicit":
            # Another exception in its place: the first one is what the guard says.
            failure = msgspec.structs.replace(handling, names=value.names, complete=value.complete)
            self.leaves.append(Leaf("raise", self.state, failure=failure))
            return
        self._site(node.range, kind)
        self._fail(value.names, kind, value.message, node.range, value.complete)

    def exception(self, class_: External | Code, arguments: list[Any]) -> Any:
        """An exception object of the class; Unknown where it is no exception."""
        message: Any = arguments[0] if arguments else None
        if isinstance(class_, External):
            name = class_.name.rpartition(".")[2]
            known_class = getattr(builtins, class_.name, None)
            if isinstance(known_class, type) and issubclass(known_class, BaseException):
                return Raised(tuple(c.__name__ for c in known_class.__mro__[:-1]), message)
            if name.endswith(("Error", "Exception", "Configured", "Warning", "Exit")):
                bases = _KNOWN_EXCEPTIONS.get(name, ("Exception",))
                return Raised((name, *bases), message, name in _KNOWN_EXCEPTIONS)
            return UNKNOWN
        names: list[str] = [code.name for code in class_.mro()]
        complete = True
        for external in class_.externals():
            builtin = getattr(builtins, external, None)
            if isinstance(builtin, type) and issubclass(builtin, BaseException):
                names += [c.__name__ for c in builtin.__mro__[:-1] if c.__name__ not in names]
            else:
                complete = False
                names += [*_KNOWN_EXCEPTIONS.get(external.rpartition(".")[2], ())]
        if not any(n.endswith(("Error", "Exception", "Configured", "Exit")) for n in names):
            return UNKNOWN
        if class_.find("__init__"):
            message = message if isinstance(message, str) else UNKNOWN
        return Raised(tuple(names), message, complete)

    def implicit(self, name: str, at: Range) -> Stop:
        """Python raises: the leaf is added, the caller raises the Stop."""
        class_ = getattr(builtins, name, Exception)
        self._fail(tuple(c.__name__ for c in class_.__mro__[:-1]), "implicit", None, at)
        return Stop()

    # ---- expressions

    def evaluate(self, node: Expr) -> Any:
        self.steps -= 1
        if self.steps < 0:
            return UNKNOWN
        try:
            return self._evaluate(node)
        except Fails as error:
            raise self.implicit(error.name, node.range) from None

    def _compared(self, operator: str, left: Any, right: Any) -> bool | None:
        if operator in ("in", "not in") and isinstance(left, str) and isinstance(right, External):
            value = self.environment(left) if right.name == "os.environ" else UNKNOWN
            return None if isinstance(value, Unknown) else (value is not None) is (operator == "in")
        return compare(operator, left, right)

    def _evaluate(self, node: Expr) -> Any:
        match node:
            case Constant():
                return node.value
            case Name():
                return self._name(node.name)
            case Attribute():
                return self.attribute(self.evaluate(node.of), node.name)
            case Call():
                return self._call(node)
            case Compare():
                left, result = self.evaluate(node.first), True
                unknown = False
                for operator, right_node in node.rest:
                    right = self.evaluate(right_node)
                    outcome = self._compared(operator, left, right)
                    if outcome is False:
                        return False
                    unknown |= outcome is None
                    left = right
                return UNKNOWN if unknown else result
            case Boolean():
                return self._boolean(node)
            case Unary():
                value = self.evaluate(node.value)
                if node.operator == "not":
                    decided = truth(value)
                    return UNKNOWN if decided is None else not decided
                value = plain(value)
                if node.operator == "-" and isinstance(value, int | float):
                    return -value
                return UNKNOWN
            case Binary():
                left, right = self.evaluate(node.left), self.evaluate(node.right)
                if node.operator == "|" and (_is_type(left) or _is_type(right)):
                    return [*_types(left), *_types(right)]
                return arithmetic(node.operator, left, right)
            case Display():
                items = [self.evaluate(item) for item in node.items]
                return items if node.kind != "tuple" else tuple(items)
            case Pairs():
                pairs = [(self.evaluate(key), self.evaluate(value)) for key, value in node.items]
                if all(isinstance(key, str | int | Member | None) for key, _ in pairs):
                    return {plain(key): value for key, value in pairs}
                return UNKNOWN
            case Joined():
                texts = [self.evaluate(part) for part in node.parts]
                return "".join(texts) if all(isinstance(text, str) for text in texts) else UNKNOWN
            case Formatted():
                value = self.evaluate(node.value)
                return guard_builtins.text(value) if node.plain else UNKNOWN
            case Conditional():
                return self._conditional(node)
            case Subscript():
                return self._subscript(node)
            case Comprehension():
                return self._comprehension(node)
            case Walrus():
                reads, value = self._tracked(node.value)
                self.state.local[node.name] = value
                self.state.taint[node.name] = reads
                return value
        return UNKNOWN

    def _boolean(self, node: Boolean) -> Any:
        left = self.evaluate(node.left)
        decided = truth(left)
        stops = node.operator == "or"
        if decided is stops:
            return left
        if decided is not None:
            return self.evaluate(node.right)
        right = self._maybe(node.right)
        # `unknown and False` is false, whatever the unknown is; `unknown or True` is true.
        return right if truth(right) is stops and isinstance(right, bool) else UNKNOWN

    def _maybe(self, node: Expr) -> Any:
        """The value of what may not be evaluated at all: what it raises is not certain."""
        state = self.state
        certain, state.certain = state.certain, False
        count = len(self.leaves)
        try:
            return self.evaluate(node)
        except Stop:
            return UNKNOWN
        finally:
            for leaf in self.leaves[count:]:
                leaf.certain = False
            self.state.certain = certain

    def _conditional(self, node: Conditional) -> Any:
        decided = truth(self.evaluate(node.test))
        if decided is not None:
            return self.evaluate(node.then if decided else node.otherwise)
        return joined(self._maybe(node.then), self._maybe(node.otherwise))

    def _subscript(self, node: Subscript) -> Any:
        container, index = self.evaluate(node.of), None
        if isinstance(node.index, Slice):
            lower = self.evaluate(node.index.lower) if node.index.lower is not None else None
            upper = self.evaluate(node.index.upper) if node.index.upper is not None else None
            sliceable = isinstance(container, str | list | tuple) and not isinstance(container, Open)
            if sliceable and isinstance(lower, int | None) and isinstance(upper, int | None):
                return container[lower:upper]
            if isinstance(container, int | float | None):
                raise Fails("TypeError")
            return UNKNOWN
        index = plain(self.evaluate(node.index))
        match container:
            case Open() | Unknown():
                return UNKNOWN
            case str() | list() | tuple() if isinstance(index, int):
                if -len(container) <= index < len(container):
                    return container[index]
                raise Fails("IndexError")
            case dict() if isinstance(index, str | int):
                if isinstance(container, Fields) and container.reads(str(index)):
                    self.reads.add((*container.path, str(index)))
                if index in container:
                    return container[index]
                raise Fails("KeyError")
            case None | int() | float():
                raise Fails("TypeError")
            case External(name="os.environ") if isinstance(index, str):
                value = self.environment(index)
                if value is None:
                    raise Fails("KeyError")
                if isinstance(value, Unknown):
                    self._may_raise(node.range)
                return value
            case Enumeration() if isinstance(index, str) and container.complete:
                if index in container.members:
                    return container.members[index]
                raise Fails("KeyError")
        return UNKNOWN

    def _comprehension(self, node: Comprehension) -> Any:
        values = items_of(self.evaluate(node.iterable))
        opened = isinstance(values, Open)
        if not isinstance(values, list | tuple | set | frozenset | range) or len(values) > ITEMS:
            return UNKNOWN
        hidden = dict(self.state.local)
        result: list[Any] = []
        for item in values:
            self._assign(node.target, item, frozenset())
            decided: bool | None = True
            for condition in node.conditions:
                one = truth(self.evaluate(condition))
                decided = one if one is False else None if decided is None or one is None else True
                if one is False:
                    break
            if decided:
                result.append(self.evaluate(node.element))
            elif decided is None:
                opened = True
        self.state.local = hidden
        return Open(result) if opened else result

    # ---- names and attributes

    def _name(self, name: str) -> Any:
        local = self.state.local
        if name in local:
            self.reads |= self.state.taint.get(name, frozenset())
            return local[name]
        within = self.frame.within
        while within is not None:
            if name in within.state.local:
                if within not in self.frames:
                    return UNKNOWN
                self.reads |= within.state.taint.get(name, frozenset())
                return within.state.local[name]
            within = within.within
        return self.global_(self.frame.namespace, name)

    def global_(self, namespace: Namespace, name: str) -> Any:
        """The value of a module's name."""
        target = self.program.definition(namespace, name)
        if target is None:
            return External(name) if name not in namespace.names and hasattr(builtins, name) else UNKNOWN
        if isinstance(target, External):
            return target
        where, statement = target
        match statement:
            case Function():
                return Bound(statement, where)
            case Class():
                return self.program.code(statement, where)
            case Assign(target=Name(name=bound), value=value):
                constant = self._constant(value, where)
                if isinstance(constant, list | dict | set) and bound in where.changed:
                    return Open() if isinstance(constant, list) else UNKNOWN
                return constant
        return UNKNOWN

    def _constant(self, value: Expr, namespace: Namespace, owner: Code | None = None) -> Any:
        """What a module's or a class's variable was given; nothing that it may raise counts here."""
        if len(self.frames) >= CALLS:
            return UNKNOWN
        leaves, self.leaves = self.leaves, []
        self.frames.append(Frame(namespace, owner.name if owner else "", owner, State({}, self.overlay)))
        try:
            return self.evaluate(value)
        except Stop:
            return UNKNOWN
        finally:
            self.frames.pop()
            self.leaves = leaves

    def attribute(self, owner: Any, name: str) -> Any:
        match owner:
            case Instance():
                return self._instance_attribute(owner, name)
            case Enumeration():
                if name in owner.members:
                    return owner.members[name]
                if name == "__members__" and owner.complete:
                    return dict(owner.members)
                return self._class_attribute(owner.code, name, owner)
            case Member():
                if name in ("value", "_value_"):
                    return owner.value
                if name in ("name", "_name_"):
                    return owner.name
                return self._member_attribute(owner, name)
            case Code():
                if name in ("model_fields", "__fields__") and self.subject and owner is self.subject.code:
                    return dict.fromkeys(self.subject.fields, UNKNOWN)
                return self._class_attribute(owner, name, owner)
            case External():
                if owner.name.startswith("repository:"):
                    module = owner.name.removeprefix("repository:")
                    namespace = self.program.find(module, self.frame.namespace.path)
                    if namespace is not None and name in namespace.names:
                        return self.global_(namespace, name)
                    return External(f"{owner.name}.{name}")
                return External(f"{owner.name}.{name}")
            case Info():
                return owner.data if name == "data" else UNKNOWN
            case Url():
                return guard_builtins.url_attribute(owner, name)
            case Raised() if name == "args":
                return (owner.message,)
        if owner is None:
            raise Fails("AttributeError")
        return UNKNOWN

    def _member_attribute(self, member: Member, name: str) -> Any:
        """A property or method that the Enum declares."""
        if self.frames:
            self._name(member.enum)  # the class may not have been looked at yet
        declaring = [
            e for e in self.program.enumerations.get(member.enum, ()) if member in e.members.values()
        ]
        if len(declaring) == 1 and declaring[0].code.find(name):
            return self._class_attribute(declaring[0].code, name, member)
        return External(f"method:{name}") if member.mixin else UNKNOWN

    def _instance_attribute(self, owner: Instance, name: str) -> Any:
        overlay = self.state.overlay
        if (owner.path, name) in overlay:
            if name in owner.fields:
                self.reads.add((*owner.path, name))
            return overlay[owner.path, name]
        if name in owner.fields:
            value = owner.fields[name]
            if not isinstance(value, Instance):
                self.reads.add((*owner.path, name))
            if isinstance(value, list | dict | set):
                overlay[owner.path, name] = value = copied(value, {})  # changes in place belong to the state
            return value
        if name == "__class__" and owner.code is not None:
            return owner.code
        if name in ("model_fields", "__fields__") and owner.code is not None:
            return dict.fromkeys(owner.fields, UNKNOWN)
        return self._class_attribute(owner.code, name, owner) if owner.code is not None else UNKNOWN

    def _class_attribute(self, code: Code, name: str, receiver: Any) -> Any:
        found = code.find(name)
        if found is None:
            if isinstance(receiver, Code | Enumeration) and name == "__name__":
                return code.name
            return UNKNOWN
        where, statement = found
        match statement:
            case Function():
                decorators = {dotted(decorator).rpartition(".")[2] for decorator in statement.decorators}
                if "staticmethod" in decorators:
                    return Bound(statement, where.namespace, where)
                if "classmethod" in decorators:
                    return Bound(statement, where.namespace, where, (code,))
                if not isinstance(receiver, Instance | Member):
                    return Bound(statement, where.namespace, where)
                bound = Bound(statement, where.namespace, where, (receiver,))
                if decorators & {"property", "cached_property"}:
                    if decorators - TRANSPARENT:
                        return UNKNOWN
                    return self.call(bound)
                return bound
            case Class():
                return self.program.code(statement, where.namespace, where)
            case Assign(target=Name(), value=value):
                return self._constant(value, where.namespace, where)
        return UNKNOWN

    # ---- calls

    def _call(self, node: Call) -> Any:
        function = node.function
        if isinstance(function, Name) and function.name == "super" and function.name not in self.state.local:
            return Super()
        owner: Any = None
        if isinstance(function, Attribute):
            owner = self.evaluate(function.of)
            if isinstance(owner, Super):
                for argument in node.arguments:
                    self.evaluate(argument)
                return self._super(function.name, node)
            if owner is None:
                raise Fails("AttributeError")
        arguments = [self.evaluate(argument) for argument in node.arguments]
        keywords = {name: self.evaluate(value) for name, value in node.keywords}
        if isinstance(function, Attribute):
            own = self._member_attribute(owner, function.name) if isinstance(owner, Member) else None
            if isinstance(own, Bound):
                return self.apply(own, arguments, keywords, node)
            if isinstance(owner, Secret | Url | Raised | list | dict | set | frozenset | tuple) or isinstance(
                plain(owner), str | int | float
            ):
                asked = arguments[0] if arguments else None
                if isinstance(owner, Fields) and isinstance(asked, str) and owner.reads(asked):
                    self.reads.add((*owner.path, asked))
                if isinstance(function.of, Name):  # what is put in stems from what decided to put it in
                    taint, local = self.state.taint, function.of.name
                    taint[local] = taint.get(local, frozenset()) | self.state.depends | self.reads
                return guard_builtins.method(
                    owner, function.name, arguments, keywords, self._unknown_call, node, self.spoil
                )
            if isinstance(owner, Unknown):
                if _may_be_none(function.of):
                    self._may_raise(node.range)
                return self._unknown_call(node, function.name, arguments)
            if isinstance(owner, Instance) and function.name in ("model_dump", "dict") and not node.arguments:
                dumped = self._dumped(owner) if not node.keywords and node.complete else UNKNOWN
                if not isinstance(dumped, Unknown):
                    return dumped
            target = self.attribute(owner, function.name)
        else:
            target = self.evaluate(function)
        return self.apply(target, arguments, keywords, node)

    def _dumped(self, owner: Instance) -> Any:
        """`model_dump()`; Unknown where the class may add to it."""
        code = owner.code
        if code is None or any(code.find(name) for name in ("model_dump", "dict", "model_config", "Config")):
            return UNKNOWN
        names = [dotted(d).rpartition(".")[2] for _, f in code.functions() for d in f.decorators]
        if any(name in ("computed_field", "model_serializer", "field_serializer") for name in names):
            return UNKNOWN
        values = {name: self._instance_attribute(owner, name) for name in owner.fields}
        dumped = {n: self._dumped(v) if isinstance(v, Instance) else v for n, v in values.items()}
        return Fields(owner.path, dumped)

    def apply(self, target: Any, arguments: list[Any], keywords: dict[str, Any], node: Call) -> Any:
        match target:
            case Bound():
                decorators = {
                    dotted(decorator).rpartition(".")[2] for decorator in target.function.decorators
                }
                if self._gives_subject(target):
                    if checks(target.function, target.namespace) and not decorators - TRANSPARENT:
                        self.call(target, arguments, keywords)
                    return self.subject
                if decorators - TRANSPARENT or not node.complete:
                    self._may_raise(node.range)
                    return UNKNOWN
                return self.call(target, arguments, keywords)
            case Enumeration():
                member = self._member(target, arguments)
                if isinstance(member, Unknown):
                    self._may_raise(node.range)
                return member
            case Handler():
                return self._converted(target, arguments, node)
            case Code():
                if self.subject is not None and target is self.subject.code:
                    return self.subject
                result = self.exception(target, arguments)
                if isinstance(result, Unknown):
                    self._may_raise(node.range)
                return result
            case External():
                return self._external(target, arguments, keywords, node)
        return self._unknown_call(node, "", arguments)

    def _converted(self, handler: Handler, arguments: list[Any], node: Call) -> Any:
        result = handler.convert(arguments[0] if len(arguments) == 1 else UNKNOWN)
        match result:
            case Known():
                return result.value
            case Invalid():
                self._fail(("ValidationError", "ValueError", "Exception"), "implicit", None, node.range)
                raise Stop
        self._may_raise(node.range)
        return UNKNOWN

    def _gives_subject(self, bound: Bound) -> bool:
        """`get_settings()`: its annotation, or what it returns, says that it gives the settings."""
        code = self.subject.code if self.subject is not None else None
        if code is None or bound.receiver:
            return False
        if bound.function.returns is not None and dotted(bound.function.returns) == code.name:
            return True
        returned = [s.value for s in flattened(bound.function.body) if isinstance(s, Return)]
        return (
            len(returned) == 1 and isinstance(returned[0], Call) and dotted(returned[0].function) == code.name
        )

    def _super(self, name: str, node: Call) -> Any:
        code = self.frame.owner
        if code is not None:
            for base in list(code.mro())[1:]:
                found = base.find(name)
                if found is not None and isinstance(found[1], Function):
                    arguments = [self.evaluate(argument) for argument in node.arguments]
                    receiver = self.state.local.get(self._first_parameter(), UNKNOWN)
                    return self.call(Bound(found[1], found[0].namespace, found[0], (receiver,)), arguments)
        return None if name in ("__init__", "model_post_init") else UNKNOWN

    def _first_parameter(self) -> str:
        return next(iter(self.state.local), "self")

    def _member(self, enum: Enumeration, arguments: list[Any]) -> Any:
        if len(arguments) != 1:
            return UNKNOWN
        value = arguments[0]
        if isinstance(value, Member) and value.enum == enum.name:
            return value
        if not solid(plain(value)):
            return UNKNOWN
        for member in enum.members.values():
            if member.value == plain(value):
                return member
        if enum.complete:
            raise Fails("ValueError")
        return UNKNOWN

    def _external(self, target: External, arguments: list[Any], keywords: dict[str, Any], node: Call) -> Any:
        name = target.name
        if name in ("sys.exit", "exit", "quit", "os._exit"):
            self._site(node.range, "exit")
            names = ("SystemExit", "BaseException") if name != "os._exit" else ("os._exit",)
            if self.frame.handling is not None and self.frame.handling.kind != "implicit":
                failure = msgspec.structs.replace(self.frame.handling, names=names)
                self.leaves.append(Leaf("raise", self.state, failure=failure))
            else:
                message = arguments[0] if arguments and isinstance(arguments[0], str) else None
                self._fail(names, "exit", message, node.range)
            raise Stop
        if name in ("os.getenv", "os.environ.get"):
            value = self.environment(arguments[0]) if arguments and isinstance(arguments[0], str) else UNKNOWN
            default = arguments[1] if len(arguments) > 1 else keywords.get("default")
            return default if value is None else value
        if name == "isinstance" and len(arguments) == 2:
            return known(self._isinstance(arguments[0], arguments[1]))
        if (
            name in ("getattr", "hasattr")
            and arguments
            and len(arguments) >= 2
            and isinstance(arguments[1], str)
        ):
            return self._getattr(name, arguments)
        if name == "setattr":
            if len(arguments) == 3 and isinstance(arguments[0], Instance):
                key = arguments[1] if isinstance(arguments[1], str) else None
                for field in [key] if key else list(arguments[0].fields):
                    self.state.overlay[arguments[0].path, field] = arguments[2] if key else UNKNOWN
            return None
        if name in guard_builtins.FUNCTIONS:
            result = guard_builtins.FUNCTIONS[name](arguments, keywords)
            if isinstance(result, Unknown) and name in guard_builtins.REFUSING:
                self._may_raise(node.range)
            return result
        exception = self.exception(target, arguments)
        if not isinstance(exception, Unknown):
            return exception
        return self._unknown_call(node, name, arguments)

    def _getattr(self, name: str, arguments: list[Any]) -> Any:
        owner, attribute = arguments[0], arguments[1]
        if isinstance(owner, Instance) and owner.code is not None:
            has = (owner.path, attribute) in self.state.overlay or attribute in owner.fields
            has = has or owner.code.find(attribute) is not None
            if name == "hasattr":
                return True if has else UNKNOWN
            if has:
                return self.attribute(owner, attribute)
        return UNKNOWN

    def _isinstance(self, value: Any, classes: Any) -> bool | None:
        if isinstance(value, Unknown):
            return None
        options = classes if isinstance(classes, list | tuple) else [classes]
        results: list[bool | None] = []
        for option in options:
            if isinstance(option, Enumeration):
                results.append(isinstance(value, Member) and value.enum == option.name)
            elif isinstance(option, External):
                results.append(guard_builtins.is_instance(value, option.name))
            elif isinstance(option, Code) and isinstance(value, Instance) and value.code is not None:
                results.append(option in value.code.mro())
            elif isinstance(option, Code) and not isinstance(value, Raised):
                results.append(False)
            else:
                results.append(None)
        return True if True in results else None if None in results else False

    def _unknown_call(self, node: Call, name: str, arguments: list[Any]) -> Any:
        """A call of which nothing is known; logging and reading do not raise."""
        last = name.rpartition(".")[2]
        if last in guard_builtins.LOGGING:
            if last in guard_builtins.ALARMING and self.state.depends and self.frame.handling is None:
                message = guard_builtins.text(arguments[0]) if arguments else None
                state = self.state
                self.logs.append(
                    Log(message, self.frame.namespace.path, node.range, self.frame.where, state.condition,
                        state.depends, state.certain and not self.doubtful)
                )  # fmt: skip
        elif last not in guard_builtins.HARMLESS:
            self._may_raise(node.range)
        return UNKNOWN


def _may_be_none(node: Expr) -> bool:
    """Whether the expression is what `get` gives for a key without a default."""
    return (
        isinstance(node, Call)
        and isinstance(node.function, Attribute)
        and node.function.name == "get"
        and len(node.arguments) + len(node.keywords) == 1
    )


def _holds(container: Any, value: Any, depth: int = 4) -> bool:
    """Whether the very object `value` is somewhere in the container."""
    if isinstance(container, dict):
        container = container.values()
    elif not isinstance(container, list | tuple):
        return False
    return depth > 0 and any(one is value or _holds(one, value, depth - 1) for one in container)


def _is_type(value: Any) -> bool:
    return isinstance(value, External | Code | Enumeration)


def _types(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [External("NoneType") if value is None else value]


_KNOWN_EXCEPTIONS: dict[str, tuple[str, ...]] = {
    "ValidationError": ("ValueError", "Exception"),
    "SettingsError": ("ValueError", "Exception"),
    "ImproperlyConfigured": ("Exception",),
    "HTTPException": ("Exception",),
    "PydanticCustomError": ("ValueError", "Exception"),
}


def catches(names: tuple[str, ...] | None, failure: Failure) -> bool | None:
    """Whether `except NAMES` takes the exception; None where it cannot be told."""
    if "os._exit" in failure.names:
        return False
    if names is None or "BaseException" in names or any(name in failure.names for name in names):
        return True
    if failure.complete:
        # A name that is no builtin may stand for a class that the exception is of: `except AppError`.
        return False if all(hasattr(builtins, name) for name in names) else None
    return None
