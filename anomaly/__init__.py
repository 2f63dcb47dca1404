"""What is unusual and what follows from it: detectors, alert rules and their states. Pure."""
