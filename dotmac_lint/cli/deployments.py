"""`dotmac-lint deployments`: how the repository is started, and where that was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from posixpath import basename
from typing import Any

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, tell, write
from dotmac_lint.cli.services import opened
from dotmac_lint.diagnostic import Label
from dotmac_lint.model.deployment import Deployment, Repository
from dotmac_lint.report import to_json
from dotmac_lint.report.secrets import in_line, mask_secrets

SHOWN = 3
"""Places of a deployment that the table names; the JSON names all."""


def deployments(path: Path, *, output_format: str, config_file: Path | None, isolated: bool) -> int:
    """Print the deployments of the repository at `path`; returns the exit status."""
    try:
        repository, settings = opened(path, config_file, isolated)
    except config.ConfigError as error:
        return fail(str(error))
    here = Path(os.path.relpath(repository.workspace.root)).as_posix()
    rows = _Rows(repository, settings, "" if here == "." else here + "/")
    entries = [rows.entry(deployment) for deployment in repository.deployments]
    try:
        write(to_json(entries) if output_format == "json" else "\n".join(map(_block, entries)))
    except OutputError as error:
        return fail(str(error))
    if not entries:
        tell(nothing_found(repository))
    if output_format != "json":
        for file in repository.unplaced:
            tell(f"note: {rows.prefix}{file.path} is part of no deployment: {file.reason}")
    return 0


def nothing_found(repository: Repository) -> str:
    """What to say of a repository without deployments."""
    root, count = repository.workspace.root, len(repository.unplaced)
    if not count and any("compose" in basename(found.span.path) for found in repository.unreadable()):
        return f"warning: no Compose file in {root} could be read: there is no deployment"
    if not count:
        return f"warning: no Compose file was found in {root}: there is no deployment"
    files = "one Compose file, which is" if count == 1 else f"{count} Compose files, which are"
    return (
        f"warning: no deployment was found in {root}, only {files} no project alone. "
        "State in the configuration what is started; `dotmac-lint deployments` names the files."
    )


class _Rows:
    def __init__(self, repository: Repository, settings: config.Settings, prefix: str) -> None:
        self.source = repository.workspace.source
        self.settings = settings
        self.prefix = prefix

    def entry(self, deployment: Deployment) -> dict[str, Any]:
        spec = deployment.spec
        return {
            "name": spec.name,
            "files": [self.prefix + file for file in spec.files],
            "env_files": [self.prefix + file for file in spec.env_files],
            "profiles": list(spec.profiles),
            "production": spec.production,
            "services": [service.name for service in deployment.services],
            "evidence": [*self.stated(spec.name), *map(self.evidence, spec.evidence)],
        }

    def stated(self, name: str) -> Iterator[dict[str, Any]]:
        for one in self.settings.deployments:
            if one.name == name:
                yield {"path": self.settings.source, "line": one.line, "text": "stated in the configuration"}

    def evidence(self, label: Label) -> dict[str, Any]:
        source = self.source(label.span.path)
        return {
            "path": self.prefix + label.span.path,
            "line": source.position(label.span.start).line if source else 1,
            "text": mask_secrets(label.text),
        }


def _block(entry: dict[str, Any]) -> str:
    """A deployment as a small table: what it is, and where that was found."""
    title = entry["name"] + (" (production)" if entry["production"] else "")
    rows = [(key, ", ".join(entry[key])) for key in ("files", "env_files", "profiles", "services")]
    places = [f"{place['path']}:{place['line']}: {place['text']}" for place in entry["evidence"]]
    if len(places) > SHOWN:
        places[SHOWN:] = [f"and {len(places) - SHOWN} more"]
    rows += [("found in" if number == 0 else "", place) for number, place in enumerate(places)]
    lines = [f"  {key.replace('_', ' '):<10}{in_line(text)}" for key, text in rows if text]
    return "\n".join([in_line(title), *lines]) + "\n"
