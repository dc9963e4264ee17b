"""Shell scripts: which variables they read and set, which programs they start.

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
_EXPORTS = regex(r"export\b(?![ \t]+-n)|(?:declare|typeset)[ \t]+-\w*x")


class VariableRead(msgspec.Struct, frozen=True, gc=False):
    """`$NAME` or `${NAME}`, with whatever follows the name."""

    name: str
    range: Range


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """`NAME=value`, or `export NAME`. `temporary`: for one command only."""

    name: str
    range: Range
    """Of the name."""
    exported: bool
    temporary: bool


class ShellCommand(msgspec.Struct, frozen=True, gc=False):
    """A program, function or builtin that is started, `exec` left out. A word that is not plain text is None."""

    words: tuple[str | None, ...]
    ranges: tuple[Range, ...]


class ShellScript(msgspec.Struct, frozen=True, gc=False):
    reads: tuple[VariableRead, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    commands: tuple[ShellCommand, ...] = ()
    exports_anything: bool = False
    """It exports what is expanded: `export $(cat .env)`."""
    problems: tuple[Problem, ...] = ()


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def read_shell(text: str) -> ShellScript:
    """What the script `text` reads, sets and starts. Never raises."""
    if len(text) > MAXIMUM_LENGTH:
        return ShellScript(problems=(Problem("This script is too large to be read.", 0, 0),))
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "replace")
        self.reads: list[VariableRead] = []
        self.assignments: list[Assignment] = []
        self.commands: list[ShellCommand] = []
        self.exports_anything = False

    def read(self) -> ShellScript:
        for node in _walk(_parser().parse(self.data).root_node):
            if node.type in {"simple_expansion", "expansion"}:
                name = next((child for child in node.children if child.type == "variable_name"), None)
                if name is not None:
                    self.reads.append(VariableRead(self.slice(name), self.range(node)))
            elif node.type == "variable_assignment" and node.parent.type == "command":
                self.assign(node.child_by_field_name("name"), temporary=True)
            elif node.type == "variable_assignment" and node.parent.type != "declaration_command":
                self.assign(node.child_by_field_name("name"))
            elif node.type == "declaration_command":
                self.declaration(node)
            elif node.type == "command":
                self.command(node)
        return ShellScript(
            tuple(self.reads), tuple(self.assignments), tuple(self.commands), self.exports_anything
        )

    def range(self, node: Any) -> Range:
        if len(self.data) == len(self.text):
            return Range(node.start_byte, node.end_byte)
        start = len(self.data[: node.start_byte].decode("utf-8", "replace"))
        return Range(start, start + len(self.slice(node)))

    def slice(self, node: Any) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def assign(self, name: Any, *, exported: bool = False, temporary: bool = False) -> None:
        if name is not None and name.type == "variable_name":
            self.assignments.append(Assignment(self.slice(name), self.range(name), exported, temporary))

    def declaration(self, node: Node) -> None:
        exported = _EXPORTS.match(self.slice(node)) is not None
        for child in node.named_children:
            if child.type == "variable_assignment":
                self.assign(child.child_by_field_name("name"), exported=exported)
            elif child.type == "variable_name" and exported:
                self.assign(child, exported=True)
            elif exported and child.type != "word" and self.plain(child) is None:
                self.exports_anything = True

    def command(self, node: Node) -> None:
        nodes = [
            child
            for child in node.named_children
            if child.type != "variable_assignment" and "redirect" not in child.type
        ]
        words = [self.plain(child) for child in nodes]
        start = 1 if words[:1] == ["exec"] else 0
        if words[start:]:
            self.commands.append(ShellCommand(tuple(words[start:]), tuple(map(self.range, nodes[start:]))))

    def plain(self, node: Any) -> str | None:
        """The text of a word without quotes; None where something is expanded in it."""
        if node.type == "command_name" and node.child_count:
            return self.plain(node.children[0])
        text = self.slice(node)
        if node.type == "raw_string":
            return text[1:-1]
        if node.type == "string":
            return None if re.search(r"(?<!\\)[$`]", text) else text[1:-1]
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
