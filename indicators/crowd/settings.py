"""What a city may set of its crowd signs; no standard gives any of these figures."""

import msgspec

from indicators.vital_sign import Level


class CrowdSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures from memory [M] and ours [D].

    Attributes:
        density_levels: 1/m²; ours [D], no national alarm density was found.
        density_utility: (1/m², score); Fruin's queue levels [V] and ours [D].
        service_facility: Fruin's table that `crowd_los` uses: walkway, stairs or queue [D].
        service_levels: Names and colours of Fruin's A to F as 1 to 6; colours [D].
        capacity_levels: % of the approved number of people: as crowding IV to II [D].
        capacity_utility: (%, score); as density's at the same levels [D].
        filling_levels: Minutes until the place is full [D].
        filling_horizon_min: Beyond this nothing is said of when it is full [D].
        pressure_levels: 1/s²; 0.02 is the onset of turbulence, Helbing et al. 2007 [M], as red as
            crowding I [D]; the half of it is ours [D].
        pressure_utility: (1/s², score) [D].
        pressure_density: 1/m²; below it people choose their own speeds, which differ by more than
            a crowd's pressure, so that there is none whatever the product says [D].
        sum_min_share: Below this share of the promised readings a sum of people is a lower bound,
            and suspect [D].
        inflow_min_share: Below this share of either direction there is no net inflow [D].
        walking_free: m/s, Weidmann's speed of the free walker [M].
        walking_gamma: 1/m², Weidmann's exponent [M].
        walking_jam: 1/m², Weidmann's density at which nobody moves [M].
    """

    density_levels: tuple[Level, ...] = (
        Level("C4", 1.5, "Ⅳ级拥挤", "crowding IV", "blue"),
        Level("C3", 2.5, "Ⅲ级拥挤", "crowding III", "yellow"),
        Level("C2", 3.5, "Ⅱ级拥挤", "crowding II", "orange"),
        Level("C1", 4.5, "Ⅰ级拥挤", "crowding I", "red"),
    )
    density_utility: tuple[tuple[float, float], ...] = (
        (0.0, 100), (0.83, 90), (1.5, 75), (2.5, 55), (3.5, 30), (5.4, 5),
    )  # fmt: skip
    service_facility: str = "queue"
    service_levels: tuple[Level, ...] = (
        Level("A", 1, "A级服务水平", "level of service A", "green"),
        Level("B", 2, "B级服务水平", "level of service B", "green"),
        Level("C", 3, "C级服务水平", "level of service C", "blue"),
        Level("D", 4, "D级服务水平", "level of service D", "yellow"),
        Level("E", 5, "E级服务水平", "level of service E", "orange"),
        Level("F", 6, "F级服务水平", "level of service F", "red"),
    )
    capacity_levels: tuple[Level, ...] = (
        Level("CA4", 60, "接近核定容量", "nearing the approved capacity", "blue"),
        Level("CA3", 80, "将达核定容量", "close to the approved capacity", "yellow"),
        Level("CA2", 100, "达到核定容量", "approved capacity reached", "orange"),
    )
    capacity_utility: tuple[tuple[float, float], ...] = ((0, 100), (60, 75), (80, 55), (100, 30))
    filling_levels: tuple[Level, ...] = (
        Level("CT4", 30, "半小时内将满", "full within half an hour", "blue"),
        Level("CT3", 15, "一刻钟内将满", "full within a quarter of an hour", "yellow"),
        Level("CT2", 0, "已满", "full", "orange"),
    )
    filling_horizon_min: float = 1440.0
    pressure_levels: tuple[Level, ...] = (
        Level("P0", 0.0, "平稳", "calm", "green"),
        Level("P2", 0.01, "人群压力偏高", "raised crowd pressure", "orange"),
        Level("P1", 0.02, "可能出现湍流", "turbulence possible", "red"),
    )
    pressure_utility: tuple[tuple[float, float], ...] = ((0.0, 100), (0.01, 30), (0.02, 5))
    pressure_density: float = 3.0
    sum_min_share: float = 0.9
    inflow_min_share: float = 0.9
    walking_free: float = 1.34
    walking_gamma: float = 1.913
    walking_jam: float = 5.4
