"""The figures of the fault judge: one set for every series. All [D], chosen on the recordings."""

from typing import Final

import msgspec


class FaultSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All [D]. Deviations are from what is usual, in robust standard deviations.

    Attributes:
        fault_at: Weight of the evidence for a fault from which it is one, 0–1.
        event_at: The same of an event.
        unusual: Deviation from which a window asks for an explanation.
        shared: Deviation of a neighbour, to the same side, that shares it.
        shared_share: Share of the neighbours that must, 0–1; two at least.
        calm: The neighbours see nothing where their median deviates by less.
        least_neighbours: Fewer neighbours than this say nothing.
        usual_rows: A row of readings alike is suspect from so many times the longest usual one.
        resting_windows: Windows at rest before it is asked whether it should rest.
        away: Mean deviation of the windows of a row at rest from which it should not.
        extreme_rows: So many times longer may rows be at the least or largest value ever seen,
            where many gauges are clipped.
        standing_s: What stands, where rain or neighbours explain it, may do so for this long on any
            gauge, s.
        standing_most_s: And for this long on the coarsest, s.
        straight_windows: Windows on one straight line that are suspect.
        limit_windows: Windows at a hard limit of the gauge that are suspect.
        echo_changes: Changes of value that repeat an earlier stretch to the digit.
        echo_values: Different values among them, at least.
        clock_jump_s: Change of a lag from which it is the clock's, s.
        clock_windows: Windows in which it must stay.
        drift_days: Days over which the distance from the neighbours is averaged.
        drift: Average distance from which it is a drift.
        rain_hours: Hours of rain that explain water on the road.
        rain_least_mm: Rain from which it does, mm.
        spike_spacing_s: Windows further apart than this may hold a spike of nature's, s.
        release_s: How long an impossible step is held against a level that stays, s.
    """

    fault_at: float = 0.8
    event_at: float = 0.6
    unusual: float = 4.0
    shared: float = 2.0
    shared_share: float = 0.25
    calm: float = 1.0
    least_neighbours: int = 2
    usual_rows: float = 3.0
    resting_windows: int = 6
    away: float = 1.5
    extreme_rows: float = 4.0
    standing_s: float = 2 * 3600.0
    standing_most_s: float = 8 * 3600.0
    straight_windows: int = 36
    limit_windows: int = 3
    echo_changes: int = 18
    echo_values: int = 9
    clock_jump_s: float = 60.0
    clock_windows: int = 2
    drift_days: float = 5.0
    drift: float = 1.6
    rain_hours: float = 3.0
    rain_least_mm: float = 1.0
    spike_spacing_s: float = 900.0
    release_s: float = 24 * 3600.0


DEFAULTS: Final = FaultSettings()
