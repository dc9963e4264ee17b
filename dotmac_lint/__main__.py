"""`python -m dotmac_lint`."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the working directory, which may be the repository that is linted: never code

from dotmac_lint.cli import program

program()
