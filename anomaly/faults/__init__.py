"""Sensor fault or real event: what speaks for either in one series, and a verdict. Pure."""
