"""Weather: heat, wind and visibility."""
