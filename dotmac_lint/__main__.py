"""`python -m dotmac_lint`."""

from dotmac_lint.cli import main

main()
