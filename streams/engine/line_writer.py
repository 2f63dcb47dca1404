"""Writes values, scores and forecasts as canonical lines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Final, cast

import msgspec

from anomaly.forecasting import Forecast
from anomaly.stage import Score
from indicators.rounding import rfc3339
from indicators.sentence import naming, sentence
from indicators.vital_sign import PLAIN, VitalSign, VitalValue
from sensors.city import City
from streams.engine.lines import (
    ForecastLine,
    PlaceKind,
    ScoreLine,
    View,
    VitalLine,
    WindowLine,
    Words,
)
from streams.engine.published import FORECASTS, SCORES, VITALS, Published

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
        local = _local_times(values, timezones)
        if not self._has_words:
            # A list: of any other iterable msgspec 0.22 never lets go of the iterator.
            return _encode_lines(list(_window_lines(values, local)))[:-1]
        lines = [
            self._line(value, times[value.at], times[value.window_end], times[value.window_start])
            for value, times in zip(values, local, strict=True)
        ]
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


def _local_times(values: Sequence[VitalValue], timezones: Mapping[str, str]) -> list[_LocalTimes]:
    """The local times of each value's place; places of one time zone share them."""
    zones = {value.zone for value in values}
    of_timezone = {name: _LocalTimes(name) for name in {timezones[zone] for zone in zones}}
    of_zone = {zone: of_timezone[timezones[zone]] for zone in zones}
    return [of_zone[value.zone] for value in values]


def _window_lines(
    values: Sequence[VitalValue], local: Sequence[_LocalTimes]
) -> Iterable[WindowLine]:
    """Plain windows have no words; there may be a hundred thousand a second: column by column."""
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
        [v.value for v in values], ends, starts, [v.zone for v in values],
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
