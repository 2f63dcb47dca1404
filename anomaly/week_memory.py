"""The last week, half hour by half hour: what it was at this time a week and a day ago."""

import math
from array import array
from typing import Final

import msgspec

_SLOT_MS: Final = 1_800_000
_SLOTS: Final = 7 * 48


class WeekState(msgspec.Struct, frozen=True, array_like=True):
    """What a `WeekMemory` knows: the slots, and of the one at hand its number, sum and count."""

    slots: bytes
    slot: int = -1
    total: float = 0.0
    count: int = 0
    before: float = math.nan


class WeekMemory:
    """Means of the half hours of the last week."""

    def __init__(self) -> None:
        self._slots = array("d", [math.nan] * _SLOTS)
        self._slot, self._total, self._count = -1, 0.0, 0
        self.before = math.nan
        """What the half hour at hand was a week before; NaN where nothing was known."""

    def learn(self, at: int, value: float) -> None:
        """Learn from a value at local time `at`, ms."""
        slot = at // _SLOT_MS
        place = slot % _SLOTS
        if slot != self._slot:
            self._slot, self._total, self._count = slot, 0.0, 0
            self.before = self._slots[place]
        self._total += value
        self._count += 1
        self._slots[place] = self._total / self._count

    def known(self, at: int) -> float:
        """The newest mean of the half hour of the week at local time `at`, ms; NaN: unknown."""
        return self._slots[at // _SLOT_MS % _SLOTS]

    def dump(self) -> WeekState:
        """The state."""
        slots = self._slots.tobytes()
        return WeekState(slots, self._slot, self._total, self._count, self.before)

    def load(self, state: WeekState) -> None:
        """Continue from a `dump`."""
        self._slots = array("d", state.slots)
        self._slot, self._total, self._count = state.slot, state.total, state.count
        self.before = state.before
