"""Which documents readers are sent to: the first pages of folders, and what these lead to by naming it."""

from __future__ import annotations

import re
from collections import defaultdict
from posixpath import basename, dirname
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.workspace import normalise

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

_DOCUMENT = regex(r"\.(md|mdx|markdown|rst|adoc|txt)$", re.IGNORECASE)
_FIRST = regex(
    r"(^|/)((readme|contributing|claude|agents)[^/]*|_sidebar\.md|summary\.md|mkdocs\.ya?ml)$", re.IGNORECASE
)
_PAGE = regex(r"[\w%./-]+\.(?:mdx?|markdown|rst|adoc)\b")


def is_followed(workspace: Workspace, path: str) -> bool:
    """Whether the text is no document, or one that readers are sent to."""
    return _DOCUMENT.search(path) is None or path in _followed(workspace)


def _is_document(path: str) -> bool:
    return _DOCUMENT.search(path) is not None


def _followed(workspace: Workspace) -> frozenset[str]:
    def find() -> frozenset[str]:
        called: dict[str, set[str]] = defaultdict(set)
        for path in workspace.chosen(_is_document):
            called[basename(path)].add(path)
        found = set(filter(_FIRST.search, workspace.files))
        rest = sorted(found)
        while rest:
            page = rest.pop()
            for name in _pages_named(workspace, page):
                others = called.get(basename(name), set())
                beside = normalise(f"{dirname(page)}/{name}")
                ending = "/" + re.sub(r"^(\.{0,2}/)+", "", name)
                meant = {o for o in others if o == beside or ("/" in ending[1:] and f"/{o}".endswith(ending))}
                new = (meant or (others if len(others) == 1 else set())) - found
                found |= new
                rest += sorted(new)
        return frozenset(found)

    followed: frozenset[str] = workspace.remembered("documents that readers are sent to", find)
    return followed


@fact(set[str])
def _pages_named(workspace: Workspace, path: str) -> set[str]:
    source = workspace.source(path)
    return {unquote(name) for name in _PAGE.findall(source.text)} if source is not None else set()
