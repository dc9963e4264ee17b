"""Which words stand in which file: whoever searches the repository for names asks here, so that no search costs
names times files."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

MAXIMUM_BYTES = 2 * 1024 * 1024
"""Larger files are none that people write, and have no words; nor have those that are not text."""
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_OTHERS = bytes(range(48)) + b":;<=>?@[\\]^`{|}~\x7f" + bytes(range(128, 256))
_SPACED = bytes.maketrans(_OTHERS, b" " * len(_OTHERS))


_BLOCK = 16
"""Files whose words are kept together: most words of a file are those of its neighbours."""


class Words:
    """The words (`[A-Za-z0-9_]+`) of files, each file split once; `read` gives its content."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._blocks: dict[str, int] = {}
        """The number of the block of each file."""
        self._files: list[list[str]] = []
        """The files of each block that have words."""
        self._places: dict[bytes, array[int]] = {}
        """The numbers of the blocks in which each word stands."""

    def _text(self, path: str) -> bytes:
        data = self._read(path)
        return b"" if not data or len(data) > MAXIMUM_BYTES or b"\0" in data[:4096] else data

    def _add(self, paths: Sequence[str]) -> None:
        number = len(self._files)
        texts = {path: text for path in paths if (text := self._text(path))}
        self._files.append(list(texts))
        self._blocks.update(dict.fromkeys(paths, number))
        places = self._places
        for word in set(b" ".join(texts.values()).translate(_SPACED).split()):
            if word in places:
                places[word].append(number)
            else:
                places[word] = array("I", (number,))

    def search(self, paths: Iterable[str], words: Collection[bytes]) -> Iterator[tuple[str, set[bytes]]]:
        """The files that have some of `words`, in order, each with those that it has.

        What is no word, such as `a.b`, counts where its longest part stands.
        """
        files = dict.fromkeys(paths)
        new = [path for path in files if path not in self._blocks]
        for start in range(0, len(new), _BLOCK):
            self._add(new[start : start + _BLOCK])
        blocks: dict[int, list[tuple[bytes, bytes]]] = {}
        for word in words:
            part = max(word.translate(_SPACED).split(), key=len, default=b"")
            for number in self._places.get(part, ()):
                blocks.setdefault(number, []).append((word, part))
        found: dict[str, set[bytes]] = {}
        for number, wanted in blocks.items():
            for path in self._files[number]:
                if path in files:
                    text = self._text(path)
                    here = {word for word, part in wanted if _stands(part, text)}
                    if here:
                        found[path] = here
        return ((path, found[path]) for path in files if path in found)

    def holds(self, path: str, words: Iterable[bytes]) -> bool:
        """Whether the file has one of `words`."""
        text = self._text(path)
        return any(_stands(word, text) for word in words)


def _stands(word: bytes, text: bytes) -> bool:
    """Whether the word stands in the text, neither begun nor ended by another one."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if (not start or text[start - 1] not in _WORD) and (end == len(text) or text[end] not in _WORD):
            return True
        start = text.find(word, end)
    return False
