"""What was found in files, by kind of question, in this run and in the last one: only changed files are asked again.

A fact depends on nothing but its file, and holds as long as the stat(2) of the file does. Those of a repository are
kept together, so that files which nothing else asks for are not even read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from dotmac_lint.cache import TICK

T = TypeVar("T")
Signature = tuple[int, ...]


class Kept(msgspec.Struct):
    """What a run found in the files of a repository, which are told by their place in `files`."""

    files: dict[str, Signature]
    facts: dict[str, msgspec.Raw]
    """By kind: the facts by file."""
    words: dict[bytes, dict[bytes, tuple[int, ...]]]
    """By a digest of the files that were searched: the files in which each word stands."""


class _Kind:
    """The facts of one kind, encoded: of the earlier run by number, of this one by path."""

    def __init__(self, type_: Any, kept: msgspec.Raw | None) -> None:
        self.decode = msgspec.msgpack.Decoder(type_).decode
        self.earlier = msgspec.msgpack.decode(kept, type=dict[int, msgspec.Raw]) if kept is not None else {}
        self.found: dict[str, bytes | msgspec.Raw] = {}


class Facts:
    """The facts about the files of one repository.

    `recall` gives what an earlier run kept; `signature` the stat(2) of a file as this run met it, None where what
    was kept of it does not count.
    """

    def __init__(
        self, recall: Callable[[], Kept | None], signature: Callable[[str], Signature | None]
    ) -> None:
        self._recall = recall
        self._signature = signature
        self._begun = time.time_ns()
        self._kinds: dict[str, _Kind] = {}
        self._same: dict[bytes, bytes] = {}
        """Most facts are that there is nothing: they are kept encoded, and equal ones once."""
        self._told: dict[tuple[str, str], Any] = {}
        """Facts that cannot be encoded: their text is no Unicode."""

    @cached_property
    def _kept(self) -> Kept:
        return self._recall() or Kept({}, {}, {})

    @cached_property
    def unchanged(self) -> dict[str, int]:
        """The files that are as they were when the facts were kept, each with its number then."""
        before = enumerate(self._kept.files.items())
        return {path: number for number, (path, seen) in before if self._signature(path) == seen}

    def of(
        self, kind: str, path: str, type_: Any, make: Callable[[], T], holds: Callable[[T], bool] | None
    ) -> T:
        """The fact of this kind, and of the type `type_`, about a file: see `Workspace.fact`."""
        if kind not in self._kinds:
            self._kinds[kind] = _Kind(type_, self._kept.facts.get(kind))
        known = self._kinds[kind]
        fact: T
        if path in known.found:
            fact = known.decode(known.found[path])
            return fact
        if (kind, path) in self._told:
            fact = self._told[kind, path]
            return fact
        earlier = known.earlier.get(self.unchanged.get(path, -1)) if known.earlier else None
        if earlier is not None:
            fact = known.decode(earlier)
            if holds is None or holds(fact):
                known.found[path] = earlier
                return fact
        fact = make()
        try:
            encoded = msgspec.msgpack.encode(fact)
        except UnicodeEncodeError:
            self._told[kind, path] = fact
        else:
            known.found[path] = self._same.setdefault(encoded, encoded)
        return fact

    @cached_property
    def _paths(self) -> dict[int, str]:
        return {number: path for path, number in self.unchanged.items()}

    def words(self, digest: bytes) -> dict[bytes, list[str]]:
        """The unchanged files in which each word stands that was searched in the files of this digest."""
        kept = self._kept.words.get(digest, {})
        return {
            word: [path for n in numbers if (path := self._paths.get(n))] for word, numbers in kept.items()
        }

    def collected(self, paths: Iterable[str], words: dict[bytes, dict[bytes, Collection[str]]]) -> Kept:
        """What this run found in the files `paths`; `words` are by digest."""
        files = {}
        for path in paths:
            seen = self._signature(path)
            # What was changed just now may change again within one tick of the clock, and look the same.
            if seen and max(seen[2:4]) < self._begun - TICK:
                files[path] = seen
        number = {path: place for place, path in enumerate(files)}
        facts = {
            kind: {number[path]: msgspec.Raw(fact) for path, fact in known.found.items() if path in number}
            for kind, known in self._kinds.items()
        }
        rows = {
            digest: {
                word: tuple(number[p] for p in standing if p in number) for word, standing in one.items()
            }
            for digest, one in words.items()
        }
        encode = msgspec.msgpack.encode
        return Kept(files, {kind: msgspec.Raw(encode(found)) for kind, found in facts.items()}, rows)
