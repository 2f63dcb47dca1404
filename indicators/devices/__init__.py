"""Devices: whether terminals live, how they are, and whether their data can be trusted."""
