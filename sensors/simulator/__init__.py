"""The terminal simulator: city, scenario, start and seed in, what terminals send out. Pure."""
