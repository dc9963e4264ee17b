"""Vault and OpenBao policies in HCL or JSON.

python-hcl2 reads what HCL 1 and HCL 2 have in common, which is how most policies are written. Policies are HCL 1,
though, not the HCL 2 of Terraform: attribute names may be quoted, commas may end attributes, and a block may open
on the line after its name. Such texts are read here. Source of behaviour: hashicorp/hcl 1.0, `hcl/scanner` and
`hcl/parser`; tests/oracle/test_policies.py compares with OpenBao.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import Range

MAXIMUM_LENGTH = 512 * 1024
MAXIMUM_DEPTH = 60

Kind = Literal["string", "number", "bool", "list", "object"]

_PATH_BLOCK = regex(r'^[ \t]*"?path"?[ \t]+"', re.MULTILINE)
_JSON_PATHS = regex(r'\s*\{\s*(?:"name"\s*:\s*"[^"]*"\s*,\s*)?"path"\s*:\s*\{')
"""How a policy in JSON begins: many other reports and schemas have a `path` somewhere."""
_GRANT = regex(r"\b(?:capabilities|policy)\b")
_TEMPLATE = regex(r"\{%|<%|\$\{|\{\{(?![ \t]*identity\.)")
_TOKEN = regex(
    r"(?P<blank>[ \t\r\n]+|#[^\n]*|//[^\n]*|/\*.*?\*/)"
    r"|(?P<word>[A-Za-z_][\w.-]*)"
    r'|"(?P<string>(?:[^"\\\n$]|\\.|\$(?!\{)|\$\{(?:[^{}"]|"[^"\n]*")*\})*)"'
    r"|(?P<number>-?[0-9][\w.+-]*)"
    r"|<<-?(?P<mark>\w+)\r?\n(?P<body>.*?)^[ \t]*(?P=mark)[ \t]*\r?$"
    r"|(?P<sign>[{}\[\]=,])",
    re.DOTALL | re.MULTILINE,
)


_BRACKET = regex(r"[\[\](){}]")
_BETWEEN = ("", "new_line_or_comment")


class Word(msgspec.Struct, frozen=True, gc=False):
    """A string or a name; `range` is the text between its quotes."""

    text: str
    range: Range


class Value(msgspec.Struct, frozen=True, gc=False):
    """What an attribute is set to. `text` is that of strings, numbers and booleans."""

    kind: Kind
    text: str
    range: Range
    items: tuple[Value, ...] = ()
    entries: tuple[Attribute, ...] = ()

    @property
    def words(self) -> Iterator[Word]:
        """The strings in it, in order."""
        if self.kind == "string":
            yield Word(self.text, self.range)
        for inner in (*self.items, *(entry.value for entry in self.entries)):
            yield from inner.words


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """`name = value`, or a block `name "label" { ... }`, whose value is an object."""

    name: Word
    value: Value
    range: Range
    labels: tuple[Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(self.value.words)


class PathRule(msgspec.Struct, frozen=True, gc=False):
    """One `path "..." { ... }`."""

    path: Word
    attributes: tuple[Attribute, ...]
    range: Range

    def attribute(self, name: str) -> Attribute | None:
        """The last of that name: it is the one that counts."""
        return next((a for a in reversed(self.attributes) if a.name.text == name), None)

    @property
    def capabilities(self) -> tuple[Word, ...]:
        found = self.attribute("capabilities")
        return found.words if found else ()


class Policy(msgspec.Struct, frozen=True, gc=False):
    """`is_policy` is False for HCL of another kind (a bake file, a server's configuration, Terraform)."""

    paths: tuple[PathRule, ...] = ()
    is_policy: bool = False
    problems: tuple[Problem, ...] = ()
    others: tuple[Attribute, ...] = ()
    """What stands beside the paths, but for `name`."""


class _SyntaxError(Exception):
    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.start = start


def read_policy(text: str) -> Policy:
    """The paths of a policy. Never raises; HCL that is no policy, and templates, have no problems."""
    in_json = text.lstrip()[:1] in ("{", "[")
    if not (_GRANT.search(text) and (in_json or _PATH_BLOCK.search(text))):
        return Policy()
    if len(text) > MAXIMUM_LENGTH:
        if in_json:
            return Policy()  # a large JSON file is a description of an API, a lock, a recording
        return Policy(is_policy=True, problems=(Problem("This policy is too large to be read.", 0, 0),))
    if in_json:
        return _json(text)
    try:
        items = _by_hcl2(text) or _Parser(text).document()
    except _SyntaxError as error:
        if _TEMPLATE.search(text):
            return Policy()
        problem = Problem(f"This is not a valid policy: {error}.", error.start, error.start)
        return Policy(is_policy=True, problems=(problem,))
    return _policy(items)


def _policy(items: tuple[Attribute, ...]) -> Policy:
    paths, others = [], []
    for item in items:
        if item.name.text == "path" and item.labels and item.value.kind == "object":
            paths.append(PathRule(item.labels[0], item.value.entries, item.range))
        elif item.name.text != "name":
            others.append(item)
    granting = [rule for rule in paths if rule.attribute("capabilities") or rule.attribute("policy")]
    return Policy(tuple(paths), bool(granting), (), tuple(others)) if granting else Policy()


# ---- by python-hcl2


class _Hcl2OnlyError(Exception):
    """An expression that HCL 1 does not have, or has otherwise."""


@cache
def _parse() -> Any:
    """python-hcl2's parser, with its grammar kept for the user: building it takes seconds."""
    import hcl2
    import hcl2.parser

    from dotmac_lint.cache import default_folder

    folder = default_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        hcl2.parser.PARSER_FILE = folder / f"hcl2-{getattr(hcl2, '__version__', 0)}.lark"
    except OSError:
        pass  # the parser is built anew, slowly
    return hcl2.parses_to_tree


def _by_hcl2(text: str) -> tuple[Attribute, ...] | None:
    """What the policy `text` says; None where it is not written as both languages have it."""
    if _depth(text) > MAXIMUM_DEPTH:
        return None
    try:
        tree = _parse()(text if text.endswith("\n") else text + "\n")
        return _entries(tree.children[0], text)
    except Exception:  # lark's errors, and what its tree does not have
        return None


def _depth(text: str) -> int:
    """How deeply brackets are nested; lark's tree is as deep."""
    depth = deepest = 0
    for character in _BRACKET.findall(text):
        depth += 1 if character in "[{(" else -1
        deepest = max(deepest, depth)
    return deepest


def _entries(body: Any, text: str) -> tuple[Attribute, ...]:
    found = []
    for node in body.children:
        kind = getattr(node, "data", "")
        if kind in ("attribute", "object_elem"):
            name, sign, value = (child for child in node.children if child is not None)
            if str(sign).strip() != "=":
                raise _Hcl2OnlyError
            found.append(_attribute(_word(name, text), _value(value, text), ()))
        elif kind == "block":
            *names, inner = (child for child in node.children if hasattr(child, "data"))
            opening, closing = (
                child for child in node.children if not hasattr(child, "data") and child.strip()
            )
            entries = _entries(inner, text)
            value = Value("object", "", Range(opening.start_pos, closing.end_pos), entries=entries)
            name, *labels = (_word(child, text) for child in names)
            found.append(_attribute(name, value, tuple(labels)))
        elif kind != "new_line_or_comment" and kind:
            raise _Hcl2OnlyError
    return tuple(found)


def _attribute(name: Word, value: Value, labels: tuple[Word, ...]) -> Attribute:
    return Attribute(name, value, Range(name.range.start, value.range.end), labels)


def _word(node: Any, text: str) -> Word:
    """A name, or the text of a string, which holds nothing to be worked out."""
    while node.data in ("object_elem_key", "expr_term"):
        (node,) = node.children
    if node.data not in ("identifier", "string"):
        raise _Hcl2OnlyError
    tokens = list(node.scan_values(lambda _: True))
    start, end = tokens[0].start_pos, tokens[-1].end_pos
    if node.data == "string":
        start, end = start + 1, end - 1
    if "${" in text[start:end] or "%{" in text[start:end]:
        raise _Hcl2OnlyError
    return Word(text[start:end], Range(start, end))


def _value(node: Any, text: str) -> Value:
    if node.data == "expr_term":
        (node,) = node.children
    tokens = list(node.scan_values(lambda _: True))
    whole = Range(tokens[0].start_pos, tokens[-1].end_pos)
    match node.data:
        case "string":
            word = _word(node, text)
            return Value("string", word.text, word.range)
        case "int_lit" | "float_lit":
            return Value("number", whole.slice(text), whole)
        case "literal_value" if whole.slice(text) in ("true", "false"):
            return Value("bool", whole.slice(text), whole)
        case "tuple":
            inner = [child for child in node.children if getattr(child, "data", "") not in _BETWEEN]
            return Value("list", "", whole, tuple(_value(child, text) for child in inner))
        case "object":
            return Value("object", "", whole, entries=_entries(node, text))
    raise _Hcl2OnlyError


# ---- HCL 1


class _Token(NamedTuple):
    kind: str
    text: str
    range: Range


class _Parser:
    """The grammar of HCL 1, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def document(self) -> tuple[Attribute, ...]:
        items = self.entries(0)
        if self.next.kind != "end":
            raise _SyntaxError(f"`{self.next.text}` closes nothing", self.next.range.start)
        return items

    def entries(self, depth: int) -> tuple[Attribute, ...]:
        found = []
        while self.next.kind in ("word", "string"):
            found.append(self.entry(depth))
            if self.next.kind == ",":
                self.take()
        return tuple(found)

    def entry(self, depth: int) -> Attribute:
        name = self.take()
        labels = []
        while self.next.kind in ("word", "string"):
            labels.append(self.take())
        sign = self.next
        if sign.kind not in ("{", "=") or (labels and sign.kind == "="):
            raise _SyntaxError(f"`{(labels or [name])[-1].text}` is followed by no value", sign.range.start)
        if sign.kind == "=":
            self.take()
        value = self.value(depth)
        return Attribute(
            Word(name.text, name.range),
            value,
            Range(name.range.start, self.tokens[self.at - 1].range.end),
            tuple(Word(label.text, label.range) for label in labels),
        )

    def value(self, depth: int) -> Value:
        token = self.take()
        if depth > MAXIMUM_DEPTH:
            raise _SyntaxError("it is nested too deeply", token.range.start)
        if token.kind in ("string", "number"):
            return Value("string" if token.kind == "string" else "number", token.text, token.range)
        if token.kind == "word" and token.text in ("true", "false"):
            return Value("bool", token.text, token.range)
        if token.kind == "{":
            entries = self.entries(depth + 1)
            end = self.close("}")
            return Value("object", "", Range(token.range.start, end), entries=entries)
        if token.kind == "[":
            items = []
            while self.next.kind not in ("]", "end"):
                items.append(self.value(depth + 1))
                if self.next.kind != ",":
                    break
                self.take()
            return Value("list", "", Range(token.range.start, self.close("]")), tuple(items))
        what = f"`{token.text}` is no value" if token.kind != "end" else "a value is missing at its end"
        raise _SyntaxError(what, token.range.start)

    def close(self, sign: str) -> int:
        token = self.take()
        if token.kind != sign:
            what = f"`{token.text}` stands" if token.kind != "end" else "the file ends"
            raise _SyntaxError(f"{what} where `{sign}` or a comma is expected", token.range.start)
        return token.range.end


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            what = (
                "this text is not closed" if text[position] == '"' else f"`{text[position]}` is not expected"
            )
            raise _SyntaxError(what, position)
        position = match.end()
        if match["blank"] is not None:
            continue
        if match["mark"] is not None:
            yield _Token("string", match["body"], Range(*match.span("body")))
            continue
        kind = match.lastgroup or ""
        inner = Range(*match.span(kind))
        yield _Token(match[kind] if kind == "sign" else kind, match[kind], inner)
    yield _Token("end", "", Range(len(text), len(text)))


def _json(text: str) -> Policy:
    """Positions are found by searching the words in order, which JSON keeps."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not _JSON_PATHS.match(text):
            return Policy()
        position = getattr(error, "pos", 0)
        return Policy(is_policy=True, problems=(Problem("This is not valid JSON.", position, position),))
    paths = data.get("path") if isinstance(data, dict) else None
    if not isinstance(paths, dict):
        return Policy()
    position = 0

    def find(word: str) -> Word:
        nonlocal position
        start = text.find(json.dumps(word, ensure_ascii=False), position)
        start = position if start < 0 else start + 1
        position = start + len(word)
        return Word(word, Range(start, position))

    def value(data: object, depth: int = 0) -> Value:
        start = position
        if isinstance(data, str):
            word = find(data)
            return Value("string", data, word.range)
        if isinstance(data, list) and depth < MAXIMUM_DEPTH:
            items = tuple(value(item, depth + 1) for item in data)
            return Value("list", "", Range(start, position), items)
        if isinstance(data, dict) and depth < MAXIMUM_DEPTH:
            entries = tuple(attribute(key, inner, depth + 1) for key, inner in data.items())
            return Value("object", "", Range(start, position), entries=entries)
        return Value("bool" if isinstance(data, bool) else "number", str(data), Range(start, position))

    def attribute(key: str, data: object, depth: int = 0) -> Attribute:
        name = find(key)
        inner = value(data, depth)
        return Attribute(name, inner, Range(name.range.start, position))

    items = tuple(
        Attribute(Word("path", Range(0, 0)), entry.value, entry.range, (entry.name,))
        for entry in (attribute(path, body) for path, body in paths.items())
    )
    return _policy(items)
