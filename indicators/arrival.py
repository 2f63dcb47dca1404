"""How much of what terminals promised has arrived: a sum of less is a lower bound."""

from indicators.vital_sign import Inputs
from indicators.window import Aggregate


def arrived_of(aggregate: Aggregate) -> float:
    """Share of a terminal's promised readings that are in the window, 0–1; 1 of none promised."""
    return min(aggregate.count / aggregate.expected, 1.0) if aggregate.expected > 0 else 1.0


def arrived_share(inputs: Inputs, quantity: str) -> float:
    """Share of the promised readings of a quantity that are in the window, 0–1.

    Of all terminals that declare it, also of those that are silent; of those that reported where
    the inputs do not say who declares it.
    """
    found = {a.terminal: a for a in inputs.all(quantity)}
    seconds = (inputs.end - inputs.start) / 1000
    promised = {t: seconds / cadence for t, cadence in inputs.declared.get(quantity, {}).items()}
    promised = promised or {t: a.expected for t, a in found.items()}
    arrived = sum(min(a.count, promised.get(t, 0.0)) for t, a in found.items())
    whole = sum(promised.values())
    return arrived / whole if whole else 1.0
