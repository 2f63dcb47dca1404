"""The fault judges of one zone: what its windows hold in, verdicts that changed out.

Of a zone by itself: neighbours in other zones may live in another partition, on another machine.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from anomaly.day_kind import DayKind, by_weekday
from anomaly.faults.evidence import FaultVerdict, Ruling
from anomaly.faults.judge import FaultJudge
from anomaly.faults.near import neighbours_of
from anomaly.faults.panel import judge_together
from anomaly.faults.physics import physics_of
from anomaly.faults.series_window import SeriesWindow
from anomaly.faults.settings import DEFAULTS, FaultSettings
from indicators.rounding import local_offset
from indicators.window import Aggregate
from sensors.city import Terminal

_RAIN: Final = ("rain", "rain_rate")


class ZoneFaultState(msgspec.Struct):
    """What is kept of a zone: snapshots of judges by quantity and terminal, and its rain.

    Attributes:
        judges: Quantity → terminal → snapshot, at most 4 KB each.
        rain: Window end (ms) → mm, of the past hours.
        judged_to: End of the last window that was judged, ms.
    """

    judges: dict[str, dict[str, bytes]] = {}
    rain: dict[int, float] = {}
    judged_to: int = 0


class FaultChange(NamedTuple):
    """A series of which something else is told than a window before.

    Attributes:
        terminal: Its terminal.
        quantity: Its quantity.
        before: What was told of it before: fault, event or clear.
        verdict: The verdict on it now.
    """

    terminal: str
    quantity: str
    before: str
    verdict: FaultVerdict


class ZoneFaults:
    """All judges of a zone.

    Args:
        timezone: IANA zone of its local time.
        terminals: Of the zone, and of other zones that the same host judges.
        state: Changed in place.
        settings: The figures of the tests.
        day_kind: Local day → kind.
    """

    def __init__(
        self, timezone: str, terminals: Iterable[Terminal], state: ZoneFaultState,
        settings: FaultSettings = DEFAULTS, day_kind: DayKind = by_weekday,
    ) -> None:  # fmt: skip
        self._timezone, self._settings, self._day_kind = timezone, settings, day_kind
        self._terminals = tuple(terminals)
        self._state = state
        self._near: dict[str, dict[str, tuple[str, ...]]] = {}
        self._judges: dict[str, dict[str, FaultJudge]] = {}

    def step(
        self, start: int, end: int, by_quantity: Mapping[str, Sequence[Aggregate]]
    ) -> list[FaultChange]:
        """Judge what the windows of a zone hold, once each: corrections of them are not judged.

        Args:
            start: Window start, Unix ms.
            end: Window end; nothing is judged of what is not later than the one before.
            by_quantity: The series that reported, by quantity.

        Returns:
            The series of which something else is told, by quantity and terminal.
        """
        if end <= self._state.judged_to:
            return []
        self._state.judged_to = end
        offset = local_offset(start, self._timezone)
        rain, changes = self._rain(start, end, by_quantity), []
        for quantity in sorted(by_quantity):
            windows = {a.terminal: _window(a, start, end, offset) for a in by_quantity[quantity]}
            judges = {name: self._judge(quantity, name) for name in windows}
            before = {name: (judge.ruling.told, judge.kind) for name, judge in judges.items()}
            found = judge_together(judges, windows, self._near_of(quantity), rain)
            changes += [
                FaultChange(terminal, quantity, before[terminal][0], verdict)
                for terminal, verdict in sorted(found.items())
                if (verdict.verdict.told, verdict.kind) != before[terminal]
            ]
        return changes

    def at_fault(self) -> dict[tuple[str, str], str]:
        """(terminal, quantity) → kind of fault, of all series that are at fault now."""
        return {
            (terminal, quantity): judge.kind
            for quantity, judges in sorted(self._judges.items())
            for terminal, judge in sorted(judges.items())
            if judge.ruling is Ruling.FAULT
        }

    def dump(self) -> ZoneFaultState:
        """The state with the judges' snapshots in it."""
        for quantity, judges in self._judges.items():
            kept = self._state.judges.setdefault(quantity, {})
            kept.update((name, judge.dump()) for name, judge in judges.items())
        return self._state

    def _judge(self, quantity: str, terminal: str) -> FaultJudge:
        judges = self._judges.setdefault(quantity, {})
        judge = judges.get(terminal)
        if judge is None:
            judge = judges[terminal] = FaultJudge(
                quantity, settings=self._settings, day_kind=self._day_kind
            )
            snapshot = self._state.judges.get(quantity, {}).get(terminal)
            if snapshot is not None:
                judge.load(snapshot)
        return judge

    def _near_of(self, quantity: str) -> dict[str, tuple[str, ...]]:
        near = self._near.get(quantity)
        if near is None:
            near = self._near[quantity] = neighbours_of(self._terminals, quantity)
        return near

    def _rain(
        self, start: int, end: int, by_quantity: Mapping[str, Sequence[Aggregate]]
    ) -> float | None:
        """Rain of the past hours by the gauge that had most, mm; None where no gauge reported."""
        hours = (end - start) / 3_600_000
        fallen = [a.total for a in by_quantity.get("rain", ())]
        fallen += [a.mean * hours for a in by_quantity.get("rain_rate", ())]
        oldest = end - self._settings.rain_hours * 3_600_000
        kept = {at: mm for at, mm in self._state.rain.items() if at > oldest}
        if fallen:
            kept[end] = max(fallen)
        self._state.rain = kept
        return sum(kept.values()) if kept else None


def _window(series: Aggregate, start: int, end: int, offset: int) -> SeriesWindow:
    """The window of an aggregate, whose readings are as far apart as was promised.

    Where some are missing, a step is taken to have had all their time: rather too slow than an
    impossible one that never was.
    """
    spacing = (end - start) / max(series.expected, 1.0)
    # A series that comes once a window may have come at its start.
    last_at = series.newest or end
    first_at = max(start, round(last_at - (series.count - 1) * spacing))
    first = last = series.high
    step, step_s = 0.0, spacing / 1000
    if series.low != series.high:
        values = series.values
        first, last = float(values[0]), float(values[-1])
        if physics_of(series.quantity.name).rate_per_min is not None:
            steps = np.diff(values)
            step = float(steps[np.argmax(np.abs(steps))])
            step_s *= 1 + max(0.0, round(series.expected) - series.count)
    return SeriesWindow(
        start, end, series.mean, series.low, series.high, first, last, first_at, last_at,
        series.count, step, step_s, offset,
    )  # fmt: skip
