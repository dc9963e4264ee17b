"""Dockerfiles as BuildKit's parser reads them, with the place of every word.

Source of behaviour: moby/buildkit, frontend/dockerfile/parser (lines, flags, words, heredocs),
frontend/dockerfile/instructions (what is refused) and frontend/dockerfile/shell (expansion).
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import BOM, Range

MAX_LINE = 65535
"""Bytes; BuildKit refuses longer lines."""
MAX_NESTING = 50
"""Levels of `${A:-${B:-...}}` that are followed."""

# Go's unicode.IsSpace; Python's \s also takes U+001C to U+001F.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
SPACES = frozenset(
    "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
_STRIP = "".join(sorted(SPACES))
_BLANK = regex(r"[\t\v\f\r ]+")
_NOT_BLANK = regex(r"[^\t\v\f\r ]+")
_DIRECTIVE = regex(
    rf"#[{_SPACE}]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.*[^\t\n\f\r ])[\t\n\f\r ]*\Z", re.S
)
_HEREDOC = regex(r"(\d*)<<(-?)[\t\n\f\r ]*([^<]*)\Z", re.A)
_JSON_STRING = regex(r'"(?:[^"\\]|\\.)*+"', re.S)
_STAGE_NAME = regex(r"[a-z][a-z0-9-_.]*\Z")
_SURROGATE = regex("[\ud800-\udfff]")
# Whitespace to dockerfile-parse that is none to BuildKit's first split; replaced one for one.
_FOREIGN_SPACE = {ord(c): "\ufffd" for c in _STRIP + "\x1c\x1d\x1e\x1f" if c not in "\t\v\f\r "}

INSTRUCTIONS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"}
    | {"ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_WORD_LISTS = frozenset({"FROM", "EXPOSE", "COPY", "ADD", "VOLUME"})
_JSON = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME", "HEALTHCHECK"})
_SINGLE = frozenset({"MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"})
_AT_LEAST_ONE = frozenset({"ENV", "LABEL", "ARG", "EXPOSE", "VOLUME", "HEALTHCHECK", "ONBUILD", "SHELL"})


class Word(msgspec.Struct, frozen=True, gc=False):
    """`text` as BuildKit's parser hands it on (JSON decoded, shell quotes kept); `range` as written."""

    text: str
    range: Range


class Flag(msgspec.Struct, frozen=True, gc=False):
    """`--name=value`, without quotes; `value` is None when there is no `=`."""

    name: str
    value: str | None
    range: Range


class Pair(msgspec.Struct, frozen=True, gc=False):
    """One assignment of ENV, LABEL or ARG; quotes and escapes are kept, as expansion needs them."""

    name: Word
    value: Word | None


class Heredoc(msgspec.Struct, frozen=True, gc=False):
    """`body` is without its terminator line, with the tabs that `<<-` takes away."""

    name: str
    body: str
    range: Range
    expand: bool


class Instruction(msgspec.Struct, frozen=True, gc=False):
    """One instruction. `value` is the joined text behind the keyword and the flags."""

    keyword: str
    keyword_range: Range
    range: Range
    value: str
    flags: tuple[Flag, ...] = ()
    arguments: tuple[Word, ...] = ()
    pairs: tuple[Pair, ...] = ()
    json: bool = False
    heredocs: tuple[Heredoc, ...] = ()
    trigger: Instruction | None = None
    """What ONBUILD defers."""

    def flag(self, name: str) -> Flag | None:
        return next((flag for flag in self.flags if flag.name == name), None)


class Dockerfile(msgspec.Struct, frozen=True, gc=False):
    instructions: tuple[Instruction, ...] = ()
    escape: str = "\\"
    directives: dict[str, str] = {}
    problems: tuple[Problem, ...] = ()


class ExpansionError(ValueError):
    """BuildKit refuses the word: an unclosed quote or brace, an unknown modifier, `${X:?}` unset."""


def read_dockerfile(text: str) -> Dockerfile:
    """Never raises; what BuildKit refuses is among the problems, the rest is still returned."""
    return _Reader(text).read()


