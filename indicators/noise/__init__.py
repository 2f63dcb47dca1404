"""Noise: equivalent levels, percentiles, day and night, limits of the functional zone."""
