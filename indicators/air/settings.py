"""What a city may change about the signs of the air: figures that no standard we read gives."""

from typing import Final

import msgspec

from indicators.completed import complete

UG_PER_PPB: Final = {"o3": 1.962, "no2": 1.880, "so2": 2.619, "co": 1.145}


class AirSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures from memory [M] and of our own [D].

    Attributes:
        utility: (AQI, sub-score 1-100) of `aqi_hourly`. [D]
        o3_first_end: Local hour at which the day's first 8-h mean of O3 ends, 1-24. HJ 663. [M]
        o3_least_means: So many 8-h means of O3 make a daily maximum, 1-17; above the limit any
            number does. HJ 663. [M]
        ug_per_ppb: Pollutant → µg/m³ of 1 ppb at 298.15 K and 1013.25 hPa: molar mass / 24.465 [M];
            what is not named has its default.
        us_least_of_8: So many hourly means make an 8-h mean of the US index: three quarters. [M]
        us_least_of_24: As many for the 24-h mean of SO2. [M]
    """

    utility: tuple[tuple[float, float], ...] = (
        (1, 100), (50, 90), (100, 75), (150, 60), (200, 40), (300, 20), (500, 1),
    )  # fmt: skip
    o3_first_end: int = 8
    o3_least_means: int = 14
    ug_per_ppb: dict[str, float] = {}
    us_least_of_8: int = 6
    us_least_of_24: int = 18

    def __post_init__(self) -> None:
        complete(self, "ug_per_ppb", UG_PER_PPB)
