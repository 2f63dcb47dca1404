"""Plain windows: count, sum, least and largest of every quantity, without any meaning.

What other stream engines call a tumbling aggregation: to measure the engine by itself, and to look
at raw windows of a stranger's recording. They take the place of the catalogue of vital signs.
"""

from typing import Final

from indicators.rounding import significants
from indicators.vital_sign import PLAIN, Inputs, Measure, Measures, VitalSign
from indicators.window import Pooled, pooled
from sensors.quantity import CATALOGUE, Quantity

WINDOW_S: Final = 10.0
"""Length of a window, s; stretched to the cadence where data come more slowly."""


def window_sum(inputs: Inputs) -> Measure:
    """Sum of all readings of the window; count, least and largest stand in the detail."""
    for aggregates in inputs.by_quantity.values():
        pool = pooled(aggregates)
        if pool is not None:
            return Measure(
                pool.total, detail={"count": pool.count, "min": pool.low, "max": pool.high}
            )
    return Measure(None, "no_data")


def window_sums(pooled_: Pooled) -> Measures:
    """As `window_sum`, of many windows."""
    low, high = significants(pooled_.low), significants(pooled_.high)
    rows = zip(pooled_.count.tolist(), low, high, strict=True)
    details = [{"count": count, "min": least, "max": largest} for count, least, largest in rows]
    return Measures(pooled_.steps / pooled_.scale, details)


def _sign(quantity: Quantity) -> VitalSign:
    return VitalSign(
        id=f"window_{quantity.name}",
        zh=f"{quantity.zh}窗口合计",
        en=f"{quantity.en}, window sum",
        group=PLAIN,
        unit=quantity.unit,
        inputs=(quantity.name,),
        formula=window_sum,
        many=window_sums,
        window_s=WINDOW_S,
        min_coverage=0.0,
        is_scored=False,
        source="sum of readings",
    )


PLAIN_WINDOWS: Final[dict[str, VitalSign]] = {
    sign.id: sign for sign in map(_sign, CATALOGUE.values())
}
