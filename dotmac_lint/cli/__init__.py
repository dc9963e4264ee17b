"""The command line. `--version` answers before anything else is imported: start-up time is a feature."""

from __future__ import annotations

import gc
import os
import sys

FAILED = 2
"""The exit status of a run that could not do its work. 1 says that it found something, and nothing else."""


def program() -> None:
    """The console script `dotmac-lint`: `main`, and then the end of the process at once, without taking its objects
    apart, which costs up to a tenth of a run.
    """
    try:
        main()
        status: object = 0
    except SystemExit as ended:
        status = ended.code or 0
    if not isinstance(status, int) or sys.gettrace() is not None or sys.getprofile() is not None:
        raise SystemExit(status)  # whoever looks on has something to do at the end
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        raise SystemExit(status) from None  # Python has its own way to tell
    os._exit(status)


def main() -> None:
    """The command line: raises SystemExit with the status."""
    if sys.argv[1:] == ["--version"]:
        from dotmac_lint import __version__

        sys.stdout.write(f"dotmac-lint {__version__}\n")
        return
    gc.set_threshold(100_000, 50, 50)  # modules and syntax trees are many objects that live to the end
    import click

    from dotmac_lint.cli.commands import cli

    try:
        status = cli.main(prog_name="dotmac-lint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = FAILED
    except (click.Abort, KeyboardInterrupt):
        status = FAILED
    except Exception as error:
        from dotmac_lint.cli.output import report_crash

        report_crash("dotmac-lint", error, verbose=not {"-v", "--verbose"}.isdisjoint(sys.argv))
        status = FAILED
    raise SystemExit(status)
