"""Shell scripts: which variables they read, which programs they start.

Parsed by tree-sitter-bash, which goes on after errors. Source of behaviour: POSIX.1-2017, Shell Command Language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import Range

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAXIMUM_LENGTH = 1024 * 1024
"""Characters; a longer script was not written by a person."""

_SHEBANG = regex(r"#![ \t]*(\S+)(?:[ \t]+(\S+))?")
_OPERATOR = regex(r":?[-+?=]")


class VariableRead(msgspec.Struct, frozen=True, gc=False):
    """`$NAME` or `${NAME}`; with an operator, `default` is the text behind it."""

    name: str
    name_range: Range
    range: Range
    operator: str | None = None
    default: str | None = None


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """`NAME=value`; `value` is None where it is not plain text. `temporary`: only for one command."""

    name: str
    value: str | None
    name_range: Range
    exported: bool
    temporary: bool


class ShellCommand(msgspec.Struct, frozen=True, gc=False):
    """A program that is started. A word that is not plain text is None."""

    words: tuple[str | None, ...]
    ranges: tuple[Range, ...]
    range: Range
    exec: bool


class ShellScript(msgspec.Struct, frozen=True, gc=False):
    interpreter: str | None = None
    """What the first line (`#!`) names."""
    reads: tuple[VariableRead, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    commands: tuple[ShellCommand, ...] = ()
    sources: tuple[ShellCommand, ...] = ()
    """`.` and `source`: the second word is the file."""
    runs_arguments: bool = False
    """It becomes, or starts, the command that it is given (`exec "$@"`)."""
    problems: tuple[Problem, ...] = ()


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def read_shell(text: str) -> ShellScript:
    """What the script `text` reads and starts. Never raises."""
    if len(text) > MAXIMUM_LENGTH:
        return ShellScript(problems=(Problem("This script is too large to be read.", 0, 0),))
    data = text.encode("utf-8", "replace" if not text.isascii() else "strict")
    return _Reader(text, data).read()


class _Reader:
    def __init__(self, text: str, data: bytes) -> None:
        self.text = text
        self.data = data
        self.reads: list[VariableRead] = []
        self.assignments: list[Assignment] = []
        self.commands: list[ShellCommand] = []

    def read(self) -> ShellScript:
        tree = _parser().parse(self.data)
        for node in _walk(tree.root_node):
            if node.type in {"simple_expansion", "expansion"}:
                self.expansion(node)
            elif node.type == "variable_assignment":
                self.assignment(node)
            elif node.type == "command":
                self.command(node)
        shebang = _SHEBANG.match(self.text)
        interpreter = None
        if shebang:
            program = shebang[1].rpartition("/")[2]
            interpreter = shebang[2] if program == "env" and shebang[2] else program
        sources = tuple(c for c in self.commands if c.words[:1] in {(".",), ("source",)})
        return ShellScript(
            interpreter,
            tuple(self.reads),
            tuple(self.assignments),
            tuple(c for c in self.commands if c not in sources),
            sources,
            any("$@" in self.text[c.range.start : c.range.end] and c.words[0] is None for c in self.commands),
        )

    def range(self, node: Any) -> Range:
        if len(self.data) == len(self.text):
            return Range(node.start_byte, node.end_byte)
        start = len(self.data[: node.start_byte].decode("utf-8", "replace"))
        return Range(
            start, start + len(self.data[node.start_byte : node.end_byte].decode("utf-8", "replace"))
        )

    def slice(self, node: Any) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def expansion(self, node: Node) -> None:
        name = next((child for child in node.children if child.type == "variable_name"), None)
        if name is None:
            return
        whole = self.slice(node)
        rest = whole[name.end_byte - node.start_byte : -1] if whole.startswith("${") else ""
        operator = _OPERATOR.match(rest)
        self.reads.append(
            VariableRead(
                self.slice(name),
                self.range(name),
                self.range(node),
                operator.group() if operator else None,
                rest[operator.end() :] if operator else None,
            )
        )

    def assignment(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        parent = node.parent
        if name is None or name.type != "variable_name" or parent is None:
            return
        exported = parent.type == "declaration_command" and self.slice(parent).startswith("export")
        text = "" if value is None else self.plain(value)
        self.assignments.append(
            Assignment(self.slice(name), text, self.range(name), exported, parent.type == "command")
        )

    def command(self, node: Node) -> None:
        nodes = [
            child for child in node.children if child.type not in {"variable_assignment", "file_redirect"}
        ]
        nodes = [child for child in nodes if child.is_named and "redirect" not in child.type]
        words = [self.plain(child) for child in nodes]
        ranges = [self.range(child) for child in nodes]
        is_exec = bool(words) and words[0] == "exec"
        if is_exec:
            words, ranges = words[1:], ranges[1:]
        if words:
            self.commands.append(ShellCommand(tuple(words), tuple(ranges), self.range(node), is_exec))

    def plain(self, node: Any) -> str | None:
        """The text of a word without quotes; None where something is expanded in it."""
        if node.type == "command_name" and node.child_count:
            return self.plain(node.children[0])
        text = self.slice(node)
        if node.type == "raw_string":
            return text[1:-1]
        if node.type == "string":
            inner = text[1:-1]
            return None if re.search(r"(?<!\\)[$`]", inner) else inner
        if node.type == "concatenation":
            parts = [self.plain(child) for child in node.children]
            return None if None in parts else "".join(part or "" for part in parts)
        if node.type in {"word", "number"}:
            return text.replace("\\", "")
        return None


def _walk(root: Node) -> Iterator[Any]:
    """All nodes, parents first, without recursion."""
    pending: list[Any] = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.children))
