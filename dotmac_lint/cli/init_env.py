"""`dotmac-lint init-env`: the env file that a deployment needs, with secrets made for it."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, tell, write
from dotmac_lint.cli.services import deployments_called, listed, opened
from dotmac_lint.model.deployment import Deployment, Repository
from dotmac_lint.model.env_template import env_file_name, generate, render
from dotmac_lint.report.secrets import in_line

PRIVATE = 0o600


def init_env(
    path: Path,
    *,
    production: bool,
    deployment: str | None,
    example: bool,
    output: Path | None,
    config_file: Path | None,
    isolated: bool,
) -> int:
    """Write the env file to `output`, or to stdout; returns the exit status."""
    try:
        repository, _ = opened(path, config_file, isolated)
        root = repository.workspace.root
        chosen = _deployment(repository, production, deployment)
        if output is not None and os.path.lexists(output):
            raise config.ConfigError(f"`{output}` is there already; it is not overwritten")
        name = env_file_name(chosen)
        if output is not None and not example and output.resolve().is_relative_to(root):
            name = output.resolve().relative_to(root).as_posix()
        made = render(chosen, name, make=None if example else generate)
        if output is None:
            _to_stdout(made.text, private=not example)
        else:
            _create(output, made.text, PRIVATE if not example else 0o644)
    except (config.ConfigError, OutputError) as error:
        return fail(str(error))
    if made.made:
        tell(f"note: secrets were made for {listed(map(in_line, made.made))}")
    if made.left:
        tell(f"note: fill in by hand: {listed(map(in_line, made.left))}")
    return 0


def _deployment(repository: Repository, production: bool, name: str | None) -> Deployment:
    deployments = deployments_called(repository, name)
    if name is not None:
        return deployments[0]
    found = [one for one in deployments if one.production is production]
    if not found:
        kind = "for production" if production else "but those for production: say --production"
        raise config.ConfigError(f"there is no deployment {kind} (--deployment)")
    if len(found) > 1:
        others = listed(one.name for one in found[1:])
        tell(f"note: this is the deployment `{found[0].name}`; there is also {others} (--deployment)")
    return found[0]


def _to_stdout(text: str, *, private: bool) -> None:
    """A file that stdout goes to gets mode 600, and must be empty."""
    try:
        status = os.fstat(sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        status = None
    if private and status is not None and stat.S_ISREG(status.st_mode):
        if status.st_size:
            raise OutputError("the file that stdout goes to is not empty; it is not overwritten")
        os.fchmod(sys.stdout.fileno(), PRIVATE)
    write(text)


def _create(path: Path, text: str, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
