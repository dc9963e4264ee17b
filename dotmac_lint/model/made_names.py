"""Variables whose names libraries of Go, Rust and Java make of sections and fields, so that they stand nowhere whole.

Source of behaviour: viper (AutomaticEnv), koanf, caarlos0/env (envPrefix), cleanenv, envconfig; clap (`env`), envy,
figment, config-rs (Environment); Spring Boot ("Relaxed Binding"), MicroProfile Config ("Default ConfigSources").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dotmac_lint.lazy import regex

if TYPE_CHECKING:
    from dotmac_lint.readers.yaml import Node
    from dotmac_lint.workspace import Workspace

_OF_FIELDS = {
    ".go": (
        (b"AutomaticEnv", b"cleanenv", b"envPrefix", b"kelseyhightower", b"koanf", b"sethvargo"),
        None,
    ),
    ".rs": (
        (b"Environment", b"arg", b"clap", b"envy", b"figment", b"structopt"),
        regex(
            rb"Environment::(?:with_prefix|default)|envy::|figment::"
            rb"|#\[(?:arg|clap|structopt)\([^\]\n]{0,200}\benv\b"
        ),
    ),
}
"""By the suffix of code: words of such libraries, and how code uses them where others have such words, too."""
_CONFIGURATION = regex(r"(^|/)(config|settings)[^/]*\.(ya?ml|toml)$")
MOST_PARTS = 8
_NESTED = 3
"""Sections and a field."""
_INITIALS = frozenset(
    {"api", "db", "dns", "grpc", "http", "https", "id", "ip", "jwt", "sql", "ssl", "tls", "ttl", "uri", "url"}
)
"""What Go writes in capitals: `DatabaseURL`."""

_OF_JAVA = (".java", ".kt", ".scala")
_FRAMEWORKS = (b"hoplite", b"micronaut", b"microprofile", b"quarkus", b"springframework")
_PROPERTIES = regex(
    r"(^|/)(application|bootstrap)[^/]*\.(ya?ml|properties)$|(^|/)resources/[^/]+\.(ya?ml|properties)$"
)
_LINE = regex(rb"^[ \t]*([A-Za-z][\w.-]*)[ \t]*[=:]", re.MULTILINE)
_NAMED = regex(rb"[\"{]([a-z][\w-]{0,60}(?:\.[\w-]{1,60}){1,8})[\":}]")
_BOUND = regex(rb"@ConfigurationProperties\((?:\s*(?:prefix|value)\s*=)?\s*\"([a-z][\w.-]*)\"")
_MEMBER = regex(rb"(?:\bvar|\bval|[\w>\]?])\s+([a-z]\w+)\s*[;=:,)]")


def may_be_made(workspace: Workspace, name: str) -> bool:
    """Whether such a library may read `name`: in Java SHOP_MAIL_FROM_NAME, or SHOP_MAIL_FROMNAME, is the property
    `shop.mail.from-name`; in Go and Rust each part of it is a name of a section or field."""
    properties: dict[str, bool] = workspace.remembered(
        "properties of Java", lambda: dict(_properties(workspace))
    )
    plain = _plain(name)
    bound = (property for property, holds_more in properties.items() if holds_more)
    return plain in properties or any(map(plain.startswith, bound)) or _is_made_of_fields(workspace, name)


def _plain(name: str) -> str:
    return re.sub(r"[._-]", "", name).lower()


def _properties(workspace: Workspace) -> Iterator[tuple[str, bool]]:
    """Without their delimiters: those of configuration, those that code names, and the members of bound classes, which
    may hold more below them."""
    code = tuple(path for path in workspace.files if path.endswith(_OF_JAVA))
    if not code or not any(workspace.words.search(code, _FRAMEWORKS)):
        return
    for path in workspace.files:
        if _PROPERTIES.search(path) and path.endswith(".properties"):
            yield from ((_plain(key.decode()), False) for key in _LINE.findall(workspace.bytes(path) or b""))
        elif _PROPERTIES.search(path):
            file = workspace.yaml(path)
            for document in file.documents if file is not None else ():
                yield from ((_plain(key), False) for key in _keys(document))
    for path in code:
        data = workspace.bytes(path) or b""
        yield from ((_plain(key.decode()), False) for key in _NAMED.findall(data))
        for prefix in _BOUND.findall(data):
            yield from ((_plain((prefix + member).decode()), True) for member in _MEMBER.findall(data))


def _keys(node: Node, above: str = "") -> Iterator[str]:
    from dotmac_lint.readers.yaml import Mapping

    for entry in node.entries if isinstance(node, Mapping) else ():
        yield f"{above}{entry.key.value}"
        yield from _keys(entry.value, f"{above}{entry.key.value}.")


def _is_made_of_fields(workspace: Workspace, name: str) -> bool:
    files: tuple[str, ...] = workspace.remembered(
        "files with fields", lambda: tuple(_files_with_fields(workspace))
    )
    parts = [part for part in name.lower().split("_") if part]
    if not files or not parts or len(parts) > MOST_PARTS:
        return False
    spelt = {
        (start, end): _spellings(parts[start:end])
        for start in range(len(parts))
        for end in range(start + 1, len(parts) + 1)
    }
    words = frozenset[bytes]().union(*spelt.values())
    standing = {word for _, here in workspace.words.search(files, words) for word in here}
    needed = {0: 0}  # names for the parts before that one
    for (start, end), group in spelt.items():
        if start in needed and not group.isdisjoint(standing):
            needed[end] = min(needed.get(end, MOST_PARTS), needed[start] + 1)
    return needed.get(len(parts), MOST_PARTS) <= _NESTED


def _spellings(parts: list[str]) -> frozenset[bytes]:
    snake, pascal = "_".join(parts), "".join(map(str.capitalize, parts))
    initials = "".join(part.upper() if part in _INITIALS else part.capitalize() for part in parts)
    named = {snake, snake.upper(), "".join(parts), pascal, parts[0] + pascal[len(parts[0]) :], initials}
    return frozenset(word.encode() for word in (*named, f"{snake.upper()}_"))


def _files_with_fields(workspace: Workspace) -> Iterator[str]:
    """The code in a language of which some uses such a library, and the configuration."""
    used = False
    for suffix, (words, use) in _OF_FIELDS.items():
        code = tuple(path for path in workspace.files if path.endswith(suffix))
        likely = workspace.words.search(code, words) if code else ()
        if any(use is None or use.search(workspace.bytes(path) or b"") for path, _ in likely):
            used = True
            yield from code
    yield from (path for path in workspace.files if used and _CONFIGURATION.search(path))
