"""One zone: measured signs, and those that are derived from its terminals and its other signs."""

from anomaly.faults.zone_faults import FaultChange
from indicators.plan import SignPlan, ZonePlan
from indicators.vital_sign import Basis, Inputs, VitalValue
from sensors.city import Zone
from tests.plain.formulas import Answer
from tests.plain.reading import Reading
from tests.plain.series import JudgedSeries
from tests.plain.sign import MadeSign, MeasuredSign, PlainSign


def answer_of_signs(
    plan: SignPlan, zone: Zone, end: int, latest: dict[str, VitalValue], hops: dict[str, int]
) -> Answer:
    """What the formula over other signs says; the only place where the project's inputs are made."""
    inputs = Inputs(zone=zone, start=end - plan.window, end=end, latest=latest, hops=hops)
    measure = plan.sign.formula(inputs)
    return Answer(measure.value, measure.detail, measure.reason, is_suspect=measure.is_suspect)


def availability(heard: dict[str, int | None], cadences: dict[str, float], end: int) -> Answer:
    """Share of the terminals that spoke within three cadences, two minutes at least."""
    down = []
    for terminal, newest in sorted(heard.items()):
        patience = 1000 * max(3 * cadences[terminal], 120)
        if newest is None or newest < end - patience:
            down.append(terminal)
    return Answer(1 - len(down) / len(heard), {"terminals": len(heard), "down": down[:20]})


class PlainZone:
    """The signs of one zone.

    Args:
        plan: What the zone computes.
    """

    def __init__(self, plan: ZonePlan) -> None:
        self._plan = plan
        self.place = plan.zone
        self._heard: dict[str, int | None] = dict.fromkeys(plan.cadences)
        self.oldest: int | None = None
        self.newest: int | None = None
        self._measured = {
            sign: MeasuredSign(own, plan)
            for sign, own in plan.signs.items()
            if own.sign.basis is Basis.READINGS and not own.sign.is_internal
        }
        self._judged = {
            sign: JudgedSeries(own, plan)
            for sign, own in plan.signs.items()
            if own.sign.is_internal
        }
        self.changes: list[tuple[int, FaultChange]] = []
        self._derived = {
            sign: PlainSign(own, plan.zone)
            for sign, own in plan.signs.items()
            if own.sign.basis in {Basis.LIVENESS, Basis.SIGNS}
        }
        self._made = {
            sign: MadeSign(own, plan.zone)
            for sign, own in plan.signs.items()
            if own.sign.basis is Basis.HISTORY
        }
        self._hops = {sign: own.hop for sign, own in plan.signs.items()}
        self._sources = {source for sign in self._made.values() for source in sign.plan.sources}
        self._past: list[VitalValue] = []

    def timers(self) -> list[tuple[int, str, str, int]]:
        """(due, zone, sign, window end) of every sign that is awake."""
        return [
            (sign.due, self.place.id, name, sign.next_end)
            for name, sign in self._signs().items()
            if sign.due is not None and sign.next_end is not None
        ]

    def _signs(self) -> dict[str, PlainSign]:
        return {**self._measured, **self._derived, **self._made, **self._judged}

    def fire(self, name: str) -> VitalValue | None:
        """Close the window of a sign that is due; what it changes of verdicts is in `changes`."""
        if name in self._judged:
            due = self._judged[name].due
            assert due is not None
            self.changes += [(due, change) for change in self._judged[name].close()]
            return None
        value = self._closed(name)
        if value is not None and name in self._sources:
            self._past.append(value)
        return value

    def _closed(self, name: str) -> VitalValue | None:
        if name in self._measured:
            return self._measured[name].close()
        if name in self._made:
            assert self.newest is not None
            return self._made[name].close(self._past, self._hops, self.newest)
        sign = self._derived[name]
        assert sign.next_end is not None
        assert self.newest is not None
        if sign.plan.sign.basis is Basis.LIVENESS:
            answer = availability(self._heard, dict(self._plan.cadences), sign.next_end)
        else:
            signs = sorted(self._signs().items())
            latest = {n: s.known for n, s in signs if s.known is not None}
            answer = answer_of_signs(sign.plan, self.place, sign.next_end, latest, self._hops)
        return sign.closed(answer, 1.0, self.newest)

    def take(self, readings: list[Reading], now: int) -> list[VitalValue]:
        """Take the accepted readings of one line; gives the corrections that they make."""
        if readings:
            self._wake(now)
        for reading in readings:
            known = self._heard[reading.terminal]
            self._heard[reading.terminal] = max(known or 0, reading.at)
            self.oldest = min(self.oldest or reading.at, reading.at)
            self.newest = max(self.newest or reading.at, reading.at)
        for series in self._judged.values():
            series.take(readings, now)
        changed = [v for sign in self._measured.values() for v in sign.take(readings, now)]
        self._past += [value for value in changed if value.indicator in self._sources]
        for sign in sorted(self._made.values(), key=lambda made: made.plan.depth):
            again = sign.corrected(self._past, self._hops, changed, now)
            self._past += again
            changed += again
        return changed

    def _wake(self, now: int) -> None:
        """What no reading feeds begins with the first window that ends after now."""
        for sign in self._derived.values():
            if sign.next_end is None:
                sign.next_end = sign.end_after(now)
        for sign in self._made.values():
            if sign.next_end is None:
                sign.next_end = sign.end_after(now - sign.plan.grace)
