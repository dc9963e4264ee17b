"""The Vault and OpenBao policies of a repository: what is wrong in them, and what they grant.

Source of behaviour: vault/policy.go and vault/acl.go of OpenBao 2.7 and of Vault 1.21, which knows some words more
(HashiCorp and OpenBao documentation, "Policies"). tests/oracle/test_policies.py compares with OpenBao.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.diagnostic import Label, Severity
from dotmac_lint.facts import fact
from dotmac_lint.fix import Edit
from dotmac_lint.lazy import regex
from dotmac_lint.readers.hcl import Attribute, PathRule, Policy, Value, Word
from dotmac_lint.source import Range, Span
from dotmac_lint.workspace import VENDORED

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

CAPABILITIES = (
    "create", "read", "update", "patch", "delete", "list", "sudo", "deny", "scan", "subscribe", "recover",
)  # fmt: skip
"""`scan` is OpenBao's, `subscribe` and `recover` are Vault's."""
KEYS = (
    "capabilities", "policy", "comment", "allowed_parameters", "denied_parameters", "required_parameters",
    "min_wrapping_ttl", "max_wrapping_ttl", "mfa_methods", "control_group", "pagination_limit", "expiration",
    "list_scan_response_keys_filter_path", "subscribe_event_types",
)  # fmt: skip
OLD_POLICIES = ("deny", "read", "write", "sudo")
"""The words of `policy = "..."`, which capabilities replaced."""
_WRITE = ("create", "update")
_MEANT = {
    "write": _WRITE, "edit": ("update",), "modify": ("update",), "post": _WRITE, "put": _WRITE, "get": ("read",),
    "view": ("read",), "remove": ("delete",), "destroy": ("delete",), "ls": ("list",),
}  # fmt: skip
_KINDS = {
    "capabilities": "list", "required_parameters": "list", "mfa_methods": "list", "allowed_parameters": "object",
    "denied_parameters": "object", "policy": "string", "comment": "string",
}  # fmt: skip
_SHOWN = {"list": "a list", "object": "a map", "string": "a string"}
_DURATION = regex(r"\d+d?|(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+")
_TEMPLATE = regex(r"[{}$%<>@]")
_NOT_DEPLOYED = regex(rf"(^|/)({VENDORED}|tests?|testdata|fixtures)/")
ADMINISTRATION = regex(
    r"admin|root|super|sudo|operator|bootstrap|terraform|provision|sre|owner|global", re.IGNORECASE
)


class PolicyFile(msgspec.Struct, frozen=True):
    path: str
    policy: Policy

    def span(self, at: Range) -> Span:
        return at.at(self.path)


class Fault(msgspec.Struct, frozen=True):
    """What is wrong at one place of a policy; `message` and `help` are sentences."""

    message: str
    at: Span
    help: str
    severity: Severity = Severity.ERROR
    related: tuple[Label, ...] = ()
    edit: Edit | None = None


def find_policies(workspace: Workspace) -> tuple[PolicyFile, ...]:
    """The files that are policies, tests' fixtures apart."""
    found = []
    for path in workspace.files:
        if not path.endswith((".hcl", ".json", ".policy")) or _NOT_DEPLOYED.search(path):
            continue
        if _may_be(workspace, path):
            policy = workspace.policy(path)
            if policy is not None and policy.is_policy:
                found.append(PolicyFile(path, policy))
    return tuple(found)


@fact(bool)
def _may_be(workspace: Workspace, path: str) -> bool:
    data = workspace.bytes(path) or b""
    return b"path" in data and (b"capabilities" in data or b"policy" in data)


# ---- what is wrong


def faults(file: PolicyFile) -> Iterator[Fault]:
    """What Vault refuses in the policy, and what it takes but does not mean what it seems to say."""
    for other in file.policy.others:
        near = _nearest(other.name.text, ("path", "name"))
        if near or any(entry.name.text == "capabilities" for entry in other.value.entries):
            yield Fault(
                f"`{other.name.text}` is no part of a policy: Vault refuses the whole file.",
                file.span(other.name.range),
                "A policy holds only `path` blocks.",
                edit=Edit(file.span(other.name.range), near) if near else None,
            )
    seen: dict[str, PathRule] = {}
    for rule in file.policy.paths:
        earlier = seen.setdefault(rule.path.text.removeprefix("/"), rule)
        if earlier is not rule:
            yield _twice(file, rule, earlier)
        yield from _path(file, rule)
        yield from _attributes(file, rule)


