"""One vital sign of a zone: which windows it publishes, when, and as which revision."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from indicators.plan import SignPlan, ZonePlan
from indicators.vital_sign import PLAIN, Inputs, Past, Quality, VitalSign, VitalValue
from indicators.window import Aggregate, aggregate
from sensors.city import Zone
from sensors.quantity import CATALOGUE
from tests.plain.formulas import FORMULAS, Answer, Window
from tests.plain.reading import Reading


def nine_digits(tree: Any) -> Any:
    """A published number, or a detail with all its numbers as published."""
    if isinstance(tree, float):
        return float(f"{tree:.9g}") + 0.0
    if isinstance(tree, dict):
        return {key: nine_digits(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [nine_digits(value) for value in tree]
    return tree


def largest(weights: dict[str, float]) -> dict[str, float]:
    """The eight largest shares, to four decimals."""
    ordered = sorted(weights, key=lambda terminal: (-weights[terminal], terminal))
    return {terminal: round(weights[terminal], 4) for terminal in ordered[:8]}


def trust(answer: Answer, coverage: float) -> Quality:
    """Whether there is a value, and whether half of what stands behind it is missing."""
    if answer.value is None:
        return Quality.MISSING
    return Quality.SUSPECT if answer.is_suspect or coverage <= 0.5 else Quality.PASS


def is_news(sign: VitalSign, value: VitalValue, known: VitalValue | None) -> bool:
    """Whether a value becomes what is known: no NA, and of life safety no doubtful relief."""
    if value.value is None and value.reason not in {"no_capacity", "no_warning_stage"}:
        return False
    if known is not None and value.window_end < known.window_end:
        return False
    if known is None or value.window_end == known.window_end:
        return True
    levels = [None, *(level.id for level in sign.levels)]
    is_relief = levels.index(value.level) < levels.index(known.level)
    return not (sign.is_life_safety and value.quality is Quality.SUSPECT and is_relief)


class PlainSign:
    """What measured and derived signs have in common: the next window that closes by itself.

    Attributes:
        plan: Its window, hop, grace, silence and members.
        next_end: End of the next window to close on time; None while the sign is asleep.
        known: Its newest value that is one; see `is_news`.
    """

    def __init__(self, plan: SignPlan, zone: Zone) -> None:
        self.plan = plan
        self.zone = zone
        self.next_end: int | None = None
        self.known: VitalValue | None = None

    @property
    def due(self) -> int | None:
        """When the next window closes (Unix ms)."""
        return None if self.next_end is None else self.next_end + self.plan.grace

    def end_after(self, instant: int) -> int:
        """The first end of a window after an instant, Unix ms."""
        if not self.plan.is_daily:
            return (instant // self.plan.hop + 1) * self.plan.hop
        zone = ZoneInfo(self.zone.timezone)
        before = datetime.fromtimestamp(instant / 1000, zone).date() - timedelta(days=2)
        days = [before + timedelta(days=number) for number in range(5)]
        return min(end for day in days if (end := self._on(day)) > instant)

    def _on(self, day: date) -> int:
        """When the window ends that ends on a day of the calendar."""
        clock = datetime.combine(day, time()) + timedelta(seconds=self.plan.sign.align_s)
        return round(clock.replace(tzinfo=ZoneInfo(self.zone.timezone)).timestamp() * 1000)

    def start_of(self, end: int) -> int:
        """Where the window begins that ends at an instant."""
        if not self.plan.is_daily:
            return end - self.plan.window
        day = datetime.fromtimestamp(end / 1000, ZoneInfo(self.zone.timezone)).date()
        return self._on(day - timedelta(days=self.plan.window // 86_400_000))

    def closed(self, answer: Answer, coverage: float, newest: int) -> VitalValue:
        """Publish the window that is due; then wait for the next, or fall asleep.

        Args:
            answer: What the window says.
            coverage: Share of what was expected.
            newest: The newest event time that counts as a sign of life.
        """
        assert self.next_end is not None
        end = self.next_end
        self.next_end = self.end_after(end) if end - newest <= self.plan.silence else None
        return self.published(end + self.plan.grace, end, answer, coverage, 0)

    def published(
        self, at: int, end: int, answer: Answer, coverage: float, revision: int
    ) -> VitalValue:
        """Write down a window's value, and keep what is known of the sign."""
        sign = self.plan.sign
        value = nine_digits(answer.value)
        level = None if value is None else answer.level or sign.level_of(value)
        written = VitalValue(
            at=at, zone=self.zone.id, indicator=sign.id, window_start=self.start_of(end),
            window_end=end, value=value, unit=sign.unit, level=level, coverage=coverage,
            revision=revision, reason=answer.reason, detail=nine_digits(answer.detail),
            weights=largest(answer.weights), quality=trust(answer, coverage),
        )  # fmt: skip
        if is_news(sign, written, self.known):
            self.known = written
        return written


