"""From the indices of zones to that of a town or district; all of it is ours [D]."""

from collections.abc import Sequence
from typing import Any, Final

from indicators.health.settings import HealthSettings
from indicators.vital_sign import Measure, Quality, VitalValue

_NO_CAP: Final = 100.0


def power_mean(members: Sequence[tuple[float, float]], power: float, floor: float) -> float:
    """Weighted power mean of scores, which the worst pull down the more the lower `power` is.

    Args:
        members: (score, weight >= 0), one weight above 0 at least.
        power: Below 0.
        floor: Lower scores count as this one, > 0.

    Example:
        >>> round(power_mean([(5.0, 1.0), *[(95.0, 1.0)] * 299], -1.0, 5.0), 1)
        89.6
        >>> round(power_mean([(5.0, 1.0), *[(95.0, 1.0)] * 299], -4.0, 5.0), 1)
        20.8
    """
    total = sum(weight for _, weight in members)
    mean = sum(weight * max(score, floor) ** power for score, weight in members) / total
    found: float = mean ** (1.0 / power)
    return found


def roll_up(
    values: Sequence[tuple[VitalValue, float]], settings: HealthSettings | None = None
) -> Measure:
    """Index of a town or district from its zones.

    Args:
        values: (newest index of a zone, its exposure >= 0).
        settings: Its figures.

    Returns:
        The mean, with the worst place and its worst sign, the count of reds, the unknown places,
        and the mean of the zones' intervals. Where red places have 5 % of the exposure or are
        three or more it is capped as they are; then so for orange.
    """
    settings = settings or HealthSettings()
    known = [(v, v.value, weight) for v, weight in values if v.value is not None]
    weight = sum(w for _, _, w in known)
    whole = sum(w for _, w in values)
    found: dict[str, Any] = {
        "unknown_places": len(values) - len(known),
        "doubtful_places": sum(1 for v, _, _ in known if v.quality is Quality.SUSPECT),
    }
    caps = [(float(v.detail.get("cap", score)), w / weight) for v, score, w in known if weight]
    cap = _cap(caps, settings)
    # Reds that are known are told, whatever else is not.
    if not weight or (weight < settings.min_weight * whole and cap == _NO_CAP):
        return Measure(None, "too_few_fresh_signs", {**found, "places": len(values)})
    mean, low, high = (
        power_mean([(score, w) for score, w in column], settings.power, settings.floor)
        for column in (
            [(score, w) for _, score, w in known],
            [(float(v.detail.get("low", score)), w) for v, score, w in known],
            [(float(v.detail.get("high", score)), w) for v, score, w in known],
        )
    )
    worst, score, _ = min(known, key=lambda entry: (entry[1], entry[0].zone))
    found |= {
        "worst_place": worst.zone,
        "worst_value": score,
        "reds": sum(1 for _, value, _ in known if value <= settings.red_cap),
        "low": round(min(low, cap), 1),
        "high": round(min(high, cap), 1),
        "capped": cap < mean,
    }
    if "worst" in worst.detail:
        found["worst_sign"] = worst.detail["worst"]
    unsure = whole - sum(w for v, _, w in known if v.quality is not Quality.SUSPECT)
    is_suspect = unsure >= settings.min_exposure * whole
    return Measure(min(mean, cap), detail=found, is_suspect=is_suspect)


def _cap(members: Sequence[tuple[float, float]], settings: HealthSettings) -> float:
    """The highest index that parts allow, each given as (its own cap, share of exposure)."""
    for cap in (settings.red_cap, settings.orange_cap):
        parts = [share for own, share in members if own <= cap]
        if parts and (sum(parts) >= settings.min_exposure or len(parts) >= settings.min_reds):
            return cap
    return _NO_CAP
