"""The command line `vitals`, one module per command."""
