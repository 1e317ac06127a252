"""`python -m mlesmith` is the command line."""

from mlesmith.cli import main

main()
