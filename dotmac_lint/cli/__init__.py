"""The command line. `--version` answers before anything else is imported: start-up time is a feature."""

from __future__ import annotations

import gc
import sys

FAILED = 2
"""The exit status of a run that could not do its work. 1 says that it found something, and nothing else."""


def main() -> None:
    """The console script `dotmac-lint`."""
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
