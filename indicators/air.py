"""Air quality index of HJ 633-2026 (in force since 2026-03-01), real-time report."""

from typing import Final

from indicators.vital_sign import Inputs, Level, Measure, VitalSign

STANDARD: Final = "HJ633-2026"
IAQI: Final = (0, 50, 100, 150, 200, 300, 400, 500)
BREAKPOINTS: Final[dict[str, tuple[int, ...]]] = {
    # HJ 633-2026 table 3, 1-h columns; PM by clause 4.2.4 the daily columns. µg/m³, CO mg/m³. [V]
    "so2": (0, 150, 500, 650, 800),
    "no2": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "pm10": (0, 50, 120, 250, 350, 420, 500, 600),
    "pm25": (0, 35, 60, 115, 150, 250, 350, 500),
}
VALID_SHARE: Final = 0.75
"""An hourly mean needs 45 of 60 minutes (GB 3095-2026 table 4 [V])."""

AQI_LEVELS = (
    Level("AQ1", 1, "优", "excellent", "green"),
    Level("AQ2", 51, "良", "good", "yellow"),
    Level("AQ3", 101, "轻度污染", "lightly polluted", "orange"),
    Level("AQ4", 151, "中度污染", "moderately polluted", "red"),
    Level("AQ5", 201, "重度污染", "heavily polluted", "purple"),
    Level("AQ6", 301, "严重污染", "severely polluted", "maroon"),
)


def iaqi(pollutant: str, concentration: float) -> int:
    """Sub-index of an hourly mean, rounded up (clause 4.2.6).

    Args:
        pollutant: so2, no2, co, o3, pm10 or pm25.
        concentration: µg/m³; CO mg/m³; ≥ 0. Rounded half to even first, CO to one decimal.

    Returns:
        0–500; above the table 500 [D], above 800 µg/m³ SO2 200 (note b).

    Source: HJ 633-2026 clause 4.2.4 eq. (1), table 3.

    Example:
        >>> [iaqi("pm25", c) for c in (36, 60, 61, 75, 115, 150, 200)]
        [52, 100, 101, 114, 150, 200, 250]
    """
    # Integer tenths, so that rounding up is exact.
    tenths = round(concentration * 10) if pollutant == "co" else round(concentration) * 10
    edges = BREAKPOINTS[pollutant]
    for index in range(1, len(edges)):
        low, high = edges[index - 1] * 10, edges[index] * 10
        if tenths <= high:
            rise = (IAQI[index] - IAQI[index - 1]) * (tenths - low)
            return IAQI[index - 1] - (-rise // (high - low))
    return IAQI[len(edges) - 1]


def aqi_hourly(inputs: Inputs) -> Measure:
    """AQI of an hour: the largest sub-index of the six hourly means (clause 4.2.4 eq. (2)).

    Where a pollutant is missing the index is published only above 100, otherwise it is NA
    (clause 5.3.1); the sub-indices always stand in the detail.
    """
    means = {p: _hourly_mean(inputs, p) for p in BREAKPOINTS}
    sub = {p: iaqi(p, mean) for p, mean in means.items() if mean is not None}
    if not sub:
        return Measure(None, "no_data")
    index = max(1, *sub.values())
    detail = {
        "standard": STANDARD,
        "iaqi": sub,
        "primary": sorted(p for p, s in sub.items() if s == index) if index > 50 else [],
    }
    missing = sorted(p for p in means if means[p] is None)
    if missing and index <= 100:
        return Measure(None, "missing_pollutant", {**detail, "missing": missing})
    return Measure(float(index), detail=detail)


def _hourly_mean(inputs: Inputs, pollutant: str) -> float | None:
    """Mean over the stations whose hour is valid, or None."""
    valid = [
        a.mean for a in inputs.by_quantity.get(pollutant, ()) if a.count >= VALID_SHARE * a.expected
    ]
    return sum(valid) / len(valid) if valid else None


AIR_SIGNS = (
    VitalSign(
        id="aqi_hourly",
        zh="小时空气质量指数",
        en="Hourly AQI",
        group="air",
        unit="1",
        inputs=tuple(BREAKPOINTS),
        formula=aqi_hourly,
        window_s=3600,
        levels=AQI_LEVELS,
        min_coverage=0.0,
        utility=((1, 100), (50, 90), (100, 75), (150, 60), (200, 40), (300, 20), (500, 1)),
        source="HJ 633-2026 clauses 4.2.3–4.3.1, 5.3.1, tables 1 and 3 [V]; utility [D]",
    ),
)
