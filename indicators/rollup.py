"""The roll-up stage: health indices of zones into those of their towns and their district."""

from typing import Final

import msgspec

from indicators.evaluate import quality_of
from indicators.health.roll_up import roll_up
from indicators.health.settings import HealthSettings
from indicators.rounding import rounded, significant
from indicators.timers import Timer, Timers
from indicators.vital_sign import VitalSign, VitalValue
from sensors.city import City, Place, Zone

RANK: Final = 2
WAIT_MS: Final = 60_000
"""By then every zone has published its index of the same window end."""
HEALTH_INDEX: Final = "health_index"
_FRESH_WINDOWS: Final = 3
"""An index counts while its window ended at most so many of its windows ago."""


class DistrictIndex(msgspec.Struct):
    """One district.

    Attributes:
        newest: The newest index of each zone that ever had one.
        pending: Window end → window length (ms) of the roll-ups to come.
    """

    newest: dict[str, VitalValue] = {}
    pending: dict[int, int] = {}


class RollUp:
    """The roll-up of all districts of a partition.

    Args:
        city: Who belongs where.
        sign: The declaration of the index.
        settings: Figures of the index.
        states: By district; changed in place.
        timers: The partition's queue.
    """

    def __init__(
        self, city: City, sign: VitalSign, settings: HealthSettings,
        states: dict[str, DistrictIndex], timers: Timers,
    ) -> None:  # fmt: skip
        self._city = city
        with_terminals = {terminal.zone for terminal in city.terminals.values()}
        self._observed = [z for _, z in sorted(city.zones.items()) if z.id in with_terminals]
        self._sign, self._settings = sign, settings
        self._states = states
        self._timers = timers

    def rearm(self) -> None:
        """Set the timers that a loaded state implies."""
        for district, state in self._states.items():
            for end in state.pending:
                self._arm(district, end)

    def _arm(self, district: str, end: int) -> None:
        self._timers.set(Timer(end + WAIT_MS, RANK, district, HEALTH_INDEX, end))

    def on_value(self, value: VitalValue) -> None:
        """Take the index of a zone."""
        district = self._city.district_of(value.zone)
        state = self._states.setdefault(district, DistrictIndex())
        known = state.newest.get(value.zone)
        if known is None or value.window_end >= known.window_end:
            state.newest[value.zone] = value
        # Districts roll up at the pace of their zones; a correction waits for the next time.
        end, window = value.window_end, value.window_end - value.window_start
        if end in state.pending:
            state.pending[end] = min(window, state.pending[end])
        elif value.revision == 0 and end + WAIT_MS > value.at:
            state.pending[end] = window
            self._arm(district, end)

    def fire(self, timer: Timer) -> list[VitalValue]:
        """Roll up one district and its towns."""
        state = self._states[timer.zone]
        end = timer.key
        window = state.pending.pop(end, None)
        if window is None or not state.newest:
            return []
        towns = sorted({self._city.zones[zone].town for zone in state.newest})
        places = [("town", self._city.towns[town]) for town in towns]
        places.append(("district", self._city.districts[timer.zone]))
        return [
            self._value(kind, place, state, (end - window, end), timer.due)
            for kind, place in places
        ]

    def _value(
        self, kind: str, place: Place, state: DistrictIndex, window: tuple[int, int], at: int
    ) -> VitalValue:
        start, end = window
        members = []
        weight = fresh = 0.0
        unknown = msgspec.structs.replace(next(iter(state.newest.values())), value=None)
        for zone in self._zones_of(kind, place):
            value = state.newest.get(zone.id, unknown)
            known = value if _is_fresh(value, end) else unknown
            weight += zone.exposure
            fresh += zone.exposure if known.value is not None else 0.0
            members.append((known, zone.exposure))
        measure = roll_up(members, self._settings)
        number = None if measure.value is None else significant(measure.value)
        return VitalValue(
            at=at, zone=place.id, indicator=HEALTH_INDEX, window_start=start,
            window_end=end, value=number, unit=self._sign.unit,
            level=None if number is None else self._sign.level_of(number),
            coverage=round(fresh / weight, 4) if weight else 0.0, revision=0,
            reason=measure.reason, detail=rounded(measure.detail), place=kind,
            quality=quality_of(measure, fresh / weight if weight else 0.0),
        )  # fmt: skip

    def _zones_of(self, kind: str, place: Place) -> list[Zone]:
        """The zones of a place that have terminals; one that was never heard counts as unknown."""
        return [
            zone
            for zone in self._observed
            if (zone.town if kind == "town" else zone.district) == place.id
        ]


def _is_fresh(value: VitalValue, end: int) -> bool:
    return value.window_end >= end - _FRESH_WINDOWS * (value.window_end - value.window_start)