class MadeSign(PlainSign):
    """A sign that is made of others."""

    def __init__(self, plan: SignPlan, zone: Zone) -> None:
        super().__init__(plan, zone)
        self._revisions: dict[int, int] = {}

    def close(self, past: list[VitalValue], hops: dict[str, int], newest: int) -> VitalValue | None:
        """Close the window that is due; nothing where there is nothing in it."""
        assert self.next_end is not None
        end = self.next_end
        answer, coverage = self._answer(past, hops, end)
        if answer.reason == "no_data":
            self.next_end = self.end_after(end) if end - newest <= self.plan.silence else None
            return None
        self._revisions[end] = 0
        return self.closed(answer, coverage, newest)

    def corrected(
        self, past: list[VitalValue], hops: dict[str, int], changed: list[VitalValue], now: int
    ) -> list[VitalValue]:
        """Its closed windows that hold a value which was changed."""
        ends = set()
        for value in changed:
            if value.indicator in self.plan.sources and self._looks_at(value):
                end = self.end_after(value.window_end - 1)
                while self.start_of(end) < value.window_end:
                    ends.add(end)
                    end = self.end_after(end)
        over = [e for e in sorted(ends) if e + self.plan.grace <= now]
        return [
            self._again(past, hops, end, now)
            for end in over
            if self.next_end is None or end < self.next_end
        ]

    def _again(
        self, past: list[VitalValue], hops: dict[str, int], end: int, now: int
    ) -> VitalValue:
        answer, coverage = self._answer(past, hops, end)
        self._revisions[end] = self._revisions.get(end, 0) + 1
        return self.published(now, end, answer, coverage, self._revisions[end])

    def _looks_at(self, value: VitalValue) -> bool:
        return not value.window_end % (round(self.plan.sign.source_hop_s * 1000) or 1)

    def _answer(
        self, past: list[VitalValue], hops: dict[str, int], end: int
    ) -> tuple[Answer, float]:
        start, sign = self.start_of(end), self.plan.sign
        newest = {(v.indicator, v.window_end): v for v in past if start < v.window_end <= end}
        history: dict[str, list[Past]] = {}
        share = expected = 0.0
        for source in self.plan.sources:
            step = max(hops[source], round(sign.source_hop_s * 1000))
            expected += end // step - start // step
            for name, at in sorted(newest):
                value = newest[name, at]
                if name == source and self._looks_at(value):
                    history.setdefault(source, []).append(
                        Past(
                            value.window_start,
                            at,
                            value.value,
                            value.level,
                            value.coverage,
                            value.detail,
                            value.weights,
                            value.quality is Quality.SUSPECT,
                        )
                    )
                    share += value.coverage
        coverage = min(round(share / expected, 4), 1.0) if expected else 0.0
        if not history:
            return Answer(None, {}, "no_data"), coverage
        if coverage < sign.min_coverage:
            return Answer(None, {}, "low_coverage"), coverage
        found = sign.formula(Inputs(zone=self.zone, start=start, end=end, history=history))
        answer = Answer(
            found.value, found.detail, found.reason, found.weights, found.is_suspect, found.level
        )
        return answer, coverage


