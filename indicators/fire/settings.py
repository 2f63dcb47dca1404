"""Figures of fire that a city may change; none comes from a standard."""

from typing import Final

import msgspec

from indicators.completed import complete
from indicators.vital_sign import Level

FIRE_LEVELS = (
    Level("F2", 0.5, "疑似火情", "suspected fire", "orange"),
    Level("F1", 0.9, "确认火情", "confirmed fire", "red"),
)


PROBABILITIES: Final = {"smoke": 0.7, "co": 0.5, "particles": 0.4, "spot": 0.8}


class FireSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """No threshold for roadside fire was found in any standard: all is ours [D], but where said.

    Attributes:
        smoke_least: Smoke confidence of a frame that counts, %.
        smoke_frames: Frames that are looked at together.
        smoke_needed: How many of them must count.
        co_rise_ppm: Rise of CO within `rise_span_s`, ppm.
        co_mg_per_ppm: mg/m³ of CO per ppm at 298.15 K and 1013.25 hPa [M].
        particle_ratio: PM2.5/PM10 above which particles are of combustion.
        particle_rise: Rise of PM2.5 within `rise_span_s`, µg/m³.
        spot_hot: Temperature of a thermal spot, °C.
        spot_rate: Its rise, °C per minute.
        rise_span_s: Time within which gas and particles must rise, s; stations that report every
            two minutes, say, are judged by the same rate over what they span of it.
        guard_stations: A rise shared by all of at least so many stations may be regional.
        guard_most: Most that rises so shared can bring the probability to, 0–1: below `levels`'
            confirmed fire. A zone does not see the stations outside, so it never clears by them.
        probabilities: Kind of evidence → probability of fire that it alone gives, 0–1; what is not
            named has its default.
        levels: Of the probability of fire.
        utility: Of the probability of fire.
        smoke_levels: Of smoke confidence, %.
        spot_levels: Of spot temperature, °C.
    """

    smoke_least: float = 60.0
    smoke_frames: int = 5
    smoke_needed: int = 3
    co_rise_ppm: float = 5.0
    co_mg_per_ppm: float = 1.145
    particle_ratio: float = 0.8
    particle_rise: float = 100.0
    spot_hot: float = 60.0
    spot_rate: float = 8.0
    rise_span_s: float = 300.0
    guard_stations: int = 3
    guard_most: float = 0.8
    probabilities: dict[str, float] = {}
    levels: tuple[Level, ...] = FIRE_LEVELS
    utility: tuple[tuple[float, float], ...] = ((0.0, 100), (0.5, 40), (0.9, 5))
    smoke_levels: tuple[Level, ...] = (Level("SM3", 60.0, "有烟雾", "smoke seen", "yellow"),)
    spot_levels: tuple[Level, ...] = (Level("ST3", 60.0, "热点", "hot spot", "yellow"),)

    def __post_init__(self) -> None:
        complete(self, "probabilities", PROBABILITIES)
