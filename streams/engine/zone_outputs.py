"""What a zone partition publishes of its zones, and what it tells the district partitions."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from anomaly.faults.zone_faults import ZoneFaults, ZoneFaultState
from anomaly.forecasting import FORECAST_INPUTS, ZoneForecasts
from anomaly.stage import ZoneScores
from indicators.every_series import EVERY_SERIES, series_of
from indicators.plan import ZonePlan
from indicators.vital_sign import VitalValue
from streams.engine.config import EngineConfig
from streams.engine.fault_lines import publish_fault
from streams.engine.indication import Indication, clock_of
from streams.engine.line_writer import VitalWriter, publish_forecast, publish_score
from streams.engine.outputs import Outputs
from streams.engine.zone_snapshot import PartitionSnapshot, ZoneSnapshot


class _Outlet(NamedTuple):
    """One zone: its scores, forecasts and snapshot, and where its values go."""

    scores: ZoneScores
    forecasts: ZoneForecasts
    snapshot: ZoneSnapshot
    timezone: str
    district: int


class ZoneOutputs:
    """The outputs of a partition, frame by frame.

    Args:
        config: City, signs and partition counts.
        own: The partition's own state; the clock and the numbers of indications stand there.

    Attributes:
        published: What the frame at hand has published, in order.
    """

    def __init__(self, config: EngineConfig, own: PartitionSnapshot) -> None:
        self._config, self._own = config, own
        self._outlets: dict[str, _Outlet] = {}
        self._timezones: dict[str, str] = {}
        self._writer = VitalWriter(config.signs, config.city, config.rules.version)
        self._forecast = FORECAST_INPUTS & config.signs.keys()
        scored = {name for name, sign in config.signs.items() if sign.is_scored}
        # Signs of which more is made than their line.
        self._followed = scored | self._forecast | config.indicated
        self._touched: set[str] = set()
        self._faults: dict[str, ZoneFaults] = {}
        self._judged: set[str] = set()
        self.published = Outputs()
        self._indications: dict[int, list[Indication]] = {}

    def open(self, plan: ZonePlan, snapshot: ZoneSnapshot, judged: ZoneFaultState) -> None:
        """Take a zone in."""
        zone = plan.zone
        keep = {s: p.horizon + p.window for s, p in plan.signs.items()}
        scores = ZoneScores(
            zone.timezone, self._config.signs, keep, snapshot.scores, snapshot.joints,
            self._config.day_kinds(zone.timezone),
        )  # fmt: skip
        forecasts = ZoneForecasts(
            zone, self._config.signs, snapshot.forecasts, self._config.day_kinds(zone.timezone)
        )
        self._faults[zone.id] = ZoneFaults(
            zone.timezone, plan.terminals, judged,
            day_kind=self._config.day_kinds(zone.timezone),
        )  # fmt: skip
        district = self._config.district_partition(zone.district)
        self._timezones[zone.id] = zone.timezone
        self._outlets[zone.id] = _Outlet(scores, forecasts, snapshot, zone.timezone, district)

    def begin(self) -> None:
        """Nothing has been published of the next frame."""
        self.published, self._indications = Outputs(), {}

    def finish(self, now: int) -> tuple[Outputs, dict[int, list[Indication]]]:
        """What is published of a frame, and what each district partition is told, both in order.

        The clock is told once a frame at most: only its last one can matter.

        Args:
            now: Stream time after the frame, Unix ms.
        """
        clock = clock_of(now)
        if clock > self._own.clock:
            self._own.clock = clock
            for destination in range(self._config.district_partitions):
                self._tell(destination, clock, None)
        return self.published, self._indications

    def close(self, values: Sequence[VitalValue]) -> None:
        """Publish the values of windows that close on time, then what is told of the sensors.

        Before rows are added: judges look at the readings of the windows.
        """
        if not self._config.judges_faults:
            self.emit(values)
            return
        held = [value for value in values if value.indicator == EVERY_SERIES.id]
        if held:
            values = [value for value in values if value.indicator != EVERY_SERIES.id]
        self.emit(values)
        for window in held:
            zone, timezone = window.zone, self._timezones[window.zone]
            changes = self._faults[zone].step(
                window.window_start, window.window_end, series_of(window)
            )
            # Its next window stands in the zone's own block.
            self._touched.add(zone)
            self._judged.add(zone)
            self.published.add(
                [publish_fault(change, window.at, zone, timezone) for change in changes]
            )

    def emit(self, values: Sequence[VitalValue]) -> None:
        """Publish values with their scores; tell the districts those that alerts depend on."""
        if not values:
            return
        self.published.add_values(values, self._writer.write(values, self._timezones))
        self._touched.update([value.zone for value in values])
        followed = self._followed
        for value in [value for value in values if value.indicator in followed]:
            indicator = value.indicator
            scores, forecasts, _, timezone, district = self._outlets[value.zone]
            found = scores.step(value)
            if found:
                self.published.add([publish_score(score, timezone) for score in found])
            if indicator in self._forecast:
                made = forecasts.step(value)
                self.published.add([publish_forecast(one, timezone) for one in made])
            if indicator in self._config.indicated:
                self._tell(district, value.at, value)

    def _tell(self, destination: int, at: int, value: VitalValue | None) -> None:
        self._own.seqs[destination] += 1
        item = Indication(self._own.seqs[destination], at, value)
        self._indications.setdefault(destination, []).append(item)

    def touch(self, zone: str) -> None:
        """Note that the state of a zone changed."""
        self._touched.add(zone)

    def changed(self, *, everything: bool) -> Iterator[tuple[str, ZoneSnapshot]]:
        """The zones that changed since the last time, or all, with their snapshots."""
        touched, self._touched = self._touched, set()
        for zone in sorted(self._outlets if everything else touched):
            outlet = self._outlets[zone]
            outlet.scores.dump()
            outlet.forecasts.dump()
            yield zone, outlet.snapshot

    def judged(self, *, everything: bool) -> Iterator[tuple[str, ZoneFaultState]]:
        """The zones whose sensors were judged since the last time, or all, with their judges."""
        judged, self._judged = self._judged, set()
        for zone in sorted(self._outlets if everything else judged):
            yield zone, self._faults[zone].dump()
