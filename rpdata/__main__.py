"""`python -m rpdata` is the `rpdata` command."""

from rpdata.cli import main

main()
