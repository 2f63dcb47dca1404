"""The anomaly stage: values of vital signs in, scores out. One object holds one zone.

Only revision 0 teaches a detector; a later revision is scored again against the expectation that
was stored when the window was first scored, for as long as revisions can come.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from anomaly.day_kind import DayKind, by_weekday
from anomaly.detector import ALARM, LEARNING, RESIDUAL, Detector, Verdict
from anomaly.joint_scores import JointScores, JointSeries
from anomaly.registry import detector_for
from indicators.rounding import local_offset, significant
from indicators.vital_sign import VitalSign, VitalValue

JOINT: Final = "joint"
"""The view of several signals at once."""
USUAL: Final = 1.2816
"""Four values of five lie within so many standard deviations, of a normal distribution."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How unusual one value is. Times are Unix ms.

    Attributes:
        at: When it was published.
        zone: The place.
        indicator: The vital sign.
        window_end: End of the value's window.
        score: 0 (usual) to 1, one half at the level of an alarm; None while learning.
        expected: What was expected, in the sign's unit.
        low: Four values of five were expected above this …
        high: … and below this.
        deviation: (value − expected) in robust standard deviations.
        view: The view that adds most to the score; None where none adds anything.
        shares: Of a joint score: signal → its share of what is unusual, 1 in all.
        onset: Whether something unusual begins here: not what goes on, unless it gets worse.
        new_regime: Whether the series was found to be another one for days, and is learnt anew.
        revision: That of the value.
    """

    at: int
    zone: str
    indicator: str
    window_end: int
    score: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    deviation: float | None = None
    view: str | None = None
    shares: Mapping[str, float] = {}
    onset: bool = False
    new_regime: bool = False
    revision: int = 0


class Expectation(msgspec.Struct, frozen=True, array_like=True):
    """What a correction of a window is judged against: what was expected, and what else spoke."""

    expected: float
    scale: float
    others: float


class Series(msgspec.Struct):
    """State of one series: the detector's snapshot, and window end → what was expected."""

    detector: bytes = b""
    expectations: dict[int, Expectation] = {}
    learned_to: int = 0


class ZoneScores:
    """The scores of one zone.

    Args:
        timezone: IANA zone of its local time.
        signs: The catalogue of vital signs.
        keep: Sign id → how long its windows can be corrected, ms.
        series: State by sign id; changed in place.
        joints: State by id of the joint signals; changed in place.
        day_kind: Local day → working day or day of rest.
    """

    def __init__(
        self,
        timezone: str,
        signs: Mapping[str, VitalSign],
        keep: Mapping[str, int],
        series: dict[str, Series],
        joints: dict[str, JointSeries] | None = None,
        day_kind: DayKind = by_weekday,
    ) -> None:
        self._day_kind = day_kind
        self._joints = JointScores({} if joints is None else joints)
        self._timezone = timezone
        self._signs = signs
        self._keep = keep
        self._series = series
        self._detectors: dict[str, Detector] = {}

    def step(self, value: VitalValue) -> list[Score]:
        """Score one value, then learn from it.

        Returns:
            Its score, and those of joint signals that it completes; none for signs that are not
            scored and for NA.
        """
        sign = self._signs.get(value.indicator)
        if sign is None or not sign.is_scored or value.value is None:
            return []
        series = self._series.get(value.indicator)
        if series is None:
            series = self._series[value.indicator] = Series()
        detector = self._detector(value.indicator, series)
        if value.revision:
            return [_rescore(detector, series, value)]
        at = value.window_start + local_offset(value.window_start, self._timezone)
        verdict = detector.score_one(at, value.value)
        if value.window_end > series.learned_to:
            detector.learn_one(at, value.value)
            series.learned_to = value.window_end
        self._remember(series, value, verdict)
        onset = verdict.is_record and verdict.score is not None and verdict.score >= ALARM
        found = [_score(value, verdict, verdict.view, onset=onset)]
        if verdict.deviation is not None:
            found += self._together(value, at, verdict.deviation)
        return found

    def _together(self, value: VitalValue, at: int, deviation: float) -> Iterator[Score]:
        window = value.window_start, value.window_end
        for about, verdict in self._joints.step(value.indicator, at, window, deviation):
            learning = Score(
                at=value.at, zone=value.zone, indicator=about.id, window_end=value.window_end
            )
            if verdict is None:
                yield learning
                continue
            yield msgspec.structs.replace(
                learning,
                score=significant(verdict.score),
                view=JOINT,
                shares={member: significant(part) for member, part in verdict.shares.items()},
                onset=verdict.is_record and verdict.score >= ALARM,
            )

    def _detector(self, indicator: str, series: Series) -> Detector:
        detector = self._detectors.get(indicator)
        if detector is None:
            detector = self._detectors[indicator] = detector_for(indicator, self._day_kind)
            if series.detector:
                detector.load(series.detector)
        return detector

    def _remember(self, series: Series, value: VitalValue, verdict: Verdict) -> None:
        if verdict.expected is None or verdict.scale is None:
            return
        stored = series.expectations
        others = verdict.severity - verdict.views.get(RESIDUAL, 0.0)
        stored[value.window_end] = Expectation(verdict.expected, verdict.scale, others)
        oldest = value.window_end - self._keep.get(value.indicator, 0)
        # Windows close in order, so the first key is the oldest; half as many again is slack.
        if next(iter(stored)) < oldest - self._keep.get(value.indicator, 0) // 2 - 1:
            series.expectations = {e: x for e, x in stored.items() if e >= oldest}

    def dump(self) -> dict[str, Series]:
        """The state with the detectors' snapshots in it."""
        self._joints.dump()
        for indicator, detector in self._detectors.items():
            self._series[indicator].detector = detector.dump()
        return self._series


def _rescore(detector: Detector, series: Series, value: VitalValue) -> Score:
    """Score a correction against the expectation of its window; what is past begins nothing."""
    stored = series.expectations.get(value.window_end)
    if stored is None or value.value is None:
        return _score(value, LEARNING, None, onset=False)
    deviation = (value.value - stored.expected) / stored.scale
    score = detector.score_again(deviation, stored.others)
    return _score(
        value, Verdict(score, stored.expected, deviation, stored.scale), None, onset=False
    )


def _score(value: VitalValue, verdict: Verdict, view: str | None, *, onset: bool) -> Score:
    expected, spread = verdict.expected, USUAL * (verdict.scale or 0.0)
    return Score(
        at=value.at,
        zone=value.zone,
        indicator=value.indicator,
        window_end=value.window_end,
        score=_significant(verdict.score),
        expected=_significant(expected),
        low=None if expected is None else significant(expected - spread),
        high=None if expected is None else significant(expected + spread),
        deviation=_significant(verdict.deviation),
        view=view,
        onset=onset,
        new_regime=verdict.is_new_regime,
        revision=value.revision,
    )


def _significant(number: float | None) -> float | None:
    return None if number is None else significant(number)
