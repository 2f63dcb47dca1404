"""What the city tells us: terminals, zones, quantities, SenML, screening, the ledger. Pure."""
