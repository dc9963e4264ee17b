"""What must not be printed: values of secrets, and characters that drive a terminal."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from dotmac_lint.diagnostic import Diagnostic, Label
from dotmac_lint.fix import Applicability, Edit
from dotmac_lint.lazy import regex

MASK = "***"

_WORDS = (
    r"SECRET|PASSWORD|PASSWD|PASSPHRASE|PASSWRD|TOKEN|CREDENTIAL|SALT|DSN|REQUIREPASS|AUTHORIZATION|PEPPER"
    r"|(?:API|ACCESS|PRIVATE|ENCRYPTION|SIGNING|MASTER|SIGNATURE|APP|AUTH|HMAC|FERNET|LICENSE|UNSEAL)[_.-]?KEY"
)
_SECRET = regex(rf"{_WORDS}|(?:^|[_.-])(?:PASS|PWD|PW|KEY)$", re.IGNORECASE)
_NOT_SECRET = regex(
    r"^(OLD)?PWD$|^KEY$"
    r"|(?:^|[_.-])(?:PUBLIC|PRIMARY|FOREIGN|SORT|PARTITION|CACHE|ROUTING|UNIQUE)[_.-]?KEYS?$"
    r"|[_.-](?:FILE|FILES|PATH|DIR|URL|URI|HOST|PORT|NAME|NAMES|ID|TYPE|PREFIX|HEADER|ISSUER|AUDIENCE|BACKEND"
    r"|ENGINE|MOUNT|LENGTH|BYTES|SIZE|ROUNDS|COUNT|LIMIT|ALGORITHM|ENABLED|DISABLED|REQUIRED|POLICY|VERSION|REGION"
    r"|ADDRESS|DECIMALS|SYMBOL|FIELD|COLUMN|ATTRIBUTE)$"
    r"|[_.-](?:TTL|LIFETIME|ROTATION|AGE|TIMEOUT|DURATION|INTERVAL|VALIDITY|EXP|EXPIR\w*"
    r"|(?:MINUTE|MIN|HOUR|HR|DAY|WEEK|SECOND|SEC|MILLI|MS)S?)$"
    r"|(?:^|[_.-])(?:MAX|MIN|NUM|TOTAL|INPUT|OUTPUT|CONTEXT|PROMPT|COMPLETION)[_.-](?:\w+[_.-])?TOKENS?$"
    r"|^(?:ENABLE|DISABLE|USE|REQUIRE|HAS|IS|MIN|MAX)[_.-]|(?:^|[_.-])(?:ALLOW[_.-]EMPTY|RANDOM[_.-]ROOT)[_.-]"
    r"|ALLOW(?:ED)?[_.-]?CREDENTIALS$",
    re.IGNORECASE,
)
_ROOT_TOKEN = regex(r"ROOT[_-]TOKEN[_-]ID$", re.IGNORECASE)
"""The development servers of Vault and OpenBao take it: the token itself."""
_NAME = r"(?P<name>[A-Za-z_-][A-Za-z0-9_.-]*)"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"?|'[^']*'?"
_PAIR = regex(
    rf"(?<![\w.$}}/-])(?P<quote>[\"']?){_NAME}(?P=quote)(?P<between>[ \t]*(?::=|=(?!=)|:(?![-?+/=]))[ \t]*)"
)
_MAPPING = regex(rf"^[ \t]*(?:-[ \t]+)?[\"']?{_NAME}[\"']?[ \t]*:[ \t]+$")
_SPACED = regex(
    rf"(?:^[ \t]*(?:ENV|env)[ \t]+|(?<![^\s\"'])--?){_NAME}[ \t]+(?=(?P<value>{_QUOTED}|[^\s\"'-][^\s\"']*))"
)
_ARGUMENT = regex(
    rf"(?P<quote>[\"']){_NAME}(?P=quote)(?=[ \t]*,[ \t]*(?:default[ \t]*=[ \t]*)?(?P<value>{_QUOTED}))"
)
_ITEMS = regex(rf"(?P<quote>[\"']){_NAME}(?P=quote)[ \t]*=[ \t]*(?P<value>\[[^\]]{{0,500}}\])")
_HASH = regex(r"(?<!\w)\$\$?(?:apr1|2[aby]|[156])\$(?P<value>[^\s\"',]{8,})")
_COMPARED = regex(rf"(?<![\w.-]){_NAME}[\"'}}\])]*[ \t]+[!=]?=[ \t]+(?P<value>\"[^\"\s]+\"|'[^'\s]+')")
_ROW = regex(rf"\|[ \t]*`?{_NAME}`?[ \t]*\|[ \t]*`(?P<value>[^`|]+)`")
_CELL = regex(r"`(?P<value>[^`|]+)`")
_NO_VALUE = regex(r"[A-Za-z_.\[\], ]+|[\w/.-]+\.\w{1,4}")
"""A type, a word, a path."""
_LOGIN = regex(
    r"\bcurl\b[^|;]{0,300}?[\s\"'](?:-u|--user)[\s\"',=]+[^\s:\"',]+:(?P<value>[^\s\"',]+)"
    r"|\bredis-cli\b[^|;]{0,300}?[\s\"']-a[\s\"',]+(?P<redis>[^\s\"',]+)"
    r"|\b(?:mysql|mariadb)(?:-?admin|-?dump)?\b[^|;]{0,300}?[\s\"']-p(?P<mysql>[^\s\"',]+)"
    r"|\b(?:(?:docker|podman)[ \t]+login|sshpass)\b[^|;]{0,300}?[\s\"']-p[\s\"',]+(?P<docker>[^\s\"',]+)"
)
_URL = regex(
    r"[a-z][a-z0-9+.-]*://(?:\$\{[^{}]*\}|[^\s/:@\"'$]|\$(?!\{[^{}]*\}))*+"
    r":(?P<value>(?:\$\{[^{}]*\}|[^\s@\"'])+)(?=@)",
    re.IGNORECASE,
)
_BEARER = regex(r"\b(?:Bearer|Basic)[ \t]+(?P<value>[A-Za-z0-9+/_.=-]{8,})", re.IGNORECASE)
_WELL_KNOWN = regex(
    r"\b(?P<value>AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hv[sb]\.[\w-]{16,}"
    r"|xox[abprs]-[\w-]{10,}|sk[_-](?:live|test|proj|ant)[\w-]{12,}|AIza[\w-]{30,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*|\d{8,10}:AA[\w-]{33}"
    r"|(?:discord(?:app)?\.com/api/webhooks|hooks\.slack\.com/services)/[\w/-]{16,})"
)
_BLOCK = regex(
    rf"^(?P<indent>[ \t]*)(?:-[ \t]+)?[\"']?{_NAME}[\"']?[ \t]*:[ \t]*[|>][-+0-9]*[ \t]*(?:#.*)?\r?$"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY",
    re.MULTILINE,
)
_IN_A_SENTENCE = regex(r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]*)=(?P<value>[^\s`\"',;)]+)")
_INTERPOLATION = regex(r"\$\{(?P<inner>[^{}]*)\}|\$\([^()]*\)|(?<![\w!#%^*$])\$[A-Za-z_]\w*|\{\{.*?\}\}")
# A bare `$word` inside a word may be a part of a password.
_DEFAULT = regex(r"\$\{(?P<name>[A-Za-z_]\w*)(?P<operator>:?[-+])(?P<value>[^{}]+)\}")
_PLAIN = regex(r"(?:true|false|null|none|yes|no|on|off|~|\d{1,4}|[|>][-+]?\d?)$", re.IGNORECASE)
_CODE = regex(r"(?:[A-Z]?[a-z]\w*|[A-Z][a-z]\w*)?[\[({]|[\w.]+[ \t]*(?:\||=|,?$)|os\.|None\b|lambda\b")
_ODD_WORD = regex(r"(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{8,}\s*$")
"""What is hardly the name of a variable."""
_STRING = regex(r"(?P<key>\b\w+[ \t]*=[ \t]*)?(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote)).)*)(?P=quote)")
_READS = regex(r"(?:\[|\b(?:getenv|get|config|env|environ)\()$")
CONTROL = regex("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret, as far as its name tells."""
    name = name.strip("-_.")
    if _NOT_SECRET.search(name):
        return bool(_ROOT_TOKEN.search(name))
    return bool(_SECRET.search(name)) or any(map(_misspelt, re.split(r"[^A-Z]+", name.upper())))


