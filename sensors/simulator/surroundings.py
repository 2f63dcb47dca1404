"""What surrounds the sensors of a zone at an instant: hour, rain, water, people, traffic."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from sensors.city import City, Zone
from sensors.simulator import daily, rain
from sensors.simulator.ponding import Pond, depth, step
from sensors.simulator.scenario import Scenario, hour_of
from sensors.simulator.traffic import traffic

STEP = 10.0
"""Seconds of one step of the ponds."""


class Surroundings(msgspec.Struct, frozen=True):
    """The state of a zone at an instant.

    Attributes:
        zone: The zone.
        at: Unix seconds.
        hour: Local hour of the day, 0–24.
        rain_mm_h: Rain of the last minute, mm/h.
        temperature: Air temperature, °C.
        depth_m: Water at the lowest point.
        drain_share: How full the drain is, 0–1.
        density: People per m².
        speed: Traffic, km/h.
        flow: Vehicles per minute.
    """

    zone: Zone
    at: float
    hour: float
    rain_mm_h: float
    temperature: float
    depth_m: float
    drain_share: float
    density: float
    speed: float
    flow: float


class World:
    """The city under a scenario; only its ponds have a memory, all else follows from the time.

    Args:
        city: Zones and terminals.
        scenario: What happens.
        start: Unix seconds of the run's beginning.
    """

    def __init__(self, city: City, scenario: Scenario, start: float) -> None:
        self._scenario = scenario
        self._start = start
        self._steps = 0
        wet = {zone.id: zone for zone in city.zones.values() if zone.catchment is not None}
        self._wet = wet
        self._before = dict.fromkeys(wet, Pond())
        self._ponds = dict.fromkeys(wet, Pond())
        self._courses = {crowd.zone: crowd.course for crowd in scenario.crowds}
        self._hours = {zone.id: self._first_hour(zone) for zone in city.zones.values()}

    def advance(self) -> float:
        """Move the ponds one step on; returns the instant (Unix s) up to which the state holds."""
        since, self._steps = self._steps * STEP, self._steps + 1
        for zone_id, zone in self._wet.items():
            fallen = self._fallen(zone_id, since + STEP) - self._fallen(zone_id, since)
            pond = self._before[zone_id] = self._ponds[zone_id]
            catchment = zone.catchment
            if catchment is not None:
                self._ponds[zone_id], _ = step(pond, catchment, fallen * 3600.0 / STEP, STEP)
        return self._start + self._steps * STEP

    def rain_between(self, zone: Zone, earlier: float, later: float) -> tuple[float, float]:
        """Rain since the run's beginning at two instants (Unix s), mm."""
        return (
            self._fallen(zone.id, earlier - self._start),
            self._fallen(zone.id, later - self._start),
        )

    def around(self, zone: Zone, at: float) -> Surroundings:
        """The state of a zone at an instant (Unix s); its pond is that of the last step."""
        since = at - self._start
        hour = (self._hours[zone.id] + since / 3600.0) % 24.0
        recent = self._fallen(zone.id, since) - self._fallen(zone.id, since - 60.0)
        intensity = 60.0 * recent
        water, share = self._water(zone, since, intensity)
        speed, flow = traffic(zone, hour, intensity, water)
        return Surroundings(
            zone=zone,
            at=at,
            hour=hour,
            rain_mm_h=intensity,
            temperature=daily.temperature(self._scenario.temperature, hour)
            - 4.0 * min(1.0, intensity / 60.0),
            depth_m=water,
            drain_share=share,
            density=self._density(zone, hour, since, intensity),
            speed=speed,
            flow=flow,
        )

    def _first_hour(self, zone: Zone) -> float:
        if self._scenario.local_start is not None:
            return hour_of(self._scenario.local_start)
        # The offset of the beginning holds for the whole run.
        moment = datetime.fromtimestamp(self._start, UTC).astimezone(ZoneInfo(zone.timezone))
        return moment.hour + moment.minute / 60.0 + moment.second / 3600.0

    def _fallen(self, zone: str, since: float) -> float:
        factor = self._scenario.rain_factor.get(zone, 1.0)
        return factor * rain.fallen(self._scenario.storms, since / 60.0)

    def _water(self, zone: Zone, since: float, intensity: float) -> tuple[float, float]:
        catchment = zone.catchment
        if catchment is None:
            # A well drained road: a film of a few millimetres while it rains.
            return min(0.02, 1e-4 * intensity), min(1.0, intensity / 150.0)
        part = min(max(since / STEP - (self._steps - 1), 0.0), 1.0)
        earlier, pond = self._before[zone.id], self._ponds[zone.id]
        h = depth(earlier, catchment)
        h += part * (depth(pond, catchment) - h)
        drain = catchment.efficiency * catchment.pipe_m3_s
        return h, min(1.0, pond.runoff_m3_s / drain) if drain else 1.0

    def _density(self, zone: Zone, hour: float, since: float, intensity: float) -> float:
        usual = daily.people_density(zone.kind, hour)
        extra = course_at(self._courses.get(zone.id, ()), since / 60.0)
        # Rain empties open places, but not all at once and never entirely.
        return (usual + extra) * (1.0 - 0.7 * min(1.0, intensity / 30.0))


def course_at(course: Sequence[tuple[float, float]], minute: float) -> float:
    """A value of a course of (minute, value) points, linear between them; 0 without points.

    Example:
        >>> course_at([(0, 1.0), (10, 2.0)], 5), course_at([(0, 1.0), (10, 2.0)], 99)
        (1.5, 2.0)
    """
    if not course:
        return 0.0
    before = course[0]
    for point in course:
        if minute < point[0]:
            width = point[0] - before[0]
            share = (minute - before[0]) / width if width > 0 else 0.0
            return before[1] + share * (point[1] - before[1])
        before = point
    return before[1]
