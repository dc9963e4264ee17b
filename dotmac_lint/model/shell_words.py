"""How Compose splits a `command:` that is written as one text.

Source of behaviour: mattn/go-shellwords, shellwords.go (Parse without environment and backticks), which Compose
uses once variables are put in. Neither a shell nor Python's shlex: the text ends at `;`, `&`, `|`, `<` or `>`.
"""

from __future__ import annotations

_SPACE = frozenset(" \t\r\n")


def split_words(text: str) -> list[list[int]] | None:
    """For each word the offsets of its characters in `text`, without quotes and backslashes.

    None where Compose refuses the text: a quote or a parenthesis is left open.
    """
    words: list[list[int]] = []
    word: list[int] = []
    begun = escaped = double = single = back = dollar = False
    for position, character in enumerate(text):
        quoted = single or double or back or dollar
        if escaped:
            escaped = False
        elif character == "\\" and not single:
            escaped = True
            continue
        elif character == "\\":
            pass
        elif character in _SPACE:
            if quoted:
                word.append(position)
                continue
            if begun:
                words.append(word)
            word, begun = [], False
            continue
        elif character == "`":
            back = back != (not (single or double or dollar))
        elif character == ")" and not (single or double or back):
            dollar = not dollar
        elif character == "(" and not (single or double or back):
            if dollar or not word or text[word[-1]] != "$":
                return None
            dollar = True
            word.append(position)
            continue
        elif character == '"' and not (single or dollar):
            begun = begun or double
            double = not double
            continue
        elif character == "'" and not (double or dollar):
            begun = begun or single
            single = not single
            continue
        elif character in ";&|<>" and not quoted:
            if character == ">" and word and text[word[0]].isdigit():
                begun = False
            break
        begun = True
        word.append(position)
    if begun:
        words.append(word)
    return None if escaped or single or double or back or dollar else words
