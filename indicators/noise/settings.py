"""What a city may change about the signs of noise: figures that no standard we read gives."""

import msgspec

from indicators.vital_sign import Level


class NoiseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures from memory [M] and of our own [D]. Levels are dB(A).

    Attributes:
        levels: Steps of Leq; 70 dB is the day limit of zone 4a in GB 3096-2008. [D]
        utility: (Leq, sub-score 1-100). [D]
        over_levels: Steps above the limit of the functional zone; at the limit it is kept. [D]
        day_hour: Local hour at which the day begins, 0-23; a local government may shift it. [M]
        night_hour: Local hour at which the night begins, after `day_hour`, to 23. [M]
        hour_coverage: Share of its readings that an hour needs, 0-1. [D]
        period_coverage: Share of its time that a day or a night needs, 0-1. [D]
        night_penalty: Added to the night's level in Ldn, dB. [M]
        area_day: Upper ends of grades 1-4 of an area's mean Leq by day, HJ 640-2012. [M]
        area_night: The same by night. [M]
        road_day: The same beside roads by day. [M]
        road_night: The same beside roads by night. [M]
    """

    levels: tuple[Level, ...] = (
        Level("N3", 70.0, "70分贝以上", "70 dB(A) or more", "yellow"),
        Level("N2", 75.0, "75分贝以上", "75 dB(A) or more", "orange"),
        Level("N1", 85.0, "85分贝以上", "85 dB(A) or more", "red"),
    )
    utility: tuple[tuple[float, float], ...] = ((45, 100), (55, 90), (70, 70), (75, 50), (85, 20))
    over_levels: tuple[Level, ...] = (
        Level("L3", 0.1, "超过限值", "above the limit", "yellow"),
        Level("L2", 5.0, "超限5分贝以上", "5 dB or more above the limit", "orange"),
        Level("L1", 10.0, "超限10分贝以上", "10 dB or more above the limit", "red"),
    )
    day_hour: int = 6
    night_hour: int = 22
    hour_coverage: float = 0.5
    period_coverage: float = 0.75
    night_penalty: float = 10.0
    area_day: tuple[float, ...] = (50.0, 55.0, 60.0, 65.0)
    area_night: tuple[float, ...] = (40.0, 45.0, 50.0, 55.0)
    road_day: tuple[float, ...] = (68.0, 70.0, 72.0, 74.0)
    road_night: tuple[float, ...] = (58.0, 60.0, 62.0, 64.0)
