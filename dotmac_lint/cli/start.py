"""`dotmac-lint start`: what would happen if the service started."""

from __future__ import annotations

import os
from pathlib import Path

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, write
from dotmac_lint.cli.services import find_service, opened, tell_others
from dotmac_lint.report import to_json
from dotmac_lint.report.start import entry, table


def start(
    name: str,
    path: Path,
    *,
    deployment: str | None,
    reveal: bool,
    output_format: str,
    config_file: Path | None,
    isolated: bool,
) -> int:
    """Print the simulated start of the service `name`; returns the exit status."""
    try:
        repository, _ = opened(path, config_file, isolated)
        service, others = find_service(repository, name, deployment)
    except config.ConfigError as error:
        return fail(str(error))
    here = Path(os.path.relpath(repository.workspace.root)).as_posix()
    said = entry(service, "" if here == "." else here + "/", reveal=reveal)
    try:
        write(to_json(said) if output_format == "json" else table(said))
    except OutputError as error:
        return fail(str(error))
    tell_others(service, others)
    return 0
