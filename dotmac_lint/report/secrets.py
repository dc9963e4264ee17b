"""What must not be printed: values of secrets, and characters that drive a terminal."""

from __future__ import annotations

import re

_SECRET_NAME = (
    r"[A-Za-z0-9_.-]*(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY"
    r"|ENCRYPTION_?KEY|SIGNING_?KEY|CREDENTIAL|SALT|DSN)[A-Za-z0-9_.-]*"
)
_ASSIGNMENT = re.compile(
    rf"(?P<head>(?<![A-Za-z0-9_.$\{{-])[\"']?{_SECRET_NAME}[\"']?[ \t]*(?::(?![-?+/])|=|:=)[ \t]*)(?P<value>[^\s#].*)",
    re.IGNORECASE,
)
_IS_SECRET = re.compile(rf"^{_SECRET_NAME}$", re.IGNORECASE)
_NOT_SECRET = re.compile(
    r"(_|^)(FILE|PATH|URL|HOST|PORT|NAME|ID|TTL|EXPIRE\w*|MINUTES|DAYS|ALGORITHM|ENABLED)$", re.I
)
_URL = re.compile(r"(?P<head>[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)(?P<value>[^\s@/\"']+)(?=@)", re.IGNORECASE)
_INTERPOLATION = re.compile(r"\$\{[^{}]*\}|\$[A-Za-z_]\w*")
_PLAIN = re.compile(
    r"^(str|int|bool|SecretStr|Optional|Field|None|True|False|null|true|false|\d{1,4}|os\.|\[|\{|\()", re.I
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MASK = "***"


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret, as far as its name tells."""
    return bool(_IS_SECRET.match(name)) and not _NOT_SECRET.search(name)


def mask_line(line: str) -> str:
    """`line` with literal values of secrets replaced by `***`; what is interpolated stays."""
    line = _URL.sub(lambda m: m["head"] + _mask(m["value"]), line)
    match = _ASSIGNMENT.search(line)
    if match is None:
        return line
    name = re.split(r"[\"'\s:=]", match["head"].strip("\"' \t"))[0]
    if not is_secret_name(name):
        return line
    return line[: match.start("value")] + _mask_value(match["value"]) + line[match.end("value") :]


def _mask_value(value: str) -> str:
    body, comment = value, ""
    found = re.search(r"[ \t]#.*$", value)
    if found:
        body, comment = value[: found.start()], found.group()
    if _PLAIN.match(body.strip("\"'")) or "Field(" in body or "SecretStr" in body:
        # A declaration; only its string literals may be secret.
        return re.sub(r"([\"'])(?:(?!\1).)+\1", lambda m: m[1] + MASK + m[1], body, count=1) + comment
    return _mask(body) + comment


def _mask(value: str) -> str:
    """`value` without its literal parts: `${X:-secret}` becomes `${X:-***}`."""
    stripped = value.strip()
    quote = stripped[:1] if stripped[:1] in {'"', "'"} and stripped.endswith(stripped[:1]) else ""
    inner = stripped[1:-1] if quote and len(stripped) > 1 else stripped
    if not inner or inner in {"|", ">", "|-", ">-"}:
        return value
    parts: list[str] = []
    position = 0
    for match in _INTERPOLATION.finditer(inner):
        if match.start() > position:
            parts.append(MASK)
        parts.append(
            re.sub(
                r":?-.+\}$",
                lambda m: m.group()[: 2 if m.group()[0] == ":" else 1] + MASK + "}",
                match.group(),
            )
        )
        position = match.end()
    if position < len(inner):
        parts.append(MASK)
    return quote + "".join(parts) + quote


def visible(text: str) -> str:
    """`text` with control characters made visible: no message drives a terminal."""
    return _CONTROL.sub(
        lambda m: f"\\x{ord(m.group()):02x}" if ord(m.group()) < 256 else f"\\u{ord(m.group()):04x}", text
    )
