"""Runs the vitals stage of one zone."""

from collections.abc import Iterable

import msgspec

from indicators.plan import plan_zone
from indicators.registry import SIGNS
from indicators.stage import ZoneVitals
from indicators.state import ZoneState
from indicators.timers import Timers
from indicators.vital_sign import VitalValue
from sensors.city import City
from tests.reference import Reading


class ZoneRun:
    """One zone of a city, fed line by line."""

    def __init__(self, city: City, zone: str, state: ZoneState | None = None) -> None:
        self.plan = plan_zone(city, city.zones[zone], SIGNS.values())
        self.timers = Timers()
        self.stage = ZoneVitals(self.plan, state or ZoneState(), self.timers)
        self.stage.rearm()

    def advance(self, now: int) -> list[VitalValue]:
        """Everything that falls due up to `now`."""
        out = []
        while (timer := self.timers.next_due(now)) is not None:
            value = self.stage.fire(timer)
            if value is not None:
                out.append(value)
        return out

    def feed(self, now: int, readings: Iterable[Reading]) -> list[VitalValue]:
        """One line: timers first, then its readings, then the revisions."""
        out = self.advance(now)
        for reading in readings:
            _, channel = self.plan.channels[f"{reading.terminal}/{reading.quantity}"]
            self.stage.accept(reading.terminal, channel, reading.at, reading.value, now)
        return out + self.stage.revisions(now)

    def reloaded(self, city: City) -> "ZoneRun":
        """Another run that continues from this one's snapshot."""
        return ZoneRun(city, self.plan.zone.id, _reloaded(self.stage.state))


def _reloaded(state: ZoneState) -> ZoneState:
    """The state through the encoding that snapshots have."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=ZoneState)
