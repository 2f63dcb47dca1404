"""Waterlogging and rain."""
