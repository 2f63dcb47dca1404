"""From an index or an alert down to the readings that made it."""
