"""Fruin's levels of service of pedestrian areas."""

from typing import Final

from indicators.crowd.density import crowd_density
from indicators.crowd.settings import CrowdSettings
from indicators.vital_sign import Inputs, Measure

SQUARE_FEET: Final = 1 / 0.3048**2
"""Square feet of one m²."""
SPACES: Final = {
    # Fruin, Pedestrian Planning and Design, pp. 74-87 [V]: ft² a person, A/B to E/F.
    "walkway": (35, 25, 15, 10, 5),
    "stairs": (20, 15, 10, 7, 4),
    "queue": (13, 10, 7, 3, 2),
}


def service_densities(facility: str) -> tuple[float, ...]:
    """Densities between the levels A/B to E/F of a facility, 1/m²: the table's spaces, exact.

    Example:
        >>> [round(edge, 2) for edge in service_densities("queue")]
        [0.83, 1.08, 1.54, 3.59, 5.38]
    """
    return tuple(SQUARE_FEET / space for space in SPACES[facility])


def service_level(density: float, facility: str) -> int:
    """Level of service as a number.

    Args:
        density: 1/m², ≥ 0.
        facility: walkway, stairs or queue.

    Returns:
        1 (A) to 6 (F). At an edge it is the better level (A is "≥ 35 ft²"), but F at its own
        ("≤ 5 ft²").

    Raises:
        KeyError: The facility has no table.

    Source: Fruin, Pedestrian Planning and Design, pp. 74-87 [V]; metric by conversion [C].
    """
    *milder, last = service_densities(facility)
    return 1 + sum(density > edge for edge in milder) + (density >= last)


def crowd_los(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """Fruin's level of service at the fullest camera: 1 (A) to 6 (F)."""
    fullest = crowd_density(inputs)
    if fullest.value is None:
        return fullest
    level = service_level(fullest.value, settings.service_facility)
    detail = {"density": fullest.value, "facility": settings.service_facility, **fullest.detail}
    return Measure(float(level), detail=detail, weights=fullest.weights)
