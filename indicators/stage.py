"""The vitals stage: accepted readings into event-time windows, windows into vital signs.

One object holds one zone. Times are Unix ms; `now` is the effective received. A window closes on
time at end + grace by its timer, as revision 0; whatever touches it later publishes one revision
more, at the time of the line that touched it.
"""

from typing import Any, Final

from indicators.plan import SignPlan, ZonePlan
from indicators.rounding import rounded, significant
from indicators.state import SignState, ZoneState
from indicators.timers import Timer, Timers
from indicators.vital_sign import Basis, Inputs, Measure, VitalValue
from indicators.window import Aggregate, Partial, absorb, merged, partial_of
from sensors.quantity import CATALOGUE
from sensors.screening import Channel

RANK: Final = 0
_SLACK: Final = 16


class ZoneVitals:
    """The vital signs of one zone.

    Args:
        plan: What the zone computes.
        state: Its state; changed in place.
        timers: The partition's queue; the zone sets its own timers in it.
    """

    def __init__(self, plan: ZonePlan, state: ZoneState, timers: Timers) -> None:
        self.plan = plan
        self.state = state
        self._timers = timers
        self._dirty: set[tuple[str, int]] = set()

    def rearm(self) -> None:
        """Set the timers that a loaded state implies."""
        for sign_id, sign in sorted(self.state.signs.items()):
            if sign.next_end is not None and sign_id in self.plan.signs:
                self._arm(self.plan.signs[sign_id], sign.next_end)

    def _arm(self, plan: SignPlan, end: int) -> None:
        self._timers.set(Timer(end + plan.grace, RANK, self.plan.zone.id, plan.sign.id, end))

    def _sign(self, sign_id: str) -> SignState:
        found = self.state.signs.get(sign_id)
        if found is None:
            found = self.state.signs[sign_id] = SignState()
        return found

    def accept(self, terminal: str, channel: Channel, at: int, value: float, now: int) -> None:
        """Take one accepted reading; what it changes is told by `revisions` and the timers.

        Args:
            terminal: Terminal id.
            channel: Channel of the reading.
            at: Event time.
            value: In the canonical unit.
            now: Effective received.
        """
        state = self.state
        if not state.awake:
            self._wake_derived(now)
        state.newest = max(state.newest, at)
        state.oldest = min(state.oldest or at, at)
        state.watermarks[terminal] = max(state.watermarks.get(terminal, 0), at)
        quantity = channel.quantity
        plans = self.plan.by_quantity.get(quantity.name)
        if plans is None:
            return
        belongs = at - channel.shift_ms
        self._store(terminal, quantity.name, belongs, partial_of(quantity, at, value), now)
        for plan in plans:
            self._touch(plan, self._sign(plan.sign.id), belongs, now)

    def _wake_derived(self, now: int) -> None:
        self.state.awake = True
        for plan in self.plan.signs.values():
            sign = self._sign(plan.sign.id)
            if plan.sign.basis is not Basis.READINGS and sign.next_end is None:
                sign.next_end = (now // plan.hop + 1) * plan.hop
                self._arm(plan, sign.next_end)

    def _store(self, terminal: str, quantity: str, belongs: int, one: Partial, now: int) -> None:
        length = self.plan.panes[quantity]
        panes = self.state.panes.setdefault(quantity, {}).setdefault(terminal, {})
        number = belongs // length
        pane = panes.get(number)
        if pane is None:
            panes[number] = one
            keep = self.plan.keep[quantity]
            if len(panes) > 2 * keep // length + _SLACK:
                oldest = (now - keep) // length
                for old in [key for key in panes if key < oldest]:
                    del panes[old]
        else:
            absorb(pane, one)

    def _touch(self, plan: SignPlan, sign: SignState, belongs: int, now: int) -> None:
        """Mark the closed windows that hold an instant; see that the open ones will close."""
        sign.newest = max(sign.newest, belongs)
        end = (belongs // plan.hop + 1) * plan.hop
        if sign.next_end is not None and end >= sign.next_end:
            return
        last = end + plan.window - plan.hop
        while end <= last:
            if end + plan.grace > now:
                if sign.next_end is None or end < sign.next_end:
                    sign.next_end = end
                    self._arm(plan, end)
                return
            self._dirty.add((plan.sign.id, end))
            end += plan.hop

    def revisions(self, now: int) -> list[VitalValue]:
        """The closed windows that the last line touched, each once, by (sign, window end)."""
        if not self._dirty:
            return []
        dirty, self._dirty = sorted(self._dirty), set()
        out = []
        for sign_id, end in dirty:
            plan, sign = self.plan.signs[sign_id], self._sign(sign_id)
            revision = sign.revisions.get(end, 0) + 1
            sign.revisions[end] = revision
            # A correction must not teach the formula's memory the same window twice.
            value = self._evaluate(plan, end, now, revision, dict(sign.memory))
            if sign.latest is None or end >= sign.latest.window_end:
                sign.latest = value
            out.append(value)
        return out

    def fire(self, timer: Timer) -> VitalValue | None:
        """Close a window on time; None for a timer that was overtaken."""
        plan, sign = self.plan.signs[timer.kind], self._sign(timer.kind)
        end = timer.key
        if sign.next_end != end:
            return None
        value = self._evaluate(plan, end, timer.due, 0, sign.memory)
        sign.latest = value
        self._remember(plan, sign, end, timer.due)
        newest = sign.newest if plan.sign.basis is Basis.READINGS else self.state.newest
        if end - newest <= plan.silence:
            sign.next_end = end + plan.hop
            self._arm(plan, sign.next_end)
        else:
            sign.next_end = None
            # The next reading wakes what no reading feeds, as the zone's first one did.
            self.state.awake = self.state.awake and plan.sign.basis is Basis.READINGS
        return value

    def _remember(self, plan: SignPlan, sign: SignState, end: int, now: int) -> None:
        if not plan.horizon:
            return
        sign.revisions[end] = 0
        oldest = now - plan.horizon - plan.window
        if len(sign.revisions) > 2 * (plan.horizon + plan.window) // plan.hop + _SLACK:
            sign.revisions = {e: r for e, r in sign.revisions.items() if e >= oldest}

    def _evaluate(
        self, plan: SignPlan, end: int, at: int, revision: int, memory: dict[str, Any]
    ) -> VitalValue:
        start = end - plan.window
        sign = plan.sign
        by_quantity, coverage = self._gather(plan, start, end)
        inputs = Inputs(
            zone=self.plan.zone,
            start=start,
            end=end,
            by_quantity=by_quantity,
            heard=self._heard() if sign.basis is Basis.LIVENESS else {},
            latest=self._latest() if sign.basis is Basis.SIGNS else {},
            hops={s: p.hop for s, p in self.plan.signs.items()}
            if sign.basis is Basis.SIGNS
            else {},
            memory=memory,
        )
        if plan.members and not by_quantity:
            measure = Measure(None, "no_data")
        elif plan.members and coverage < sign.min_coverage:
            measure = Measure(None, "low_coverage")
        else:
            measure = sign.formula(inputs)
        value = None if measure.value is None else significant(measure.value)
        return VitalValue(
            at=at, zone=self.plan.zone.id, indicator=sign.id, window_start=start, window_end=end,
            value=value, unit=sign.unit, coverage=coverage, revision=revision,
            level=None if value is None else measure.level or sign.level_of(value),
            reason=measure.reason, detail=rounded(measure.detail),
        )  # fmt: skip

    def _gather(
        self, plan: SignPlan, start: int, end: int
    ) -> tuple[dict[str, tuple[Aggregate, ...]], float]:
        """The aggregates of a window and the share of expected readings that it has."""
        found: dict[str, list[Aggregate]] = {}
        expected = arrived = 0.0
        for member in plan.members:
            expected += member.expected
            panes = self.state.panes.get(member.quantity, {}).get(member.terminal)
            if not panes:
                continue
            length = self.plan.panes[member.quantity]
            numbers = range(start // length, end // length)
            partial = merged(panes[n] for n in numbers if n in panes)
            if partial is None:
                continue
            arrived += min(partial.count, member.expected)
            quantity = CATALOGUE[member.quantity]
            found.setdefault(member.quantity, []).append(
                Aggregate(member.terminal, quantity, member.expected, partial)
            )
        coverage = round(arrived / expected, 4) if expected else 1.0
        return {quantity: tuple(members) for quantity, members in found.items()}, coverage

    def _heard(self) -> dict[str, tuple[int | None, float]]:
        marks = self.state.watermarks
        return {t: (marks.get(t), cadence) for t, cadence in self.plan.cadences.items()}

    def _latest(self) -> dict[str, VitalValue]:
        return {s: v.latest for s, v in self.state.signs.items() if v.latest is not None}
