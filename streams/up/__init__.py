"""Everything on one machine: embedded servers, our processes, a simulated city, one summary."""