def _twice(file: PolicyFile, rule: PathRule, earlier: PathRule) -> Fault:
    first, second = _granted(earlier), _granted(rule)
    severity = Severity.WARNING
    if ("deny" in first) != ("deny" in second):
        effect, severity = "`deny` in one of them voids what the other grants", Severity.ERROR
    elif set(first) == set(second):
        effect, severity = "both say the same", Severity.INFO
    else:
        effect = f"together they grant {', '.join(f'`{word}`' for word in dict.fromkeys((*first, *second)))}"
    return Fault(
        f"The policy has two blocks for the path `{rule.path.text}`: {effect}.",
        file.span(rule.path.range),
        "Keep one block for each path.",
        severity,
        (Label(file.span(earlier.path.range), "the path stands here already"),),
    )


def _granted(rule: PathRule) -> tuple[str, ...]:
    return tuple(word.text for word in rule.capabilities)


def _path(file: PolicyFile, rule: PathRule) -> Iterator[Fault]:
    text, at = rule.path.text, file.span(rule.path.range)
    if text.count("{{") != text.count("}}"):
        yield Fault(
            f"The braces of the template in the path `{text}` are not balanced: Vault refuses the policy.",
            at,
            "Write `{{identity.entity.id}}`.",
        )
        return
    if "+*" in text:
        yield Fault(
            f"The path `{text}` holds `+*`, which Vault refuses.",
            at,
            "Write `+/*`, or only `*`.",
            edit=Edit(at, text.replace("+*", "*")) if text.endswith("+*") else None,
        )
        return
    segments = text.split("/")
    stars = [number for number, s in enumerate(segments) if "*" in s[: -1 if s is segments[-1] else None]]
    if stars:
        meant = [
            "+" if set(s) == {"*"} and n < len(segments) - 1 else re.sub(r"\*+$", "*", s)
            for n, s in enumerate(segments)
        ]
        fixed = "/".join(meant)
        yield Fault(
            f"A `*` is a wildcard only at the end of a path: in `{text}` it is an ordinary character, "
            "and the block grants nothing that exists.",
            at,
            "`+` stands for one whole segment.",
            edit=Edit(at, fixed) if "*" not in fixed[:-1] else None,
        )
    elif any(re.fullmatch(r"\+[\w-]+|[\w-]+\+", segment) for segment in segments):
        yield Fault(
            f"A `+` is a wildcard only as a whole segment: in `{text}` it is an ordinary character.",
            at,
            "Let `+` stand alone between the slashes, or end the path with `*`.",
            Severity.WARNING,
        )


def _attributes(file: PolicyFile, rule: PathRule) -> Iterator[Fault]:
    named: dict[str, list[Attribute]] = {}
    path = rule.path.text
    for attribute in rule.attributes:
        name, at = attribute.name.text, file.span(attribute.name.range)
        if name not in KEYS:
            near = "comment" if name == "description" else _nearest(name, KEYS)
            yield Fault(
                f"`{name}` in the block of `{path}` is no attribute that a policy has: Vault refuses the whole file.",
                at,
                f"Did you mean `{near}`?" if near else "Remove it, or make a comment of it.",
                edit=Edit(at, near) if near and not rule.attribute(near) else None,
            )
            continue
        same = named.setdefault(name, [])
        same.append(attribute)
        if len(same) == 2:
            yield Fault(
                f"`{name}` is set twice in the block of `{path}`: current versions refuse the policy, "
                "and older ones ignore the first.",
                at,
                "Put all into one list." if _KINDS.get(name) == "list" else "Keep one of them.",
                related=(Label(file.span(same[0].name.range), "it is set here already"),),
            )
        wanted = _KINDS.get(name)
        if wanted and attribute.value.kind != wanted:
            yield _wrong_kind(file, rule, attribute, wanted)
        elif name == "capabilities":
            yield from _capabilities(file, rule, attribute.value)
        elif name == "policy" and _unknown_policy(rule, attribute.value.text):
            yield Fault(
                f"`{attribute.value.text}` is no value of `policy` in the block of `{path}`: Vault refuses the "
                "whole file.",
                file.span(attribute.value.range),
                'Write `capabilities = ["..."]`; `policy` only takes `read`, `write`, `sudo` and `deny`.',
            )
        elif name in ("allowed_parameters", "denied_parameters"):
            for entry in attribute.value.entries:
                if entry.value.kind != "list":
                    yield _wrong_kind(file, rule, entry, "list")
        elif name.endswith("_wrapping_ttl") and not _DURATION.fullmatch(attribute.value.text):
            if not _open(attribute.value.text):
                yield Fault(
                    f"`{attribute.value.text}` is no duration for `{name}` of `{path}`: Vault refuses the policy.",
                    file.span(attribute.value.range),
                    "Write `90s`, `15m` or `2h`.",
                )
    if not named.keys() & {"capabilities", "policy"} and all(a.name.text in KEYS for a in rule.attributes):
        yield Fault(
            f"The block of `{path}` names no capabilities: it grants nothing.",
            file.span(rule.path.range),
            'Add `capabilities = ["read"]`, or remove the block.',
            Severity.WARNING,
        )


