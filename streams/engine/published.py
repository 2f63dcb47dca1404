"""What the stages publish, as canonical bytes with the key that orders the output files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Annotated, Any, Final, Literal, NamedTuple, cast

import msgspec

from anomaly.forecasting import Forecast
from anomaly.stage import Score
from indicators.rounding import rfc3339
from indicators.sentence import naming, sentence
from indicators.vital_sign import PLAIN, Quality, VitalSign, VitalValue
from sensors.city import City

VITALS, SCORES, FORECASTS = "vitals", "scores", "forecasts"
FAULTS = "faults"
ALERTS, WORKORDERS, REJECTS = "alerts", "workorders", "rejects"
DIGESTED = (VITALS, SCORES, FORECASTS, ALERTS, WORKORDERS)
"""The streams whose files make the digest, in this order."""


Order = tuple[int, str, str, int, int, str]
"""What a file is sorted by; see `Published`."""


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
    def order(self) -> Order:
        """What a file is sorted by."""
        return self[1:7]


def canonical(tree: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return msgspec.json.encode(tree, order="sorted")


Instant = Annotated[
    str, msgspec.Meta(description="RFC 3339 with offset", extra_json_schema={"format": "date-time"})
]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
PlaceKind = Literal["zone", "town", "district"]
View = Literal["residual", "drift", "shape", "range", "joint"]
"""The views of `anomaly.surprise`, and that of `anomaly.joint`."""


class Words(msgspec.Struct, gc=False):
    """The same in English and in Chinese."""

    en: str
    zh: str


class VitalLine(msgspec.Struct, gc=False):
    """A value of a vital sign: a line of `vitals`.

    See `indicators.vital_sign.VitalValue`. The fields stand in the order of their names, as
    canonical JSON has them.
    """

    at: Annotated[Instant, msgspec.Meta(description="Stream time of the publication")]
    coverage: Annotated[float, msgspec.Meta(ge=0, le=1, description="Readings that arrived, share")]
    detail: Annotated[dict[str, Any], msgspec.Meta(description="What the value is made of")]
    indicator: str
    kind: PlaceKind
    level: Annotated[str | None, msgspec.Meta(description="Null below the first level, and for NA")]
    quality: Quality
    reason: Annotated[str | None, msgspec.Meta(description="Why there is no value")]
    revision: Annotated[int, msgspec.Meta(ge=0, description="0, then one more a correction")]
    rules: Annotated[str, msgspec.Meta(description="Version of rules, limits and catalogue")]
    text: Annotated[Words, msgspec.Meta(description="The value in one sentence")]
    unit: str
    value: Annotated[float | None, msgspec.Meta(description="In `unit`; null is NA, never clear")]
    weights: Annotated[
        dict[str, float], msgspec.Meta(description="Terminal → its share, the largest first")
    ]
    window_end: Annotated[Instant, msgspec.Meta(description="First instant after the window")]
    window_start: Annotated[Instant, msgspec.Meta(description="First instant of the window")]
    zone: Annotated[str, msgspec.Meta(description="Id of the zone, town or district")]


class WindowLine(msgspec.Struct, gc=False):
    """A value of a plain window: a line of `vitals` of a run with VITALS_SIGNS=windows."""

    at: Instant
    coverage: float
    detail: dict[str, Any]
    indicator: str
    kind: PlaceKind
    level: str | None
    reason: str | None
    revision: int
    unit: str
    value: float | None
    window_end: Instant
    window_start: Instant
    zone: str


class ScoreLine(msgspec.Struct, gc=False):
    """How unusual a value is: a line of `scores`; the fields in the order of their names."""

    at: Instant
    deviation: Annotated[
        float | None,
        msgspec.Meta(description="Value less expectation, in robust standard deviations"),
    ]
    expected: Annotated[float | None, msgspec.Meta(description="In the sign's unit")]
    high: Annotated[
        float | None, msgspec.Meta(description="One value of ten was expected above this")
    ]
    indicator: str
    low: Annotated[
        float | None, msgspec.Meta(description="One value of ten was expected below this")
    ]
    new_regime: Annotated[
        bool,
        msgspec.Meta(description="The series has been another one for days and is learnt anew"),
    ]
    onset: Annotated[
        bool, msgspec.Meta(description="Something unusual begins here, or gets worse than it was")
    ]
    revision: int
    score: Annotated[
        Share | None,
        msgspec.Meta(description="0 usual, 0.5 and more unusual; null while learning"),
    ]
    shares: Annotated[
        Mapping[str, float],
        msgspec.Meta(
            description="Of a joint score: sign -> its share of what is unusual, 1 in all"
        ),
    ]
    view: Annotated[
        View | None,
        msgspec.Meta(
            description="What adds most to the score: far from what is usual at that hour"
            " (residual), long to one side of it (drift), a course never seen (shape), a value"
            " never seen (range), or several signs that never went together so (joint)"
        ),
    ]
    window_end: Instant
    zone: str


Reached = tuple[float | None, float | None, float | None]


class ForecastLine(msgspec.Struct, gc=False):
    """What a vital sign is expected to be at one horizon: a line of `forecasts`."""

    at: Instant
    horizon: Annotated[int, msgspec.Meta(description="Seconds after `made_at`")]
    indicator: str
    made_at: Annotated[Instant, msgspec.Meta(description="End of the newest window it knows")]
    method: Annotated[str, msgspec.Meta(description="What made it")]
    p10: Annotated[float, msgspec.Meta(description="Below this with a probability of 0.1")]
    p50: Annotated[float, msgspec.Meta(description="The median")]
    p90: Annotated[float, msgspec.Meta(description="Below this with a probability of 0.9")]
    p_exceed: Annotated[
        Mapping[str, Share],
        msgspec.Meta(description="Level -> probability of this level or a worse one"),
    ]
    reached_in: Annotated[
        Mapping[str, Reached],
        msgspec.Meta(
            description="Level -> seconds after `made_at` in which it is reached, with the"
            " probabilities 0.1, 0.5 and 0.9; null: not within the horizons"
        ),
    ]
    skill: Annotated[
        float | None,
        msgspec.Meta(
            description="How much less it erred than persistence lately, -1 to 1; where the method"
            " is persistence, that of the forecast it stands in for"
        ),
    ]
    zone: str


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_encode_line, _encode_lines = _encoder.encode, _encoder.encode_lines
"""Sorts the keys of dicts, and takes the fields of structs as they stand."""


class VitalWriter:
    """Writes the lines of vital signs.

    Args:
        signs: The catalogue, by id.
        city: Names of places.
        rules: Version of the rules, limits and catalogue by which values are made.
    """

    def __init__(self, signs: Mapping[str, VitalSign], city: City, rules: str) -> None:
        self._signs, self._rules = signs, rules
        self._has_words = any(sign.group != PLAIN for sign in signs.values())
        self._label_of = naming(signs, city.label_of)

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
        if not self._has_words:
            # A list: of any other iterable msgspec 0.22 never lets go of the iterator.
            return _encode_lines(list(_window_lines(values, timezones)))[:-1]
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

    def _line(self, value: VitalValue, at: str, end: str, start: str) -> VitalLine:
        sign = self._signs[value.indicator]
        kind = cast("PlaceKind", value.place)
        zh, en = sentence(sign, value, self._label_of)
        return VitalLine(
            at, value.coverage, value.detail, value.indicator, kind, value.level, value.quality,
            value.reason, value.revision, self._rules, Words(en, zh), value.unit, value.value,
            value.weights, end, start, value.zone,
        )  # fmt: skip


class _LocalTimes(dict[int, str]):
    """Unix ms → local time of one time zone: windows that close together have few of them."""

    def __init__(self, timezone: str) -> None:
        super().__init__()
        self._timezone = timezone

    def __missing__(self, at: int) -> str:
        written = self[at] = rfc3339(at, self._timezone)
        return written


def _window_lines(
    values: Sequence[VitalValue], timezones: Mapping[str, str]
) -> Iterable[WindowLine]:
    """Plain windows have no words; there may be a hundred thousand a second: column by column."""
    zones = [v.zone for v in values]
    of_timezone: dict[str, _LocalTimes] = {}
    for timezone in {timezones[zone] for zone in set(zones)}:
        of_timezone[timezone] = _LocalTimes(timezone)
    local = [of_timezone[timezones[zone]] for zone in zones]
    ats, ends, starts = (
        [times[at] for times, at in zip(local, column, strict=True)]
        for column in (
            [v.at for v in values], [v.window_end for v in values], [v.window_start for v in values]
        )
    )  # fmt: skip
    return map(
        WindowLine, ats, [v.coverage for v in values],
        [v.detail for v in values], [v.indicator for v in values],
        cast("list[PlaceKind]", [v.place for v in values]), [v.level for v in values],
        [v.reason for v in values], [v.revision for v in values], [v.unit for v in values],
        [v.value for v in values], ends, starts, zones,
    )  # fmt: skip


_published: Final[Callable[[Iterable[object]], Published]] = partial(tuple.__new__, Published)
"""As `Published._make`, without a call of Python's for each of many."""


