"""The operations page: topics projected into the store, shown, and answered with commands."""
