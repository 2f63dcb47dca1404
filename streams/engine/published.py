"""What the stages publish, as canonical bytes with the key that orders the output files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from anomaly.stage import Score
from indicators.rounding import rfc3339
from indicators.sentence import sentence
from indicators.vital_sign import PLAIN, VitalSign, VitalValue

VITALS, SCORES, FORECASTS = "vitals", "scores", "forecasts"
ALERTS, WORKORDERS, REJECTS = "alerts", "workorders", "rejects"
DIGESTED = (VITALS, SCORES, FORECASTS, ALERTS, WORKORDERS)
"""The streams whose files make the digest, in this order."""


class Published(NamedTuple):
    """One output. Its first seven fields after `stream` order the lines of a file.

    Attributes:
        stream: Name of the topic and the file.
        at: Stream time, Unix ms.
        zone: Place.
        kind: Indicator, kind of alert, or reason.
        window_end: Unix ms; 0 where there is no window.
        revision: 0 where there is none.
        id: Unique where the others are not.
        body: The canonical JSON, keys sorted.
    """

    stream: str
    at: int
    zone: str
    kind: str
    window_end: int
    revision: int
    id: str
    body: bytes

    @property
    def order(self) -> tuple[int, str, str, int, int, str]:
        """What a file is sorted by."""
        return self[1:7]


def canonical(tree: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return msgspec.json.encode(tree, order="sorted")


class _VitalLine(msgspec.Struct, gc=False):
    """A line of `vitals`; the fields in the order of their names, as canonical JSON has them.

    Those that may be left out are not there for plain windows.
    """

    at: str
    coverage: float
    detail: dict[str, Any]
    indicator: str
    kind: str
    level: str | None
    quality: str | msgspec.UnsetType
    reason: str | None
    revision: int
    rules: str | msgspec.UnsetType
    text: dict[str, str] | msgspec.UnsetType
    unit: str
    value: float | None
    weights: dict[str, float] | msgspec.UnsetType
    window_end: str
    window_start: str
    zone: str


class _ScoreLine(msgspec.Struct, gc=False):
    """A line of `scores`; the fields in the order of their names."""

    at: str
    deviation: float | None
    expected: float | None
    indicator: str
    revision: int
    score: float | None
    window_end: str
    zone: str


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_encode_line, _encode_lines = _encoder.encode, _encoder.encode_lines
"""Sorts the keys of dicts, and takes the fields of structs as they stand."""


class VitalWriter:
    """Writes the lines of vital signs.

    Args:
        signs: The catalogue, by id.
        rules: Version of the rules, limits and catalogue by which values are made.
    """

    def __init__(self, signs: Mapping[str, VitalSign], rules: str) -> None:
        self._signs, self._rules = signs, rules

    def publish(
        self, values: Sequence[VitalValue], timezones: Mapping[str, str]
    ) -> list[Published]:
        """The lines of values, each by itself; see `write`."""
        return published_values(values, self.write(values, timezones)) if values else []

    def write(self, values: Sequence[VitalValue], timezones: Mapping[str, str]) -> bytes:
        """The lines of values, separated by LF.

        Args:
            values: In the order in which they are published, one at least.
            timezones: IANA zone of each place.
        """
        # Windows that close together have few different times.
        stamps: dict[tuple[int, int, int, str], tuple[str, str, str]] = {}
        lines = []
        for value in values:
            times = value.at, value.window_end, value.window_start, timezones[value.zone]
            written = stamps.get(times)
            if written is None:
                *instants, timezone = times
                at, end, start = (rfc3339(instant, timezone) for instant in instants)
                written = stamps[times] = at, end, start
            lines.append(self._line(value, *written))
        return _encode_lines(lines)[:-1]

    def _line(self, value: VitalValue, at: str, end: str, start: str) -> _VitalLine:
        sign = self._signs.get(value.indicator)
        quality: str | msgspec.UnsetType = msgspec.UNSET
        rules: str | msgspec.UnsetType = msgspec.UNSET
        text: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
        weights: dict[str, float] | msgspec.UnsetType = msgspec.UNSET
        if sign is not None and sign.group != PLAIN:
            zh, en = sentence(sign, value)
            quality, rules, text = value.quality, self._rules, {"en": en, "zh": zh}
            weights = value.weights
        return _VitalLine(
            at, value.coverage, value.detail, value.indicator, value.place, value.level, quality,
            value.reason, value.revision, rules, text, value.unit, value.value, weights, end, start,
            value.zone,
        )  # fmt: skip


def published_values(values: Iterable[VitalValue], lines: bytes) -> list[Published]:
    """Values with the lines that `VitalWriter.write` made of them."""
    # A line feed cannot stand in JSON as it is, only between two of its lines.
    return [
        Published(VITALS, v.at, v.zone, v.indicator, v.window_end, v.revision, "", body)
        for v, body in zip(values, lines.split(b"\n"), strict=True)
    ]


def publish_score(score: Score, timezone: str) -> Published:
    """The line of a score."""
    zone, indicator, end = score.zone, score.indicator, score.window_end
    line = _ScoreLine(
        rfc3339(score.at, timezone), score.deviation, score.expected, indicator, score.revision,
        score.score, rfc3339(end, timezone), zone,
    )  # fmt: skip
    body = _encode_line(line)
    return Published(SCORES, score.at, zone, indicator, end, score.revision, "", body)


def publish_event(stream: str, at: int, zone: str, kind: str, event: dict[str, Any]) -> Published:
    """A CloudEvent on the alerts or work-orders stream; ids sort by number."""
    name, _, number = event["id"].rpartition("-")
    order = f"{name}-{number:0>12}"
    return Published(stream, at, zone, kind, 0, 0, order, canonical(event))
