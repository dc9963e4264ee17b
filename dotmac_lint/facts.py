"""What was found in files, by kind of question, in this run and in the last one: only changed files are asked again.

A fact depends on nothing but its file, and holds as long as the stat(2) of the file does, or else its content, as
after a fresh checkout. Those of a repository are kept together, so that files which nothing else asks for are not
even read.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from dotmac_lint.cache import TICK

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

T = TypeVar("T")
Signature = tuple[int, ...]
Standing = dict[bytes, Collection[str]]
"""By word: the files in which it stands."""


class Fact(Generic[T]):
    """A question of a file, which depends on nothing but the file's name, its content and the arguments.

    It is asked once, and not at all where an earlier run did, the file has not changed since, and what was found
    still `holds`. What is found is kept by the type `type_` (msgspec), under the name of the function `find`.
    """

    def __init__(
        self, find: Callable[..., T], type_: type[T], holds: Callable[[Workspace, T], bool] | None
    ) -> None:
        self.find = find
        self.decode = msgspec.msgpack.Decoder(type_).decode
        self.holds = holds
        self.name = f"{find.__module__}:{find.__name__}"
        self.__doc__ = find.__doc__

    def __call__(self, workspace: Workspace, path: str, *arguments: str) -> T:
        return workspace.fact(self, path, arguments)


def fact(
    type_: type[T], holds: Callable[[Workspace, T], bool] | None = None
) -> Callable[[Callable[..., T]], Fact[T]]:
    """Makes a `Fact` of a function of a module: of the workspace, the path of a file, and texts."""
    return lambda find: Fact(find, type_, holds)


def named(name: str) -> Fact[Any]:
    """Raises LookupError where this version of the program has no such fact."""
    module, _, function = name.partition(":")
    found = getattr(import_module(module), function, None) if module.startswith("dotmac_lint.") else None
    if not isinstance(found, Fact):
        raise LookupError(name)
    return found


def same(asked: Fact[Any], now: Any, before: Any) -> bool:
    """Whether a fact is what was kept of it."""
    try:
        encoded = msgspec.msgpack.encode(now)
    except UnicodeEncodeError:
        return False
    return bool(asked.decode(encoded) == before)


class Searched(msgspec.Struct):
    """Files that were searched for words, and those in which each word stands."""

    files: bytes
    words: dict[bytes, tuple[int, ...]]


class Kept(msgspec.Struct):
    """What a run found in the files of a repository, which are told by their place in `files`."""

    run: bytes
    """Of no other run."""
    files: dict[str, Signature]
    contents: tuple[bytes, ...]
    """A digest of each of `files`; empty where that was not read."""
    facts: dict[str, msgspec.Raw]
    """By kind: the facts by file."""
    words: dict[bytes, Searched]
    """By a digest of the files that were searched."""
    chosen: dict[str, bytes]
    """By the function that chose files by their names: their places."""


_Rows = dict[int, msgspec.Raw]


class _Kind:
    """The facts of one kind, encoded: of the earlier run by number, of this one by path."""

    __slots__ = ("earlier", "found")  # a large repository has thousands: one for each name that is asked for

    def __init__(self, kept: msgspec.Raw | None) -> None:
        self.earlier = msgspec.msgpack.decode(kept, type=_Rows) if kept is not None else None
        self.found: dict[str, bytes | msgspec.Raw] = {}


class Facts:
    """The facts about the files of one repository.

    `recall` gives what an earlier run kept; `signature` the stat(2) of a file as this run met it, None where what
    was kept of it does not count; `digest` one of its content, which is read where `asked`, else empty where it was
    not.
    """

    def __init__(
        self,
        recall: Callable[[], Kept | None],
        signature: Callable[[str], Signature | None],
        digest: Callable[[str, bool], bytes],
    ) -> None:
        self._recall = recall
        self._signature = signature
        self._digest = digest
        self._begun = time.time_ns()
        self.run = os.urandom(16)
        """The name of this run."""
        self._kinds: dict[tuple[str, tuple[str, ...]], _Kind] = {}
        self._chosen: dict[str, tuple[str, ...]] = {}
        self._told: dict[tuple[str, tuple[str, ...], str], Any] = {}
        """Facts that cannot be encoded: their text is no Unicode."""
        self._same: dict[bytes, bytes] = {}
        """Most facts are that there is nothing: they are kept encoded, and equal ones once."""

    @cached_property
    def _kept(self) -> Kept:
        return self._recall() or Kept(b"", {}, (), {}, {}, {})

    @cached_property
    def unchanged(self) -> dict[str, int]:
        """The files that are as they were when the facts were kept, each with its number then."""
        rows = enumerate(zip(self._kept.files.items(), self._kept.contents, strict=True))
        return {
            path: number for number, ((path, seen), content) in rows if self._is_same(path, seen, content)
        }

    def _is_same(self, path: str, seen: Signature, content: bytes) -> bool:
        now = self._signature(path)
        if now == seen:
            return True
        if not now or not content or now[:2] != seen[:2]:
            return False
        return self._digest(path, True) == content

    @property
    def told(self) -> set[str]:
        """The files of which something was found that cannot be kept."""
        return {path for _, _, path in self._told}

    def of(
        self,
        asked: Fact[T],
        path: str,
        arguments: tuple[str, ...],
        find: Callable[..., T],
        workspace: Workspace,
    ) -> T:
        """What is known of a file; `find` finds it where nothing is, or what was kept does not hold."""
        known = self._kinds.get((asked.name, arguments)) or self._kind(asked.name, arguments)
        if path in known.found:
            return asked.decode(known.found[path])
        if self._told and (asked.name, arguments, path) in self._told:
            told: T = self._told[asked.name, arguments, path]
            return told
        earlier = known.earlier.get(self.unchanged.get(path, -1)) if known.earlier else None
        if earlier is not None:
            fact = asked.decode(earlier)
            if asked.holds is None or asked.holds(workspace, fact):
                known.found[path] = earlier
                return fact
        fact = find(asked, path, arguments)
        try:
            encoded = msgspec.msgpack.encode(fact)
        except UnicodeEncodeError:
            self._told[asked.name, arguments, path] = fact
        else:
            known.found[path] = self._same.setdefault(encoded, encoded)
        return fact

    def knows(self, asked: Fact[Any], path: str) -> bool:
        """Whether an earlier run was told the fact, which has no arguments, of the file as it is now."""
        return self.unchanged.get(path, -1) in (self._kind(asked.name, ()).earlier or ())

    def _kind(self, name: str, arguments: tuple[str, ...]) -> _Kind:
        if (name, arguments) not in self._kinds:
            self._kinds[name, arguments] = _Kind(self._kept.facts.get("\0".join((name, *arguments))))
        return self._kinds[name, arguments]

    def chosen(self, choose: Callable[[str], bool], files: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `files`, all of the repository, that the function of a module takes by their names alone."""
        name = f"{choose.__module__}:{choose.__qualname__}"
        if name not in self._chosen:
            before, numbers = self._kept.files, self._kept.chosen.get(name)
            if numbers is None:
                self._chosen[name] = tuple(filter(choose, files))
            else:
                paths = list(before)
                taken = {paths[number] for number in array("I", numbers)}
                self._chosen[name] = tuple(
                    path for path in files if path in taken or (path not in before and choose(path))
                )
        return self._chosen[name]

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {number: path for path, number in self.unchanged.items()}

    def words(self, digest: bytes) -> dict[bytes, list[str]]:
        """The unchanged files in which each word stands that was searched in the files of this digest."""
        kept = self._kept.words.get(digest)
        return {
            word: [path for n in numbers if (path := self._paths.get(n))]
            for word, numbers in (kept.words.items() if kept else ())
        }

    def collected(self, paths: Iterable[str], words: Iterable[tuple[bytes, Iterable[str], Standing]]) -> Kept:
        """What this run found in the files `paths`; `words` are by a digest of the files that were searched."""
        files = {}
        for path in paths:
            seen = self._signature(path)
            # What was changed just now may change again within one tick of the clock, and look the same.
            if seen and max(seen[2:4]) < self._begun - TICK:
                files[path] = seen
        number = {path: place for place, path in enumerate(files)}
        before, unchanged = self._kept.contents, self.unchanged
        contents = tuple(
            (before[unchanged[path]] if path in unchanged else b"") or self._digest(path, False)
            for path in files
        )
        facts = {
            "\0".join((name, *arguments)): {
                number[path]: msgspec.Raw(fact) for path, fact in known.found.items() if path in number
            }
            for (name, arguments), known in self._kinds.items()
        }
        rows = {
            digest: Searched(
                array("I", (number[path] for path in searched if path in number)).tobytes(),
                {word: tuple(number[p] for p in found if p in number) for word, found in standing.items()},
            )
            for digest, searched, standing in words
        }
        chosen = {
            name: array("I", (number[path] for path in found if path in number)).tobytes()
            for name, found in self._chosen.items()
        }
        encode = msgspec.msgpack.encode
        raw = {kind: msgspec.Raw(encode(found)) for kind, found in facts.items()}
        return Kept(self.run, files, contents, raw, rows, chosen)

    # ---- whether a file that has changed says the same

    @property
    def earlier(self) -> bytes:
        """The name of the run that kept what is known of unchanged files; empty where none did."""
        return self._kept.run

    @cached_property
    def _rows(self) -> dict[str, _Rows]:
        return {kind: msgspec.msgpack.decode(rows, type=_Rows) for kind, rows in self._kept.facts.items()}

    def changed(self, paths: Iterable[str]) -> dict[str, int | None]:
        """Those of `paths` that are not as they were, each with its number then."""
        number = {path: place for place, path in enumerate(self._kept.files)}
        return {path: number.get(path) for path in paths if path not in self.unchanged}

    def asked(self, number: int) -> Iterator[tuple[Fact[Any], tuple[str, ...], Any]]:
        """All that the earlier run asked of one file: the fact, the arguments, what was found.

        Raises LookupError where this version of the program cannot ask the same.
        """
        for kind, rows in self._rows.items():
            if number in rows:
                name, *arguments = kind.split("\0")
                asked = named(name)
                yield asked, tuple(arguments), asked.decode(rows[number])

    def searched(self, number: int) -> Iterator[tuple[bytes, bool]]:
        """Each word that the earlier run sought in one file, and whether it stood there."""
        for searched in self._kept.words.values():
            if number in array("I", searched.files):
                yield from ((word, number in numbers) for word, numbers in searched.words.items())

    def renewed(self) -> Kept:
        """What the earlier run kept, of the files as they are now: they say the same."""
        now = {path: self._signature(path) or seen for path, seen in self._kept.files.items()}
        return msgspec.structs.replace(self._kept, files=now)
