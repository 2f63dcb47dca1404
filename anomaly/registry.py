"""Which detector scores a vital sign. Every series gets the same detector and parameters."""

from collections.abc import Callable

from anomaly.detector import Detector
from anomaly.seasonal import SeasonalResidual

DETECTORS: dict[str, Callable[[], Detector]] = {"seasonal_residual": SeasonalResidual}
"""Every detector by name; the conformance suite runs over all of them."""

DEFAULT = "seasonal_residual"


def detector_for(_indicator: str) -> Detector:
    """A fresh detector for a series of the given vital sign."""
    return DETECTORS[DEFAULT]()
