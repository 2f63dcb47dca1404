"""Seconds between the readings of a terminal, as it promised them."""

from indicators.vital_sign import Inputs
from indicators.window import Aggregate


def spacing_s(aggregate: Aggregate, inputs: Inputs) -> float:
    """Declared cadence of a terminal, s; the whole window where it promised nothing.

    Readings carry no times here: formulas take them as so far apart. Where some are missing, what
    they say of speed and duration is too quick and too short.
    """
    window_s = (inputs.end - inputs.start) / 1000
    return window_s / aggregate.expected if aggregate.expected > 0 else window_s
