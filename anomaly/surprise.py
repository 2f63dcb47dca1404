"""The main detector of one series: four views of *unusual*, added up as surprise.

- `residual`: far from what is usual at this hour of this kind of day;
- `drift`: off to one side of it for many values on end;
- `shape`: a stretch of values unlike any seen before;
- `range`: outside all that was seen so far.

The first three are each judged by their own past: −log10 of the probability of as much or more, so
that a noisy series has to be noisier than ever. The last has no past to be judged by and counts the
decades by which it leaves the range. All weigh the same, and one set of parameters is for every
series: docs/detector.md has what each view and each figure is worth, measured. What is unusual for
days on end is how things are now (`anomaly.regime`), and the baseline is learnt anew.
"""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from anomaly.baseline import BaselineState, SeasonalBaseline
from anomaly.day_kind import DayKind, by_weekday
from anomaly.detector import LEARNING, RESIDUAL, Verdict
from anomaly.known_range import KnownRange, RangeState
from anomaly.moving_mean import MeanState, MovingMean
from anomaly.novelty import Novelty, NoveltyState
from anomaly.regime import Regime, RegimeState
from anomaly.rest import Rest, RestState
from anomaly.snapshots import Snapshots
from anomaly.tail import EmpiricalTail, TailState

_DAY_MS: Final = 86_400_000
_STEEP: Final = 3000.0
_DECADES: Final = 2.0
"""A value a tenth of the range outside it counts 5 decades, one by the whole range 7."""
_GROWN: Final = 3.0
"""Counted in full after so many decades of values: among few, a new extreme is no wonder."""


_FARTHEST: Final = 1e3
"""Robust standard deviations beyond which all is alike: the scale of a series that has never moved
is next to nothing, and its first movement would be the measure of all later ones."""
_LARGEST: Final = 1e100
"""Numbers beyond are taken as this: their squares are still numbers."""


class _Statistics(NamedTuple):
    """What the views look at, of one value."""

    value: float
    bin: int
    expected: float
    scale: float
    deviation: float | None
    drift: float | None
    shape: float | None
    outside: float


class _State(msgspec.Struct, frozen=True, array_like=True):
    version: int
    count: int
    baseline: BaselineState
    mean: MeanState
    novelty: NoveltyState
    range: RangeState
    tails: tuple[TailState, TailState, TailState]
    rest: RestState
    regime: RegimeState
    changed: bool


class Surprise:
    """The detector; see the module.

    Args:
        day_kind: Local day → kind.
        ready_after: Values before the first score.
        alarm: Severity (decades) at which the score is one half.
    """

    VERSION: Final = 1

    def __init__(
        self, day_kind: DayKind = by_weekday, ready_after: int = 50, alarm: float = 5.5
    ) -> None:
        self._ready_after, self._alarm = ready_after, alarm
        self._count = 0
        self._baseline = SeasonalBaseline(day_kind)
        self._mean = MovingMean()
        self._novelty = Novelty()
        self._range = KnownRange()
        self._residual, self._drift, self._shape = (EmpiricalTail() for _ in range(3))
        self._rest = Rest()
        self._regime = Regime()
        self._changed = False
        self._judged: tuple[int, float, _Statistics, Mapping[str, float]] | None = None

    def score_one(self, at: int, value: float) -> Verdict:
        """Judge a value; see `Detector`."""
        found, views = self._judge(at, value)
        if self._count < self._ready_after:
            return LEARNING
        severity = sum(views.values())
        return Verdict(
            self._score(severity), found.expected, found.deviation, found.scale, views,
            self._rest.is_record(severity), self._changed,
        )  # fmt: skip

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value; see `Detector`."""
        found, views = self._judge(at, value)
        self._judged = None
        self._rest.learn(at, sum(views.values()) if self._count >= self._ready_after else 0.0)
        self._changed = False
        if found.deviation is not None:
            self._residual.learn(abs(found.deviation))
            self._changed = self._regime.learn(at // _DAY_MS, found.deviation)
            if self._changed:
                self._baseline.learn_anew()
        if found.drift is not None:
            self._drift.learn(found.drift)
        if found.shape is not None:
            self._shape.learn(found.shape)
        self._baseline.learn(found.bin, found.value)
        self._mean.learn(found.deviation or 0.0)
        self._novelty.learn(found.value)
        self._range.learn(found.value)
        self._count += 1

    def score_again(self, deviation: float, others: float) -> float:
        """The score of a corrected value; see `Detector`."""
        return self._score(others + self._residual.surprise(abs(_bounded(deviation))))

    def _judge(self, at: int, value: float) -> tuple[_Statistics, Mapping[str, float]]:
        """Statistics and views of a value; kept, for what is scored is learnt next."""
        judged = self._judged
        if judged is not None and judged[0] == at and judged[1] == value:
            return judged[2], judged[3]
        if not math.isfinite(value):
            raise ValueError(f"value {value} of a series is no finite number")
        number, value = value, min(max(value, -_LARGEST), _LARGEST)
        bin_ = self._baseline.bin_of(at)
        usual = self._baseline.expectation(bin_)
        expected, scale = usual or (value, 1.0)
        deviation = None if usual is None else _bounded((value - expected) / scale)
        mean = self._mean.with_one(deviation or 0.0)
        found = _Statistics(
            value, bin_, expected, scale, deviation, None if mean is None else abs(mean),
            self._novelty.distance(value), self._range.outside(value),
        )  # fmt: skip
        views = {
            RESIDUAL: _surprise(self._residual, None if deviation is None else abs(deviation)),
            "drift": _surprise(self._drift, found.drift),
            "shape": _surprise(self._shape, found.shape),
            "range": self._beyond(found.outside) if found.outside else 0.0,
        }
        self._judged = at, number, found, views
        return found, views

    def _beyond(self, outside: float) -> float:
        """The decades of a value outside the range, in lengths of it."""
        age = math.log10(self._count + 1.0) / _GROWN
        return _DECADES * math.log10(1.0 + _STEEP * outside) * (age if age < 1.0 else 1.0)

    def _score(self, severity: float) -> float:
        square = (severity / self._alarm) ** 2
        return square / (1.0 + square)

    def dump(self) -> bytes:
        """The state."""
        tails = self._residual.dump(), self._drift.dump(), self._shape.dump()
        return _SNAPSHOTS.write(
            _State(
                self.VERSION, self._count, self._baseline.dump(), self._mean.dump(),
                self._novelty.dump(), self._range.dump(), tails, self._rest.dump(),
                self._regime.dump(), self._changed,
            )
        )  # fmt: skip

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: The snapshot is of another version.
        """
        state = _SNAPSHOTS.read(snapshot)
        self._count, self._judged = state.count, None
        self._baseline.load(state.baseline)
        self._mean.load(state.mean)
        self._novelty.load(state.novelty)
        self._range.load(state.range)
        tails = self._residual, self._drift, self._shape
        for tail, found in zip(tails, state.tails, strict=True):
            tail.load(found)
        self._rest.load(state.rest)
        self._regime.load(state.regime)
        self._changed = state.changed


def _bounded(deviation: float) -> float:
    return min(max(deviation, -_FARTHEST), _FARTHEST)


def _surprise(tail: EmpiricalTail, statistic: float | None) -> float:
    return 0.0 if statistic is None else tail.surprise(statistic)


_SNAPSHOTS: Final = Snapshots("detector", Surprise.VERSION, _State)
