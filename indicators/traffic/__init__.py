"""Traffic: speed, flow, congestion, incidents; car parks."""
