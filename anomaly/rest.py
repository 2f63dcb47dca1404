"""Rest after an onset: what goes on is not news, only what is worse than all of the rest period."""

from collections import deque
from typing import Final

import msgspec

_SECOND_MS: Final = 1000


class RestState(msgspec.Struct, frozen=True, array_like=True):
    """What a `Rest` knows: numbers and severities of the records, the pace, the last time."""

    records: tuple[tuple[int, float], ...] = ()
    count: int = 0
    cadence: float = 0.0
    last: int | None = None


class Rest:
    """Tells whether a severity is a record of the rest period.

    The period is told in time, and bounded in values, for a series of hourly values is not to rest
    for eight of them only. The cadence is learnt from the times.

    Args:
        rest_s: Length of the period, s.
        least: Values at least.
        most: Values at most.
    """

    def __init__(self, rest_s: float = 8 * 3600.0, least: int = 40, most: int = 100) -> None:
        self._rest_ms, self._least, self._most = rest_s * _SECOND_MS, least, most
        # Of the records only those that a later one has not surpassed matter: they fall.
        self._records: deque[tuple[int, float]] = deque()
        self._count = 0
        self._cadence = 0.0
        self._last: int | None = None

    def is_record(self, severity: float) -> bool:
        """Whether the next severity is larger than all of the period."""
        first = self._count - self._length()
        for number, record in self._records:
            if number >= first:
                return severity > record
        return severity > 0.0

    def learn(self, at: int, severity: float) -> None:
        """Learn from the severity of a value at local time `at`, ms."""
        if self._last is not None:
            self._pace(at - self._last)
        self._last = at
        records, first = self._records, self._count - self._length()
        while records and records[-1][1] <= severity:
            records.pop()
        while records and records[0][0] < first:
            records.popleft()
        records.append((self._count, severity))
        self._count += 1

    def _length(self) -> int:
        """The period in values."""
        if not self._cadence:
            return self._most
        return min(max(int(self._rest_ms / self._cadence), self._least), self._most)

    def _pace(self, step: int) -> None:
        """Follow the cadence (ms) in small steps: a gap is no cadence."""
        if step <= 0:
            return
        if not self._cadence:
            self._cadence = float(step)
            return
        share = min(max(step / self._cadence, 0.6), 1.6)
        weight = max(0.02, 1.0 / self._count)
        self._cadence *= 1.0 + weight * (share - 1.0)

    def dump(self) -> RestState:
        """The state."""
        return RestState(tuple(self._records), self._count, self._cadence, self._last)

    def load(self, state: RestState) -> None:
        """Continue from a `dump`."""
        self._records = deque(state.records)
        self._count, self._cadence, self._last = state.count, state.cadence, state.last