class _Line(msgspec.Struct):
    """A logical line: continuations joined, comments and empty continuations removed."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    range: Range
    heredocs: tuple[Heredoc, ...] = ()


def _locate(pieces: tuple[tuple[int, int], ...], start: int, end: int) -> Range:
    def place(offset: int) -> int:
        piece = pieces[bisect_right(pieces, (offset, 1 << 62)) - 1]
        return piece[1] + offset - piece[0]

    if not pieces:
        return Range(0, 0)
    first = place(start)
    return Range(first, place(end - 1) + 1 if end > start else first)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.directives: dict[str, str] = {}
        self.escape = "\\"

    def problem(self, message: str, at: Range) -> None:
        self.problems.append(Problem(message, at.start, at.end))

    def read(self) -> Dockerfile:
        lines = list(self.lines())
        instructions = tuple(
            self.instruction(line, *split) for line, split in zip(lines, _structure(lines), strict=True)
        )
        self.check(instructions)
        self.problems.sort(key=lambda problem: problem.start)
        return Dockerfile(instructions, self.escape, self.directives, tuple(self.problems))

    # Lines (parser.go: Parse)

    def physical(self) -> Iterator[tuple[int, int, str]]:
        """Each line: start, end including its line feed, text without CR and LF."""
        text, start = self.text, 1 if self.text.startswith(BOM) else 0
        while start < len(text):
            end = text.find("\n", start) + 1 or len(text)
            line = text[start:end].rstrip("\r\n")
            if end - start > MAX_LINE // 4 and len(text[start:end].encode("utf-8", "replace")) > MAX_LINE:
                self.problem(
                    f"The line is longer than the {MAX_LINE:,} bytes that BuildKit reads.", Range(start, end)
                )
            yield start, end, line
            start = end

    def lines(self) -> Iterator[_Line]:
        physical = self.physical()
        in_directives = True
        for start, _, written in physical:
            line = written.lstrip(_STRIP)
            in_directives = in_directives and self.directive(line, start + len(written) - len(line))
            if not line or line.startswith("#"):
                continue
            offset = start + len(written) - len(line)
            parts: list[str] = []
            pieces: list[tuple[int, int]] = []
            length, begin = 0, offset
            while True:
                content, continues = self.continuation(line)
                pieces.append((length, offset))
                parts.append(content)
                length += len(content)
                stop = offset + len(line)
                if not continues:
                    break
                for next_start, _, line in physical:
                    bare = line.lstrip(_STRIP)
                    stop = next_start + len(line)
                    if bare and not bare.startswith("#"):
                        offset = next_start
                        break
                else:
                    break
            logical = _Line("".join(parts), tuple(pieces), Range(begin, stop))
            if "<<" in logical.text:
                self.heredocs(logical, physical)
            yield logical

    def directive(self, line: str, start: int) -> bool:
        """Reads a parser directive; whether more may follow (directives.go)."""
        match = _DIRECTIVE.match(line)
        name = match[1].lower() if match else ""
        if not match or name not in {"syntax", "escape", "check"}:
            return False
        at = Range(start, start + len(line))
        if name in self.directives:
            self.problem(f"The parser directive {name!r} is given twice.", at)
            return True
        self.directives[name] = match[2]
        if name == "escape":
            if match[2] in {"\\", "`"}:
                self.escape = match[2]
            else:
                self.problem("The escape directive must be a backslash or a backtick.", at)
        return True

    def continuation(self, line: str) -> tuple[str, bool]:
        bare = line.rstrip(" \t")
        if bare.endswith(self.escape) and not bare.endswith(self.escape * 2):
            return bare[:-1], True
        return line, False

    def heredocs(self, line: _Line, physical: Iterator[tuple[int, int, str]]) -> None:
        start = len(line.text) - len(line.text.lstrip(_STRIP))
        behind = _keyword_end(line.text, start)
        keyword = line.text[start:behind].strip(_STRIP).upper()
        if keyword == "ONBUILD":
            start = _split_flags(line.text, behind, self.escape)[0]
            behind = _keyword_end(line.text, start)
            keyword = line.text[start:behind].strip(_STRIP).upper()
        if keyword not in {"RUN", "COPY", "ADD"}:
            return
        value = line.text[_split_flags(line.text, behind, self.escape)[0] :].strip(_STRIP)
        if value.startswith("[") and _json_strings(value) is not None:
            return
        try:
            found = [
                heredoc
                for word in expand_words(line.text, None, raw=True)
                if "<<" in word and (heredoc := _heredoc_word(word))
            ]
        except ExpansionError:
            return
        heredocs: list[Heredoc] = []
        stop = line.range.end
        for name, expand, strip in found:
            body_start = body_end = -1
            closed = False
            for start, end, written in physical:
                if body_start < 0:
                    body_start = body_end = start
                stop = end
                if (written.lstrip("\t") if strip else written) == name:
                    closed = True
                    stop = start + len(written)
                    break
                body_end = end
            if body_start < 0:
                body_start = body_end = len(self.text)
            at = Range(body_start, body_end)
            heredocs.append(Heredoc(name, at.slice(self.text), at, expand))
            if not closed:
                self.problem(f"The heredoc {name!r} is not terminated.", line.range)
                break
        line.heredocs = tuple(heredocs)
        line.range = Range(line.range.start, stop)

    # Instructions (line_parsers.go, split_command.go)

    def instruction(self, line: _Line, keyword: str, start: int, behind: int, depth: int = 0) -> Instruction:
        text, pieces = line.text, line.pieces

        def word(begin: int, end: int, content: str | None = None) -> Word:
            return Word(text[begin:end] if content is None else content, _locate(pieces, begin, end))

        begin, raw_flags = _split_flags(text, behind, self.escape)
        end = len(text.rstrip(_STRIP))
        begin = min(begin + len(text[begin:]) - len(text[begin:].lstrip(_STRIP)), end) if begin < end else end
        keyword_range = _locate(pieces, start, start + len(keyword))
        at = line.range if depth == 0 else Range(keyword_range.start, line.range.end)
        value = text[begin:end]
        flags = tuple(
            Flag(name, content if equals else None, _locate(pieces, flag_start, flag_end))
            for flag_start, flag_end, flag_text in raw_flags
            for name, equals, content in [flag_text[2:].partition("=")]
        )
        arguments: list[Word] = []
        pairs: list[Pair] = []
        is_json = False
        trigger: Instruction | None = None
        if not value:
            pass
        elif keyword == "ONBUILD":
            if depth == 0:
                inner_behind = _keyword_end(text, begin)
                inner = text[begin:inner_behind].strip(_STRIP)
                trigger = self.instruction(line, _upper(inner), begin, inner_behind, 1)
        elif keyword in {"ENV", "LABEL"}:
            pairs = self.pairs(keyword, text, begin, end, word)
        elif keyword == "ARG":
            for word_start, word_end in _words(text, begin, end, self.escape):
                arguments.append(word(word_start, word_end))
                pairs.append(_pair(text, word_start, word_end, word))
        elif keyword in INSTRUCTIONS:
            json_start = begin
            if keyword == "HEALTHCHECK":
                type_end = next((i for i in range(begin, end) if text[i] in SPACES), end)
                arguments.append(word(begin, type_end))
                json_start = next((i for i in range(type_end, end) if text[i] not in SPACES), end)
            strings = (
                _json_strings(text[json_start:end])
                if keyword in _JSON and text[json_start : json_start + 1] == "["
                else None
            )
            if strings is not None:
                is_json = True
                for content, string_start, string_end in strings:
                    if content is None:
                        self.problem(f"The JSON form of {keyword} may hold strings only.", at)
                        break
                    arguments.append(word(json_start + string_start, json_start + string_end, content))
            elif keyword in _WORD_LISTS:
                arguments = [word(*match.span()) for match in _NOT_BLANK.finditer(text, begin, end)]
            elif json_start < end:
                arguments.append(word(json_start, end))
        return Instruction(
            sys.intern(keyword),
            keyword_range,
            at,
            value,
            flags,
            tuple(arguments),
            tuple(pairs),
            is_json,
            line.heredocs,
            trigger,
        )

    def pairs(
        self, keyword: str, text: str, begin: int, end: int, word: Callable[[int, int], Word]
    ) -> list[Pair]:
        spans = _words(text, begin, end, self.escape)
        if not spans:
            return []
        if "=" not in text[spans[0][0] : spans[0][1]]:
            blank = _BLANK.search(text, begin, end)
            if not blank:
                self.problem(f"{keyword} must have two arguments.", word(begin, end).range)
                return [Pair(word(begin, end), None)]
            return [Pair(word(begin, blank.start()), word(blank.end(), end))]
        pairs = []
        for start, stop in spans:
            pair = _pair(text, start, stop, word)
            if pair.value is None:
                self.problem(
                    f"{keyword} takes NAME=VALUE, and {pair.name.text!r} has no '='.", pair.name.range
                )
            elif not pair.name.text:
                self.problem(f"{keyword} names can not be blank.", pair.value.range)
            pairs.append(pair)
        return pairs

    # What BuildKit refuses (instructions/parse.go)

    def check(self, instructions: tuple[Instruction, ...]) -> None:
        if not instructions:
            self.problem("The Dockerfile has no instructions.", Range(0, 0))
        syntax = self.directives.get("syntax", "docker/dockerfile")
        ours = re.match(r"(docker\.io/)?docker/dockerfile\b", syntax) is not None
        in_stage = False
        for instruction in instructions:
            keyword, at = instruction.keyword, instruction.keyword_range
            if keyword not in INSTRUCTIONS:
                if ours:
                    self.problem(f"Unknown instruction: {keyword!r}.", at)
                continue
            if keyword == "FROM":
                in_stage = True
                self.check_from(instruction)
            elif keyword != "ARG" and not in_stage:
                self.problem(f"{keyword} comes before the first FROM.", at)
                in_stage = True
            self.check_arguments(instruction, ours)
        if (
            instructions
            and not any(instruction.keyword == "FROM" for instruction in instructions)
            and not in_stage
        ):
            self.problem("The Dockerfile has no FROM.", instructions[0].keyword_range)

    def check_from(self, instruction: Instruction) -> None:
        words = [word.text for word in instruction.arguments]
        if len(words) == 3 and words[1].lower() == "as":
            if not _STAGE_NAME.match(words[2].lower()):
                self.problem(
                    f"{words[2]!r} is no valid name for a build stage.", instruction.arguments[2].range
                )
        elif len(words) != 1:
            self.problem("FROM takes one argument, or three with AS.", instruction.range)

    def check_arguments(self, instruction: Instruction, ours: bool) -> None:
        keyword, at = instruction.keyword, instruction.range
        if keyword in _SINGLE and not instruction.value:
            self.problem(f"{keyword} requires exactly one argument.", at)
        elif keyword in _AT_LEAST_ONE and not instruction.value:
            self.problem(f"{keyword} requires at least one argument.", at)
        elif keyword in {"COPY", "ADD"} and len(instruction.arguments) < 2:
            self.problem(f"{keyword} requires a source and a destination.", at)
        elif keyword == "SHELL" and not instruction.json:
            self.problem("SHELL takes its arguments in JSON form.", at)
        elif keyword == "HEALTHCHECK":
            kind = instruction.arguments[0].text.upper()
            if kind not in {"CMD", "NONE"}:
                self.problem("HEALTHCHECK takes CMD or NONE.", instruction.arguments[0].range)
            elif (kind == "NONE") != (len(instruction.arguments) == 1):
                self.problem(f"HEALTHCHECK {kind} {'takes no' if kind == 'NONE' else 'needs'} arguments.", at)
        elif keyword == "ARG":
            for pair in instruction.pairs:
                if not pair.name.text:
                    self.problem("ARG names can not be blank.", at)
        elif keyword == "ONBUILD":
            trigger = instruction.trigger
            name = trigger.keyword if trigger else "ONBUILD"
            if name in {"ONBUILD", "MAINTAINER", "FROM"}:
                self.problem(f"{name} is not allowed as an ONBUILD trigger.", at)
            elif name not in INSTRUCTIONS and ours and trigger:
                self.problem(f"Unknown instruction: {name!r}.", trigger.keyword_range)


def _upper(keyword: str) -> str:
    return keyword.upper() if keyword.isascii() else keyword


def _keyword_end(text: str, start: int) -> int:
    """Behind the blanks that follow the keyword at `start`."""
    match = _BLANK.search(text, start)
    return match.end() if match else len(text)


def _structure(lines: list[_Line]) -> Iterator[tuple[str, int, int]]:
    """Keyword, its start, and the start of what follows it, of each logical line.

    dockerfile-parse does this split. It gets one physical line for each instruction, so that none of its
    own views on continuations, heredocs and comments come in; a word at the end keeps it from dropping
    instructions without arguments and from taking a last backslash for a continuation.
    """
    from io import BytesIO

    from dockerfile_parse import DockerfileParser

    source, named = [], []
    for line in lines:
        text = line.text if line.text.isascii() else _SURROGATE.sub("\ufffd", line.text)
        lead = len(text) - len(text.lstrip(_STRIP))
        text = f"{' ' * lead}{text.strip(_STRIP).translate(_FOREIGN_SPACE)}"
        named.append(text.lstrip("\t\v\f\r ")[:1] not in {"", "#"})
        source.append(f"{'' if named[-1] else 'NONE '}{text} .")
    parser = DockerfileParser(fileobj=BytesIO("\n".join(source).encode()))
    found = parser.structure if source else []
    for line, text, entry, has_keyword in zip(lines, source, found, named, strict=True):
        if not has_keyword:
            yield "", 0, len(line.text)
            continue
        behind = min(len(text) - len(entry["value"]), len(line.text))
        start = len(text) - len(text.lstrip("\t\v\f\r "))
        keyword = line.text[start : start + len(text[start:behind].rstrip("\t\v\f\r "))]
        yield (
            entry["instruction"] if keyword.upper() == entry["instruction"] else _upper(keyword),
            start,
            behind,
        )


def _split_flags(text: str, start: int, escape: str) -> tuple[int, list[tuple[int, int, str]]]:
    """The offset behind the `--flags` at `start`, and each of them without quotes (split_command.go)."""
    flags: list[tuple[int, int, str]] = []
    position, end = start, len(text)
    while True:
        while position < end and text[position] in SPACES:
            position += 1
        if not text.startswith("--", position):
            return position, flags
        begin, quote, word = position, "", []
        while position < end and (quote or text[position] not in SPACES):
            character = text[position]
            if character == quote:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
            elif character == escape:
                position += 1
                word.append(text[position : position + 1])
            else:
                word.append(character)
            position += 1
        position = min(position, end)
        content = "".join(word)
        if content == "--" and position < end:
            return position, flags
        if content != "--":
            flags.append((begin, position, content))


_WORD = {
    escape: regex(
        rf"""(?:[^{_SPACE}'"{e}]|{e}.|{e}\Z|'[^']*+(?:'|\Z)|"(?:[^"{e}]|{e}.)*+(?:"|{e}\Z|\Z))++""", re.S
    )
    for escape, e in (("\\", r"\\"), ("`", "`"))
}


