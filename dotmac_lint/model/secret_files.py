"""Files of secrets and configs that services are given and that are not there.

Source of behaviour: Compose specification, "Secrets" and "Configs": a `file` is bind-mounted, and a bind
mount of a secret is not created.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.model.compose_tree import Items, Leaf, Table
from dotmac_lint.model.made_elsewhere import is_made_elsewhere, is_named
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service


class MissingFile(msgspec.Struct, frozen=True):
    """The file of a secret or config that an active service is given."""

    kind: Literal["secret", "config"]
    name: str
    path: str
    at: Span
    service: Service


def missing_files(deployment: Deployment) -> Iterator[MissingFile]:
    """Each such file once. Secrets are rightly not committed, and what git ignores or any other file of the
    repository names is known to its owners: nothing is said of these.
    """
    workspace, project = deployment.repository.workspace, deployment.project
    seen: set[Span] = set()
    for service in deployment.startable:
        for kind, declared in (("secret", project.secrets), ("config", project.configs)):
            for name in _given(service, f"{kind}s"):
                declaration = declared.get(name)
                text = declaration.file if declaration is not None and not declaration.external else None
                if text is None or text.outside or text.placeholder or not isinstance(text.value, Known):
                    continue
                path = text.value.value
                if text.span in seen or workspace.kind(path) is not None:
                    continue
                seen.add(text.span)
                if not is_made_elsewhere(workspace, path) and not is_named(workspace, path):
                    yield MissingFile(kind, name, path, text.span, service)  # type: ignore[arg-type]


def _given(service: Service, key: str) -> Iterator[str]:
    """The names of the secrets or configs of a service, in the short and the long form."""
    node = service.definition.attribute(key)
    for item in node.items if isinstance(node, Items) else ():
        source = item.get("source") if isinstance(item, Table) else item
        if isinstance(source, Leaf):
            yield source.known
