"""Which words stand in which file: whoever searches the repository for names asks here, so that no search costs
names times files, and none is made again where no file has changed."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

from dotmac_lint.facts import Facts, Standing

MAXIMUM_BYTES = 2 * 1024 * 1024
"""Larger files are none that people write, and have no words; nor have those that are not text."""
_NO_TEXT = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".mp3", ".mp4", ".webm", ".mov", ".wav", ".woff", ".woff2",
    ".ttf", ".otf", ".zip", ".gz", ".jar",
)  # fmt: skip
"""What such files are called: they need not be read to know that they are none."""
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_CAPITALS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_BLOCK = 8
"""Files whose words are kept together: most words of a file are those of its neighbours."""
_FEW = 6
"""Words that are sought in each text: to split the text costs as much."""
_MANY = 100
"""Changed files in which each word is not sought anew."""


def _spaced(characters: frozenset[int]) -> bytes:
    """For `bytes.translate`: spaces in the place of all others."""
    return bytes(byte if byte in characters else ord(" ") for byte in range(256))


@lru_cache(maxsize=8)
def _digest(files: tuple[str, ...]) -> bytes:
    return hashlib.blake2b("\0".join(files).encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _longest(text: bytes, table: bytes) -> bytes:
    return max(text.translate(table).split(), key=len, default=b"")


_ALL = _spaced(_WORD)


class _Index:
    """The blocks of files in which each run of some characters stands."""

    def __init__(self, characters: frozenset[int]) -> None:
        self._table = _spaced(characters)
        self._places: dict[bytes, int | array[int]] = {}
        self._files: list[list[str]] = []
        self._known: set[str] = set()
        self._added: set[bytes] = set()

    def add(self, digest: bytes, paths: Iterable[str], text: Callable[[str], bytes]) -> None:
        """The words of the files `paths`, of which `digest` is: once, however many words are sought in them."""
        if digest in self._added:
            return
        self._added.add(digest)
        new = [path for path in paths if path not in self._known]
        self._known.update(new)
        places = self._places
        for start in range(0, len(new), _BLOCK):
            texts = {path: found for path in new[start : start + _BLOCK] if (found := text(path))}
            number = len(self._files)
            self._files.append(list(texts))
            for word in set(b" ".join(texts.values()).translate(self._table).split()):
                earlier = places.get(word)
                if earlier is None:  # most words stand in one block only
                    places[word] = number
                elif isinstance(earlier, int):
                    places[word] = array("I", (earlier, number))
                else:
                    earlier.append(number)

    def holding(self, word: bytes) -> Iterator[str]:
        """The files in which the word may stand."""
        found = self._places.get(word, ())
        for number in (found,) if isinstance(found, int) else found:
            yield from self._files[number]


class Words:
    """The words (`[A-Za-z0-9_]+`) of files; `read` gives their content, `facts` what earlier searches found.

    `kept` tells whether the next run is to know which files were searched.
    """

    def __init__(self, read: Callable[[str], bytes | None], facts: Facts, *, kept: bool = True) -> None:
        self._read = read
        self._facts = facts
        self._kept = kept
        self._capitals, self._words = _Index(_CAPITALS), _Index(_WORD)
        self._answers: dict[bytes, Standing] = {}
        """By the digest of the files that were searched."""
        self._searched: dict[bytes, array[int]] = {}
        """By the same digest: the files, each by its place in `_files`."""
        self._files: dict[str, int] = {}
        self._earlier: dict[bytes, tuple[dict[bytes, list[str]], dict[str, None]]] = {}
        """By the same digest: what is kept of unchanged files, and which files have changed."""

    @property
    def answers(self) -> Iterator[tuple[bytes, Iterable[str], Standing]]:
        """All that was sought: a digest of the files, the files, and what was found."""
        paths = list(self._files)
        for digest, standing in self._answers.items():
            yield digest, (paths[number] for number in self._searched.get(digest, ())), standing

    def _text(self, path: str) -> bytes:
        data = None if path.lower().endswith(_NO_TEXT) else self._read(path)
        return b"" if not data or len(data) > MAXIMUM_BYTES or data.find(b"\0", 0, 4096) >= 0 else data

    def search(self, paths: Iterable[str], words: Collection[bytes]) -> Iterator[tuple[str, set[bytes]]]:
        """The files that have some of `words`, in order, each with those that it has.

        What is no word, such as `a.b`, counts where its longest part stands.
        """
        files = paths if isinstance(paths, tuple) else tuple(dict.fromkeys(paths))
        digest = _digest(files)
        if self._kept and digest not in self._answers:
            numbers = self._files
            self._searched[digest] = array("I", (numbers.setdefault(path, len(numbers)) for path in files))
        known = self._answers.setdefault(digest, {})
        new = {word: _longest(word, _ALL) for word in words if word not in known}
        if new:
            self._find(dict.fromkeys(files), digest, new, known)
        found: dict[str, set[bytes]] = {}
        for word in words:
            for path in known[word]:
                found.setdefault(path, set()).add(word)
        return ((path, found[path]) for path in (files if found else ()) if path in found)

    def _find(
        self,
        files: Collection[str],
        digest: bytes,
        words: dict[bytes, bytes],
        known: dict[bytes, Collection[str]],
    ) -> None:
        if digest not in self._earlier:
            kept = self._facts.words(digest)
            changed = dict.fromkeys(path for path in files if kept and path not in self._facts.unchanged)
            self._earlier[digest] = kept, changed
        earlier, changed = self._earlier[digest]
        many = len(changed) > _MANY
        for word, part in words.items():
            if word in earlier:
                now = self._indexed(part, changed, digest + b"+") if many else self._standing(part, changed)
                known[word] = [*earlier[word], *now]
        rest = {word: part for word, part in words.items() if word not in known}
        first = not self._facts.unchanged  # in a first run many search all files for names in capitals
        small = sum(not _CAPITALS.issuperset(word) for word in (*rest, *known))
        few = len(rest) + len(known) <= _FEW
        for word, part in rest.items():
            capitals = _CAPITALS.issuperset(part)
            if (few and not first) if capitals else small <= _FEW:
                known[word] = self._standing(part, files)
                continue
            known[word] = self._indexed(part, files, digest)

    def _indexed(self, part: bytes, files: Collection[str], digest: bytes) -> list[str]:
        """What `_standing` finds, by the words of all the files, of which `digest` is."""
        index = self._capitals if _CAPITALS.issuperset(part) else self._words
        index.add(digest, files, self._text)
        return self._standing(part, [path for path in index.holding(part) if path in files])

    def _standing(self, part: bytes, paths: Iterable[str]) -> list[str]:
        return [path for path in paths if stands(part, self._text(path))]

    def stands(self, word: bytes, path: str) -> bool:
        """Whether `search` would find the word in the file."""
        return stands(_longest(word, _ALL), self._text(path))


def stands(word: bytes, text: bytes) -> bool:
    """Whether the word stands in the text, neither begun nor ended by another one."""
    start = text.find(word) if word else -1
    while start >= 0:
        end = start + len(word)
        if (not start or text[start - 1] not in _WORD) and (end == len(text) or text[end] not in _WORD):
            return True
        start = text.find(word, end)
    return False


def calls(name: bytes, text: bytes, keyword: bytes) -> bool:
    """Whether the text has `name(` as Python calls it, not as `keyword` (`def`, `class`) declares it."""
    called, declared = name + b"(", keyword + b" "
    start = text.find(called)
    while start >= 0:
        if (not start or text[start - 1] not in _WORD) and not text.endswith(declared, 0, start):
            return True
        start = text.find(called, start + 1)
    return False
