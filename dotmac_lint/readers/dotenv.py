"""Env files in their three dialects, with the place of every key and value.

Source of behaviour: "compose" is compose-spec/compose-go, dotenv/parser.go and template/template.go (`.env`
and `env_file`); "python" is python-dotenv, as pydantic-settings calls it (`dotenv_values`); "docker" is
moby's kvfile (`docker run --env-file`, `format: raw`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, overload

import msgspec

from dotmac_lint.known import MAXIMUM_VALUE, TOO_LONG, Problem, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.readers.template import MAXIMUM_NESTING, InterpolationError, VariablePart, template_parts
from dotmac_lint.source import Range

Dialect = Literal["compose", "python", "docker"]

MAXIMUM_TOTAL = 4 * 1024 * 1024
"""Characters of all values of a file, interpolation done."""

# Go's unicode.IsSpace, and the same without the line break and what lies beyond Latin-1 (parser.go, isSpace).
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_GO_SPACE = regex(f"[{_SPACE}]*")
_GO_STRIP = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_INLINE = regex("[\t\v\f\r \x85\xa0]*")
_EXPORT = regex(r"export(?=[\t\n\f\r ])")
_KEY = regex("[\t\v\f\r \x85\xa0_.\\-\\[\\]A-Za-z0-9]*")
_QUOTED = {q: regex(rf"{q}((?:[^{q}\\]|\\.)*+){q}", re.S) for q in "'\""}

_PYTHON_SPACE = regex(r"\s*")
_PYTHON_BLANK = regex(r"[^\S\r\n]*")
_PYTHON_EXPORT = regex(r"export[^\S\r\n]+")
_PYTHON_KEY = regex(r"'([^']+)'|(?!')([^=\#\s]+)")
_PYTHON_COMMENT = regex(r"\s#")
_PYTHON_END = regex(r"(?:[^\S\r\n]*#[^\r\n]*)?[^\S\r\n]*(?:\r\n|\n|\r|\Z)")
_PYTHON_VARIABLE = regex(r"\$\{(?P<name>[^\}:]*)(?::-(?P<default>[^\}]*))?\}")
_LINE = regex(r"[^\r\n]*")

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


class EnvEntry(msgspec.Struct, frozen=True, gc=False):
    """One assignment, or a bare key (`value` is None), which passes the host's value through.

    `value` has its quotes and escapes decoded but is not interpolated; `parts` is what it is made of.
    `value_range` includes the quotes; `range` goes from `export`, or the key, to the end of the value.
    """

    key: str
    key_range: Range
    value: str | None
    parts: tuple[str | VariablePart, ...]
    value_range: Range | None
    range: Range
    quote: Literal["", "'", '"']
    exported: bool

    @property
    def references(self) -> tuple[VariablePart, ...]:
        return tuple(part for part in self.parts if isinstance(part, VariablePart))


class EnvFile(msgspec.Struct, frozen=True, gc=False):
    """`fatal`: the program that reads this dialect refuses the whole file because of `problems`."""

    dialect: Dialect
    entries: tuple[EnvEntry, ...]
    problems: tuple[Problem, ...]
    fatal: bool

    def last(self, key: str) -> EnvEntry | None:
        """The entry that counts: the last one for `key`."""
        return next((entry for entry in reversed(self.entries) if entry.key == key), None)


def read_dotenv(text: str, dialect: Dialect = "compose") -> EnvFile:
    """The entries of an env file, in their order; duplicates are kept."""
    if dialect == "python":
        return _read_python(text)
    return _read_docker(text) if dialect == "docker" else _read_compose(text)


# ---- decoding, with the way back from the decoded text to its place


class _Decoded:
    """A decoded value; `place` gives the offset in the file of an offset in `text`."""

    def __init__(self, raw: str, start: int, escapes: re.Pattern[str] | None = None) -> None:
        pieces: list[str] = []
        self._decoded, self._source, length, end = [0], [start], 0, 0
        for match in escapes.finditer(raw) if escapes is not None else ():
            literal = raw[end : match.start()]
            new = self.unescape(match[0])
            pieces += (literal, new)
            length += len(literal)
            self._decoded += (length, length + len(new))
            self._source += (start + match.start(), start + match.end())
            length += len(new)
            end = match.end()
        self.text = "".join((*pieces, raw[end:])) if pieces else raw

    def unescape(self, escape: str) -> str:
        return _ESCAPES.get(escape[1], escape[1])

    def place(self, offset: int) -> int:
        index = bisect_right(self._decoded, offset) - 1
        return self._source[index] + offset - self._decoded[index]


class _ComposeDouble(_Decoded):
    pattern = regex(r"\\(?:0[0-9]{0,3}|.)", re.S)

    def unescape(self, escape: str) -> str:
        """parser.go, extractVarValue and expandEscapes."""
        if escape == "\\$":
            return "$$"
        if escape[1] == "0":
            octal = escape[2:]
            if re.fullmatch("[0-3][0-7]{2}", octal):
                return chr(int(octal, 8))
            return "\\" + octal
        return '"' if escape[1] == '"' else _ESCAPES.get(escape[1], escape)


# ---- Compose


def _located(decoded: _Decoded, parts: Iterable[str | VariablePart]) -> tuple[str | VariablePart, ...]:
    """The parts with the ranges of their variables moved to the file."""
    result: list[str | VariablePart] = []
    for part in parts:
        if isinstance(part, str):
            result.append(part)
        else:
            place = Range(decoded.place(part.range.start), decoded.place(part.range.end))
            result.append(msgspec.structs.replace(part, range=place))
    return tuple(result)


def _read_compose(text: str) -> EnvFile:
    entries: list[EnvEntry] = []
    problems: list[Problem] = []
    position, size = 0, len(text)

    def line_end(start: int) -> int:
        end = text.find("\n", start)
        return size if end < 0 else end

    def refuse(message: str, start: int, end: int) -> None:
        end = start + len(text[start:end].rstrip("\r\n"))
        problems.append(Problem(message, start, max(start, end)))

    while (position := _end(_GO_SPACE, text, position)) < size:
        if text[position] == "#":
            position = line_end(position)
            continue
        statement = position
        exported = _EXPORT.match(text, position) is not None
        if exported:
            position = _end(_INLINE, text, position + 6)
            if position == size:
                refuse("`export` is not followed by a name.", statement, size)
                break
        start = position
        position = _key_end(text, start)
        stop = text[position] if position < size else ""
        if stop and stop not in "=:\n":
            refuse(f"A variable name cannot contain {_shown(stop)}.", position, position + 1)
            position = line_end(start)
            continue
        if stop:
            key = text[start:position].rstrip(_GO_STRIP)
            key_range = Range(start, start + len(key))
            position += 1
        else:  # a bare key that ends the file: Compose takes it for the value of a variable without a name
            key, key_range, position = "", Range(start, start), start
        if " " in key:
            refuse("A variable name cannot contain a space.", start, key_range.end)
            position = line_end(start)
            continue
        if stop == "\n":
            whole = Range(statement, key_range.end)
            if key:
                entries.append(EnvEntry(key, key_range, None, (), None, whole, "", exported))
            continue
        position = _end(_INLINE, text, position)
        quote: Literal["", "'", '"'] = ""
        start = position
        if text[position : position + 1] in ("'", '"'):
            quote = "'" if text[position] == "'" else '"'
            match = _QUOTED[quote].match(text, position)
            if match is None:
                end = line_end(position)
                refuse("The quoted value is not terminated.", position, end)
                position = end
                continue
            position = match.end()
            value_range = Range(start, position)
            if quote == "'":
                raw = match[1]
                value = re.sub(r"\\(.)", lambda m: "'" if m[1] == "'" else m[0], raw, flags=re.S)
                whole = Range(statement, position)
                parts: tuple[str | VariablePart, ...] = (value,) if value else ()
                entries.append(EnvEntry(key, key_range, value, parts, value_range, whole, quote, exported))
                continue
            decoded: _Decoded = _ComposeDouble(match[1], match.start(1), _ComposeDouble.pattern)
        else:
            end = line_end(position)
            position = min(end + 1, size)
            raw = text[start:end].partition(" #")[0].rstrip(_GO_STRIP)
            if not raw and text[start - 1] == "\r":
                start -= 1
            value_range = Range(start, start + len(raw))
            decoded = _Decoded(raw, start)
        parts = (decoded.text,) if decoded.text else ()
        if "$" in decoded.text:
            try:
                parts = _located(decoded, template_parts(decoded.text))
            except InterpolationError as error:
                message = "The interpolation is not valid: `${` needs a name and a closing brace."
                refuse(message, decoded.place(error.offset), value_range.end)
        whole = Range(statement, value_range.end)
        entries.append(EnvEntry(key, key_range, decoded.text, parts, value_range, whole, quote, exported))
    return EnvFile("compose", tuple(entries), tuple(problems), bool(problems))


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _key_end(text: str, position: int) -> int:
    """The first character that is neither a letter, a number, one of `_.-[]` nor a blank."""
    while True:
        position = _end(_KEY, text, position)
        if position == len(text) or ord(character := text[position]) < 128:
            return position
        if unicodedata.category(character)[0] not in "LN":
            return position
        position += 1


def _shown(character: str) -> str:
    return f"`{character}`" if character.isprintable() and character != "`" else f"U+{ord(character):04X}"


# ---- python-dotenv


class _PythonDecoded(_Decoded):
    double = regex(r"\\[\\'\"abfnrtv]|\r\n?")
    single = regex(r"\\[\\']|\r\n?")

    def unescape(self, escape: str) -> str:
        return "\n" if escape[0] == "\r" else super().unescape(escape)


class _SkippedError(Exception):
    """python-dotenv cannot read a statement; the rest of the line at `offset` is lost."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


