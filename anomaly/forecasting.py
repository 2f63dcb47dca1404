"""The forecasts of a zone: values of vital signs in, what they are expected to come to out.

Only revision 0 teaches a forecaster. A forecast says at which level the sign will be and when, in
the order of the levels' edges; it is made of what was known at the end of a window.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from anomaly.day_kind import DayKind, by_weekday
from anomaly.flood_forecaster import FloodForecaster
from anomaly.forecaster import Forecaster, Outlook
from anomaly.seasonal_forecast import SeasonalRecent
from indicators.rounding import local_offset, significant
from indicators.vital_sign import VitalSign, VitalValue
from sensors.city import Zone

WATER: Final = "water_depth"
RAIN: Final = "rain_5min"
_HOUR_S: Final = 3600
_PER_HOUR: Final = 12.0
"""Rain of five minutes, mm, to mm/h."""
SOON: Final = (600, 1200, 1800, 3600)
LATER: Final = (3600, 10800)
_STILL_S: Final = 600
"""A dry place is forecast this often only."""
_DRY_M: Final = 0.01
_CHANCES: Final = (0.1, 0.5, 0.9)


class Plan(NamedTuple):
    """How a sign is forecast.

    Attributes:
        horizons: s, ascending.
        every_s: At most so often.
    """

    horizons: tuple[int, ...]
    every_s: int


PLANS: Final[Mapping[str, Plan]] = {
    WATER: Plan(SOON, 60),
    "crowd_density": Plan(SOON, 300),
    "people_count": Plan(LATER, 300),
    "traffic_speed": Plan(SOON, 300),
    "traffic_speed_ratio": Plan(SOON, 300),
    "parking_occupancy": Plan(SOON, 300),
    "aqi_hourly": Plan(LATER, 300),
    "noise_leq": Plan(SOON, 600),
    "temperature": Plan(LATER, 600),
}
"""Which signs are forecast; the others are either made of these or have no course."""
FORECAST_INPUTS: Final = frozenset((*PLANS, RAIN))
"""The signs that forecasts are made from."""


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign is expected to be at one horizon. Times are Unix ms.

    Attributes:
        at: When it was published.
        zone: The place.
        indicator: The vital sign.
        made_at: End of the newest window that it knows.
        horizon: Seconds after that.
        p10: The value is below this with a probability of 0.1; in the sign's unit.
        p50: The median.
        p90: The value is below this with a probability of 0.9.
        p_exceed: Level id → probability of this level or a worse one.
        reached_in: Level id → seconds after `made_at` in which it is reached with probabilities
            0.1, 0.5 and 0.9, None: not within the horizons; of levels that are not reached yet.
        method: What made it.
        skill: See `anomaly.forecaster.Outlook`.
    """

    at: int
    zone: str
    indicator: str
    made_at: int
    horizon: int
    p10: float
    p50: float
    p90: float
    p_exceed: dict[str, float]
    reached_in: dict[str, tuple[float | None, float | None, float | None]]
    method: str
    skill: float | None


class ForecastSeries(msgspec.Struct):
    """State of one series: the forecaster's snapshot, when it was asked last, the newest value.

    `learnt` is the time of that value as its forecaster has it.
    """

    forecaster: bytes = b""
    asked: int = 0
    learnt: int = -1
    newest: float = 0.0


