"""Noise of a day, a night and both, from the hours: energy means, never means of decibels."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from indicators.noise.gb3096 import day_of, is_night, local
from indicators.noise.level import energy_mean, ldn
from indicators.noise.settings import NoiseSettings
from indicators.vital_sign import Inputs, Measure, Past

HOUR_MS: Final = 3_600_000
"""Longer windows, as slow meters give, do not tell the day from the night."""


class Period(msgspec.Struct, frozen=True):
    """What is known of the hours of a period.

    Attributes:
        level: Equivalent level, dB.
        seconds: Time that was measured.
        weights: Meters' shares in the sound energy.
    """

    level: float
    seconds: float
    weights: Mapping[str, float]


def _period(hours: Sequence[Past]) -> Period | None:
    """The period of these hours; None without a level."""
    known = [(v, v.value, _seconds(v)) for v in hours if v.value is not None and _seconds(v) > 0]
    if not known:
        return None
    level = energy_mean((value, seconds) for _, value, seconds in known)
    total = sum(seconds for *_, seconds in known)
    weights: dict[str, float] = {}
    for hour, value, seconds in known:
        share = seconds / total * 10.0 ** ((value - level) / 10.0)
        for terminal, own in hour.weights.items():
            weights[terminal] = weights.get(terminal, 0.0) + share * own
    return Period(level, total, weights)


def _seconds(hour: Past) -> float:
    """How much of an hour was measured, s."""
    return (hour.window_end - hour.window_start) / 1000 * min(hour.coverage, 1.0)


def _known(settings: NoiseSettings, inputs: Inputs, *, at_night: bool) -> Period | None:
    """What is known of the hours by day or by night of the date with which the window ends."""
    timezone = inputs.zone.timezone
    date = day_of(settings, inputs.end - 1, timezone)
    return _period(
        [
            hour
            for hour in inputs.history.get("noise_hourly", ())
            if hour.window_end - hour.window_start <= HOUR_MS
            and day_of(settings, hour.window_start, timezone) == date
            and is_night(settings, local(hour.window_start, timezone).hour) == at_night
        ]
    )


def _coverage(settings: NoiseSettings, period: Period, *, at_night: bool) -> float:
    """The share of a day or of a night that was measured, 0-1."""
    hours = settings.night_hour - settings.day_hour
    return period.seconds / ((24 - hours if at_night else hours) * 3600)


def _level(settings: NoiseSettings, inputs: Inputs, *, at_night: bool) -> Measure:
    """The equivalent level of a day or of a night, where enough of it was measured."""
    period = _known(settings, inputs, at_night=at_night)
    if period is None:
        return Measure(None, "no_data")
    share = _coverage(settings, period, at_night=at_night)
    detail, own = {"measured": share}, min(round(share, 4), 1.0)
    if share < settings.period_coverage:
        return Measure(None, "low_coverage", detail, coverage=own)
    return Measure(period.level, detail=detail, weights=dict(period.weights), coverage=own)


def noise_day(settings: NoiseSettings, inputs: Inputs) -> Measure:
    """Ld, dB(A): equivalent level of the day's hours, 06-22 [M], from the hourly levels."""
    return _level(settings, inputs, at_night=False)


def noise_night(settings: NoiseSettings, inputs: Inputs) -> Measure:
    """Ln, dB(A): equivalent level of the night's hours, 22-06 [M], from the hourly levels."""
    return _level(settings, inputs, at_night=True)


def noise_ldn(settings: NoiseSettings, inputs: Inputs) -> Measure:
    """Ldn, dB(A): level of a day and the night after it, which counts 10 dB louder [M].

    Both need enough of their own time.
    """
    day, night = (_level(settings, inputs, at_night=at_night) for at_night in (False, True))
    if day.value is None or night.value is None:
        lacking = day if day.value is None else night
        return Measure(None, lacking.reason)
    detail = {"day": day.value, "night": night.value}
    return Measure(ldn(settings, day.value, night.value), detail=detail)
