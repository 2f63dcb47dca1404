"""One vital sign of a zone: which windows it publishes, when, and as which revision."""

from typing import Any

from indicators.plan import SignPlan, ZonePlan
from indicators.vital_sign import VitalValue
from sensors.city import Zone
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


class PlainSign:
    """What measured and derived signs have in common: the next window that closes by itself.

    Attributes:
        plan: Its window, hop, grace, silence and members.
        next_end: End of the next window to close on time; None while the sign is asleep.
        latest: Its value of the newest window, in its newest revision.
    """

    def __init__(self, plan: SignPlan, zone: Zone) -> None:
        self.plan = plan
        self.zone = zone
        self.next_end: int | None = None
        self.latest: VitalValue | None = None

    @property
    def due(self) -> int | None:
        """When the next window closes (Unix ms)."""
        return None if self.next_end is None else self.next_end + self.plan.grace

    def closed(self, answer: Answer, coverage: float, newest: int) -> VitalValue:
        """Publish the window that is due; then wait for the next, or fall asleep.

        Args:
            answer: What the window says.
            coverage: Share of what was expected.
            newest: The newest event time that counts as a sign of life.
        """
        assert self.next_end is not None
        end = self.next_end
        self.next_end = end + self.plan.hop if end - newest <= self.plan.silence else None
        return self.published(end + self.plan.grace, end, answer, coverage, 0)

    def published(
        self, at: int, end: int, answer: Answer, coverage: float, revision: int
    ) -> VitalValue:
        """Write down a window's value; a newer window's value is kept as the latest."""
        sign = self.plan.sign
        value = nine_digits(answer.value)
        level = None if value is None else answer.level or sign.level_of(value)
        written = VitalValue(
            at=at, zone=self.zone.id, indicator=sign.id, window_start=end - self.plan.window,
            window_end=end, value=value, unit=sign.unit, level=level, coverage=coverage,
            revision=revision, reason=answer.reason, detail=nine_digits(answer.detail),
        )  # fmt: skip
        if self.latest is None or end >= self.latest.window_end:
            self.latest = written
        return written


class MeasuredSign(PlainSign):
    """A sign that readings feed; it keeps them all."""

    def __init__(self, plan: SignPlan, of: ZonePlan) -> None:
        super().__init__(plan, of.zone)
        self._expected = {(m.terminal, m.quantity): m.expected for m in of.members(plan)}
        self._readings: list[Reading] = []
        self._newest = 0
        self._revisions: dict[int, int] = {}
        self._taught = 0

    def close(self) -> VitalValue:
        """Close the window that is due."""
        assert self.next_end is not None
        end = self.next_end
        answer, coverage = self._answer(end)
        self._revisions[end] = 0
        self._taught += answer.reason not in {"no_data", "low_coverage"}
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
        window = Window(self.zone, self.plan.window, inside, self._expected, self._taught)
        return FORMULAS[self.plan.sign.id](window), coverage
