"""Fire: evidence of several kinds, and how it comes together."""
