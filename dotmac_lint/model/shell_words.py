"""How Compose splits a `command:` that is written as one text.

Source of behaviour: mattn/go-shellwords, shellwords.go (Parse without environment and backticks), which Compose
uses once variables are put in. Neither a shell nor Python's shlex: the text ends at `;`, `&`, `|`, `<` or `>`.
"""

from __future__ import annotations

_SPACE = frozenset(" \t\r\n")
_ESCAPES = {"t": "\t", "n": "\n"}

Word = list[tuple[str, int]]
"""Characters without quotes and backslashes, each with its offset in the text."""


def split_words(text: str) -> list[Word] | None:
    """The words of `text`; None where Compose refuses it: a quote or a parenthesis is left open."""
    words: list[Word] = []
    word: Word = []
    begun = escaped = double = single = back = dollar = False
    for position, written in enumerate(text):
        character = written
        quoted = single or double or back or dollar
        if escaped:
            escaped = False
            if back or dollar:
                word.append(("\\", position - 1))
            else:
                character = _ESCAPES.get(written, written)
        elif character == "\\" and not single:
            escaped = True
            continue
        elif character in _SPACE:
            if quoted:
                word.append((character, position))
                continue
            if begun:
                words.append(word)
            word, begun = [], False
            continue
        elif character == "`":
            back = back != (not (single or double or dollar))
        elif character == ")" and not (single or double or back):
            if not dollar:
                return None
            dollar = False
        elif character == "(" and not (single or double or back):
            before = "".join(c for c, _ in word[-2:])
            if dollar or not before.endswith("$") or before == "\\$":
                return None
            dollar = True
            word.append((character, position))
            continue
        elif character == '"' and not (single or dollar or back):
            begun = begun or double
            double = not double
            continue
        elif character == "'" and not (double or dollar or back):
            begun = begun or single
            single = not single
            continue
        elif character in ";&|<>" and not quoted:
            if character == ">" and "".join(c for c, _ in word).isdigit():
                begun = False
            break
        begun = True
        word.append((character, position))
    if begun:
        words.append(word)
    return None if escaped or single or double or back or dollar else words
