"""How much of what terminals promised has arrived: a sum of less is a lower bound."""

import math

from indicators.vital_sign import Inputs
from indicators.window import Aggregate


def whole_readings(expected: float) -> float:
    """How many readings a window holds for certain, of so many that a cadence promises on average.

    Example:
        >>> whole_readings(1.5), whole_readings(5.0), whole_readings(0.5)
        (1.0, 5.0, 0.5)
    """
    return float(math.floor(expected)) if expected >= 1 else expected


def arrived_of(aggregate: Aggregate) -> float:
    """Share of a terminal's promised readings that are in the window, 0–1; 1 of none promised."""
    promised = whole_readings(aggregate.expected)
    return min(aggregate.count / promised, 1.0) if promised > 0 else 1.0


def arrived_share(inputs: Inputs, quantity: str) -> float:
    """Share of the promised readings of a quantity that are in the window, 0–1.

    Of all terminals that declare it, also of those that are silent; of those that reported where
    the inputs do not say who declares it.
    """
    found = {a.terminal: a for a in inputs.all(quantity)}
    seconds = (inputs.end - inputs.start) / 1000
    expected = {t: seconds / cadence for t, cadence in inputs.declared.get(quantity, {}).items()}
    expected = expected or {t: a.expected for t, a in found.items()}
    promised = {t: whole_readings(readings) for t, readings in expected.items()}
    arrived = sum(min(a.count, promised.get(t, 0.0)) for t, a in found.items())
    whole = sum(promised.values())
    return arrived / whole if whole else 1.0
