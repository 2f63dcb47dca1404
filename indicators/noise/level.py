"""Sound levels as numbers: energy means, day-night levels, grades. All levels are dB(A)."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from indicators.noise.settings import NoiseSettings


def energy_mean(levels: Iterable[tuple[float, float]]) -> float:
    """Equivalent level of levels that lasted for a time: `10 lg(Σ t·10^(L/10) / Σ t)`, dB.

    Args:
        levels: (level in dB, seconds > 0), at least one.

    Example:
        >>> round(energy_mean([(60.0, 3600.0), (70.0, 3600.0)]), 2)
        67.4
    """
    known = list(levels)
    energy = math.fsum(seconds * 10.0 ** (level / 10.0) for level, seconds in known)
    return 10.0 * math.log10(energy / math.fsum(seconds for _, seconds in known))


def ldn(settings: NoiseSettings, day: float, night: float) -> float:
    """Day-night level: the day's hours, and the night's with a penalty.

    `Ldn = 10 lg[(16·10^(Ld/10) + 8·10^((Ln+10)/10)) / 24]` with the default hours: China's split.

    Args:
        settings: Hours of day and night, penalty.
        day: Ld, dB.
        night: Ln, dB.

    Returns:
        dB.
    """
    hours = float(settings.night_hour - settings.day_hour)
    return energy_mean([(day, hours), (night + settings.night_penalty, 24.0 - hours)])


def grade(ends: Sequence[float], level: float) -> int:
    """Grade 1 (good) to 5 of a mean level: a level at the upper end of a grade still has it.

    Args:
        ends: Upper ends of grades 1-4, dB; see `NoiseSettings`.
        level: dB.
    """
    return bisect_left(ends, level) + 1


def area_grade(settings: NoiseSettings, level: float, *, at_night: bool) -> int:
    """Grade 1-5 of the mean Leq of an urban area, dB; HJ 640-2012 from memory [M]."""
    return grade(settings.area_night if at_night else settings.area_day, level)


def road_grade(settings: NoiseSettings, level: float, *, at_night: bool) -> int:
    """Grade 1-5 of the mean Leq beside roads, dB; HJ 640-2012 from memory [M]."""
    return grade(settings.road_night if at_night else settings.road_day, level)