class ZoneForecasts:
    """The forecasts of one zone.

    Args:
        zone: The place.
        signs: The catalogue of vital signs.
        series: State by sign id; changed in place.
        day_kind: Local day → working day or day of rest.
    """

    def __init__(
        self,
        zone: Zone,
        signs: Mapping[str, VitalSign],
        series: dict[str, ForecastSeries],
        day_kind: DayKind = by_weekday,
    ) -> None:
        self._zone, self._signs, self._series, self._day_kind = zone, signs, series, day_kind
        self._forecasters: dict[str, Forecaster] = {}

    def step(self, value: VitalValue) -> list[Forecast]:
        """Learn from a value; the forecasts that are due with it, one a horizon."""
        known = value.value
        if known is None or value.revision or value.place != "zone":
            return []
        at = value.window_end
        if value.indicator not in {WATER, RAIN}:
            # People live by the clock; water does not, and must not wait while it is put back.
            at += local_offset(at, self._zone.timezone)
        if value.indicator == RAIN:
            self._learn_rain(at, known)
            return []
        plan = PLANS[value.indicator]
        forecaster = self._forecaster(value.indicator, plan)
        series = self._series[value.indicator]
        if at <= series.learnt:
            # In the hour that a clock repeats nothing is learnt, so nothing can be said.
            return []
        forecaster.learn_one(at, known)
        series.learnt = at
        if value.window_end - series.asked < 1000 * self._pause(value.indicator, known, plan):
            return []
        series.asked = value.window_end
        sign = self._signs[value.indicator]
        edges = [float(level.edge) for level in sign.levels]
        outlooks = forecaster.outlooks(edges)
        return [] if outlooks is None else list(_forecasts(value, sign, outlooks))

    def _learn_rain(self, at: int, millimetres: float) -> None:
        self._series.setdefault(RAIN, ForecastSeries()).newest = millimetres
        # A zone without a gauge of water has no forecast of it.
        forecaster = self._forecasters.get(WATER)
        if forecaster is None and WATER in self._series:
            forecaster = self._forecaster(WATER, PLANS[WATER])
        if isinstance(forecaster, FloodForecaster):
            forecaster.learn_rain(at, millimetres * _PER_HOUR)

    def _pause(self, indicator: str, value: float, plan: Plan) -> int:
        rain = self._series.get(RAIN)
        is_dry = rain is None or rain.newest <= 0.0
        is_still = indicator == WATER and value < _DRY_M and is_dry
        return _STILL_S if is_still else plan.every_s

    def _forecaster(self, indicator: str, plan: Plan) -> Forecaster:
        forecaster = self._forecasters.get(indicator)
        if forecaster is None:
            if indicator == WATER:
                seed = crc32(self._zone.id.encode())
                forecaster = FloodForecaster(plan.horizons, self._zone.catchment, seed)
            else:
                forecaster = SeasonalRecent(plan.horizons, self._day_kind)
            series = self._series.setdefault(indicator, ForecastSeries())
            if series.forecaster:
                forecaster.load(series.forecaster)
            self._forecasters[indicator] = forecaster
        return forecaster

    def dump(self) -> None:
        """Put what the forecasters know into the state."""
        for indicator, forecaster in self._forecasters.items():
            self._series[indicator].forecaster = forecaster.dump()


def _forecasts(
    value: VitalValue, sign: VitalSign, outlooks: Sequence[Outlook]
) -> Iterator[Forecast]:
    reached = _reached(value, sign, outlooks)
    for outlook in outlooks:
        yield Forecast(
            at=value.at,
            zone=value.zone,
            indicator=value.indicator,
            made_at=value.window_end,
            horizon=outlook.horizon,
            p10=significant(outlook.p10),
            p50=significant(outlook.p50),
            p90=significant(outlook.p90),
            p_exceed={
                level.id: _of_level(sign, p)
                for level, p in zip(sign.levels, outlook.exceed, strict=True)
            },
            reached_in=reached,
            method=outlook.method,
            skill=None if outlook.skill is None else significant(outlook.skill),
        )


def _of_level(sign: VitalSign, above: float) -> float:
    """The probability of a level, from that of being at or above its edge; four decimals."""
    return round(1.0 - above if sign.descending else above, 4)


def _reached(
    value: VitalValue, sign: VitalSign, outlooks: Sequence[Outlook]
) -> dict[str, tuple[float | None, float | None, float | None]]:
    """Level → earliest, middle and latest seconds; of levels worse than that at hand."""
    found: dict[str, tuple[float | None, float | None, float | None]] = {}
    now = sign.rank(value.level)
    for n, level in enumerate(sign.levels):
        if n <= now:
            continue
        course = [(o.horizon, _of_level(sign, o.exceed[n])) for o in outlooks]
        early, middle, late = (_first(course, chance) for chance in _CHANCES)
        if early is not None:
            found[level.id] = early, middle, late
    return found


def _first(course: Sequence[tuple[int, float]], chance: float) -> float | None:
    """When a probability is come to, between the horizons in a straight line from 0 now."""
    before, had = 0, 0.0
    for horizon, probability in course:
        if probability >= chance:
            share = (chance - had) / (probability - had)
            return float(round(before + share * (horizon - before)))
        before, had = horizon, probability
    return None
