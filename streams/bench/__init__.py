"""Measurements of the running system: `vitals bench`."""
