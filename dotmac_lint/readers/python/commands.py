"""Command lines that Python code starts, as lists of words: `["docker", "compose", "-f", name, "up"]`.

The values of names are followed through assignments, `+`, `+=`, `Path / "x"` and f-strings in the order of the text;
what is not known is `UNKNOWN` inside a word. Nothing is run.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import NamedTuple

from dotmac_lint.readers.python.tree import UNREADABLE, parse
from dotmac_lint.source import Range

UNKNOWN = "\0"
MAX_VARIANTS = 4
"""Of a list that conditions extend."""
MAX_WORDS = 200
MAX_DEPTH = 20


class Word(NamedTuple):
    text: str
    range: Range


Words = tuple[Word, ...]


def read_commands(text: str) -> list[Words]:
    """The command lines of the module that name Compose, and its settings of COMPOSE_FILE. Never raises."""
    try:
        tree = parse(text)
        reader = _Reader(text)
        reader.run(tree.body, conditional=False)
    except UNREADABLE:
        return []
    return list(dict.fromkeys(reader.found))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        for line in re.split(r"(?<=\n)", text):
            self.starts.append(self.starts[-1] + len(line))
        self.lists: dict[str, list[Words]] = {}
        self.strings: dict[str, str] = {}
        self.found: list[Words] = []

    def run(self, body: list[ast.stmt], *, conditional: bool) -> None:
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.run(statement.body, conditional=False)
                continue
            inner = [
                value
                for name, value in ast.iter_fields(statement)
                if name in {"body", "orelse", "finalbody"} and isinstance(value, list)
            ]
            nodes = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
            for child in nodes:
                for node in ast.walk(child):
                    self.look(node)
            if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
                self.assign(statement, conditional)
            for statements in inner:
                self.run(statements, conditional=conditional or not isinstance(statement, ast.With))

    def assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, conditional: bool) -> None:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        value = statement.value
        if value is None:
            return
        if isinstance(target, ast.Subscript) and _constant(target.slice) == "COMPOSE_FILE":
            self.compose_file(value)
            return
        name = _name(target)
        if not name:
            return
        before = self.lists.get(name, [])
        if isinstance(statement, ast.AugAssign):
            new = _joined(before, self.words(value))
        else:
            self.strings[name] = self.element(value).text
            new = self.words(value) if isinstance(value, ast.List | ast.Tuple | ast.BinOp | ast.Call) else []
        self.lists[name] = [*(before if conditional else ()), *new][:MAX_VARIANTS]

    # ---- what is a command line

    def look(self, node: ast.AST) -> None:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if _constant(key) == "COMPOSE_FILE":
                    self.compose_file(value)
        elif isinstance(node, ast.Call):
            if len(node.args) == 2 and _constant(node.args[0]) == "COMPOSE_FILE":
                self.compose_file(node.args[1])
            for variants in (self.sequence(node.args), *(self.words(argument) for argument in node.args)):
                self.found += [words for words in variants if _names_compose(words)]

    def compose_file(self, value: ast.expr) -> None:
        word = self.element(value)
        if word.text.strip(UNKNOWN):
            setting = word._replace(text=f"COMPOSE_FILE={word.text}")
            self.found.append((setting, *(word._replace(text=text) for text in ("docker", "compose", "up"))))

    # ---- what expressions are

    def words(self, node: ast.expr, depth: int = 0) -> list[Words]:
        """The lists that `node` may be; none where it is no list, or not known."""
        if isinstance(node, ast.List | ast.Tuple):
            return self.sequence(node.elts, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and depth < MAX_DEPTH:
            left, right = self.words(node.left, depth + 1), self.words(node.right, depth + 1)
            unknown: list[Words] = [(Word(UNKNOWN, self.range(node)),)]
            if not left and not right:
                return []
            return _joined(left or unknown, right or unknown)
        if isinstance(node, ast.Call) and len(node.args) == 1 and _name(node.func) in {"list", "tuple"}:
            return self.words(node.args[0], depth + 1)
        name = _name(node)
        return self.lists.get(name, []) if name else []

    def sequence(self, elements: list[ast.expr], depth: int = 0) -> list[Words]:
        variants: list[Words] = [()]
        for element in elements[:MAX_WORDS] if depth < MAX_DEPTH else ():
            if isinstance(element, ast.Starred):
                more = self.words(element.value, depth + 1) or [(Word(UNKNOWN, self.range(element)),)]
            else:
                more = [(self.element(element),)]
            variants = _joined(variants, more)
        return variants

    def element(self, node: ast.expr, depth: int = 0) -> Word:
        """One word."""
        text = UNKNOWN
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(_constant(part) or UNKNOWN for part in node.values)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and depth < MAX_DEPTH:
            text = f"{self.element(node.left, depth + 1).text}/{self.element(node.right, depth + 1).text}"
        elif isinstance(node, ast.Call) and len(node.args) == 1 and _name(node.func) in {"str", "Path"}:
            if _name(node.args[0]) != "__file__":
                text = self.element(node.args[0], depth + 1).text if depth < MAX_DEPTH else UNKNOWN
        elif name := _name(node):
            text = self.strings.get(name, UNKNOWN)
        return Word(text if len(text) < 1000 else UNKNOWN, self.range(node))

    def range(self, node: ast.AST) -> Range:
        line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        return Range(
            self.offset(line, getattr(node, "col_offset", 0)),
            self.offset(end, getattr(node, "end_col_offset", 0)),
        )

    def offset(self, line: int, column: int) -> int:
        """ast counts bytes of UTF-8."""
        start = self.starts[min(line, len(self.starts)) - 1]
        encoded = self.text[start : start + column].encode("utf-8", "surrogatepass")[:column]
        return start + len(encoded.decode("utf-8", "ignore"))


def _joined(first: list[Words], second: list[Words]) -> list[Words]:
    return [a + b for a in first for b in second if len(a) + len(b) <= MAX_WORDS][:MAX_VARIANTS]


def _constant(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.AST | None) -> str:
    """The name of a variable; of an attribute, the last part."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _names_compose(words: Words) -> bool:
    texts = [word.text.rpartition("/")[2] for word in words[:10]]
    return "docker-compose" in texts or ("docker", "compose") in pairwise(texts)
