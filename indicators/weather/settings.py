"""What a city may change about the signs of weather: figures that no standard we read gives."""

import msgspec

from indicators.vital_sign import Level

Points = tuple[tuple[float, float], ...]


class Vapour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Magnus' formula of the pressure of saturated vapour: `base·exp(slope·T/(offset + T))` hPa."""

    base: float
    slope: float
    offset: float


class WeatherSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures from memory [M] and of our own [D].

    Attributes:
        temperature_utility: (°C, sub-score 1-100). [D]
        heat_index_levels: NWS' bands in °C. [M]
        humidex_levels: Bands of the Canadian service. [M]
        humidex_vapour: Vapour pressure of the humidex; its slope is 7.5·ln 10. [M]
        humidex_factor: Degrees per hPa above `humidex_neutral`. [M]
        humidex_neutral: Vapour pressure that adds nothing, hPa. [M]
        wbgt_levels: Steps of heat stress at work, °C. [D]
        wbgt_weights: Shares of natural wet bulb, globe and air in the outdoor WBGT. [M]
        wbgt_simple: Per °C, per hPa and constant of the Australian bureau's approximation. [M]
        wbgt_vapour: Vapour pressure of that approximation. [M]
        wind_levels: Beaufort numbers of the national gale signals; blue [V], others [M].
        gust_levels: The same of gusts, as the m/s at which Beaufort 7, 9, 11 and 13 begin.
        gust_utility: (m/s, sub-score 1-100). [D]
        visibility_levels: Edges of the classes of fog in GB/T 27964-2011, in whole metres [M]; of
            visibility alone, which haze and rain lower too.
        visibility_utility: (m, sub-score 1-100). [D]
        heat_coverage: Below this share of the day a maximum is suspect, 0-1. [D]
    """

    temperature_utility: Points = (
        (-5, 40), (5, 80), (15, 100), (28, 100), (35, 70), (37, 50), (40, 20),
    )  # fmt: skip
    heat_index_levels: tuple[Level, ...] = (
        Level("HX4", 27.0, "注意", "caution", "yellow"),
        Level("HX3", 32.0, "特别注意", "extreme caution", "orange"),
        Level("HX2", 41.0, "危险", "danger", "red"),
        Level("HX1", 54.0, "极度危险", "extreme danger", "maroon"),
    )
    humidex_levels: tuple[Level, ...] = (
        Level("HM3", 30.0, "有些不适", "some discomfort", "yellow"),
        Level("HM2", 40.0, "很不舒适", "great discomfort", "orange"),
        Level("HM1", 46.0, "危险", "dangerous", "red"),
    )
    humidex_vapour: Vapour = Vapour(6.112, 17.269388197455342, 237.7)
    humidex_factor: float = 5 / 9
    humidex_neutral: float = 10.0
    wbgt_levels: tuple[Level, ...] = (
        Level("WB4", 28.0, "注意", "caution", "blue"),
        Level("WB3", 30.0, "警戒", "warning", "yellow"),
        Level("WB2", 32.0, "危险", "danger", "orange"),
        Level("WB1", 34.0, "极度危险", "extreme danger", "red"),
    )
    wbgt_weights: tuple[float, float, float] = (0.7, 0.2, 0.1)
    wbgt_simple: tuple[float, float, float] = (0.567, 0.393, 3.94)
    wbgt_vapour: Vapour = Vapour(6.105, 17.27, 237.7)
    wind_levels: tuple[Level, ...] = (
        Level("WF4", 6.0, "6级以上", "force 6 or more", "blue"),
        Level("WF3", 8.0, "8级以上", "force 8 or more", "yellow"),
        Level("WF2", 10.0, "10级以上", "force 10 or more", "orange"),
        Level("WF1", 12.0, "12级以上", "force 12 or more", "red"),
    )
    gust_levels: tuple[Level, ...] = (
        Level("WG4", 13.9, "阵风7级以上", "gusts of force 7 or more", "blue"),
        Level("WG3", 20.8, "阵风9级以上", "gusts of force 9 or more", "yellow"),
        Level("WG2", 28.5, "阵风11级以上", "gusts of force 11 or more", "orange"),
        Level("WG1", 37.0, "阵风13级以上", "gusts of force 13 or more", "red"),
    )
    gust_utility: Points = ((8, 100), (13.9, 75), (20.8, 50), (28.5, 25), (37, 5))
    visibility_levels: tuple[Level, ...] = (
        Level("VI5", 9999.0, "能见度不足10公里", "below 10 km", "green"),
        Level("VI4", 999.0, "能见度不足1公里", "below 1 km", "blue"),
        Level("VI3", 499.0, "能见度不足500米", "below 500 m", "yellow"),
        Level("VI2", 199.0, "能见度不足200米", "below 200 m", "orange"),
        Level("VI1", 49.0, "能见度不足50米", "below 50 m", "red"),
    )
    visibility_utility: Points = ((50, 10), (200, 30), (500, 50), (1000, 70), (10000, 100))
    heat_coverage: float = 0.5
