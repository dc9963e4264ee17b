"""Vault and OpenBao policies in HCL or JSON.

Source of behaviour: HashiCorp Vault and OpenBao documentation, "Policies". Policies are HCL 1, of which
python-hcl2 refuses quoted attribute names and commas between attributes: those become blanks before it reads
the text, so that every offset stays where it is.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.source import Range

MAXIMUM_LENGTH = 512 * 1024
MAXIMUM_DEPTH = 60

_QUOTED_KEY = re.compile(r'^([ \t]*)"(\w+)"([ \t]*=)', re.MULTILINE)
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|/\*.*?\*/|[\[\](){}]', re.DOTALL)
_PATH_BLOCK = re.compile(r'^[ \t]*"?path"?[ \t]+"|"path"[ \t]*:', re.MULTILINE)


class Word(msgspec.Struct, frozen=True):
    """A string; `range` is the text between its quotes."""

    text: str
    range: Range


class Attribute(msgspec.Struct, frozen=True):
    """An attribute of a path; `words` are the strings in its value, in order."""

    name: Word
    words: tuple[Word, ...]
    range: Range


class PathRule(msgspec.Struct, frozen=True):
    """One `path "..." { ... }`."""

    path: Word
    attributes: tuple[Attribute, ...]
    range: Range

    def attribute(self, name: str) -> Attribute | None:
        return next((a for a in self.attributes if a.name.text == name), None)

    @property
    def capabilities(self) -> tuple[Word, ...]:
        found = self.attribute("capabilities")
        return found.words if found else ()


class Policy(msgspec.Struct, frozen=True):
    """`is_policy` is False for HCL of another kind (a bake file, a server's configuration)."""

    paths: tuple[PathRule, ...] = ()
    is_policy: bool = False
    problems: tuple[Problem, ...] = ()


def read_policy(text: str) -> Policy:
    """The paths of a policy. Never raises; HCL that is no policy has no problems."""
    if not _PATH_BLOCK.search(text):
        return Policy()
    if len(text) > MAXIMUM_LENGTH or _depth(text) > MAXIMUM_DEPTH:
        return Policy(is_policy=True, problems=(Problem("This policy is too large to be read.", 0, 0),))
    if text.lstrip().startswith("{"):
        return _json(text)
    return _hcl(text)


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        if match.group() in "[({":
            depth += 1
            deepest = max(deepest, depth)
        elif match.group() in "])}":
            depth -= 1
    return deepest


@cache
def _parse() -> Any:
    """python-hcl2's parser, with its grammar cached for the user: building it takes seconds."""
    import hcl2
    import hcl2.parser
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("dotmac-lint"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        version = getattr(hcl2, "__version__", "0")
        hcl2.parser.PARSER_FILE = folder / f"hcl2-{version}.lark"
    except OSError:
        pass  # the parser is built anew, slowly
    return hcl2.parses_to_tree


def _without_commas(text: str) -> str:
    """Blanks for the commas that end lines outside of lists."""
    depth, position, parts = 0, 0, []
    for match in _STRING_OR_BRACKET.finditer(text):
        chunk = text[position : match.end()]
        parts.append(chunk)
        position = match.end()
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(match.group(), 0)
        if (
            not depth
            and text[position : position + 1] == ","
            and re.match(r",[ \t]*(#|//|\n|$)", text[position:])
        ):
            parts.append(" ")
            position += 1
    return "".join(parts) + text[position:]


def _hcl(text: str) -> Policy:
    quoted = _QUOTED_KEY.sub(r"\1 \2 \3", text)
    failure: Exception | None = None
    source = text if text.endswith("\n") else text + "\n"
    for attempt in (source, _QUOTED_KEY.sub(r"\1 \2 \3", source), _without_commas(quoted) + "\n"):
        try:
            tree = _parse()(attempt)
        except Exception as error:
            failure = failure or error
            continue
        return _policy(tree, text)
    position = getattr(failure, "pos_in_stream", None) or 0
    start = min(max(position, 0), len(text))
    return Policy(
        is_policy=True,
        problems=(Problem("This is not valid HCL: it cannot be read from here.", start, start),),
    )


def _policy(tree: Any, text: str) -> Policy:
    rules: list[PathRule] = []
    problems: list[Problem] = []
    for block in tree.find_data("block"):
        children = [child for child in block.children if child is not None]
        if not children or _text(children[0], text) != "path":
            continue
        labels = [child for child in children[1:] if getattr(child, "data", "") == "string"]
        body = next((child for child in children if getattr(child, "data", "") == "body"), None)
        place = Range(block.meta.start_pos, block.meta.end_pos)
        if len(labels) != 1:
            problems.append(Problem("A `path` needs one name in quotes.", place.start, place.start + 4))
            continue
        attributes = []
        for child in body.children if body is not None else ():
            if getattr(child, "data", "") == "attribute":
                name = child.children[0]
                words = tuple(_word(node) for node in child.find_data("string"))
                where = Range(child.meta.start_pos, child.meta.end_pos)
                named = Range(name.meta.start_pos, name.meta.end_pos)
                attributes.append(Attribute(Word(_text(name, text), named), words, where))
        rules.append(PathRule(_word(labels[0]), tuple(attributes), place))
    rules.sort(key=lambda rule: rule.range)
    return Policy(tuple(rules), bool(rules or problems), tuple(problems))


def _text(node: Any, text: str) -> str:
    return text[node.meta.start_pos : node.meta.end_pos].strip() if hasattr(node, "meta") else str(node)


def _word(node: Any) -> Word:
    tokens = list(node.scan_values(lambda _: True))
    start, end = tokens[0].end_pos, tokens[-1].start_pos
    return Word("".join(str(token) for token in tokens[1:-1]), Range(start, end))


def _json(text: str) -> Policy:
    """Positions are found by searching the keys in order, which JSON keeps."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        position = getattr(error, "pos", 0)
        return Policy(is_policy=True, problems=(Problem("This is not valid JSON.", position, position),))
    paths = data.get("path") if isinstance(data, dict) else None
    if not isinstance(paths, dict):
        return Policy()
    rules = []
    position = 0

    def find(word: str) -> Word:
        nonlocal position
        start = text.find(json.dumps(word, ensure_ascii=False), position)
        start = position if start < 0 else start + 1
        position = start + len(word)
        return Word(word, Range(start, position))

    for path, body in paths.items():
        named = find(path)
        attributes = []
        for key, value in body.items() if isinstance(body, dict) else ():
            name = find(key)
            words = (
                tuple(find(item) for item in value if isinstance(item, str))
                if isinstance(value, list)
                else ()
            )
            attributes.append(Attribute(name, words, Range(name.range.start, position)))
        rules.append(PathRule(named, tuple(attributes), Range(named.range.start, position)))
    return Policy(tuple(rules), True)
