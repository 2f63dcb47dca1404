"""Neighbours judged together: first how unusual each is, then each in the light of the others."""

from collections.abc import Mapping

from anomaly.faults.evidence import FaultVerdict
from anomaly.faults.judge import FaultJudge
from anomaly.faults.series_window import Around, SeriesWindow


def judge_together(
    judges: Mapping[str, FaultJudge],
    windows: Mapping[str, SeriesWindow],
    near: Mapping[str, tuple[str, ...]],
    rain_mm: float | None = None,
) -> dict[str, FaultVerdict]:
    """Judge the windows of one quantity that end together.

    Args:
        judges: Of each terminal; changed in place.
        windows: Of the terminals that reported.
        near: The neighbours of each, of its zone or near it; itself is not among them.
        rain_mm: Rain of the past hours at the place, mm; None where no gauge tells.

    Returns:
        The verdict on each terminal that reported.

    Raises:
        ValueError: As `FaultJudge.step`.
    """
    deviations = {}
    for terminal, window in windows.items():
        judge = judges[terminal]
        deviation = None if judge.is_at_fault else judge.deviation(window)
        if deviation is not None:
            deviations[terminal] = deviation
    found = {}
    for terminal, window in windows.items():
        around = tuple(deviations[n] for n in near.get(terminal, ()) if n in deviations)
        found[terminal] = judges[terminal].step(window, Around(around, rain_mm))
    return found
