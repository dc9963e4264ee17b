""".dockerignore files, and the glob patterns of Go that they and COPY use.

Source of behaviour: moby/patternmatcher (ignorefile.ReadAll, PatternMatcher.MatchesUsingParentResults) and
Go's path/filepath (Clean, Match).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.source import BOM, Range

MAX_PATTERN = 4096
"""Code points; longer patterns are a problem and match nothing."""
_BACKTRACKING = 3
"""Patterns with more wildcards than this are run without backtracking."""

_GO_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)

Matcher = Callable[[str], bool]
# What a pattern is made of: a regular expression for one character, or one of these.
_STAR, _REST, _FOLDERS = "[^/]*", ".*", "(?:.*/)?"


class Pattern(msgspec.Struct, frozen=True, gc=False):
    """One line. `text` is cleaned, without `!` and leading `/`; `range` is the line without blanks around."""

    text: str
    negated: bool
    range: Range


class Dockerignore(msgspec.Struct, frozen=True, gc=False):
    patterns: tuple[Pattern, ...] = ()
    problems: tuple[Problem, ...] = ()

    def excludes(self, path: str) -> Pattern | None:
        """The pattern that keeps `path` (relative to the context) out of the build; None if it is sent."""
        return Exclusion(self)(path)


class Exclusion:
    """`Dockerignore.excludes` for many paths: what holds for a folder is worked out once."""

    def __init__(self, ignore: Dockerignore) -> None:
        self.patterns = ignore.patterns
        self._matchers = [pattern_matcher(pattern.text) for pattern in ignore.patterns]
        self._folders: dict[str, tuple[bool, ...]] = {"": (False,) * len(self.patterns)}

    def __call__(self, path: str) -> Pattern | None:
        if not self.patterns:
            return None
        path = clean(path)
        return None if path == "." else self._match(path, self._parent(path))[0]

    def _parent(self, path: str) -> tuple[bool, ...]:
        todo = []
        folder = path.rpartition("/")[0]
        while folder not in self._folders:
            todo.append(folder)
            folder = folder.rpartition("/")[0]
        result = self._folders[folder]
        for folder in reversed(todo):
            result = self._folders[folder] = self._match(folder, result)[1]
        return result

    def _match(self, path: str, parent: tuple[bool, ...]) -> tuple[Pattern | None, tuple[bool, ...]]:
        decided: Pattern | None = None
        results = list(parent)
        for index, pattern in enumerate(self.patterns):
            if not results[index]:
                if pattern.negated != (decided is not None):
                    continue
                results[index] = self._matchers[index](path)
            if results[index]:
                decided = None if pattern.negated else pattern
        return decided, tuple(results)


def read_dockerignore(text: str) -> Dockerignore:
    """Never raises. A pattern that Docker refuses is a problem and left out."""
    patterns: list[Pattern] = []
    problems: list[Problem] = []
    start = 1 if text.startswith(BOM) else 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line = text[start:end]
        written = line.strip(_GO_SPACE)
        if written and not line.startswith("#"):
            first = start + line.index(written[0])
            at = Range(first, first + len(written))
            negated = written[0] == "!"
            body = written[1:].strip(_GO_SPACE) if negated else written
            pattern = clean(body) if body else ""
            if len(pattern) > 1 and pattern[0] == "/":
                pattern = pattern[1:]
            if not pattern:
                problems.append(Problem("The exclusion pattern '!' names nothing.", at.start, at.end))
            elif len(pattern) > MAX_PATTERN or not is_valid_glob(pattern):
                problems.append(Problem(f"Invalid pattern: {written[:80]!r}.", at.start, at.end))
            else:
                patterns.append(Pattern(pattern, negated, at))
        start = end
    return Dockerignore(tuple(patterns), tuple(problems))


def clean(path: str) -> str:
    """Go's filepath.Clean: the shortest path that says the same; "." for nothing."""
    if "//" not in path and "." not in path:  # the common case
        return path.rstrip("/") or ("/" if path else ".")
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in {"", "."}:
            continue
        if part != "..":
            parts.append(part)
        elif parts and parts[-1] != "..":
            parts.pop()
        elif not rooted:
            parts.append(part)
    return "/" + "/".join(parts) if rooted else "/".join(parts) or "."


