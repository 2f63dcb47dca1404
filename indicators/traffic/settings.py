"""What a city may set of its traffic and parking signs; no standard gives any of these figures."""

import msgspec

from indicators.vital_sign import Level

_STATES = (
    Level("T1", 1, "畅通", "smooth", "green"),
    Level("T2", 2, "基本畅通", "mostly smooth", "green"),
    Level("T3", 3, "轻度拥堵", "light congestion", "yellow"),
    Level("T4", 4, "中度拥堵", "moderate congestion", "orange"),
    Level("T5", 5, "严重拥堵", "severe congestion", "red"),
)


def _at(*edges: float) -> tuple[Level, ...]:
    """The states of traffic with these edges; fewer edges leave the smooth ones out."""
    states = _STATES[len(_STATES) - len(edges) :]
    return tuple(
        msgspec.structs.replace(state, edge=edge) for state, edge in zip(states, edges, strict=True)
    )


class TrafficSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures from memory [M] and ours [D].

    Attributes:
        ratio_levels: Speed over free-flow speed [D].
        ratio_utility: (ratio, score) [D].
        free_flow_share: Free flow is this percentile of the speeds seen, 0-1 [D].
        learning_windows: Windows before a learned free-flow speed is used: a day of five
            minutes [D].
        memory_windows: Beyond this many windows (30 days of five minutes) the old ones are halved
            away [D].
        level_ratios: Speed ratios down to which levels 1 to 4 hold; below the last it is 5 [D].
        traffic_levels: Names and colours of levels 1 to 5.
        time_index_levels: Travel-time index, as Amap's delay index [M].
        time_index_limit: A standstill has this travel-time index [D].
        congested_level: From this level on a detector counts as congested [D].
        tpi_points: (congested share in %, index): Beijing's mapping [M].
        tpi_levels: Index 0-10 [M].
        incident_levels: Deviates; the first is a hint, the edge of the last is the critical value,
            2 to 4 by calibration [M].
        incident_least: Values that the usual one is made of, at least [D].
        incident_fresh_s: A source whose newest value is older says nothing [D].
        occupancy_spread: Least spread that is taken as usual, percentage points [D].
        speed_spread: The same of speeds, km/h [D].
        parking_levels: % of the spaces [D].
        parking_utility: (%, score) [D].
        parking_limit: More than this % in one car park is suspect [D].
        filling_levels: Minutes until the spaces are taken [D].
        filling_least: Values that a trend needs, at least [D].
        filling_horizon_min: Beyond this nothing is said of when they are taken [D].
    """

    ratio_levels: tuple[Level, ...] = _at(0.7, 0.5, 0.4, 0.3)
    ratio_utility: tuple[tuple[float, float], ...] = (
        (0.2, 20), (0.3, 40), (0.4, 60), (0.5, 75), (0.7, 90), (0.9, 100),
    )  # fmt: skip
    free_flow_share: float = 0.85
    learning_windows: int = 288
    memory_windows: int = 8640
    level_ratios: tuple[float, float, float, float] = (0.7, 0.5, 0.4, 0.3)
    traffic_levels: tuple[Level, ...] = _STATES
    time_index_levels: tuple[Level, ...] = (
        Level("TD2", 1.5, "缓行", "slow", "yellow"),
        Level("TD3", 1.8, "拥堵", "congested", "orange"),
        Level("TD4", 2.2, "严重拥堵", "severely congested", "red"),
    )
    time_index_limit: float = 20.0
    congested_level: int = 4
    tpi_points: tuple[tuple[float, float], ...] = (
        (0, 0), (4, 2), (8, 4), (11, 6), (14, 8), (24, 10),
    )  # fmt: skip
    tpi_levels: tuple[Level, ...] = _at(0, 2, 4, 6, 8)
    incident_levels: tuple[Level, ...] = (
        Level("I1", 2.0, "交通异常", "unusual traffic", "yellow"),
        Level("I2", 3.0, "疑似交通事件", "suspected traffic incident", "orange"),
    )
    incident_least: int = 6
    incident_fresh_s: float = 600.0
    occupancy_spread: float = 2.0
    speed_spread: float = 3.0
    parking_levels: tuple[Level, ...] = (
        Level("K3", 85, "车位紧张", "few spaces left", "blue"),
        Level("K2", 95, "即将停满", "nearly full", "yellow"),
        Level("K1", 100, "已停满", "full", "orange"),
    )
    parking_utility: tuple[tuple[float, float], ...] = ((60, 100), (85, 85), (95, 70), (100, 50))
    parking_limit: float = 110.0
    filling_levels: tuple[Level, ...] = (
        Level("KT3", 30, "半小时内停满", "full within half an hour", "blue"),
        Level("KT2", 10, "10分钟内停满", "full within 10 minutes", "yellow"),
        Level("KT1", 0, "已停满", "full", "orange"),
    )
    filling_least: int = 3
    filling_horizon_min: float = 1440.0
