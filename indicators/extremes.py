"""The highest or the lowest reading of one quantity in a window."""

from indicators.vital_sign import Inputs, Measure


def highest(quantity: str, inputs: Inputs) -> Measure:
    """Largest reading of the window among all terminals, in the quantity's unit.

    Of several terminals as high, the last by id counts. Source: plain maximum.
    """
    readings = [(a.high, a.terminal) for a in inputs.all(quantity)]
    if not readings:
        return Measure(None, "no_data")
    value, terminal = max(readings)
    return Measure(value, detail={"terminal": terminal}, weights={terminal: 1.0})


def lowest(quantity: str, inputs: Inputs) -> Measure:
    """Smallest reading of the window among all terminals, in the quantity's unit.

    Of several terminals as low, the first by id counts. Source: plain minimum.
    """
    readings = [(a.low, a.terminal) for a in inputs.all(quantity)]
    if not readings:
        return Measure(None, "no_data")
    value, terminal = min(readings)
    return Measure(value, detail={"terminal": terminal}, weights={terminal: 1.0})
