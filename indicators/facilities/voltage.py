"""Mains voltage at the cabinets of a place."""

from indicators.facilities.settings import FacilitySettings
from indicators.vital_sign import Inputs, Measure


def band(settings: FacilitySettings, volts: float, rated: float) -> str:
    """Id of the band that a voltage is in, scaled to the nominal one.

    Args:
        settings: Bands and the nominal voltage.
        volts: V, ≥ 0.
        rated: What the supply is built for, V, > 0.
    """
    scaled = round(volts / rated * settings.nominal_v, 6)
    return [level.id for level in settings.voltage_levels if scaled >= level.edge][-1]


def mains_voltage(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Voltage of the supply furthest from what it is built for, V: mean over the window.

    Source: 220 V +7 % −10 % (GB/T 12325) [M]; outer bands [D].
    """
    supplies = []
    for a in inputs.all("mains_voltage"):
        rated = inputs.ratings.get((a.terminal, "mains_voltage"), 0.0) or settings.nominal_v
        supplies.append((abs(a.mean / rated - 1), a.terminal, a.mean, rated))
    if not supplies:
        return Measure(None, "no_data")
    _, terminal, volts, rated = max(supplies)
    level = band(settings, volts, rated)
    detail = {"terminal": terminal, "deviation_percent": 100 * (volts / rated - 1), "rated": rated}
    return Measure(volts, detail=detail, level=level, weights={terminal: 1.0})
