"""The fault judge of one (terminal, quantity): windows in, verdicts out, in event time.

The weight of a side is the chance that not all of its evidence is mistaken, 1 − Π(1 − strength), as
fire evidence is fused. A fault needs more weight than an event, since a flood that is taken for a
broken gauge costs more than the opposite.
"""

import math
from typing import Final, TypeVar

import msgspec

from anomaly.baseline import BaselineState, SeasonalBaseline
from anomaly.day_kind import DayKind, by_weekday
from anomaly.faults.evidence import Evidence, FaultVerdict, Ruling, Side
from anomaly.faults.physics import Physics, physics_of
from anomaly.faults.registry import TESTS
from anomaly.faults.seen import EvidenceTest, Seen
from anomaly.faults.series_window import ALONE, Around, SeriesWindow
from anomaly.faults.settings import DEFAULTS, FaultSettings

T = TypeVar("T")
_TEACHING: Final = ("", "drift", "neighbours", "rain_gauge")
"""Faults of these kinds still teach what is usual, so that a changed street becomes usual."""


class FaultJudge:
    """Judges one series: one pass, bounded state, no look-ahead.

    Args:
        quantity: Canonical name, by which physics are looked up.
        physics: Of this gauge, where they are known better.
        settings: The figures of the tests.
        day_kind: Local day → kind.
    """

    VERSION: Final = 2

    def __init__(
        self,
        quantity: str,
        physics: Physics | None = None,
        settings: FaultSettings = DEFAULTS,
        day_kind: DayKind = by_weekday,
    ) -> None:
        self._physics = physics or physics_of(quantity)
        self._settings = settings
        self._usual = SeasonalBaseline(day_kind)
        self._tests: list[EvidenceTest] = [make() for make in TESTS.values()]
        self._before: SeriesWindow | None = None
        # The window whose deviation was asked for last, its bin and that deviation.
        self._asked: SeriesWindow | None = None
        self._bin = 0
        self._deviation: float | None = None
        self._ruling, self._kind, self._since = Ruling.UNKNOWN, "", 0

    @property
    def ruling(self) -> Ruling:
        """The last ruling; unknown before the first window."""
        return self._ruling

    @property
    def kind(self) -> str:
        """Kind of the last verdict; empty where it had none."""
        return self._kind

    @property
    def is_at_fault(self) -> bool:
        """Whether the last verdict was a fault; such a series is no witness for its neighbours."""
        return self._ruling is Ruling.FAULT

    def deviation(self, window: SeriesWindow) -> float | None:
        """How far a window is from what is usual, robust deviations; None while learning."""
        if self._asked is window:
            return self._deviation
        self._bin = self._usual.bin_of(window.start + window.offset)
        usual = self._usual.own_expectation(self._bin)
        deviation = None
        if usual is not None:
            expected, scale = usual
            floor = self._physics.matters / self._settings.unusual
            deviation = (window.value - expected) / max(scale, floor)
        self._asked, self._deviation = window, deviation
        return deviation

    def step(self, window: SeriesWindow, around: Around = ALONE) -> FaultVerdict:
        """Judge the next window, then learn from it.

        Args:
            window: Ends later than the one before.
            around: What is around it.

        Raises:
            ValueError: A value is not finite, or the window is not later than the one before.
        """
        if not window.is_finite:
            raise ValueError(f"a window with a value that is no number: {window}")
        if self._before is not None and window.end <= self._before.end:
            raise ValueError(f"window end {window.end} after {self._before.end}")
        seen = Seen(
            window, self._before, self.deviation(window), around, _middle(around.neighbours),
            self._physics, self._settings,
        )  # fmt: skip
        found = [evidence for test in self._tests if (evidence := test.weigh(seen)) is not None]
        if len(found) > 1:
            found.sort(key=lambda evidence: (-evidence.strength, evidence.kind))
        verdict = self._weigh(seen, found)
        self._before, self._asked = window, None
        self._ruling, self._kind = verdict.verdict, verdict.kind
        self._since = verdict.since
        if verdict.verdict is not Ruling.FAULT or verdict.kind in _TEACHING:
            self._usual.learn(self._bin, window.value)
        return verdict

    def _weigh(self, seen: Seen, found: list[Evidence]) -> FaultVerdict:
        ruling = self._rule(seen, found)
        kind, since = "", 0
        if ruling in {Ruling.FAULT, Ruling.EVENT}:
            strongest = next(evidence for evidence in found if evidence.side.value == ruling.value)
            kind, since = strongest.kind, strongest.since
        if ruling is self._ruling and kind == self._kind:
            since = self._since
        return FaultVerdict(ruling, kind, tuple(found), since or seen.now.start, seen.now.end)

    def _rule(self, seen: Seen, found: list[Evidence]) -> Ruling:
        settings, deviation = self._settings, seen.deviation
        if found:
            fault, event = _weight(found, Side.FAULT), _weight(found, Side.EVENT)
            if fault >= settings.fault_at and fault >= event:
                return Ruling.FAULT
            if event >= settings.event_at:
                return Ruling.EVENT
        if found or deviation is None or abs(deviation) >= settings.unusual:
            return Ruling.UNKNOWN
        return Ruling.USUAL

    def dump(self) -> bytes:
        """The state, at most 4 KB."""
        verdict = (self._ruling.value, self._kind, self._since)
        parts = (self.VERSION, self._usual.dump(), self._tests, self._before, verdict)
        return msgspec.msgpack.encode(parts)

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`; verdicts go on identically.

        Raises:
            ValueError: The snapshot is of another version.
        """
        version, *parts = msgspec.msgpack.decode(snapshot)
        if version != self.VERSION:
            raise ValueError(f"snapshot of judge version {version}, expected {self.VERSION}")
        usual, tests, before, verdict = parts
        self._usual.load(_converted(usual, BaselineState))
        self._tests = [
            _converted(state, make) for state, make in zip(tests, TESTS.values(), strict=True)
        ]
        self._before = None if before is None else _converted(before, SeriesWindow)
        self._ruling, self._kind, self._since = Ruling(verdict[0]), verdict[1], verdict[2]


def _middle(deviations: tuple[float, ...]) -> float:
    """The median, the lower one of an even number; 0 of none."""
    return sorted(deviations)[(len(deviations) - 1) // 2] if deviations else 0.0


def _converted(state: object, of: type[T]) -> T:
    return msgspec.convert(state, of)


def _weight(found: list[Evidence], side: Side) -> float:
    return 1.0 - math.prod(1.0 - evidence.strength for evidence in found if evidence.side is side)