@lru_cache(maxsize=2048)
def _misspelt(word: str) -> bool:
    """Whether it is the name of a secret with two letters exchanged, or one too few: `PASSWROD`, `SECERT`."""
    for right in ("PASSWORD", "SECRET", "TOKEN", "CREDENTIALS"):
        if len(word) == len(right):
            if any(
                right[:i] + right[i + 1] + right[i] + right[i + 2 :] == word for i in range(len(right) - 1)
            ):
                return True
        elif len(word) == len(right) - 1 > 4 and word[0] == right[0]:
            if any(right[:i] + right[i + 1 :] == word for i in range(len(right))):
                return True
    return False


def secret_ranges(line: str) -> list[tuple[int, int]]:
    """Where literal secrets stand in a line of any file: sorted, apart. An interpolation is no literal."""
    found = sorted({pair for pair in _found(line) if pair[0] < pair[1]})
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _found(line: str) -> Iterator[tuple[int, int]]:
    for match in _DEFAULT.finditer(line):
        if is_secret_name(match["name"]):
            yield match.span("value")
    for pattern in (_URL, _BEARER, _WELL_KNOWN):
        for match in pattern.finditer(line):
            yield from _literals(line, *match.span("value"))
    for match in _HASH.finditer(line):
        yield match.span("value")
    for match in _LOGIN.finditer(line):
        yield from _literals(line, *match.span(match.lastgroup or "value"))
    for match in _ITEMS.finditer(line):
        if is_secret_name(match["name"]):
            for text in _STRING.finditer(match["value"]):
                yield match.start("value") + text.start("value"), match.start("value") + text.end("value")
    for pattern in (_SPACED, _ARGUMENT, _COMPARED, _ROW):
        for match in pattern.finditer(line):
            if is_secret_name(match["name"]):
                yield from _literals(line, *match.span("value"))
    row = _ROW.match(line)
    if row is not None and is_secret_name(row["name"]):
        for cell in _CELL.finditer(line, row.end()):
            if not _NO_VALUE.fullmatch(cell["value"]):
                yield cell.span("value")
    for match in _PAIR.finditer(line):
        if is_secret_name(match["name"]):
            yield from _assigned(line, match)


