"""The usual course of a day: one curve for each kind of day, learnt as the values come."""

from array import array
from typing import Final

from anomaly.day_kind import KINDS, DayKind

_DAY_MS: Final = 86_400_000
_KNOTS: Final = 48
"""Knots of a curve, each half hour one; between them it is straight. Hourly values meet every
second one exactly, and five-minute ones are not yet too few for each in the first days."""
_KNOT_MS: Final = _DAY_MS // _KNOTS
_TOUCH: Final = 0.01
"""A value this little beside a knot, as a share of the way to the next one, is on it."""

ProfileState = tuple[bytes, bytes]
"""Levels and weights of the knots, 8 bytes each, those of a kind of day together."""


class DayProfile:
    """Time of the local day × kind of day → usual value.

    Args:
        day_kind: Local day → kind.
        forgetting: Weight (0–1) of a new day in a curve that has seen many: 0.05 is a memory of
            four working weeks, short enough for the seasons.
    """

    def __init__(self, day_kind: DayKind, forgetting: float = 0.05) -> None:
        self._day_kind, self._forgetting = day_kind, forgetting
        self._level = array("d", bytes(8 * KINDS * _KNOTS))
        self._weight = array("d", bytes(8 * KINDS * _KNOTS))

    def at(self, at: int) -> float | None:
        """The usual value at a local time (ms), in the series' unit; None where none was seen."""
        one, other, share = self._beside(at)
        if self._weight[one] > 0:
            if self._weight[other] > 0:
                return self._level[one] * (1 - share) + self._level[other] * share
            return self._level[one] if share < 0.5 else None
        return self._level[other] if self._weight[other] > 0 and share > 0.5 else None

    def learn_one(self, at: int, value: float) -> None:
        """Move the two knots beside a local time (ms) towards a value, each by its nearness."""
        one, other, share = self._beside(at)
        level, weight = self._level, self._weight
        # A knot that is met for the first time takes the value as it is.
        if weight[one] == 0:
            level[one] = value
        if weight[other] == 0 and share > _TOUCH:
            level[other] = value
        residual = value - level[one] * (1 - share) - level[other] * share
        for place, near in ((one, 1 - share), (other, share)):
            if near > _TOUCH:
                weight[place] += near * near
                step = max(self._forgetting, 1 / max(weight[place], 1.0))
                level[place] += near * step * residual

    def _beside(self, at: int) -> tuple[int, int, float]:
        """The knots before and behind a local time (ms), and its share of the way (0–1)."""
        day, within = divmod(at, _DAY_MS)
        knot, rest = divmod(within, _KNOT_MS)
        first = self._day_kind(day) * _KNOTS
        return first + knot, first + (knot + 1) % _KNOTS, rest / _KNOT_MS

    def dump(self) -> ProfileState:
        """The state."""
        return self._level.tobytes(), self._weight.tobytes()

    def load(self, state: ProfileState) -> None:
        """Continue from a `dump`."""
        self._level, self._weight = (array("d", part) for part in state)