def _words(text: str, begin: int, end: int, escape: str) -> list[tuple[int, int]]:
    """Words with their quotes kept (line_parsers.go: parseWords)."""
    # A lone escape at the end is dropped.
    return [
        match.span()
        for match in _WORD[escape].finditer(text[:end], begin)
        if match[0] != escape or match.end() < end
    ]


def _pair(text: str, start: int, end: int, word: Callable[[int, int], Word]) -> Pair:
    equals = text.find("=", start, end)
    return Pair(word(start, end), None) if equals < 0 else Pair(word(start, equals), word(equals + 1, end))


def _json_strings(text: str) -> list[tuple[str | None, int, int]] | None:
    """Each string of a JSON list with its span (None: something else); None for what is no JSON list."""

    def refuse(_: str) -> Any:
        raise ValueError

    try:
        found = json.loads(text.rstrip(_STRIP), parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    if not all(isinstance(item, str) for item in found):
        return [(None, 0, 0)]
    spans = [match.span() for match in _JSON_STRING.finditer(text)]
    return [(_SURROGATE.sub("\ufffd", item), *span) for item, span in zip(found, spans, strict=True)]


def _heredoc_word(word: str) -> tuple[str, bool, bool] | None:
    """Name, whether the body is expanded, whether tabs are stripped (parser.go: heredocFromMatch)."""
    match = _HEREDOC.match(word)
    if not match or not match[3]:
        return None
    words = expand_words(match[3], None)
    if len(words) != 1:
        return None
    raw = expand_words(match[3], None, raw_quotes=True)
    if len(raw) != 1:
        raise ExpansionError("inconsistent quotes")
    quotes = [sum(text.count(quote) for quote in "'\"") for text in (words[0], raw[0])]
    return words[0], quotes[0] == quotes[1], match[2] == "-"


# Expansion (shell/lex.go)


def expand_word(word: str, lookup: Callable[[str], str | None], escape: str = "\\") -> str:
    """`word` with quotes removed and variables replaced; raises ExpansionError, and what `lookup` raises."""
    if not any(character in word for character in ("$", "'", '"', escape)):
        return word
    return _Lexer(word, lookup, escape).stop_on("", False)[0]


def expand_words(
    text: str,
    lookup: Callable[[str], str | None] | None,
    escape: str = "\\",
    *,
    raw: bool = False,
    raw_quotes: bool = False,
) -> list[str]:
    """`text` expanded and split into words. Without a lookup variables stay; `raw` keeps quotes, escapes."""
    return _Lexer(text, lookup, escape, raw, raw or raw_quotes).stop_on("", raw)[1]


class _Lexer:
    def __init__(
        self,
        text: str,
        lookup: Callable[[str], str | None] | None,
        escape: str,
        raw_escapes: bool = False,
        raw_quotes: bool = False,
    ) -> None:
        self.text = text
        self.lookup = lookup
        self.escape = escape
        self.raw_escapes = raw_escapes
        self.raw_quotes = raw_quotes
        self.position = 0
        self.depth = 0
        self.buffer: list[str] = []  # of the current word; nested levels share it, as BuildKit's do

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def next(self) -> str:
        character = self.text[self.position : self.position + 1]
        self.position += 1
        return character

    def stop_on(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        if self.depth > MAX_NESTING:
            raise ExpansionError("nested too deeply")
        self.depth += 1
        before, self.raw_escapes = self.raw_escapes, raw_escapes
        self.buffer.clear()
        result: list[str] = []
        words: list[str] = []
        in_word = False

        def add(characters: str, literal: bool) -> None:
            nonlocal in_word
            if literal:
                self.buffer.append(characters)
                in_word = True
                return
            for character in characters:
                if character not in SPACES:
                    self.buffer.append(character)
                    in_word = True
                elif in_word and any(self.buffer):
                    flush()

        def flush() -> None:
            nonlocal in_word
            if word := "".join(self.buffer):
                words.append(word)
                self.buffer.clear()
                in_word = False

        while character := self.peek():
            if character == stop:
                self.position += 1
                break
            if character in "'\"$<":
                piece = {"'": self.single, '"': self.double, "$": self.dollar, "<": self.angle}[character]()
                add(piece, character != "$")
            elif character == self.escape:
                self.position += 1
                piece = character if self.raw_escapes else ""
                if piece:
                    add(piece, True)
                escaped = self.next()
                if escaped:
                    add(escaped, True)
                piece += escaped
            else:
                self.position += 1
                piece = character
                add(piece, False)
            result.append(piece)
        else:
            if stop:
                raise ExpansionError(f"there is no matching {stop!r}")
        flush()
        self.raw_escapes = before
        self.depth -= 1
        return "".join(result), words

    def single(self) -> str:
        end = self.text.find("'", self.position + 1)
        if end < 0:
            raise ExpansionError("there is no matching single quote")
        start, self.position = self.position, end + 1
        return self.text[start : end + 1] if self.raw_quotes else self.text[start + 1 : end]

    def double(self) -> str:
        quote = '"' if self.raw_quotes else ""
        self.position += 1
        result = [quote]
        while character := self.peek():
            if character == '"':
                self.position += 1
                return "".join(result) + quote
            if character == "$":
                result.append(self.dollar())
                continue
            self.position += 1
            if character == self.escape:
                if self.raw_escapes:
                    result.append(character)
                following = self.peek()
                if not following:
                    continue
                if following in {'"', "$", self.escape}:
                    character = self.next()
            result.append(character)
        raise ExpansionError("there is no matching double quote")

    def angle(self) -> str:
        start = self.position
        self.position += 1
        if self.peek() == "<":
            self.position += 1
            while self.peek() and self.peek() in "\t\r ":
                self.position += 1
        return self.text[start : self.position]

    def name(self) -> str:
        start = self.position
        first = self.peek()
        if first.isdecimal():
            while self.peek().isdecimal():
                self.position += 1
        elif first and first in "@*#?-$!":
            self.position += 1
        else:
            while (character := self.peek()).isalpha() or character.isdecimal() or character == "_":
                self.position += 1
        return self.text[start : self.position]

    def dollar(self) -> str:
        self.position += 1
        if self.peek() != "{":
            name = self.name()
            if not name:
                return "$"
            return f"${name}" if self.lookup is None else self.lookup(name) or ""
        self.position += 1
        if self.peek() in {"", "{", "}", ":"}:
            raise ExpansionError("bad substitution")
        name = self.name()
        operator = self.next()
        if operator == "}":
            return f"${{{name}}}" if self.lookup is None else self.lookup(name) or ""
        if operator == "/":
            return self.replace(name)
        colon = operator == ":"
        if colon:
            operator = self.next()
        cuts = operator in {"#", "%"}
        if operator not in {"+", "-", "?", "#", "%"} and not colon:
            raise ExpansionError(f"the modifier {operator!r} is not supported")
        if colon and cuts:
            raise ExpansionError(f"the modifier {':' + operator!r} is not supported")
        word, _ = self.stop_on("}", cuts)
        if self.lookup is None:
            return f"${{{name}{':' if colon else ''}{operator}{word}}}"
        value = self.lookup(name)
        absent = value is None or (colon and not value)
        if operator == "-":
            return word if absent else value or ""
        if operator == "+":
            return "" if absent else word
        if operator == "?":
            if absent:
                raise ExpansionError(f"{name}: {word or 'is not set'}")
            return value or ""
        if cuts:
            return _cut(value or "", word, operator)
        raise ExpansionError(f"the modifier {':' + operator!r} is not supported")

    def replace(self, name: str) -> str:
        everywhere = self.peek() == "/"
        self.position += everywhere
        pattern, _ = self.stop_on("/", True)
        replacement, _ = self.stop_on("}", True)
        if self.lookup is None:
            return f"${{{name}/{pattern}/{replacement}}}"
        expression = re.compile(_shell_pattern(pattern, greedy=True))
        return expression.sub(lambda _: replacement, self.lookup(name) or "", count=0 if everywhere else 1)


def _shell_pattern(pattern: str, *, greedy: bool) -> str:
    result = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "*":
            result.append("(?s:.*)" if greedy else "(?s:.*?)")
        elif character == "?":
            result.append(".")
        elif character == "\\":
            position += 1
            following = pattern[position : position + 1]
            if following not in {"}", "/", "*", "?", "\\"}:
                raise ExpansionError(f"the escape '\\{following}' is not valid")
            result.append(re.escape(following))
        else:
            result.append(re.escape(character))
        position += 1
    return "".join(result)


def _cut(value: str, word: str, operator: str) -> str:
    """`${X#word}`, `##`, `%`, `%%`: the value less the shortest or longest match at an end."""
    greedy = word.startswith(operator)
    pattern = _shell_pattern(word[1:] if greedy else word, greedy=True)
    expression = re.compile(pattern)
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if greedy else lengths:
        part = value[:length] if operator == "#" else value[len(value) - length :]
        if expression.fullmatch(part):
            return value[length:] if operator == "#" else value[: len(value) - length]
    return value
