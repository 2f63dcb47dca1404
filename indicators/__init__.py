"""What it means: event-time windows, one function per formula, the vital signs, the index. Pure."""
