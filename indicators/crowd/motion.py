"""How a crowd moves: walking speed, and the pressure at which it turns turbulent."""

import math

from indicators.crowd.settings import CrowdSettings
from indicators.shares import reading_shares
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
    """Density times variance of speeds, 1/s²: the largest of the cameras that give both.

    Where no camera gives both, the largest density goes with the largest variance and the value
    is suspect. Below `pressure_density` it has its first level whatever it is.

    Source: P = ρ Var(V), Helbing, Johansson, Al-Abideen, PRE 75 046109 (2007) [M].
    """
    densities = {a.terminal: a.mean for a in inputs.all("people_density")}
    variances = {a.terminal: a.mean for a in inputs.all("people_speed_variance")}
    if not variances:
        return Measure(None, "no_speed_variance" if densities else "no_data")
    if not densities:
        return Measure(None, "no_density")
    both = [(densities[t] * variances[t], t, t) for t in densities if t in variances]
    pressure, dense, varied = max(both) if both else _apart(densities, variances)
    density, variance = densities[dense], variances[varied]
    return Measure(
        pressure,
        detail={"density": density, "variance": variance, "terminal": dense},
        level=settings.pressure_levels[0].id if density < settings.pressure_density else None,
        weights={dense: 1.0} if both else {dense: 0.5, varied: 0.5},
        is_suspect=not both,
    )


def _apart(densities: dict[str, float], variances: dict[str, float]) -> tuple[float, str, str]:
    """The largest density times the largest variance, and whose they are."""
    density, dense = max((value, terminal) for terminal, value in densities.items())
    variance, varied = max((value, terminal) for terminal, value in variances.items())
    return density * variance, dense, varied
