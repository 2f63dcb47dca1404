"""What runs: hosts of the stages, gateway, topics, stores, work orders, page, command line."""
