"""What a city can set of its signs of water and rain. No figure here is a standard's.

[M] was written down from memory and is to be verified, [D] is our own default.
"""

from typing import Final

import msgspec

from indicators.vital_sign import Level
from indicators.water.storm_tables import STORM_TABLES, StormTable

_DEPTH_LEVELS: Final = (
    Level("W0", 0.03, "湿", "wet", "green"),
    Level("W4", 0.15, "Ⅳ级积水", "waterlogging IV", "blue"),
    Level("W3", 0.27, "Ⅲ级积水", "waterlogging III", "yellow"),
    Level("W2", 0.40, "Ⅱ级积水", "waterlogging II", "orange"),
    Level("W1", 0.60, "Ⅰ级积水", "waterlogging I", "red"),
)
_RISE_LEVELS: Final = (
    Level("U2", 0.02, "上涨", "rising", "green"),
    Level("U1", 0.05, "快速上涨", "rising fast", "orange"),
)
_HAZARD_LEVELS: Final = (
    Level("H1", 1, "总体安全", "generally safe", "green"),
    Level("H2", 2, "小型车不安全", "unsafe for small vehicles", "yellow"),
    Level("H3", 3, "车辆和老幼不安全", "unsafe for vehicles, children and the elderly", "orange"),
    Level("H4", 4, "人车均不安全", "unsafe for people and vehicles", "red"),
    Level("H5", 5, "建筑物须专门设计", "buildings need special design", "red"),
    Level("H6", 6, "所有建筑物危险", "all buildings vulnerable", "red"),
)
_PERIOD_LEVELS: Final = (
    Level("RP2", 2, "2年一遇以上", "rarer than 1 in 2 years", "blue"),
    Level("RP5", 5, "5年一遇以上", "rarer than 1 in 5 years", "yellow"),
    Level("RP20", 20, "20年一遇以上", "rarer than 1 in 20 years", "orange"),
    Level("RP50", 50, "50年一遇以上", "rarer than 1 in 50 years", "red"),
)
_RIVER_LEVELS: Final = (
    Level("RV3", -0.5, "接近警戒水位", "near the warning stage", "blue"),
    Level("RV2", 0.0, "超警戒水位", "above the warning stage", "orange"),
    Level("RV1", 1.0, "超警戒水位1米以上", "1 m and more above the warning stage", "red"),
)
_RUNOFF_COEFFICIENTS: Final = {
    "paved": (0.85, 0.95),
    "stone_block": (0.55, 0.65),
    "graded_gravel": (0.40, 0.50),
    "dry_stone": (0.35, 0.40),
    "bare_soil": (0.25, 0.35),
    "green": (0.10, 0.20),
}


class PedestrianLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Up to which depth × speed people stand, after AR&R Project 10 (2010) [M].

    Attributes:
        steps: (depth × speed in m²/s up to which it holds, hazard), ascending.
        max_depth_m: Deeper water is extreme at any speed.
        max_speed_m_s: Faster water is extreme at any depth.
    """

    steps: tuple[tuple[float, str], ...]
    max_depth_m: float
    max_speed_m_s: float


class WaterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Levels, limits and tables of water and rain; all lengths in m, rain in mm.

    Raises:
        ValueError: `first_level` is no level or `storm_station` no table.

    Attributes:
        depth_levels: Of the depth of water on the road [D]: 15 cm is the widely quoted design limit
            of a lane [M], 27 cm Chinese practice [M], at 60 cm a small car floats [V UNSW].
        depth_utility: [D].
        depth_shift: Kind of zone → how many levels more severe a depth counts there [D], from
            `first_level` on, as alert rules count it.
        first_level: Where waterlogging begins; milder levels are only wet [D].
        clear_m: Below this depth a road is clear again [D].
        dry_m: Below this depth nothing flows; a speed measured there is noise [D].
        rise_levels: Of the rise in `rise_period_s` [D].
        rise_floor_m: In shallower water a rise stays at the mildest level [D].
        rise_period_s: The time that a rise is given for [D].
        rise_min_share: Least span of the depths, as a share of that time [D].
        fall_min_span_s: Least time since the highest depth before a fall is believed [D].
        fall_min_m: A fall of less in half an hour is none [D].
        hazard_levels: Of the classes H1–H6: classes and meanings are FB03's [V secondary], colours
            ours [D].
        hazard_utility: [D].
        adults: Stability of adults [M].
        children: Stability of children [M]; beyond its step no limit is known: taken as extreme.
        debris_depth_m: DEFRA: up to this depth nothing floats along [M].
        debris_factor: DEFRA: debris factor in deeper water, urban [M].
        danger_some: DEFRA: from this rating danger for some [M].
        danger_most: DEFRA: from this rating danger for most [M].
        danger_all: DEFRA: above this rating danger for all [M].
        river_levels: m above the warning stage that a gauge declares [D].
        river_utility: (m above the warning stage, score) [D].
        rain_60min_utility: [D].
        rain_min_share: Below this share of a gauge's promised readings its sum is a lower bound,
            and suspect [D].
        rain_min_hours: Least share of the hours of a day that must be known [D].
        storm_station: Which table holds in this city [D].
        storm_tables: Storm intensity of stations [V secondary].
        storm_levels: Of the return period [D], near design periods of sewers and cities [M].
        rational_limit_ha: Largest area of the rational method, 2 km² [M].
        runoff_coefficients: Surface → least and largest Ψ [M], GB 50014.
    """

    depth_levels: tuple[Level, ...] = _DEPTH_LEVELS
    depth_utility: tuple[tuple[float, float], ...] = (
        (0.0, 100), (0.15, 75), (0.27, 55), (0.40, 30), (0.60, 5),
    )  # fmt: skip
    depth_shift: dict[str, int] = msgspec.field(default_factory=lambda: {"underpass": 1})
    first_level: str = "W4"
    clear_m: float = 0.12
    dry_m: float = 0.02
    rise_levels: tuple[Level, ...] = _RISE_LEVELS
    rise_floor_m: float = 0.10
    rise_period_s: float = 600.0
    rise_min_share: float = 0.5
    fall_min_span_s: float = 300.0
    fall_min_m: float = 0.01
    hazard_levels: tuple[Level, ...] = _HAZARD_LEVELS
    hazard_utility: tuple[tuple[float, float], ...] = ((1, 100), (2, 60), (3, 40), (4, 20), (5, 5))
    adults: PedestrianLimits = PedestrianLimits(
        steps=((0.6, "low"), (0.8, "moderate"), (1.2, "significant")),
        max_depth_m=1.2,
        max_speed_m_s=3.0,
    )
    children: PedestrianLimits = PedestrianLimits(
        steps=((0.4, "low"),), max_depth_m=0.5, max_speed_m_s=3.0
    )
    debris_depth_m: float = 0.25
    debris_factor: float = 1.0
    danger_some: float = 0.75
    danger_most: float = 1.25
    danger_all: float = 2.0
    river_levels: tuple[Level, ...] = _RIVER_LEVELS
    river_utility: tuple[tuple[float, float], ...] = ((-1.0, 100), (-0.5, 75), (0.0, 30), (1.0, 5))
    rain_60min_utility: tuple[tuple[float, float], ...] = (
        (0.0, 100), (5, 85), (10, 70), (20, 50), (50, 20),
    )  # fmt: skip
    rain_min_share: float = 0.9
    rain_min_hours: float = 0.75
    storm_station: str = "huadu"
    storm_tables: dict[str, StormTable] = msgspec.field(default_factory=lambda: dict(STORM_TABLES))
    storm_levels: tuple[Level, ...] = _PERIOD_LEVELS
    rational_limit_ha: float = 200.0
    runoff_coefficients: dict[str, tuple[float, float]] = msgspec.field(
        default_factory=lambda: dict(_RUNOFF_COEFFICIENTS)
    )

    def __post_init__(self) -> None:
        """See the class."""
        if self.first_level not in {level.id for level in self.depth_levels}:
            raise ValueError(f"first_level {self.first_level!r} is none of depth_levels")
        if self.storm_station not in self.storm_tables:
            raise ValueError(f"storm_station {self.storm_station!r} is none of storm_tables")

    @property
    def first_edge_m(self) -> float:
        """Depth where waterlogging begins, m."""
        return next(level.edge for level in self.depth_levels if level.id == self.first_level)

    @property
    def storm_table(self) -> StormTable:
        """The table that holds in this city."""
        return self.storm_tables[self.storm_station]