@lru_cache(maxsize=4096)
def pattern_matcher(pattern: str) -> Matcher:
    """What patternmatcher.Pattern.compile makes of a cleaned pattern."""
    tokens: list[str] = []
    kind = "exact"
    position, first = 0, True
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            if pattern[position : position + 1] == "*":
                position += 1
                if pattern[position : position + 1] == "/":
                    position += 1
                if position == len(pattern):
                    kind = "prefix" if kind == "exact" else "regular"
                    tokens.append(_REST)
                else:
                    kind = "regular"
                    tokens.append(_FOLDERS)
                if first:
                    kind = "suffix"
            else:
                tokens.append(_STAR)
                kind = "regular"
        elif character == "?":
            tokens.append("[^/]")
            kind = "regular"
        elif character == "\\" and position < len(pattern):
            tokens.append(re.escape(pattern[position]))
            position += 1
            kind = "regular"
        elif character == "[":
            token, position = _class(pattern, position)
            tokens.append(token)
            kind = "regular"
        else:
            tokens.append(re.escape(character))
        first = False
    if kind == "exact":
        return pattern.__eq__
    if kind == "prefix":
        return lambda path: path.startswith(pattern[:-2])
    if kind == "suffix":
        suffix = pattern[2:]
        return lambda path: path.endswith(suffix) or (suffix[:1] == "/" and path == suffix[1:])
    return _matcher(tokens)


@lru_cache(maxsize=4096)
def go_match(pattern: str) -> Matcher:
    """Go's filepath.Match for a valid pattern: no wildcard matches a slash."""
    tokens: list[str] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            if tokens[-1:] != [_STAR]:
                tokens.append(_STAR)
        elif character == "?":
            tokens.append("[^/]")
        elif character == "[":
            token, position = _class(pattern, position)
            tokens.append(f"(?!/){token}")
        else:
            if character == "\\" and position < len(pattern):
                character = pattern[position]
                position += 1
            tokens.append(re.escape(character))
    return _matcher(tokens)


def has_wildcards(path: str) -> bool:
    """Whether COPY takes `path` for a pattern (fsutil: containsWildcards)."""
    return re.search(r"[*?\[]", re.sub(r"\\.", "", path, flags=re.S)) is not None


def is_valid_glob(pattern: str) -> bool:
    """Whether filepath.Match accepts the pattern."""
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "\\":
            if position == len(pattern):
                return False
            position += 1
        elif character == "[":
            end = _class_end(pattern, position)
            if end < 0:
                return False
            position = end
    return True


def _class_end(pattern: str, position: int) -> int:
    """Behind the `]` of the class whose `[` stands before `position`; -1 for an invalid one."""
    if pattern[position : position + 1] == "^":
        position += 1
    count = 0
    while True:
        if pattern[position : position + 1] == "]" and count:
            return position + 1
        for bound in range(2):
            character = pattern[position : position + 1]
            if character in {"", "-", "]"}:
                return -1
            if character == "\\":
                position += 1
            position += 1
            if position >= len(pattern):
                return -1
            if bound == 0:
                if pattern[position] != "-":
                    break
                position += 1
        count += 1


def _class(pattern: str, position: int) -> tuple[str, int]:
    end = _class_end(pattern, position)
    if end < 0:
        return re.escape("["), position
    body = pattern[position : end - 1]
    token = f"[{body.replace('[', chr(92) + '[').replace('&&', '&').replace('||', '|').replace('~~', '~')}]"
    try:
        re.compile(token)
    except re.error:  # a reversed range
        token = "(?!)"
    return token, end


def _matcher(tokens: list[str]) -> Matcher:
    if sum(token in {_STAR, _REST, _FOLDERS} for token in tokens) <= _BACKTRACKING:
        expression = re.compile("".join(tokens), re.S)
        return lambda path: expression.fullmatch(path) is not None
    return _without_backtracking(tokens)


def _without_backtracking(tokens: list[str]) -> Matcher:
    """Follows all alternatives at once: time is characters times tokens, whatever the pattern."""
    accepts = [
        re.compile(token if token not in {_STAR, _REST, _FOLDERS} else "(?!)", re.S) for token in tokens
    ]

    def closure(states: set[int]) -> set[int]:
        todo = list(states)
        while todo:
            state = todo.pop()
            # A wildcard may match nothing; FOLDERS only where it starts, which `inside` below keeps apart.
            if state < len(tokens) and tokens[state] in {_STAR, _REST, _FOLDERS} and state + 1 not in states:
                states.add(state + 1)
                todo.append(state + 1)
        return states

    def match(path: str) -> bool:
        states = closure({0})
        inside: set[int] = set()  # within a FOLDERS that has begun and needs a slash to end
        for character in path:
            following: set[int] = set()
            inside |= {state for state in states if state < len(tokens) and tokens[state] == _FOLDERS}
            if character == "/":
                following |= {state + 1 for state in inside}
            for state in states:
                if state == len(tokens) or tokens[state] == _FOLDERS:
                    continue
                if tokens[state] == _REST or (tokens[state] == _STAR and character != "/"):
                    following.add(state)
                elif accepts[state].match(character):
                    following.add(state + 1)
            states = closure(following)
            if not states and not inside:
                return False
        return len(tokens) in states

    return match
