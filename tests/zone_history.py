"""What a zone publishes of readings that all arrive on time."""

from collections.abc import Iterable
from itertools import groupby

from indicators.vital_sign import VitalValue
from sensors.city import City
from tests.builders import MINUTE_MS, T0_MS
from tests.zone_run import Reading, ZoneRun

Published = dict[tuple[str, int], VitalValue]
"""(sign, minutes after T0 at which its window ends) → the newest value."""


def published(
    city: City, readings: Iterable[Reading], until: int, late: Iterable[Reading] = ()
) -> Published:
    """Run the only zone of a city.

    Args:
        city: The city.
        readings: Each is received half a second after its event time.
        until: How long stream time runs, minutes after T0.
        late: Readings that arrive only then.
    """
    (zone,) = city.zones
    run, values = ZoneRun(city, zone), []
    packs = groupby(sorted(readings, key=_when), key=_when)
    for (at, _), pack in packs:
        values += run.feed(at + 500, pack)
    values += run.advance(T0_MS + until * MINUTE_MS)
    values += run.feed(T0_MS + until * MINUTE_MS, sorted(late, key=_when)) if late else []
    return {(v.indicator, (v.window_end - T0_MS) // MINUTE_MS): v for v in values}


def each_minute(
    terminal: str, quantity: str, values: Iterable[float | None], first: int = 0, every: int = 1
) -> list[Reading]:
    """Readings of successive minutes after T0; None is one that never comes."""
    return [
        Reading(terminal, quantity, T0_MS + (first + every * n) * MINUTE_MS, value)
        for n, value in enumerate(values)
        if value is not None
    ]


def _when(reading: Reading) -> tuple[int, str]:
    return reading.at, reading.terminal
