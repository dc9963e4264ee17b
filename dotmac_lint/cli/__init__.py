"""The command line. `--version` answers before anything else is imported: start-up time is a feature."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script `dotmac-lint`."""
    if sys.argv[1:] == ["--version"]:
        from dotmac_lint import __version__

        sys.stdout.write(f"dotmac-lint {__version__}\n")
        return
    from dotmac_lint.cli.commands import cli

    cli(prog_name="dotmac-lint")
