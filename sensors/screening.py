"""Screening of one terminal's readings: unit, range, time, duplicates; each refusal has a reason.

All times are Unix ms. `now` is the effective received of the line, never the wall clock.
"""

import struct
from typing import Final
from zlib import crc32

import msgspec

from sensors.city import DeclaredQuantity, Terminal
from sensors.quantity import Quantity, Stamp
from sensors.reason import Reason
from sensors.senml import ABSOLUTE_FROM

FUTURE_MS: Final = 30_000
"""Readings stamped more than this after their reception are rejected: the clock is wrong."""
_MIN_HORIZON_MS: Final = 15 * 60_000
_MAX_HORIZON_MS: Final = 26 * 3_600_000
_PACK_DOUBLE = struct.Struct("<d").pack


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
        capacity: Instants remembered at most.
    """

    __slots__ = ("cadence_ms", "capacity", "horizon_ms", "quantity", "shift_ms", "units")

    def __init__(self, declared: DeclaredQuantity) -> None:
        self.quantity: Quantity = declared.quantity
        self.cadence_ms = round(declared.cadence * 1000)
        self.horizon_ms = horizon_ms(declared.cadence)
        self.shift_ms = int((declared.stamp or self.quantity.stamp) is Stamp.END)
        self.units: dict[str, tuple[float, float] | None] = {self.quantity.unit: None}
        for unit, conversion in self.quantity.conversions.items():
            self.units[unit] = (conversion.factor, conversion.offset)
        self.capacity = 4 * self.horizon_ms // max(1, self.cadence_ms) + 64


class Memory(msgspec.Struct):
    """The instants of one (terminal, quantity) within the horizon.

    Attributes:
        seen: Event time (ms) → 32-bit hash of the value.
        floor: Readings before this (ms) are late: their instants were forgotten.
    """

    seen: dict[int, int] = {}
    floor: int = 0

    def forget(self, horizon_start: int, capacity: int) -> None:
        """Drop instants before the horizon, and the oldest ones beyond the capacity."""
        self.seen = {at: value for at, value in self.seen.items() if at >= horizon_start}
        # A flood is cut to three quarters at once: cutting one by one would sort at every reading.
        excess = len(self.seen) - capacity * 3 // 4
        if excess > 0:
            ordered = sorted(self.seen)
            self.floor = ordered[excess - 1] + 1
            self.seen = {at: self.seen[at] for at in ordered[excess:]}


def channels(terminal: Terminal) -> dict[str, Channel]:
    """The channels of a terminal by full SenML name (`<terminal>/<quantity>`)."""
    return {f"{terminal.id}/{q.name}": Channel(q) for q in terminal.quantities}


def value_hash(value: float) -> int:
    """32-bit hash of a value in its canonical unit; 0.0 and -0.0 are the same value."""
    return crc32(_PACK_DOUBLE(value + 0.0))


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


def admit(channel: Channel, memory: Memory, at: int, value: float, now: int) -> Reason | bool:
    """Judge the time of a reading and remember it.

    Args:
        channel: Its channel.
        memory: What is remembered; changed where the reading is accepted.
        at: Event time, ms.
        value: In the canonical unit.
        now: Effective received, ms.

    Returns:
        True where accepted, False for a duplicate, or the reason of the refusal.
    """
    if at < ABSOLUTE_FROM * 1000:
        return Reason.RELATIVE_TIME
    if at > now + FUTURE_MS:
        return Reason.FUTURE
    if at < now - channel.horizon_ms:
        return Reason.BEYOND_HORIZON
    if at < memory.floor:
        return Reason.BEYOND_MEMORY
    digest = value_hash(value)
    known = memory.seen.get(at)
    if known is not None:
        return False if known == digest else Reason.CONFLICT
    memory.seen[at] = digest
    if len(memory.seen) > channel.capacity:
        memory.forget(now - channel.horizon_ms, channel.capacity)
    return True
