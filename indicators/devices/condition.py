"""What terminals say of themselves: battery and signal."""

from indicators.vital_sign import Inputs, Measure


def device_signal(inputs: Inputs) -> Measure:
    """Signal of the terminal that is worst connected, dBm: its arithmetic mean over the window."""
    terminals = [(a.mean, a.terminal, a.low) for a in inputs.all("signal")]
    if not terminals:
        return Measure(None, "no_data")
    mean, terminal, low = min(terminals)
    detail = {"terminal": terminal, "lowest_dbm": low, "terminals": len(terminals)}
    return Measure(mean, detail=detail, weights={terminal: 1.0})
