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
        self._numbers: dict[bytes, int] = {}
        self._files: dict[str, array[int]] = {}

    def _of(self, path: str) -> array[int]:
        found = self._files.get(path)
        if found is None:
            data = self._read(path)
            if not data or len(data) > MAXIMUM_BYTES or b"\0" in data[:4096]:
                words = set()
            else:
                words = set(data.translate(_SPACED).split())
            numbers = self._numbers
            found = array("I", [numbers.setdefault(word, len(numbers)) for word in words])
            self._files[path] = found
        return found

    def search(self, paths: Iterable[str], words: Collection[bytes]) -> Iterator[tuple[str, set[bytes]]]:
        """The files that have some of `words`, in order, each with those that it has.

        What is no word, such as `a.b`, counts where its longest part stands.
        """
        files = [(path, self._of(path)) for path in paths]
        wanted: dict[int, list[bytes]] = {}
        for word in words:
            part = max(word.translate(_SPACED).split(), key=len, default=b"")
            if part in self._numbers:
                wanted.setdefault(self._numbers[part], []).append(word)
        for path, numbers in files:
            found = [number for number in numbers if number in wanted]
            if found:
                yield path, {word for number in found for word in wanted[number]}

    def holds(self, path: str, words: Collection[bytes]) -> bool:
        """Whether the file has one of `words`."""
        return any(True for _ in self.search((path,), words))
