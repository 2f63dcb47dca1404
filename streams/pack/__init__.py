"""Reading a city pack: files, their shape, what they mean, and where each problem stands."""
