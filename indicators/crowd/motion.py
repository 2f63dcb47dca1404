"""How a crowd moves: walking speed, and the pressure at which it turns turbulent."""

import math
from typing import NamedTuple

from indicators.crowd.settings import CrowdSettings
from indicators.rounding import significant
from indicators.shares import reading_shares, shares
from indicators.vital_sign import Inputs, Measure
from indicators.window import pooled


def walking_speed(density: float, settings: CrowdSettings) -> float:
    """Speed of a crowd on level ground by Weidmann's relation, m/s.

    Args:
        density: 1/m², ≥ 0.
        settings: Hold its three parameters.

    Returns:
        From the free walker's speed at 0 down to 0 at the jam density and above.

    Source: Weidmann 1993, v = v_free (1 - exp(-γ (1/ρ - 1/ρ_jam))) [M].

    Example:
        >>> round(walking_speed(2.0, CrowdSettings()), 2)
        0.61
    """
    if density <= 0:
        return settings.walking_free
    if density >= settings.walking_jam:
        return 0.0
    room = 1 / density - 1 / settings.walking_jam
    return settings.walking_free * -math.expm1(-settings.walking_gamma * room)


def walking_flow(density: float, settings: CrowdSettings) -> float:
    """People a minute through a metre of width at Weidmann's speed, 1/(m·min)."""
    return 60.0 * density * walking_speed(density, settings)


def crowd_speed(inputs: Inputs) -> Measure:
    """Mean walking speed, m/s."""
    members = inputs.all("people_speed")
    pool = pooled(members)
    if pool is None:
        return Measure(None, "no_data")
    return Measure(pool.mean, detail={"readings": pool.count}, weights=reading_shares(members))


def crowd_pressure(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """Density times variance of speeds, 1/s²: the largest of the cameras that see a dense crowd.

    Each camera is asked by itself whether its crowd is dense (`pressure_density`): below that
    people walk as they like, which is no pressure, and `free_walking` in the detail holds their
    product. A dense crowd whose camera gives no variance goes with the largest variance there is,
    and the value is suspect.

    Source: P = ρ Var(V), Helbing, Johansson, Al-Abideen, PRE 75 046109 (2007) [M].
    """
    densities = {a.terminal: a.mean for a in inputs.all("people_density")}
    variances = {a.terminal: a.mean for a in inputs.all("people_speed_variance")}
    if not variances:
        return Measure(None, "no_speed_variance" if densities else "no_data")
    if not densities:
        return Measure(None, "no_density")
    seen = [_Seen(d, variances[t], t, t) for t, d in densities.items() if t in variances]
    blind = max(((d, t) for t, d in densities.items() if t not in variances), default=None)
    if blind is not None and (not seen or significant(blind[0]) >= settings.pressure_density):
        variance, varied = max((value, terminal) for terminal, value in variances.items())
        seen.append(_Seen(blind[0], variance, blind[1], varied))
    dense = [s for s in seen if significant(s.density) >= settings.pressure_density]
    worst = max(dense or seen, key=lambda s: (s.product, s.dense))
    detail = {"density": worst.density, "variance": worst.variance, "terminal": worst.dense}
    return Measure(
        worst.product if dense else 0.0,
        detail=detail if dense else {**detail, "free_walking": worst.product},
        weights=shares({worst.dense: 1.0, worst.varied: 1.0}),
        is_suspect=any(s.dense != s.varied for s in seen),
    )


class _Seen(NamedTuple):
    """A density and a variance that go together, and the cameras that gave them."""

    density: float
    variance: float
    dense: str
    varied: str

    @property
    def product(self) -> float:
        return self.density * self.variance
