"""What policies grant against what the application loads: the paths of secrets, in KV version 1 and 2.

Source of behaviour: vault/acl.go of OpenBao and Vault (the most specific path decides; documentation, "Policies");
KV documentation ("ACL rules": version 2 reads `mount/data/...` and lists `mount/metadata/...`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.fix import Edit, Fix
from dotmac_lint.lazy import regex
from dotmac_lint.model.policies import ADMINISTRATION, PolicyFile, rights
from dotmac_lint.readers.hcl import PathRule
from dotmac_lint.source import Span
from dotmac_lint.workspace import VENDORED

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Repository
    from dotmac_lint.model.settings import SettingsClass
    from dotmac_lint.workspace import Workspace

_IDENTITY = regex(r"\{\{[^{}]*\}\}")
_TEMPLATE = regex(r"[{}$<>]")
_KV2 = frozenset({"data", "metadata", "delete", "undelete", "destroy", "subkeys", "config"})
_NO_KV = frozenset({"sys", "auth", "identity", "cubbyhole"})
_ELSEWHERE = regex(rb"path\s+\\?[\"'][^\"'\n]+[\"']\s*\{+(?:\\n|\s)*capabilities")
_TEXT_WITH_POLICIES = regex(r"\.(py|sh|bash|tf|tftpl|tpl|ya?ml|j2|ts|js|go)$|(^|/)Makefile$")
_NOT_DEPLOYED = regex(rf"(^|/)({VENDORED}|tests?|docs?|examples?|fixtures)/")


class Gap(msgspec.Struct, frozen=True):
    """Secrets that the settings load and that no policy lets them read. `policy` grants most of the others."""

    settings: SettingsClass
    policy: PolicyFile
    at: Span
    missing: tuple[tuple[str, str, Span], ...]
    """Dotted path of the field, path of the secret, place."""
    fix: Fix | None


class OldPath(msgspec.Struct, frozen=True):
    """A block for KV version 1 on a mount that the same policy uses as version 2."""

    policy: PolicyFile
    rule: PathRule
    mount: str
    other: PathRule

    @property
    def right(self) -> str:
        path = self.rule.path.text.removeprefix("/")
        return f"{self.mount}/data/{path[len(self.mount) + 1 :]}"


def matches(pattern: str, path: str) -> bool:
    """Whether a policy's path covers the request's: `+` is a segment, `*` at the end the rest."""
    parts = [re.escape(part) for part in pattern.removesuffix("*").split("/")]
    body = "/".join("[^/]+" if part == re.escape("+") else part for part in parts)
    return bool(re.fullmatch(body + (".*" if pattern.endswith("*") else ""), path))


def _priority(pattern: str) -> tuple[float, bool, int, int, str]:
    wild = re.search(r"\*$|(?:^|(?<=/))\+(?=/|$)", pattern)
    pluses = pattern.split("/").count("+")
    return (wild.start() if wild else float("inf"), not pattern.endswith("*"), -pluses, len(pattern), pattern)


def grants(rules: Iterable[PathRule], path: str, capability: str) -> bool:
    """Whether a policy allows `capability` on `path`: the most specific block decides."""
    found = [(_pattern(rule), rule) for rule in rules]
    covering = [(pattern, rule) for pattern, rule in found if matches(pattern, path)]
    if not covering:
        return False
    best = max((pattern for pattern, _ in covering), key=_priority)
    same = [rights(rule) for pattern, rule in covering if pattern == best]
    return all(same) and any(capability in words for words in same)


def _pattern(rule: PathRule) -> str:
    return _IDENTITY.sub("+", rule.path.text.removeprefix("/"))


def gaps(repository: Repository) -> Iterator[Gap]:
    """For each settings class that a secrets loader fills, what the policies of the repository leave out."""
    policies = [p for p in repository.policies if not ADMINISTRATION.search(p.path) and p.policy.paths]
    loading = [settings for settings in repository.settings if settings.vault_paths]
    if not policies or not loading or _written_elsewhere(repository.workspace):
        return
    if any(_TEMPLATE.search(_pattern(rule)) for policy in policies for rule in policy.policy.paths):
        return
    mounts = _mounts(policies)
    for settings in loading:
        wanted = [(field, path.partition("#")[0].strip("/"), at) for field, path, at in settings.vault_paths]
        granted = {
            policy.path: [row for row in wanted if _readable(policy, row[1], mounts)] for policy in policies
        }
        best = max(policies, key=lambda policy: len(granted[policy.path]))
        allowed = {row for rows in granted.values() for row in rows}
        missing = tuple(row for row in wanted if row not in allowed)
        if granted[best.path] and missing:
            first = next(rule for rule in best.policy.paths if _opens(rule, granted[best.path], mounts))
            yield Gap(settings, best, best.span(first.path.range), missing, _add(best, first, missing))


def _mounts(policies: Iterable[PolicyFile]) -> tuple[str, ...]:
    """Where secrets may be mounted, as far as the policies tell."""
    found = {"secret", "kv"}
    for policy in policies:
        for rule in policy.policy.paths:
            head, data, _ = _pattern(rule).partition("/data/")
            first = head if data else head.partition("/")[0]
            if first not in _NO_KV and not set(first) & set("*+"):
                found.add(first)
    return tuple(sorted(found))


def _requests(path: str, mounts: Iterable[str]) -> Iterator[str]:
    """What the server may be asked for the secret `path`."""
    yield path
    for mount in mounts:
        inner = path.removeprefix(f"{mount}/")
        yield from (f"{mount}/data/{inner}", f"{mount}/{inner}")


def _readable(policy: PolicyFile, path: str, mounts: Iterable[str]) -> bool:
    return any(grants(policy.policy.paths, request, "read") for request in _requests(path, mounts))


def _opens(rule: PathRule, rows: Iterable[tuple[str, str, Span]], mounts: Iterable[str]) -> bool:
    return any(matches(_pattern(rule), request) for row in rows for request in _requests(row[1], mounts))


def _may_hold_policies(path: str) -> bool:
    return _TEXT_WITH_POLICIES.search(path) is not None and _NOT_DEPLOYED.search(path) is None


def _written_elsewhere(workspace: Workspace) -> bool:
    """Whether scripts or code of the repository hold policies, too: then these are not all."""
    holding = workspace.words.search(workspace.chosen(_may_hold_policies), (b"capabilities",))
    return any(_ELSEWHERE.search(workspace.bytes(path) or b"") for path, _ in holding)


def _add(policy: PolicyFile, like: PathRule, missing: tuple[tuple[str, str, Span], ...]) -> Fix | None:
    """Blocks for the missing folders, behind the last block of the same mount."""
    head, data, _ = like.path.text.partition("/data/")
    if not data or not policy.path.endswith(".hcl"):
        return None
    mount = head + data
    last = [rule for rule in policy.policy.paths if rule.path.text.startswith(mount)][-1]
    folders = list(
        dict.fromkeys(row[1].partition("/")[0] + ("/*" if "/" in row[1] else "") for row in missing)
    )
    blocks = "".join(f'\n\npath "{mount}{folder}" {{\n  capabilities = ["read"]\n}}' for folder in folders)
    edit = Edit(Span(policy.path, last.range.end, last.range.end), blocks)
    return Fix(f"Let the policy read {', '.join(f'`{mount}{folder}`' for folder in folders)}", edits=(edit,))


def old_paths(policy: PolicyFile) -> Iterator[OldPath]:
    """Blocks that leave out the `data/` which other blocks of the policy have for the same mount."""
    second: dict[str, PathRule] = {}
    patterns = {_pattern(rule) for rule in policy.policy.paths}
    for rule in policy.policy.paths:
        mount, data, rest = _pattern(rule).partition("/data/")
        if data and rest and not set(mount) & set("*+"):
            second.setdefault(mount, rule)
    for rule in policy.policy.paths:
        pattern = _pattern(rule)
        for mount, other in second.items():
            if not pattern.startswith(mount + "/"):
                continue
            head, _, rest = pattern[len(mount) + 1 :].partition("/")
            twin = f"{mount}/data/{head}{'/' + rest if rest else ''}"
            wild = bool(set(head) & set("*+{"))
            if head and not wild and head not in _KV2 and twin not in patterns and "read" in rights(rule):
                yield OldPath(policy, rule, mount, other)
