"""The signs that the plain reference knows: one of every kind, and several made of others."""

from typing import Any, Final

from indicators.health.signs import health_sign
from indicators.registry import SIGNS, SignSet
from indicators.vital_sign import Basis, Inputs, Measure, VitalSign
from tests.plain.cities import CITIES
from tests.plain.formulas import FORMULAS

DECLARED: Final = {
    quantity.name
    for city in CITIES.values()
    for terminal in city.terminals.values()
    for quantity in terminal.quantities
}


def past_sum(inputs: Inputs) -> Measure:
    """Sum of the past values, with the number of windows; suspect where one of them is."""
    items = [item for past in inputs.history.values() for item in past]
    values = [item.value for item in items if item.value is not None]
    if not values:
        return Measure(None, "no_value")
    detail = {"windows": len(items), "oldest": items[0].window_end}
    return Measure(sum(values), detail=detail, is_suspect=any(item.is_suspect for item in items))


def _made(id_: str, sources: tuple[str, ...], window: float, hop: float, **more: Any) -> VitalSign:
    return VitalSign(
        id=id_, zh="合计", en="Sum", group="weather", unit="1", formula=past_sum, source="a test",
        basis=Basis.HISTORY, sources=sources, window_s=window, hop_s=hop, **more,
    )  # fmt: skip


MADE: Final = (
    _made("depth_sum", ("water_depth",), 600, 60),
    _made("depth_sums", ("depth_sum", "rain_10min"), 1800, 300, min_coverage=0.0),
    _made("rain_day", ("rain_60min",), 43_200, 3600, source_hop_s=3600.0, min_coverage=0.0),
    _made("crowd_sum", ("crowd_density", "people_count"), 3600, 0, min_coverage=0.0),
    _made("warmth_days", ("temperature",), 172_800, 86_400, align_s=21_600.0, min_coverage=0.0),
    _made("noise_sum", ("noise_leq", "temperature"), 21_600, 7200, min_coverage=0.0),
)
"""Sliding and tumbling, one on the other, of some windows only, of two signs, of two days."""

_MEASURED = [
    sign
    for sign in SIGNS.values()
    if (sign.id in FORMULAS and DECLARED & set(sign.inputs)) or sign.id == "device_availability"
]
_ALL = (*_MEASURED, *MADE)

REFERENCE: Final = {
    SignSet.CATALOGUE: {sign.id: sign for sign in (*_ALL, health_sign(_ALL))},
    SignSet.WINDOWS: SignSet.WINDOWS.signs,
}
"""What stands for each set of signs."""
