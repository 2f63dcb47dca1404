"""Screening of one terminal's readings: unit, range, time, duplicates; each refusal has a reason.

All times are Unix ms. `now` is the effective received of the line, never the wall clock.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from sensors.city import DeclaredQuantity
from sensors.decimals import Bools, Floats, Ints
from sensors.quantity import Quantity, Stamp
from sensors.reason import Reason
from sensors.senml import ABSOLUTE_FROM

FUTURE_MS: Final = 30_000
"""Readings stamped more than this after their reception are rejected: the clock is wrong."""
_MIN_HORIZON_MS: Final = 15 * 60_000
_MAX_HORIZON_MS: Final = 26 * 3_600_000


def horizon_ms(cadence: float) -> int:
    """How long after its time a reading is still taken: clamp(120 × cadence, 15 min, 26 h).

    Args:
        cadence: Seconds between two readings.

    Returns:
        Milliseconds.

    Example:
        >>> horizon_ms(60) // 60_000, horizon_ms(1) // 60_000, horizon_ms(3600) // 3_600_000
        (120, 15, 26)
    """
    return min(max(round(120_000 * cadence), _MIN_HORIZON_MS), _MAX_HORIZON_MS)


class Channel:
    """What screening knows of one (terminal, quantity): fixed data, no state.

    Attributes:
        quantity: The catalogue's entry.
        cadence_ms: Declared milliseconds between readings.
        horizon_ms: How late a reading may be.
        shift_ms: 1 for end-stamped readings, which belong to `(start, end]`, else 0.
        units: Accepted unit → (factor, offset) to the canonical unit.
    """

    __slots__ = ("cadence_ms", "horizon_ms", "quantity", "shift_ms", "units")

    def __init__(self, declared: DeclaredQuantity) -> None:
        self.quantity: Quantity = declared.quantity
        self.cadence_ms = round(declared.cadence * 1000)
        self.horizon_ms = horizon_ms(declared.cadence)
        self.shift_ms = int((declared.stamp or self.quantity.stamp) is Stamp.END)
        self.units: dict[str, tuple[float, float] | None] = {self.quantity.unit: None}
        for unit, conversion in self.quantity.conversions.items():
            self.units[unit] = (conversion.factor, conversion.offset)


@cache
def _channel(declared: DeclaredQuantity) -> Channel:
    """Kinds of terminals declare much alike: a city has some dozens of these."""
    return Channel(declared)


def channels(declared: Iterable[DeclaredQuantity]) -> dict[str, Channel]:
    """What screening knows of each of the quantities that a terminal declares, by name."""
    return {quantity.name: _channel(quantity) for quantity in declared}


def convert(channel: Channel, unit: str, value: float | None) -> float | Reason:
    """Bring a value into the canonical unit, or say why it cannot be taken."""
    if value is None:
        return Reason.WRONG_TYPE
    if unit not in channel.units:
        return Reason.WRONG_UNIT
    conversion = channel.units[unit]
    if conversion is not None:
        # Rounded, so that 12.3 cm and 0.123 m are the same value to the deduplication.
        value = float(f"{value * conversion[0] + conversion[1]:.12g}")
    if channel.quantity.low <= value <= channel.quantity.high:
        return value
    # NaN fails both comparisons.
    return Reason.OUT_OF_RANGE if abs(value) >= 0 else Reason.NOT_A_NUMBER


def time_reason(channel: Channel, at: int, now: int) -> Reason | None:
    """Why the time of a reading cannot be taken; None where it can.

    Args:
        channel: Its channel.
        at: Event time, ms.
        now: Effective received, ms.
    """
    if at < ABSOLUTE_FROM * 1000:
        return Reason.RELATIVE_TIME
    if at > now + FUTURE_MS:
        return Reason.FUTURE
    if at < now - channel.horizon_ms:
        return Reason.BEYOND_HORIZON
    return None


def is_plausible(
    value: Floats, at: Ints, now: Ints, low: Floats, high: Floats, horizon: Ints
) -> Bools:
    """Which readings pass range and time, as `convert` and `time_reason` judge them one by one.

    Args:
        value: Values in the canonical unit.
        at: Event times, ms.
        now: Effective received of each, ms.
        low: Least plausible value of each.
        high: Largest plausible value of each.
        horizon: How late each may be, ms.
    """
    good = (value >= low) & (value <= high)
    good &= (at >= ABSOLUTE_FROM * 1000) & (at <= now + FUTURE_MS) & (at >= now - horizon)
    return good
