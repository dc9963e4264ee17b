"""Where text goes: stdout, a file, stderr. Nothing of it drives a terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from dotmac_lint.cli import FAILED


class OutputError(Exception):
    """The report could not be written."""


def tell(text: str) -> None:
    """Say something beside the report, on stderr."""
    from dotmac_lint.report.secrets import mask_secrets, visible  # a run that says nothing masks nothing

    click.echo("\n".join(visible(mask_secrets(line)) for line in text.split("\n")), err=True)


def fail(message: str) -> int:
    """Say why the work could not be done; returns the exit status."""
    tell(f"error: {message}")
    return FAILED


def report_crash(who: str, error: BaseException, *, verbose: bool) -> None:
    import traceback

    trace = "".join(traceback.format_exception(error))
    crashed(who, f"{type(error).__name__}: {error}", trace, verbose=verbose)


def crashed(who: str, message: str, trace: str, *, verbose: bool) -> None:
    detail = trace if verbose else "Run with --verbose for the traceback."
    tell(f"error: {who} failed: {message}. This is a bug, please report it.\n{detail}")


def write(text: str, output_file: Path | None = None) -> None:
    """Write the report; a reader of the pipe that has gone is no error."""
    data = text.encode("utf-8", "replace")
    try:
        if output_file is not None:
            _replace(output_file, data)
        elif sys.stdout is None:
            raise OutputError("the report cannot be written: standard output is closed")
        else:
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at its end
    except OSError as error:
        if output_file is None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(f"{output_file or 'the report'} cannot be written: {error.strerror}") from error


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # a device or a pipe, such as /dev/stdout
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
