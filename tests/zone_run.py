"""Runs the vitals stage of one zone, line by line."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from indicators.past_values import packed, unpacked
from indicators.planning import plan_zone
from indicators.registry import SIGNS
from indicators.stage import Vitals
from indicators.state import ZoneState
from indicators.vital_sign import VitalValue
from sensors.city import City
from sensors.directory import Directory
from sensors.row_store import RowStore


class Reading(NamedTuple):
    """An accepted reading of a terminal; `at` is its event time, Unix ms."""

    terminal: str
    quantity: str
    at: int
    value: float


class ZoneRun:
    """One zone of a city.

    Args:
        city: The city.
        zone: Id of the zone.
        resumed: Another run of the same zone, which this one continues from its state.
    """

    def __init__(self, city: City, zone: str, resumed: "ZoneRun | None" = None) -> None:
        self.plan = plan_zone(city, city.zones[zone], SIGNS.values())
        self.store: RowStore = resumed.store if resumed else RowStore()
        self.directory: Directory = resumed.directory if resumed else Directory(self.store)
        self.state: ZoneState = _reloaded(resumed.state) if resumed else ZoneState()
        self.stage = Vitals(self.directory, self.store)
        self.stage.open(self.plan, self.state)
        self.stage.sync_groups()

    def advance(self, now: int) -> list[VitalValue]:
        """Everything that falls due up to `now`."""
        return [value for closed in self.stage.close_until(now) for value in closed]

    def feed(self, now: int, readings: Iterable[Reading]) -> list[VitalValue]:
        """One line: what is due first, then its readings, then the revisions."""
        out = self.advance(now)
        numbered = [(self._channel_of(reading), reading) for reading in readings]
        self.directory.group_up(channel for channel, _ in numbered)
        self.stage.sync_groups()
        edges = self.stage.edges.of_groups()
        for channel, reading in numbered:
            group = int(self.directory.group[channel])
            cell = self.store.insert(group, reading.at, now)
            assert cell is not None
            self.store.values[cell + int(self.directory.column[channel])] = reading.value
            if reading.at < edges[group]:
                self.stage.touch(channel, reading.at, now)
        return out + self.stage.revisions(now)

    def _channel_of(self, reading: Reading) -> int:
        channel = self.directory.channel_of(f"{reading.terminal}/{reading.quantity}")
        assert channel is not None
        return channel

    def reloaded(self, city: City) -> "ZoneRun":
        """Another run that continues from this one's snapshot."""
        return ZoneRun(city, self.plan.zone.id, self)


def _reloaded(state: ZoneState) -> ZoneState:
    """The state through the encoding that snapshots have."""
    encoded = msgspec.msgpack.encode(state, enc_hook=packed)
    return msgspec.msgpack.decode(encoded, type=ZoneState, dec_hook=unpacked)
