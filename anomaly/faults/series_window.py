"""What a fault judge is shown of a window: the readings of one series, and what is around it."""

import math

import msgspec
import numpy as np

from sensors.decimals import Floats, Ints


class SeriesWindow(msgspec.Struct, frozen=True):
    """The readings of one (terminal, quantity) in one window, which has one at least.

    Times are Unix ms, values in the quantity's canonical unit.

    Attributes:
        start: First instant of the window.
        end: First instant after it.
        value: What the window comes to: mean, or sum.
        low: Smallest reading.
        high: Largest reading.
        first: First reading in event time.
        last: Last reading.
        first_at: When the first was measured.
        last_at: When the last was measured.
        count: Readings.
        step: The steepest change from one reading to the next, with its sign; 0 of one reading.
        step_s: Seconds that it took, > 0.
        offset: Local time less UTC, ms; what is usual goes by the hour of the place.
        lag_s: How much later its last reading was received than measured, s; None if not known.
    """

    start: int
    end: int
    value: float
    low: float
    high: float
    first: float
    last: float
    first_at: int
    last_at: int
    count: int = 1
    step: float = 0.0
    step_s: float = 1.0
    offset: int = 0
    lag_s: float | None = None

    @property
    def is_finite(self) -> bool:
        """Whether all its values are numbers."""
        is_finite = math.isfinite
        return (
            is_finite(self.value) and is_finite(self.low) and is_finite(self.high)
            and is_finite(self.first) and is_finite(self.last) and is_finite(self.step)
        )  # fmt: skip


def window_of(
    start: int, end: int, at: Ints, values: Floats, offset: int = 0, lag_s: float | None = None
) -> SeriesWindow:  # fmt: skip
    """The window of some readings, whose value is their mean.

    Args:
        start: First instant of the window, Unix ms.
        end: First instant after it.
        at: When the readings were measured, ms, strictly ascending, shape (readings,), ≥ 1.
        values: The readings, shape (readings,).
        offset: Local time less UTC, ms.
        lag_s: How late the last of them was received, s.
    """
    if values.size == 1:
        only, instant = float(values[0]), int(at[0])
        return SeriesWindow(
            start, end, only, only, only, only, only, instant, instant, offset=offset, lag_s=lag_s
        )
    seconds, steps = np.diff(at) / 1000.0, np.diff(values)
    steepest = int(np.argmax(np.abs(steps) / seconds))
    step, step_s = float(steps[steepest]), float(seconds[steepest])
    return SeriesWindow(
        start, end, float(values.mean()), float(values.min()), float(values.max()),
        float(values[0]), float(values[-1]), int(at[0]), int(at[-1]), values.size,
        step, step_s, offset, lag_s,
    )  # fmt: skip


class Around(msgspec.Struct, frozen=True):
    """What is around a series in the same window.

    Attributes:
        neighbours: How far each neighbour that is not at fault is from what is usual for it,
            robust standard deviations.
        rain_mm: Rain of the past hours (`FaultSettings.rain_hours`) at the place, mm; None where
            no gauge tells.
    """

    neighbours: tuple[float, ...] = ()
    rain_mm: float | None = None


ALONE = Around()
"""Nothing is known of what is around."""
