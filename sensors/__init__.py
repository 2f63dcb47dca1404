"""What the city tells us: terminals, zones, quantities, SenML packs, screening, the ledger. Pure."""
