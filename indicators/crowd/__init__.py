"""Crowds: density, people who come and go, capacity, level of service, pressure."""
