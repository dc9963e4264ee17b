"""Whether a literal is a secret that somebody could use, or a stand-in: a placeholder, a word of development."""

from __future__ import annotations

import math
import re
from collections import Counter

from dotmac_lint.lazy import regex

_WELL_KNOWN = regex(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,}|glpat-[\w-]{20,}|hv[sb]\.[\w-]{24,}"
    r"|xox[abprs]-\d[\w-]{20,}|sk_live_[A-Za-z0-9]{16,}|sk-(?:proj|ant)-[\w-]{24,}|AIza[\w-]{35}"
    r"|\bdiscord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}"
    r"|\bhooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24}|\b\d{8,10}:AA[\w-]{33}\b"
)
_STAND_IN = regex(
    r"change|replace|placeholder|example|sample|dummy|fake|mock|demo|test|develop|\bdev\b|_dev|dev_|dev-|local|your|"
    r"insert|here|todo|fixme|secret|password|passwd|passw0rd|default|admin|minio|postgres|redis|rabbit|mysql|guest|"
    r"root|user|insecure|unsafe|generate|random|xxx|\*\*\*|\.\.\.|abcd|1234|0000|qwerty|letmein|value|token|dotenv|"
    r"key\b|_key|-key|null|none",
    re.IGNORECASE,
)
_OPEN = regex(
    r"\$\{|\$\(|\{\{|<[^<>]*>|^\[[A-Za-z][\w -]*\]$"
    r"|\{%|^\$\w+$|^(__|@@?|%%?)\w+(__|@@?|%%?)$|^/(run|vault|etc)/|^(file|vault|op|ssm|arn|sops)[:+]"
    r"|^(/|\.{1,2}/|~/)?[\w./ -]+\.(pem|key|crt|cert|cer|der|p12|pfx|jks|json|txt|asc|gpg|pub)$"
)
_WORDS = regex(
    r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|[a-z]+\d*(?:[_-](?:[a-z]+\d*|\d{1,4}))+"
    r"|[A-Z]+[\d.]{0,4}(?:_[A-Z]*[\d.]{0,4})+"
    r"|[a-z][a-z0-9+.-]*://[\w.-]+(?::\d+)?(?:/\d*)?"
)
"""The name of a host; words, and years, with hyphens or underscores between them; the name of a constant; the URL of a
server."""
_ENCODING = regex(r"^(base64|hex):")
"""How Laravel and others say what the rest of a key is written in."""
SHORTEST = 16
ENTROPY = 3.3
"""Bits a character; English words have less than 3.2, 32 hexadecimal digits about 3.6."""


def is_well_known_token(value: str) -> bool:
    """Whether `value` has the form of a token that a provider gave out."""
    found = _WELL_KNOWN.search(value)
    return found is not None and not re.search(
        r"example|sample|xxxx|0{8}|1234567|abcdef", found.group(), re.IGNORECASE
    )


def is_elsewhere(value: str) -> bool:
    """Whether `value` only says where the secret is: a path, a reference to a vault, a template."""
    return _OPEN.search(value.strip().strip("\"'")) is not None


def is_real_secret(value: str) -> bool:
    """Whether `value` looks like what a generator made, so that it opens something."""
    value = _ENCODING.sub("", value.strip().strip("\"'"))
    if is_well_known_token(value):
        return True
    if len(value) < SHORTEST or _OPEN.search(value) or _STAND_IN.search(value) or re.search(r"\s", value):
        return False
    if _WORDS.fullmatch(value):
        return False
    if not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    return entropy(value) >= ENTROPY


def entropy(text: str) -> float:
    """Shannon's entropy of the characters, in bits."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
