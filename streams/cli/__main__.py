"""`python -m streams.cli` is `vitals`."""

from streams.cli.main import main

main()