def _wrong_kind(file: PolicyFile, rule: PathRule, attribute: Attribute, wanted: str) -> Fault:
    value = attribute.value
    single = wanted == "list" and value.kind == "string" and "," not in value.text
    at = Span(file.path, value.range.start - 1, value.range.end + 1)
    return Fault(
        f"`{attribute.name.text}` of `{rule.path.text}` must be {_SHOWN[wanted]}: Vault refuses the policy.",
        file.span(value.range),
        f"Write it as {_SHOWN[wanted]}.",
        edit=Edit(at, f'["{value.text}"]') if single and value.text in CAPABILITIES else None,
    )


def _unknown_policy(rule: PathRule, word: str) -> bool:
    """Whether the word is no old policy; where several are set, that is the fault."""
    return (
        word not in OLD_POLICIES
        and not _open(word)
        and [a.name.text for a in rule.attributes].count("policy") == 1
    )


def _open(text: str) -> bool:
    """Whether a template fills the text."""
    return bool(_TEMPLATE.search(text))


def _capabilities(file: PolicyFile, rule: PathRule, value: Value) -> Iterator[Fault]:
    words = [Word(item.text, item.range) for item in value.items]
    texts = [word.text for word in words]
    for word in words:
        if word.text in CAPABILITIES or _open(word.text):
            continue
        meant = _meant(word.text)
        missing = [one for one in meant if one not in texts]
        shown = " and ".join(f"`{one}`" for one in meant)
        hidden = "deny" in texts[: texts.index(word.text)]
        yield Fault(
            f"`{word.text}` is no capability (path `{rule.path.text}`): "
            + ("the `deny` before it hides the mistake." if hidden else "Vault refuses the whole policy."),
            file.span(word.range),
            f"Did you mean {shown}?" if meant else f"Capabilities are {', '.join(CAPABILITIES)}.",
            edit=Edit(file.span(word.range), '", "'.join(missing)) if missing else None,
        )
    if "deny" in texts and len(set(texts)) > 1:
        deny = words[texts.index("deny")]
        others = ", ".join(f"`{text}`" for text in dict.fromkeys(texts) if text != "deny")
        yield Fault(
            f"The path `{rule.path.text}` lists `deny` beside {others}: `deny` wins, and nothing is allowed.",
            file.span(deny.range),
            "Keep either `deny` or the others.",
        )


def _meant(word: str) -> tuple[str, ...]:
    text = word.strip().lower()
    parts = tuple(re.split(r"[\s,]+", text))
    if all(part in CAPABILITIES for part in parts):
        return parts
    if text in _MEANT:
        return _MEANT[text]
    near = _nearest(text, CAPABILITIES)
    return (near,) if near else ()


def _nearest(word: str, words: Iterable[str]) -> str | None:
    from rapidfuzz import fuzz, process

    found = process.extractOne(word.lower(), tuple(words), scorer=fuzz.ratio, score_cutoff=70)
    return found[0] if found else None


# ---- what is granted


class Broad(msgspec.Struct, frozen=True):
    """A block that grants as much as the root token, or nearly; `effect` is a clause."""

    path: Word
    at: Span
    effect: str
    words: tuple[str, ...]


def too_broad(file: PolicyFile) -> Iterator[Broad]:
    """Blocks that make their owner the master of the server, unless the file's name says that it is for one."""
    if ADMINISTRATION.search(file.path):
        return
    for rule in file.policy.paths:
        words = rights(rule)
        effect = _effect(rule.path.text.removeprefix("/"), words)
        if effect:
            yield Broad(rule.path, file.span(rule.path.range), effect, tuple(sorted(words)))


def rights(rule: PathRule) -> frozenset[str]:
    """What the block grants, the words of old policies turned into capabilities."""
    words = {word.text for word in rule.capabilities}
    old = rule.attribute("policy")
    if old is not None:
        reading, writing = {"read", "list"}, {"create", "read", "update", "delete", "list"}
        words |= {"read": reading, "write": writing, "sudo": writing | {"sudo"}}.get(
            old.value.text, {old.value.text}
        )
    return frozenset() if "deny" in words else frozenset(words)


def _effect(path: str, words: frozenset[str]) -> str | None:
    changes = words & {"create", "update", "patch", "delete", "sudo"}
    if path in ("*", "+/*"):
        if changes:
            return "every path of the server, its policies and tokens among them"
        return "every secret of the server" if "read" in words else None
    if path in ("sys/*", "sys*") and words & {"create", "update", "sudo"}:
        return "the whole configuration of the server: its owner may write any policy"
    if path in ("auth/*", "auth*") and "sudo" in words and words & {"create", "update"}:
        return "every auth method with `sudo`: its owner may make tokens with any policy"
    return None
