"""The anomaly stage: values of vital signs in, scores out. One object holds one zone.

Only revision 0 teaches a detector; a later revision is scored again against the expectation that
was stored when the window was first scored, for as long as revisions can come.
"""

from collections.abc import Mapping

import msgspec

from anomaly.detector import Detector, Verdict
from anomaly.registry import detector_for
from indicators.rounding import local_offset, significant
from indicators.vital_sign import VitalSign, VitalValue


class Score(msgspec.Struct, frozen=True):
    """How unusual one value is. Times are Unix ms; `score` is 0–1, None while learning."""

    at: int
    zone: str
    indicator: str
    window_end: int
    score: float | None
    expected: float | None
    deviation: float | None
    revision: int


class Series(msgspec.Struct):
    """State of one series: the detector's snapshot and window end → (expected, scale)."""

    detector: bytes = b""
    expectations: dict[int, tuple[float, float]] = {}
    learned_to: int = 0


class ZoneScores:
    """The scores of one zone.

    Args:
        timezone: IANA zone of its local time.
        signs: The catalogue of vital signs.
        keep: Sign id → how long its windows can be corrected, ms.
        series: State by sign id; changed in place.
    """

    def __init__(
        self,
        timezone: str,
        signs: Mapping[str, VitalSign],
        keep: Mapping[str, int],
        series: dict[str, Series],
    ) -> None:
        self._timezone = timezone
        self._signs = signs
        self._keep = keep
        self._series = series
        self._detectors: dict[str, Detector] = {}

    def step(self, value: VitalValue) -> Score | None:
        """Score one value, then learn from it; None for signs that are not scored and for NA."""
        sign = self._signs.get(value.indicator)
        if sign is None or not sign.is_scored or value.value is None:
            return None
        series = self._series.get(value.indicator)
        if series is None:
            series = self._series[value.indicator] = Series()
        detector = self._detector(value.indicator, series)
        if value.revision:
            return _rescore(detector, series, value)
        at = value.window_start + local_offset(value.window_start, self._timezone)
        verdict = detector.score_one(at, value.value)
        if value.window_end > series.learned_to:
            detector.learn_one(at, value.value)
            series.learned_to = value.window_end
        self._remember(series, value, verdict)
        return _score(value, verdict.score, verdict.expected, verdict.deviation)

    def _detector(self, indicator: str, series: Series) -> Detector:
        detector = self._detectors.get(indicator)
        if detector is None:
            detector = self._detectors[indicator] = detector_for(indicator)
            if series.detector:
                detector.load(series.detector)
        return detector

    def _remember(self, series: Series, value: VitalValue, verdict: Verdict) -> None:
        if verdict.expected is None or verdict.scale is None:
            return
        stored = series.expectations
        stored[value.window_end] = (verdict.expected, verdict.scale)
        oldest = value.window_end - self._keep.get(value.indicator, 0)
        # Windows close in order, so the first key is the oldest; half as many again is slack.
        if next(iter(stored)) < oldest - self._keep.get(value.indicator, 0) // 2 - 1:
            series.expectations = {e: x for e, x in stored.items() if e >= oldest}

    def dump(self) -> dict[str, Series]:
        """The state with the detectors' snapshots in it."""
        for indicator, detector in self._detectors.items():
            self._series[indicator].detector = detector.dump()
        return self._series


def _rescore(detector: Detector, series: Series, value: VitalValue) -> Score:
    """Score a correction against the expectation of its window."""
    stored = series.expectations.get(value.window_end)
    if stored is None or value.value is None:
        return _score(value, None, None, None)
    deviation = (value.value - stored[0]) / stored[1]
    return _score(value, detector.score_of(deviation), stored[0], deviation)


def _score(
    value: VitalValue, score: float | None, expected: float | None, deviation: float | None
) -> Score:
    return Score(
        value.at,
        value.zone,
        value.indicator,
        value.window_end,
        _significant(score),
        _significant(expected),
        _significant(deviation),
        value.revision,
    )


def _significant(number: float | None) -> float | None:
    return None if number is None else significant(number)