def _read_python(text: str) -> EnvFile:
    """parser.py of python-dotenv, which skips what it cannot read."""
    entries: list[EnvEntry] = []
    problems: list[Problem] = []
    position = 0
    while (start := _end(_PYTHON_SPACE, text, position)) < len(text):
        try:
            entry, position = _python_statement(text, start)
        except _SkippedError as error:
            position = _end(_LINE, text, error.offset)
            problems.append(Problem("python-dotenv cannot parse this and skips it.", start, position))
        else:
            if entry is not None:
                entries.append(entry)
    return EnvFile("python", tuple(entries), tuple(problems), fatal=False)


def _python_statement(text: str, start: int) -> tuple[EnvEntry | None, int]:
    """The statement at `start` and the offset after its line end."""
    position = _end(_PYTHON_EXPORT, text, start)
    exported = position > start
    key, key_range = None, Range(position, position)
    if text[position : position + 1] != "#":
        match = _PYTHON_KEY.match(text, position)
        if match is None:
            raise _SkippedError(position)
        key = match[2] or re.sub("\r\n?", "\n", match[1])
        position = match.end()
        key_range = Range(match.start(), position)
    whole, value = Range(start, position), None
    value_range: Range | None = None
    parts: tuple[str | VariablePart, ...] = ()
    quote: Literal["", "'", '"'] = ""
    position = _end(_PYTHON_BLANK, text, position)
    if text.startswith("=", position):
        before = position + 1
        position = _end(_PYTHON_BLANK, text, before)
        first = text[position : position + 1]
        if first in ("'", '"'):
            quote = "'" if first == "'" else '"'
            match = _QUOTED[quote].match(text, position)
            if match is None:
                raise _SkippedError(position)
            escapes = _PythonDecoded.single if quote == "'" else _PythonDecoded.double
            decoded = _PythonDecoded(match[1], match.start(1), escapes)
            value_range = Range(position, match.end())
            position = match.end()
        elif first == "#" and position > before:
            decoded, value_range = _PythonDecoded("", before), Range(before, before)
        else:
            end = _end(_LINE, text, position)
            comment = _PYTHON_COMMENT.search(text, position, end)
            raw = text[position : comment.start() if comment else end].rstrip()
            decoded, value_range = _PythonDecoded(raw, position), Range(position, position + len(raw))
            position = end
        value, parts = decoded.text, _python_parts(decoded)
        whole = Range(start, value_range.end)
    line_end = _PYTHON_END.match(text, position)
    if line_end is None:
        raise _SkippedError(position)
    position = line_end.end()
    if key is None:
        return None, position
    return EnvEntry(key, key_range, value, parts, value_range, whole, quote, exported), position


