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


def states_at(*edges: float, states: tuple[Level, ...] = _STATES) -> tuple[Level, ...]:
    """The states of traffic, smooth to severe, with these edges."""
    return tuple(
        msgspec.structs.replace(state, edge=edge)
        for state, edge in zip(states, edges, strict=False)
    )


class TrafficSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures from memory [M] and ours [D].

    Attributes:
        speed_min_share: Below this share of the promised speeds nothing is said of them, 0-1 [D].
        ratio_utility: (ratio, score) [D].
        free_flow_share: Free flow is this percentile of the speeds while little flows, 0-1 [D].
        low_occupancy: Up to this occupancy in % little flows [D].
        low_flow_per_min: Up to so many vehicles a minute at a detector little flows [D].
        low_flow_hours: Where neither is measured, little flows from one hour of local time to
            another [D].
        learning_windows: Such windows before a learned free-flow speed is used: a night of five
            minutes [D].
        memory_windows: Beyond this many windows (30 nights of five minutes) the old ones are halved
            away [D].
        level_ratios: Speed ratios down to which levels 1 to 4 hold; below the last it is 5 [D].
        traffic_levels: Names and colours of levels 1 to 5, of the speed ratio too.
        time_index_levels: Travel-time index, as Amap's delay index [M].
        time_index_limit: A standstill has this travel-time index [D].
        congested_level: From this level on a detector counts as congested [D].
        severe_level: From this level on it counts as severely congested [D].
        tpi_points: (share of vehicle kilometres in severe congestion in %, index): Beijing's
            mapping [M].
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

    speed_min_share: float = 0.25
    ratio_utility: tuple[tuple[float, float], ...] = (
        (0.2, 20), (0.3, 40), (0.4, 60), (0.5, 75), (0.7, 90), (0.9, 100),
    )  # fmt: skip
    free_flow_share: float = 0.85
    low_occupancy: float = 8.0
    low_flow_per_min: float = 5.0
    low_flow_hours: tuple[int, int] = (0, 6)
    learning_windows: int = 72
    memory_windows: int = 2160
    level_ratios: tuple[float, float, float, float] = (0.7, 0.5, 0.4, 0.3)
    traffic_levels: tuple[Level, ...] = _STATES
    time_index_levels: tuple[Level, ...] = (
        Level("TD2", 1.5, "缓行", "slow", "yellow"),
        Level("TD3", 1.8, "拥堵", "congested", "orange"),
        Level("TD4", 2.2, "严重拥堵", "severely congested", "red"),
    )
    time_index_limit: float = 20.0
    congested_level: int = 4
    severe_level: int = 5
    tpi_points: tuple[tuple[float, float], ...] = (
        (0, 0), (4, 2), (8, 4), (11, 6), (14, 8), (24, 10),
    )  # fmt: skip
    tpi_levels: tuple[Level, ...] = states_at(0, 2, 4, 6, 8)
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
