"""Car parks: how full they are and when they will be."""

import math
from collections.abc import Sequence

from indicators.newest import why_not
from indicators.shares import shares
from indicators.traffic.settings import TrafficSettings
from indicators.vital_sign import Inputs, Measure


def parking_occupancy(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Taken spaces of all car parks of the place over their spaces, by their newest readings, %.

    A car park whose spaces nobody declared is left out and counted in `unrated`.
    """
    taken = {a.terminal: float(a.values[-1]) for a in inputs.all("parking_occupied")}
    if not taken:
        return Measure(None, "no_data")
    ratings = {terminal: inputs.ratings.get((terminal, "parking_occupied")) for terminal in taken}
    spaces = {terminal: rated for terminal, rated in ratings.items() if rated}
    if not spaces:
        return Measure(None, "no_rated_spaces", {"unrated": len(taken)})
    occupied, whole = sum(taken[terminal] for terminal in spaces), sum(spaces.values())
    overfull = sum(
        100.0 * taken[terminal] > settings.parking_limit * rated
        for terminal, rated in spaces.items()
    )
    detail = {
        "occupied": occupied,
        "spaces": whole,
        # A car park that is more than full frees no space in another.
        "free": sum(max(rated - taken[terminal], 0.0) for terminal, rated in spaces.items()),
        "unrated": len(taken) - len(spaces),
        "overfull": overfull,
    }
    return Measure(
        100.0 * occupied / whole, detail=detail, weights=shares(spaces), is_suspect=overfull > 0
    )


def trend(minutes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of the least-squares line, in the values' unit per minute; 0 where time stands still.

    Example:
        >>> trend([0.0, 5.0, 10.0], [50.0, 60.0, 70.0])
        2.0
    """
    middle, mean = math.fsum(minutes) / len(minutes), math.fsum(values) / len(values)
    spread = math.fsum((t - middle) ** 2 for t in minutes)
    together = math.fsum((t - middle) * (v - mean) for t, v in zip(minutes, values, strict=True))
    return together / spread if spread else 0.0


def minutes_to_full(occupancy: float, percent_per_min: float) -> float | None:
    """Minutes until an occupancy in % is 100; 0 where it is, None where it does not rise.

    Example:
        >>> minutes_to_full(90.0, 0.5)
        20.0
    """
    if occupancy >= 100.0:
        return 0.0
    return (100.0 - occupancy) / percent_per_min if percent_per_min > 0 else None


def parking_time_to_full(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Minutes until the car parks of the place are full, by the trend of their occupancy.

    Source: (100 % - occupancy) / least-squares trend over the window [D].
    """
    said = inputs.history.get("parking_occupancy", ())
    if not said or said[-1].value is None:
        return Measure(None, why_not(inputs, "parking_occupancy"))
    now = said[-1].value
    known = [(v.window_end, v.value) for v in said if v.value is not None]
    detail = {"occupancy": now}
    if now < 100.0 and len(known) < settings.filling_least:
        return Measure(None, "learning", detail)
    slope = trend([(at - inputs.end) / 60_000 for at, _ in known], [value for _, value in known])
    detail["percent_per_min"] = slope
    minutes = minutes_to_full(now, slope)
    if minutes is None:
        return Measure(None, "not_filling", detail)
    if minutes > settings.filling_horizon_min:
        return Measure(None, "beyond_horizon", detail)
    is_suspect = any(v.is_suspect for v in said if v.value is not None)
    return Measure(minutes, detail=detail, weights=said[-1].weights, is_suspect=is_suspect)