def published_values(values: Sequence[VitalValue], lines: bytes) -> list[Published]:
    """Values with the lines that `VitalWriter.write` made of them."""
    # A line feed cannot stand in JSON as it is, only between two of its lines.
    fields = zip(
        repeat(VITALS, len(values)), [v.at for v in values], [v.zone for v in values],
        [v.indicator for v in values], [v.window_end for v in values],
        [v.revision for v in values], repeat("", len(values)), lines.split(b"\n"), strict=True,
    )  # fmt: skip
    return list(map(_published, fields))


def publish_score(score: Score, timezone: str) -> Published:
    """The line of a score."""
    zone, indicator, end = score.zone, score.indicator, score.window_end
    line = ScoreLine(
        rfc3339(score.at, timezone), score.deviation, score.expected, score.high, indicator,
        score.low, score.new_regime, score.onset, score.revision, score.score, score.shares,
        cast("View | None", score.view), rfc3339(end, timezone), zone,
    )  # fmt: skip
    body = _encode_line(line)
    return Published(SCORES, score.at, zone, indicator, end, score.revision, "", body)


def publish_forecast(forecast: Forecast, timezone: str) -> Published:
    """The line of a forecast."""
    zone, indicator, made_at = forecast.zone, forecast.indicator, forecast.made_at
    line = ForecastLine(
        rfc3339(forecast.at, timezone), forecast.horizon, indicator, rfc3339(made_at, timezone),
        forecast.method, forecast.p10, forecast.p50, forecast.p90, forecast.p_exceed,
        forecast.reached_in, forecast.skill, zone,
    )  # fmt: skip
    number = f"{forecast.horizon:0>6}"
    body = _encode_line(line)
    return Published(FORECASTS, forecast.at, zone, indicator, made_at, 0, number, body)


def publish_event(stream: str, at: int, zone: str, kind: str, event: dict[str, Any]) -> Published:
    """A CloudEvent on the alerts or work-orders stream; ids sort by number."""
    name, _, number = event["id"].rpartition("-")
    order = f"{name}-{number:0>12}"
    return Published(stream, at, zone, kind, 0, 0, order, canonical(event))
