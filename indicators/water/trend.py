"""Water that rises and falls: made of the published depths of the last minutes."""

from collections.abc import Sequence
from typing import NamedTuple

from indicators.rounding import significant
from indicators.vital_sign import Inputs, Measure, Past
from indicators.water.settings import WaterSettings

_HALF_HOUR_S = 1800.0


class Depth(NamedTuple):
    """A depth (m) at an instant (s)."""

    at: float
    depth: float


def slope(depths: Sequence[Depth]) -> float:
    """Slope of the straight line nearest to at least two depths (least squares), m/s."""
    middle = sum(d.at for d in depths) / len(depths)
    level = sum(d.depth for d in depths) / len(depths)
    spread = sum((d.at - middle) ** 2 for d in depths)
    return sum((d.at - middle) * (d.depth - level) for d in depths) / spread


def since_peak(depths: Sequence[Depth]) -> Sequence[Depth]:
    """The depths from the highest on; from the latest where several are the highest."""
    peak = max(range(len(depths)), key=lambda place: (depths[place].depth, place))
    return depths[peak:]


def water_rise(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Change of the water's depth in ten minutes, m; below 0 where it falls.

    From the depth that the ten minutes begin with to the newest; where the first ones are missing,
    from the earliest there is: then it is what is known of the change, and suspect. In shallow
    water a fast rise stays at the mildest level.

    Source: 5 cm in 10 min while the water stands 10 cm deep is ours [D].
    """
    values = inputs.history.get("water_depth", ())
    depths = _known(values)
    if not depths:
        return Measure(None, "no_data")
    span_s = depths[-1].at - depths[0].at
    if len(depths) > 1 and depths[1].at - depths[0].at > settings.rise_period_s:
        return Measure(None, "cadence_too_slow", {"span_s": span_s})
    if span_s < settings.rise_min_share * settings.rise_period_s:
        return Measure(None, "too_short", {"span_s": span_s})
    first, last = depths[0], depths[-1]
    rise = significant(last.depth - first.depth)
    mildest = settings.rise_levels[0] if settings.rise_levels else None
    is_shallow_rise = mildest and rise >= mildest.edge and last.depth < settings.rise_floor_m
    return Measure(
        rise,
        detail={"depth_cm": last.depth * 100, "rise_cm": rise * 100},
        level=mildest.id if mildest and is_shallow_rise else None,
        weights=_newest_weights(values),
        is_suspect=span_s < settings.rise_period_s or _is_doubtful(values),
    )


def water_drain_down(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Minutes until the water is below the clear depth at its present rate of fall; 0 if it is.

    The rate is that of the straight line through the depths since the latest highest one. NA, with
    the reason `rising`, `just_falling` or `steady`, where no fall can be told yet.

    Source: clear depth and what counts as a fall are ours [D].
    """
    values = inputs.history.get("water_depth", ())
    depths = _known(values)
    if not depths:
        return Measure(None, "no_data")
    depth, is_suspect = depths[-1].depth, _is_doubtful(values)
    detail = {"depth_cm": depth * 100}
    weights = _newest_weights(values)
    if depth < settings.clear_m:
        return Measure(0.0, detail=detail, weights=weights, is_suspect=is_suspect)
    falling = since_peak(depths)
    if depths[-1].at - depths[0].at < settings.fall_min_span_s:
        return Measure(None, "too_short", detail)
    if falling[-1].at - falling[0].at < settings.fall_min_span_s:
        return Measure(None, _why_no_fall(settings, depths, falling), detail)
    fall = -slope(falling)
    detail["fall_cm_h"] = fall * 360_000
    if significant(fall * _HALF_HOUR_S) < settings.fall_min_m:
        return Measure(None, "steady", detail)
    minutes = (depth - settings.clear_m) / fall / 60
    return Measure(minutes, detail=detail, weights=weights, is_suspect=is_suspect)


def _why_no_fall(settings: WaterSettings, depths: Sequence[Depth], falling: Sequence[Depth]) -> str:
    """Why there is no rate of fall when the highest depth is the newest, or hardly over."""
    first, peak, newest = depths[0].depth, falling[0].depth, depths[-1].depth
    if len(falling) > 1:
        return "just_falling" if peak - newest >= settings.fall_min_m else "steady"
    return "rising" if newest - first >= settings.fall_min_m else "steady"


def _is_doubtful(values: Sequence[Past]) -> bool:
    """Whether the newest value is missing, or the newest known one is suspect."""
    return values[-1].value is None or values[-1].is_suspect


def _known(values: Sequence[Past]) -> list[Depth]:
    return [Depth(v.window_end / 1000, v.value) for v in values if v.value is not None]


def _newest_weights(values: Sequence[Past]) -> dict[str, float]:
    return next((v.weights for v in reversed(values) if v.value is not None), {})
