"""What a series was yesterday and in the last weeks at the same time of day."""

from array import array
from typing import Final

import msgspec

_SLOT_MS: Final = 1_800_000
_DAY: Final = 48
_WEEK: Final = 7 * _DAY
"""In half hours, which are centred on :00 and :30."""

_NEVER: Final = -(2**31)

MemoryState = tuple[bytes, bytes]
"""Numbers of the half hours (4 bytes each) and their means (single precision)."""


class SlotMemory:
    """The newest half hours, one place for each of a turn.

    Args:
        turn: Half hours.
        renewal: Weight (0–1) of a new one in that of the turn before.
    """

    def __init__(self, turn: int, renewal: float = 1.0) -> None:
        self._turn, self._renewal = turn, renewal
        self._slot = array("i", [_NEVER] * turn)
        # Single precision: five digits more than any use of it, and half the snapshot.
        self._mean = array("f", bytes(4 * turn))

    def known(self, slot: int) -> float | None:
        """What was remembered of a half hour; None where nothing or that of another turn."""
        place = slot % self._turn
        return self._mean[place] if self._slot[place] == slot else None

    def remember(self, slot: int, mean: float) -> None:
        """Remember a half hour."""
        before, place = self.known(slot - self._turn), slot % self._turn
        self._mean[place] = mean if before is None else before + self._renewal * (mean - before)
        self._slot[place] = slot

    def dump(self) -> MemoryState:
        """The state."""
        return self._slot.tobytes(), self._mean.tobytes()

    def load(self, state: MemoryState) -> None:
        """Continue from a `dump`."""
        self._slot, self._mean = array("i", state[0]), array("f", state[1])


class PastState(msgspec.Struct, frozen=True, array_like=True):
    """What `PastDays` know; of the half hour at hand its number, sum and count."""

    weeks: MemoryState
    days: MemoryState
    slot: int
    total: float
    count: int


class PastDays:
    """A mean for each half hour of the week, and for those of the last two days.

    Args:
        renewal: Weight (0–1) of the newest week in the weekly memory: 0.4 leaves a public holiday
            less than half its say a week later and follows a term or a season within a month.
    """

    def __init__(self, renewal: float = 0.4) -> None:
        self._weeks, self._days = SlotMemory(_WEEK, renewal), SlotMemory(2 * _DAY)
        self._slot, self._total, self._count = 0, 0.0, 0

    def last_weeks(self, at: int) -> float | None:
        """Mean of this half hour of the week (local ms) in the weeks before; None if unknown."""
        return self._weeks.known(_slot_of(at) - _WEEK)

    def yesterday(self, at: int) -> float | None:
        """Mean of the half hour 24 h before a local time (ms); None if there was none."""
        return self._days.known(_slot_of(at) - _DAY)

    def learn_one(self, at: int, value: float) -> None:
        """Add a value (local ms) to its half hour, which is remembered once it is over."""
        slot = _slot_of(at)
        if slot != self._slot:
            if self._count:
                for memory in (self._weeks, self._days):
                    memory.remember(self._slot, self._total / self._count)
            self._slot, self._total, self._count = slot, 0.0, 0
        self._total += value
        self._count += 1

    def dump(self) -> PastState:
        """The state."""
        return PastState(
            self._weeks.dump(), self._days.dump(), self._slot, self._total, self._count
        )

    def load(self, state: PastState) -> None:
        """Continue from a `dump`."""
        self._weeks.load(state.weeks)
        self._days.load(state.days)
        self._slot, self._total, self._count = state.slot, state.total, state.count


def _slot_of(at: int) -> int:
    return (at + _SLOT_MS // 2) // _SLOT_MS
