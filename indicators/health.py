"""The health index of a place and its roll-up to towns and districts; all of it is ours [D].

Sub-scores go through published level edges; domains combine by a weighted geometric mean, whose
terms cannot make good for one another as an arithmetic mean's can; a red or orange life-safety
sign caps the whole, so that a flood cannot hide behind clean air.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from indicators.vital_sign import Basis, Inputs, Level, Measure, VitalSign, VitalValue

FLOOR = 5.0
FRESH_HOPS = 3
"""A sign counts while its newest value is at most this many hops old."""
MIN_WEIGHT = 0.6
VETO = {"red": 40.0, "orange": 60.0}
"""Colour of a life-safety sign's level → cap of the index."""

HEALTH_LEVELS = (
    Level("H2", 80.0, "良好", "good", "yellow"),
    Level("H3", 60.0, "亚健康", "fair", "orange"),
    Level("H4", 40.0, "不健康", "poor", "red"),
)


def subscore(points: Sequence[tuple[float, float]], value: float) -> float:
    """Piecewise-linear utility, clamped at both ends.

    Args:
        points: (value, score), ascending in value.
        value: In the sign's unit.

    Returns:
        1–100.

    Example:
        >>> subscore(((0.0, 100), (0.15, 75), (0.27, 55)), 0.21)
        65.0
    """
    if value <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
    return points[-1][1]


def index_formula(signs: Mapping[str, VitalSign]) -> Callable[[Inputs], Measure]:
    """The formula of the zone's index over the given signs."""

    def health_index(inputs: Inputs) -> Measure:
        """Weighted geometric mean of the domains' scores, capped by life safety, 1–100."""
        scores: dict[str, float] = {}
        cap = 100.0
        nominal = 0
        for sign_id, hop in sorted(inputs.hops.items()):
            sign = signs.get(sign_id)
            if sign is None or not sign.utility:
                continue
            nominal += 1
            newest = inputs.latest.get(sign_id)
            if newest is None or newest.value is None:
                continue
            if newest.window_end < inputs.end - FRESH_HOPS * hop:
                continue
            scores[sign_id] = subscore(sign.utility, newest.value)
            cap = min(cap, _veto(sign, newest.level))
        if not nominal or len(scores) < MIN_WEIGHT * nominal:
            return Measure(None, "too_few_fresh_signs", {"fresh": len(scores), "signs": nominal})
        return _composite(signs, scores, cap)

    return health_index


def _veto(sign: VitalSign, level: str | None) -> float:
    """The highest index that a life-safety sign at this level allows."""
    colour = next((known.colour for known in sign.levels if known.id == level), "")
    return VETO.get(colour, 100.0) if sign.is_life_safety else 100.0


def _composite(signs: Mapping[str, VitalSign], scores: Mapping[str, float], cap: float) -> Measure:
    """Domain scores (minimum over life safety, mean over comfort), their mean, the cap."""
    domains: dict[str, float] = {}
    for group in sorted({signs[sign].group for sign in scores}):
        members = {s: v for s, v in scores.items() if signs[s].group == group}
        vital = [v for s, v in members.items() if signs[s].is_life_safety]
        domains[group] = min(vital) if vital else sum(members.values()) / len(members)
    mean = math.exp(sum(math.log(max(v, 1.0)) for v in domains.values()) / len(domains))
    detail = {
        "domains": {group: round(value, 1) for group, value in domains.items()},
        "worst": min(scores, key=lambda s: (scores[s], s)),
        "capped": cap < min(mean, 100.0),
    }
    return Measure(min(mean, cap), detail=detail)


def roll_up(values: Sequence[tuple[VitalValue, float]]) -> Measure:
    """Index of a town or district from its zones: p-mean with p = −1, floored at 5.

    Args:
        values: (newest index of a zone, exposure weight ≥ 0).

    Returns:
        The mean beside the worst place and the count of reds.
    """
    known = [(v, w) for v, w in values if v.value is not None]
    weight = sum(w for _, w in known)
    if not weight or weight < MIN_WEIGHT * sum(w for _, w in values):
        return Measure(None, "too_few_fresh_signs", {"fresh": len(known), "places": len(values)})
    mean = weight / sum(w / max(v.value or 0.0, FLOOR) for v, w in known)
    worst = min(known, key=lambda entry: (entry[0].value or 0.0, entry[0].zone))[0]
    reds = sum(1 for v, _ in known if (v.value or 0.0) <= 40)
    if reds >= 3:
        mean = min(mean, 40.0)
    return Measure(mean, detail={"worst": worst.zone, "worst_value": worst.value, "reds": reds})


def health_sign(signs: Sequence[VitalSign]) -> VitalSign:
    """The declaration of the index over the other signs."""
    return VitalSign(
        id="health_index",
        zh="健康指数",
        en="Health index",
        group="health",
        unit="1",
        basis=Basis.SIGNS,
        formula=index_formula({sign.id: sign for sign in signs}),
        window_s=300,
        levels=HEALTH_LEVELS,
        descending=True,
        is_scored=False,
        source="formula and utilities [D]; the geometric mean after the OECD/JRC handbook",
    )
