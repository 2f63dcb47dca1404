"""Wind: the Beaufort scale, the windiest station's mean, the strongest gust."""

from bisect import bisect_right
from typing import Final

from indicators.vital_sign import Inputs, Measure

BEAUFORT: Final = (
    0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7, 37.0, 41.5, 46.2, 51.0, 56.1,
)  # fmt: skip
"""m/s at which force 1, 2 and so on to 17 begin. [V secondary]"""


def beaufort(speed: float) -> int:
    """Force 0-17 of a wind of `speed` m/s, ≥ 0; between two rows of the table the lower holds."""
    return bisect_right(BEAUFORT, speed)


def wind_force(inputs: Inputs) -> Measure:
    """Beaufort number of the 10-min mean wind at the windiest station.

    Source: Beaufort scale [V secondary].
    """
    stations = inputs.all("wind_speed")
    if not stations:
        return Measure(None, "no_data")
    windiest = max(stations, key=lambda station: (station.mean, station.terminal))
    detail = {"terminal": windiest.terminal, "speed": windiest.mean}
    return Measure(float(beaufort(windiest.mean)), detail=detail, weights={windiest.terminal: 1.0})


def wind_gust(inputs: Inputs) -> Measure:
    """Strongest gust of all stations, m/s; in the detail its Beaufort number."""
    stations = inputs.all("wind_gust")
    if not stations:
        return Measure(None, "no_data")
    strongest = max(stations, key=lambda station: (station.high, station.terminal))
    detail = {"terminal": strongest.terminal, "force": beaufort(strongest.high)}
    return Measure(strongest.high, detail=detail, weights={strongest.terminal: 1.0})
