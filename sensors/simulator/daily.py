"""Daily courses by local hour: traffic, people, noise, air, temperature. Shapes are invented."""

import math

_NIGHT_PEOPLE = 0.04


def bump(hour: float, centre: float, width: float) -> float:
    """A bell around an hour of the day, 0–1, that goes on across midnight.

    Args:
        hour: Local hour, 0–24.
        centre: Hour of the maximum.
        width: Standard deviation, h.
    """
    apart = (hour - centre + 12.0) % 24.0 - 12.0
    return math.exp(-0.5 * (apart / width) ** 2)


def traffic_share(hour: float) -> float:
    """Share of a road's capacity that is used, 0–1: two rush hours and a busy noon."""
    share = 0.08 + 0.62 * bump(hour, 8.0, 1.1) + 0.68 * bump(hour, 18.0, 1.4)
    return min(1.0, share + 0.42 * bump(hour, 13.0, 3.2))


_PEOPLE: dict[str, tuple[tuple[float, float, float], ...]] = {
    # kind of zone → bells of (hour, width in h, people per m²)
    "square": ((10.0, 2.0, 0.10), (20.0, 1.5, 0.28)),
    "school_gate": ((7.5, 0.35, 0.75), (12.0, 0.4, 0.35), (16.8, 0.45, 0.80)),
    "crossing": ((8.0, 1.2, 0.22), (12.5, 1.5, 0.15), (18.2, 1.6, 0.26)),
}
_ELSEWHERE = ((8.0, 1.5, 0.06), (18.0, 2.0, 0.08))


def people_density(kind: str, hour: float) -> float:
    """People per m² on an ordinary day in a kind of zone."""
    bells = _PEOPLE.get(kind, _ELSEWHERE)
    day = sum(top * bump(hour, centre, width) for centre, width, top in bells)
    return day + _NIGHT_PEOPLE * bump(hour, 14.0, 5.0)


def temperature(mean: float, hour: float) -> float:
    """Air temperature, °C: coolest before sunrise, warmest at three in the afternoon."""
    return mean + 4.0 * math.cos((hour - 15.0) / 12.0 * math.pi)


def sunshine(hour: float) -> float:
    """Height of the sun as a share of noon, 0–1."""
    return max(0.0, math.sin((hour - 6.0) / 12.0 * math.pi))


def lamps_lit(hour: float) -> bool:
    """Whether street lamps burn."""
    return hour >= 18.75 or hour < 6.25
