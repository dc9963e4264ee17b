"""How Compose merges files and services: each attribute by its own rule.

Source of behaviour: compose-go, override/merge.go, override/uncity.go, loader/reset.go; Compose specification, "Merge".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose_tree import Items, Leaf, Row, Table, Tree, literal, null, scalar

Path = tuple[str, ...]
T = TypeVar("T", bound=Tree | None)

_KEYED = frozenset(
    {
        ("environment",), ("labels",), ("annotations",), ("sysctls",), ("deploy", "labels"),
        ("build", "args"), ("build", "labels"), ("build", "additional_contexts"),
    }
)  # fmt: skip
"""Mappings that a list of `NAME=value` may stand for."""
_CONTEXTS = ("build", "additional_contexts")
_NAMED = frozenset({("depends_on",), ("networks",), ("models",)})
"""Mappings that a list of names may stand for."""
_REPLACED = frozenset({("command",), ("entrypoint",), ("healthcheck", "test")})
_LISTED = frozenset({("dns",), ("dns_opt",), ("dns_search",), ("env_file",), ("label_file",), ("tmpfs",)})
"""Lists that one word may stand for."""
_HOSTS = frozenset({("extra_hosts",), ("build", "extra_hosts")})


def merge_projects(low: Table, high: Table) -> Table:
    """Two whole projects; `high` wins."""
    merged = _merge(low, high, ())
    return merged if isinstance(merged, Table) else high


def extend_service(base: Table, service: Table) -> Table:
    """A service and the one that it extends, which the service overrides."""
    merged = _merge(base, service, ("services", ""))
    return merged if isinstance(merged, Table) else service


def _merge(low: Tree, high: Tree, path: Path) -> Tree:
    if high.tag == "!override":
        return high
    inside = path[2:] if path[:1] == ("services",) else None
    if inside in _REPLACED:
        return high
    nothing = isinstance(high, Leaf) and high.is_null
    if nothing:
        return low
    if inside in _KEYED or inside in _NAMED:
        low, high = as_table(low), as_table(high)
        if inside == ("depends_on",):
            low, high = _as_dependencies(low), _as_dependencies(high)
    elif inside in _LISTED:
        low, high = _as_items(low), _as_items(high)
    elif inside in _HOSTS:
        low, high = _as_hosts(low), _as_hosts(high)
        if isinstance(low, Items) and isinstance(high, Items):
            have = {_key(item) for item in low.items}
            return replace(high, items=(*low.items, *(i for i in high.items if _key(i) not in have)))
    elif inside == ("build",):
        low, high = as_build(low), as_build(high)
    elif (inside == ("logging",) and _other_driver(low, high)) or (inside or ())[:-1] == ("ulimits",):
        return high
    if isinstance(low, Table) and isinstance(high, Table):
        return _merge_tables(low, high, path, keyed=inside in _KEYED)
    if isinstance(low, Items) and isinstance(high, Items):
        return replace(high, items=(*low.items, *high.items))
    return high


def _merge_tables(low: Table, high: Table, path: Path, *, keyed: bool) -> Table:
    rows = dict(low.rows)
    for name, row in high.rows.items():
        earlier = rows.get(name)
        if row.value.tag == "!reset":
            # What a list names in the form `NAME=value` has no key to remove it by.
            stays = earlier is not None and earlier.listed and keyed and path[2:] != _CONTEXTS
            if not stays:
                rows.pop(name, None)
            continue
        if earlier is None or earlier.value.tag == "!reset":
            rows[name] = row
            continue
        value = row.value if keyed else _merge(earlier.value, row.value, (*path, name))
        rows[name] = replace(row, value=value, overrides=(earlier, *earlier.overrides))
    return replace(high, rows=rows)


def _other_driver(low: Tree, high: Tree) -> bool:
    """Whether both name a logging driver, and not the same: its options are dropped then."""
    drivers = [node.get("driver") if isinstance(node, Table) else None for node in (low, high)]
    known = [driver.known for driver in drivers if isinstance(driver, Leaf)]
    return len(known) == 2 and known[0] != known[1]


# ---- short forms


def as_table(node: T) -> T | Table:
    """A list of `NAME=value`, or of names, as a mapping; of equal names the last."""
    if not isinstance(node, Items):
        return node
    rows: dict[str, Row] = {}
    for item in node.items:
        if isinstance(item, Leaf):
            name, value = item.split("=")
            rows[name.known] = Row(name, null(item) if value is None else value, item.span, listed=True)
    return Table(rows, node.flow, node.tag, node.span, node.origin, form="list", own=tuple(rows.values()))


def _as_dependencies(node: Tree) -> Tree:
    """The long form of `depends_on`: what a list names is only started before."""
    if not isinstance(node, Table) or node.form != "list":
        return node
    rows = {}
    for name, row in node.rows.items():
        given = {"condition": literal("service_started", row.value), "required": literal("true", row.value)}
        long = {key: Row(literal(key, row.value), value, row.span) for key, value in given.items()}
        rows[name] = replace(row, value=Table(long, False, None, row.span, node.origin))
    return replace(node, rows=rows)


def as_build(node: Tree) -> Tree:
    """`build: context` as the mapping that it stands for."""
    if not isinstance(node, Leaf) or node.is_null:
        return node
    key = scalar("context", "str", "", None, node.span, node.origin)
    return Table({"context": Row(key, node, node.span)}, False, None, node.span, node.origin)


def _as_items(node: Tree) -> Tree:
    return Items((node,), False, node.tag, node.span, node.origin) if isinstance(node, Leaf) else node


def _as_hosts(node: Tree) -> Tree:
    """`extra_hosts` as a list: a host may have several addresses."""
    if not isinstance(node, Table):
        return node
    leaves = []
    for row in node.rows.values():
        if row.value.tag == "!reset":
            continue
        addresses = row.value.items if isinstance(row.value, Items) else (row.value,)
        for address in addresses:
            if isinstance(address, Leaf):
                raw = f"{row.key.raw.replace('$', '$$')}={address.raw}"
                leaves.append(scalar(raw, "str", "", None, row.span, address.origin))
    return Items(tuple(leaves), node.flow, node.tag, node.span, node.origin)


# ---- what stays of equal entries


def unified(project: Table) -> Table:
    """The merged project without `!reset`, and with one entry where several stand for the same thing."""
    project = _without_resets(project)
    services = project.get("services")
    if not isinstance(services, Table):
        return project
    rows = {
        name: replace(row, value=_unified(row.value, ())) if isinstance(row.value, Table) else row
        for name, row in services.rows.items()
    }
    services = replace(services, rows=rows)
    return replace(
        project, rows={**project.rows, "services": replace(project.rows["services"], value=services)}
    )


def _without_resets(table: Table) -> Table:
    rows = {}
    for name, row in table.rows.items():
        if row.value.tag != "!reset":
            value = _kept(row.value)
            rows[name] = row if value is row.value else replace(row, value=value)
    return table if _same(rows.values(), table.rows.values()) else replace(table, rows=rows)


def _kept(node: Tree) -> Tree:
    if isinstance(node, Table):
        return _without_resets(node)
    if isinstance(node, Items):
        items = tuple(_kept(item) for item in node.items if item.tag != "!reset")
        return node if _same(items, node.items) else replace(node, items=items)
    return node


def _unified(table: Table, path: Path) -> Table:
    rows = {}
    for name, row in table.rows.items():
        inside = (*path, name)
        value = row.value
        if isinstance(value, Table) and len(inside) < 3:
            value = _unified(value, inside)
        elif isinstance(value, Items):
            pattern = ("networks", "*", "aliases") if inside[::2] == ("networks", "aliases") else inside
            identity = _UNIQUE.get(pattern)
            value = _distinct(value, identity) if identity else value
        rows[name] = row if value is row.value else replace(row, value=value)
    return table if _same(rows.values(), table.rows.values()) else replace(table, rows=rows)


def _distinct(node: Items, identity: Callable[[Tree], frozenset[object] | None]) -> Items:
    """Of entries for the same thing the last, at the place of the first."""
    kept: list[Tree] = []
    identities: list[frozenset[object]] = []
    places: dict[object, int] = {}
    for item in node.items:
        mine = identity(item) or frozenset()
        place = min((places[one] for one in mine if one in places), default=len(kept))
        if place == len(kept):
            kept.append(item)
            identities.append(mine)
        elif mine >= identities[place]:
            kept[place], identities[place] = item, mine
        else:
            continue
        for one in mine:
            places.setdefault(one, place)
    return node if len(kept) == len(node.items) else replace(node, items=tuple(kept))


def _same(one: Iterable[object], other: Iterable[object]) -> bool:
    return list(map(id, one)) == list(map(id, other))


def _known(node: Tree | None) -> str | None:
    """The text, where it is a known scalar."""
    return node.value.value if isinstance(node, Leaf) and isinstance(node.value, Known) else None


def _key(item: Tree) -> str | None:
    text = _known(item)
    return text if text is not None or not isinstance(item, Leaf) else item.raw


def _by_name(item: Tree) -> frozenset[object] | None:
    text = _known(item)
    return None if text is None else frozenset({text.partition("=")[0]})


def _by_text(item: Tree) -> frozenset[object] | None:
    """The whole text; of an `env_file` its path."""
    path = _known(item.get("path") if isinstance(item, Table) else item)
    return None if path is None else frozenset({path})


def mount_target(item: Tree) -> str | None:
    """The path in the container that an entry of `volumes` or `devices` is about."""
    if isinstance(item, Table):
        target = item.get("target")
        return target.known.rstrip("/") if isinstance(target, Leaf) else None
    if isinstance(item, Leaf):
        source, target, _ = mount_parts(item)
        return (source if target is None else target).known.rstrip("/")
    return None


def mount_parts(item: Leaf) -> tuple[Leaf, Leaf | None, Leaf | None]:
    """The short syntax of a volume, `[source:]target[:options]`; the target stands first where it is alone.

    A single letter is the drive of a Windows path (compose-go, format/volume.go), so `d:/data` is no volume `d`.
    """
    first, rest = item.split(":")
    if rest is not None and len(first.raw) == 1 and first.raw.isalpha():
        path, rest = rest.split(":")
        first = item.part(0, 2 + len(path.raw))
    if rest is None:
        return first, None, None
    target, options = rest.split(":")
    return first, target, options


def _by_target(item: Tree) -> frozenset[object] | None:
    target = mount_target(item)
    return None if target is None else frozenset({target})


def _by_mount(item: Tree) -> frozenset[object] | None:
    """Of secrets and configs: where they are mounted."""
    source = _known(item.get("source") if isinstance(item, Table) else item)
    target = item.get("target") if isinstance(item, Table) else None
    place = source if target is None else _known(target)
    if place is None:
        return None
    return frozenset({place.removeprefix("/run/secrets/").removeprefix("/")})


_PORT = regex(
    r"(?:(?:(?P<address>\[[^\]]*\]|[^:]*):)?(?P<published>\d*(?:-\d+)?):)?(?P<target>\d+(?:-\d+)?)"
    r"(?:/(?P<protocol>\w+))?"
)


def port_numbers(text: str) -> tuple[tuple[str, str, str, str], ...] | None:
    """The short syntax, `[[address:]published:]target[/protocol]`, as one row for each port of the container:
    address, published, target, protocol. A range that is published for one port stays a range. None for other text.
    """
    match = _PORT.fullmatch(text)
    if match is None:
        return None
    address = (match["address"] or "").strip("[]")
    protocol = (match["protocol"] or "tcp").lower()
    targets, published = _numbers(match["target"]), _numbers(match["published"] or "")
    if len(targets) == 1 and len(published) > 1:
        published = [match["published"]]
    published = published or [""] * len(targets)
    if len(published) != len(targets):
        return None
    return tuple((address, host, target, protocol) for host, target in zip(published, targets, strict=True))


def _numbers(text: str) -> list[str]:
    first, _, last = text.partition("-")
    if not first or int(last or first) - int(first) > 70_000:
        return []
    return [str(number) for number in range(int(first), int(last or first) + 1)]


def _by_port(item: Tree) -> frozenset[object] | None:
    if isinstance(item, Table):
        words = [
            _known(leaf) if isinstance(leaf := item.get(name), Leaf) else ""
            for name in ("host_ip", "published", "target", "protocol")
        ]
        if None in words:
            return None
        published = item.get("published")
        if isinstance(published, Leaf) and published.kind == "int":
            words[1] = f"int {words[1]}"  # Compose compares texts, and 8080 is none
        rows: tuple[tuple[str, ...], ...] | None = ((*map(str, words[:3]), words[3] or "tcp"),)
    else:
        text = _known(item)
        rows = None if text is None else port_numbers(text)
    return None if rows is None else frozenset(("" if a == "0.0.0.0" else a, *rest) for a, *rest in rows)


_UNIQUE: dict[Path, Callable[[Tree], frozenset[object] | None]] = {
    ("ports",): _by_port, ("volumes",): _by_target, ("devices",): _by_target,
    ("secrets",): _by_mount, ("configs",): _by_mount, ("env_file",): _by_text, ("expose",): _by_name,
    ("cap_add",): _by_name, ("cap_drop",): _by_name, ("dns",): _by_name, ("dns_opt",): _by_name,
    ("dns_search",): _by_name, ("links",): _by_name, ("profiles",): _by_name, ("security_opt",): _by_text,
    ("tmpfs",): _by_name, ("build", "tags"): _by_name, ("networks", "*", "aliases"): _by_name,
}  # fmt: skip
