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


def change(depths: Sequence[Depth], period_s: float) -> float:
    """What the depth changes by in `period_s` at the pace from the first depth to the last, m.

    Args:
        depths: At least two, of different instants, oldest first.
        period_s: s.
    """
    first, last = depths[0], depths[-1]
    return (last.depth - first.depth) * period_s / (last.at - first.at)


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

    Depths are means over their windows, so those of ten minutes lie nine minutes apart: the change
    is taken at their pace. In shallow water a fast rise stays at the mildest level.

    Source: 5 cm in 10 min while the water stands 10 cm deep is ours [D].
    """
    values = inputs.history.get("water_depth", ())
    depths = _known(values)
    if not depths:
        return Measure(None, "no_data")
    least_s = settings.rise_min_share * (inputs.end - inputs.start) / 1000
    if len(depths) < 2 or depths[-1].at - depths[0].at < least_s:
        return Measure(None, "too_short", {"span_s": depths[-1].at - depths[0].at})
    rise, depth = significant(change(depths, settings.rise_period_s)), depths[-1].depth
    mildest = settings.rise_levels[0] if settings.rise_levels else None
    is_shallow_rise = mildest and rise >= mildest.edge and depth < settings.rise_floor_m
    return Measure(
        rise,
        detail={"depth_cm": depth * 100, "rise_cm": rise * 100},
        level=mildest.id if mildest and is_shallow_rise else None,
        weights=_newest_weights(values),
        is_suspect=values[-1].value is None,
    )


def water_drain_down(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Minutes until the water is below the clear depth at its present rate of fall; 0 if it is.

    The rate is that of the straight line through the depths since the latest highest one. NA, with
    the reason `rising` or `steady`, where no fall is to be seen.

    Source: clear depth and what counts as a fall are ours [D].
    """
    values = inputs.history.get("water_depth", ())
    depths = _known(values)
    if not depths:
        return Measure(None, "no_data")
    depth, is_suspect = depths[-1].depth, values[-1].value is None
    detail = {"depth_cm": depth * 100}
    weights = _newest_weights(values)
    if depth < settings.clear_m:
        return Measure(0.0, detail=detail, weights=weights, is_suspect=is_suspect)
    falling = since_peak(depths)
    if depths[-1].at - depths[0].at < settings.fall_min_span_s:
        return Measure(None, "too_short", detail)
    if falling[-1].at - falling[0].at < settings.fall_min_span_s:
        is_rising = depth - depths[0].depth >= settings.fall_min_m
        return Measure(None, "rising" if is_rising else "steady", detail)
    fall = -slope(falling)
    detail["fall_cm_h"] = fall * 360_000
    if significant(fall * _HALF_HOUR_S) < settings.fall_min_m:
        return Measure(None, "steady", detail)
    minutes = (depth - settings.clear_m) / fall / 60
    return Measure(minutes, detail=detail, weights=weights, is_suspect=is_suspect)


def _known(values: Sequence[Past]) -> list[Depth]:
    return [Depth(v.window_end / 1000, v.value) for v in values if v.value is not None]


def _newest_weights(values: Sequence[Past]) -> dict[str, float]:
    return next((v.weights for v in reversed(values) if v.value is not None), {})