def _assigned(line: str, match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The secrets in what a `name: value` or `name = value` gives, be it data or code."""
    start = match.end()
    rest = line[start:]
    if not rest or rest[0] in "#\r\n":
        return
    spaced_equals = "=" in match["between"] and match["between"] != "="
    annotated = ":" in match["between"] and re.match(r"[\w.\[\]| ,]+=[ \t]*\S", rest)
    code = (spaced_equals or annotated) and _CODE.match(rest) and not _ODD_WORD.match(rest)
    if rest[0] not in "\"'" and code:
        for text in _STRING.finditer(rest, 0, 2000):
            if _READS.search(rest, max(0, text.start() - 20), text.start()):
                continue  # the name of a variable
            default = text["key"] and text["key"].startswith(("default", "value"))
            if not text["key"] or default or (annotated and text.start() == 0):
                yield start + text.start("value"), start + text.end("value")
        return
    quoted = re.match(_QUOTED, rest)
    if quoted:
        end = start + quoted.end()
    elif _MAPPING.match(line[:start]):
        end = start + len(re.split(r"[ \t]#", rest, maxsplit=1)[0].rstrip())
    else:
        stop = re.match(r"(?:\$\{[^{}]*\}|\$\([^()]*\)|\{\{.*?\}\}|[^\s,;\"'\]})])+", rest)
        end = start + (stop.end() if stop else 0)
    yield from _literals(line, start, end)


def _literals(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a value that are no quotes and no interpolation; of `${X:-secret}` the default."""
    if end - start > 1 and line[start] in "\"'":
        end -= line[end - 1] == line[start]
        start += 1
    if _PLAIN.match(line[start:end]):
        return
    position = start
    for match in _INTERPOLATION.finditer(line, start, end):
        yield position, match.start()
        default = _DEFAULT.fullmatch(match.group())
        if default and "-" in default["operator"]:
            yield match.start() + default.start("value"), match.start() + default.end("value")
        position = match.end()
    yield position, end


def mask_secrets(line: str) -> str:
    """`line` with literal secrets replaced by `***`."""
    return Masked(line).text


def mask_value(name: str, value: str, *, secret: bool = False) -> str:
    """The value of the variable `name` as it may be shown: one of a secret is masked as a whole."""
    if value and (secret or is_secret_name(name) or _BLOCK.search(value)):
        return MASK
    return "\n".join(mask_secrets(f"{name}={line}")[len(name) + 1 :] for line in value.split("\n"))


@lru_cache(maxsize=64)
def secret_lines(text: str) -> frozenset[int]:
    """The lines (1-based) of a file that are secret as a whole: YAML's block scalars, private keys."""
    found: set[int] = set()
    lines: list[str] = []
    for match in _BLOCK.finditer(text):
        lines = lines or re.split(r"\r\n|\n|\r", text)
        number = text.count("\n", 0, match.start()) + 1
        if match["name"] is None:
            while number < len(lines) and "-----END" not in lines[number - 1]:
                number += 1
                found.add(number)
        elif is_secret_name(match["name"]):
            indent = len(match["indent"])
            while number < len(lines):
                line = lines[number]
                if line.strip() and len(line) - len(line.lstrip()) <= indent:
                    break
                number += 1
                found.add(number)
    return frozenset(number for number in found if lines[number - 1].strip())


def mask_message(text: str) -> str:
    """A sentence without literal secrets: what stands in backticks is masked as code is."""
    parts = re.split(r"(`[^`\n]*`)", text)
    parts = [f"`{mask_secrets(part[1:-1])}`" if number % 2 else part for number, part in enumerate(parts)]
    text = "".join(parts)
    found = [m.span("value") for pattern in (_URL, _BEARER, _WELL_KNOWN) for m in pattern.finditer(text)]
    for pattern in (_DEFAULT, _IN_A_SENTENCE):
        found += [m.span("value") for m in pattern.finditer(text) if is_secret_name(m["name"])]
    pieces, position = [], 0
    for start, end in sorted(
        {pair for span in found for pair in _literals(text, *span) if pair[0] < pair[1]}
    ):
        if start >= position:
            pieces += [text[position:start], MASK]
            position = end
    return "".join(pieces) + text[position:]


def without_secrets(diagnostic: Diagnostic) -> Diagnostic:
    """The finding with its sentences masked. A fix that would spell a secret out is only shown, masked."""
    fix = diagnostic.fix
    if fix is not None:
        edits = tuple(
            Edit(edit.span, "".join(map(mask_secrets, edit.text.splitlines(keepends=True))))
            for edit in fix.edits
        )
        if edits != fix.edits:
            fix = msgspec.structs.replace(fix, edits=edits, applicability=Applicability.DISPLAY_ONLY)
        fix = msgspec.structs.replace(fix, title=mask_message(fix.title))
    return msgspec.structs.replace(
        diagnostic,
        message=mask_message(diagnostic.message),
        related=tuple(Label(label.span, mask_message(label.text)) for label in diagnostic.related),
        help=diagnostic.help and mask_message(diagnostic.help),
        fix=fix,
    )


class Masked:
    """A line without its secrets, and where its characters went."""

    def __init__(self, line: str) -> None:
        self._ends: list[int] = []
        self._shifts: list[int] = []
        self._ranges = secret_ranges(line)
        parts, position, shift = [], 0, 0
        for start, end in self._ranges:
            parts += [line[position:start], MASK]
            position = end
            shift += len(MASK) - (end - start)
            self._ends.append(end)
            self._shifts.append(shift)
        self.text = "".join(parts) + line[position:]

    def column(self, offset: int, *, end: bool = False) -> int:
        """Where `offset` of the line is in the text; inside a secret, the start (or the end) of its mask."""
        index = bisect_right(self._ends, offset)
        shift = self._shifts[index - 1] if index else 0
        if index < len(self._ranges):
            start, _ = self._ranges[index]
            if start < offset:
                return start + shift + (len(MASK) if end else 0)
        return offset + shift


def in_line(text: str) -> str:
    """As `visible`, for what must stay on one line: names of files, what configuration says."""
    return visible(text).replace("\n", "\\x0a")


def visible(text: str) -> str:
    """`text` with control, format and lone surrogate characters shown: no message drives a terminal."""
    return CONTROL.sub(
        lambda m: f"\\x{ord(m.group()):02x}" if ord(m.group()) < 256 else f"\\u{ord(m.group()):04x}", text
    )
