"""Air: quality indices of China and the US, and the running means that they need."""