class MeasuredSign(PlainSign):
    """A sign that readings feed; it keeps them all."""

    def __init__(self, plan: SignPlan, of: ZonePlan) -> None:
        super().__init__(plan, of.zone)
        self._expected = {(m.terminal, m.quantity): m.expected for m in of.members(plan)}
        self._readings: list[Reading] = []
        self._newest = 0
        self._revisions: dict[int, int] = {}
        self._low: set[int] = set()

    def close(self) -> VitalValue:
        """Close the window that is due."""
        assert self.next_end is not None
        end = self.next_end
        answer, coverage = self._answer(end)
        self._revisions[end] = 0
        return self.closed(answer, coverage, self._newest)

    def take(self, readings: list[Reading], now: int) -> list[VitalValue]:
        """Take the accepted readings of one line, after all that is due by `now` has closed.

        A window that is not yet due will close on time; one that is over is corrected at once.
        """
        own = [r for r in readings if (r.terminal, r.quantity) in self._expected]
        self._readings += own
        self._newest = max([self._newest, *(r.newest_instant for r in own)])
        ends = {end for r in own for end in r.ends(self.plan.window, self.plan.hop)}
        waiting = {end for end in ends if end + self.plan.grace > now}
        if waiting:
            first = min(waiting)
            self.next_end = first if self.next_end is None else min(first, self.next_end)
        return [self._corrected(end, now) for end in sorted(ends - waiting)]

    def _corrected(self, end: int, now: int) -> VitalValue:
        answer, coverage = self._answer(end)
        # Revision 0 is what was known on time: whatever is first published later begins at 1.
        self._revisions[end] = self._revisions.get(end, 0) + 1
        return self.published(now, end, answer, coverage, self._revisions[end])

    def _answer(self, end: int) -> tuple[Answer, float]:
        inside = [r for r in self._readings if r.is_in(end - self.plan.window, end)]
        arrived = 0.0
        for source, expected in sorted(self._expected.items()):
            arrived += min(sum((r.terminal, r.quantity) == source for r in inside), expected)
        coverage = round(arrived / sum(x for _, x in sorted(self._expected.items())), 4)
        if not inside:
            return Answer(None, {}, "no_data"), coverage
        if coverage < self.plan.sign.min_coverage:
            return Answer(None, {}, "low_coverage"), coverage
        inside = self._newest_words(inside, end)
        if not inside:
            return Answer(None, {}, "no_data"), coverage
        window = Window(self.zone, self.plan.window, inside, self._expected, end, self._low)
        answer = FORMULAS[self.plan.sign.id](window)
        if self.plan.sign.is_extreme:
            heard = {(r.terminal, r.quantity) for r in inside}
            answer = answer._replace(is_suspect=heard != set(self._expected))
        if answer.value is not None and self.plan.sign.group != PLAIN:
            answer = answer._replace(weights=self._weights(end, inside))
        return answer, coverage

    def _newest_words(self, inside: list[Reading], end: int) -> list[Reading]:
        """What counts where a slow terminal's word stands until it should speak again."""
        word, window = self.plan.word, self.plan.window
        if not word:
            return inside
        found = []
        for source, expected in self._expected.items():
            own = sorted(
                (r for r in inside if (r.terminal, r.quantity) == source),
                key=lambda reading: reading.at,
            )
            if own and own[-1].newest_instant >= end - max(word, window / expected):
                found += own[-max(round(expected * word / window), 1) :]
        return found

    def _weights(self, end: int, inside: list[Reading]) -> dict[str, float]:
        """As the project's formula shares them out; those are tested by themselves."""
        by_quantity: dict[str, list[Aggregate]] = {}
        for (terminal, quantity), expected in sorted(self._expected.items()):
            own = [
                r.value for r in sorted(inside) if (r.terminal, r.quantity) == (terminal, quantity)
            ]
            if own:
                found = aggregate(terminal, CATALOGUE[quantity], expected, np.array(own))
                by_quantity.setdefault(quantity, []).append(found)
        inputs = Inputs(
            zone=self.zone, start=end - self.plan.window, end=end, by_quantity=by_quantity
        )
        weights = self.plan.sign.formula(inputs).weights
        terminals = {terminal for terminal, _ in self._expected}
        # What has one terminal owes it everything.
        return weights or (dict.fromkeys(terminals, 1.0) if len(terminals) == 1 else {})
