"""Mains voltage at the cabinets of a place."""

from typing import Final

from indicators.facilities.settings import FacilitySettings
from indicators.vital_sign import Inputs, Level, Measure

_GRAVITY: Final = ("green", "blue", "yellow", "orange", "red")


def band(settings: FacilitySettings, volts: float, rated: float) -> Level:
    """The band that a voltage is in, scaled to the nominal one.

    Args:
        settings: Bands and the nominal voltage.
        volts: V, ≥ 0.
        rated: What the supply is built for, V, > 0.
    """
    scaled = round(volts / rated * settings.nominal_v, 6)
    return [level for level in settings.voltage_levels if scaled >= level.edge][-1]


def mains_voltage(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Voltage of the supply that is worst off, V: by its band, then by its deviation.

    Means over the window. Source: 220 V +7 % −10 % (GB/T 12325) [M]; outer bands [D].
    """
    supplies = []
    for a in inputs.all("mains_voltage"):
        rated = inputs.ratings.get((a.terminal, "mains_voltage"), 0.0) or settings.nominal_v
        own = band(settings, a.mean, rated)
        gravity = _GRAVITY.index(own.colour) if own.colour in _GRAVITY else len(_GRAVITY)
        supplies.append((gravity, abs(a.mean / rated - 1), a.terminal, a.mean, rated, own.id))
    if not supplies:
        return Measure(None, "no_data")
    _, _, terminal, volts, rated, level = max(supplies)
    detail = {"terminal": terminal, "deviation_percent": 100 * (volts / rated - 1), "rated": rated}
    return Measure(volts, detail=detail, level=level, weights={terminal: 1.0})