def _python_parts(decoded: _Decoded) -> tuple[str | VariablePart, ...]:
    """variables.py of python-dotenv: `${name}` and `${name:-default}`, in every kind of quotes."""
    text, end = decoded.text, 0
    parts: list[str | VariablePart] = []
    for match in _PYTHON_VARIABLE.finditer(text) if "${" in text else ():
        if match.start() > end:
            parts.append(text[end : match.start()])
        end = match.end()
        word = match["default"]
        place = Range(match.start(), end)
        parts.append(VariablePart(match["name"], "" if word is None else ":-", word or "", place))
    if end < len(text):
        parts.append(text[end:])
    return _located(decoded, parts)


# ---- Docker


def _read_docker(text: str) -> EnvFile:
    """moby's kvfile: a line is a name and all that follows the `=`; no quotes, escapes or interpolation."""
    entries: list[EnvEntry] = []
    problems: list[Problem] = []
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        start = _end(_GO_SPACE, text, position)
        position, end = end + 1, end - (text[end - 1 : end] == "\r")
        if start >= end or text[start] == "#":
            continue
        equals = text.find("=", start, end)
        key_range = Range(start, end if equals < 0 else equals)
        key = key_range.slice(text)
        if not key:
            problems.append(Problem("There is no variable name before the `=`.", start, end))
        elif " " in key or "\t" in key:
            problems.append(Problem("A variable name cannot contain a blank.", start, key_range.end))
        elif equals < 0:
            entries.append(EnvEntry(key, key_range, None, (), None, key_range, "", exported=False))
        else:
            value_range = Range(equals + 1, end)
            value = value_range.slice(text)
            parts = (value,) if value else ()
            entries.append(
                EnvEntry(key, key_range, value, parts, value_range, Range(start, end), "", exported=False)
            )
    return EnvFile("docker", tuple(entries), tuple(problems), bool(problems))


