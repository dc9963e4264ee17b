"""Which words stand in which file: whoever searches the repository for names asks here, so that no search costs
names times files."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator

MAXIMUM_BYTES = 2 * 1024 * 1024
"""Larger files are none that people write, and have no words; nor have those that are not text."""
_OTHERS = bytes(range(48)) + b":;<=>?@[\\]^`{|}~\x7f" + bytes(range(128, 256))
_SPACED = bytes.maketrans(_OTHERS, b" " * len(_OTHERS))


class Words:
    """The words (`[A-Za-z0-9_]+`) of files, each file split once; `read` gives its content."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._paths: dict[str, int] = {}
        self._places: dict[bytes, array[int]] = {}
        """The numbers of the files in which each word stands."""

    def _split(self, path: str) -> set[bytes]:
        data = self._read(path)
        if not data or len(data) > MAXIMUM_BYTES or b"\0" in data[:4096]:
            return set()
        return set(data.translate(_SPACED).split())

    def _number(self, path: str) -> int:
        number = self._paths.get(path)
        if number is None:
            number = self._paths[path] = len(self._paths)
            places = self._places
            for word in self._split(path):
                if word in places:
                    places[word].append(number)
                else:
                    places[word] = array("I", (number,))
        return number

    def search(self, paths: Iterable[str], words: Collection[bytes]) -> Iterator[tuple[str, set[bytes]]]:
        """The files that have some of `words`, in order, each with those that it has.

        What is no word, such as `a.b`, counts where its longest part stands.
        """
        files = {self._number(path): path for path in paths}
        found: dict[int, set[bytes]] = {}
        for word in words:
            part = max(word.translate(_SPACED).split(), key=len, default=b"")
            for number in self._places.get(part, ()):
                if number in files:
                    found.setdefault(number, set()).add(word)
        for number, path in files.items():
            if number in found:
                yield path, found[number]

    def holds(self, path: str, words: Collection[bytes]) -> bool:
        """Whether the file has one of `words`."""
        return not self._split(path).isdisjoint(words)