# ---- evaluation

Value = str | Unknown
Lookup = Callable[[str], Value | None]


class _RefusedError(Exception):
    """Compose stops here; the text is a full sentence."""


@overload
def evaluate(
    env_file: EnvFile,
    lookup: Callable[[str], str | None] | Mapping[str, str],
    problems: list[Problem] | None = None,
) -> dict[str, str | None]: ...
@overload
def evaluate(
    env_file: EnvFile,
    lookup: Lookup | Mapping[str, Value],
    problems: list[Problem] | None = None,
    *,
    unset: Value = "",
) -> dict[str, Value | None]: ...
def evaluate(
    env_file: EnvFile,
    lookup: Lookup | Mapping[str, Value],
    problems: list[Problem] | None = None,
    *,
    unset: Value = "",
) -> Any:
    """The variables that the file gives, by the rules of its dialect; later entries see earlier ones.

    `lookup` knows the variables from outside (None: not set); what it calls Unknown makes the values
    that need it Unknown. `unset` stands for a variable that nothing sets. A bare key is None in the
    dialect "python"; in the others it takes the value from outside or gives nothing. What Compose
    refuses is left out and added to `problems`.
    """
    outside: Lookup = lookup if callable(lookup) else lookup.get
    python = env_file.dialect == "python"
    result: dict[str, Value | None] = {}
    total = 0

    def known(name: str) -> Value | None:
        if python:
            return (result[name] or "") if name in result else outside(name)
        found = outside(name)
        return result.get(name) if found is None else found

    for entry in env_file.entries:
        if entry.value is None:
            inherited = None if python else outside(entry.key)
            if python or inherited is not None:
                result[entry.key] = inherited
            continue
        try:
            value = _substitute(entry.parts, known, python, unset)
            total += len(value) if isinstance(value, str) else 0
            result[entry.key] = value if total <= MAXIMUM_TOTAL else TOO_LONG
        except _RefusedError as error:
            if problems is not None:
                problems.append(Problem(str(error), entry.range.start, entry.range.end))
    return result


def _substitute(
    parts: Iterable[str | VariablePart], known: Lookup, python: bool, unset: Value, depth: int = 0
) -> Value:
    pieces: list[str] = []
    unknown: Unknown | None = None
    length = 0
    for part in parts:
        value = part if isinstance(part, str) else _variable(part, known, python, unset, depth)
        if isinstance(value, Unknown):
            unknown = unknown or value
        else:
            pieces.append(value)
            length += len(value)
            if length > MAXIMUM_VALUE:
                return TOO_LONG
    return unknown or "".join(pieces)


def _variable(part: VariablePart, known: Lookup, python: bool, unset: Value, depth: int) -> Value:
    value = known(part.name)
    if not part.operator:
        return unset if value is None else value
    if python:  # ":-" stands for "-", and the default is taken as it is
        return part.word if value is None else value
    if isinstance(value, Unknown):
        return value
    present = value is not None and (value != "" or not part.operator.startswith(":"))
    if present != part.operator.endswith("+"):
        return value or ""
    if depth >= MAXIMUM_NESTING:
        return Unknown("nested too deeply")
    try:
        word = _substitute(template_parts(part.word), known, python, unset, depth + 1)
    except InterpolationError as error:
        raise _RefusedError(f"The interpolation of `{part.name}` is not valid.") from error
    if part.operator.endswith("?"):
        reason = f": {word}" if isinstance(word, str) and word else ""
        raise _RefusedError(f"The variable `{part.name}` is required and not set{reason}.")
    return word
