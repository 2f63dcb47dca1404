"""Flapping: an alert that would come and go again and again is one alert that says so.

The share of changes among the last 21 states, newer ones counting more, as Nagios weighs them; it
begins at a higher share than the one below which it ends. A state is the level that a value alone
speaks for, with hysteresis and without holds: what holds damp away may flap all the same, and who
looks at the street wants to know it.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

STATES: Final = 21
_PAIRS: Final = STATES - 1
_OLDEST, _NEWEST = 0.8, 1.2
_WEIGHTS: Final = tuple(
    (_NEWEST + n * (_OLDEST - _NEWEST) / (_PAIRS - 1)) / _PAIRS for n in range(_PAIRS)
)
"""Of the newest change first; 1 in all."""


class Thresholds(Protocol):
    """A level's thresholds at a place."""

    @property
    def raise_at(self) -> float: ...  # noqa: D102
    @property
    def clear_at(self) -> float: ...  # noqa: D102


class FlapState(msgspec.Struct):
    """What is remembered of the last states.

    Attributes:
        rank: Levels that the newest value speaks for, from mild to severe; 0: none.
        changes: Bit n: whether the state n states ago was another than the one before it.
        is_flapping: Whether it flaps.
    """

    rank: int = 0
    changes: int = 0
    is_flapping: bool = False


def follow(
    state: FlapState, rungs: Sequence[Thresholds], value: float, begin: float, end: float
) -> None:
    """Take a value.

    Args:
        state: Changed in place.
        rungs: Levels at this place, mild to severe.
        value: In their unit.
        begin: Share of changes (0-1) from which on it flaps; above 1 never.
        end: Share below which it no longer does.
    """
    rank = sum(
        value >= (rung.clear_at if number < state.rank else rung.raise_at)
        for number, rung in enumerate(rungs)
    )
    state.changes = (state.changes << 1 | (rank != state.rank)) & (1 << _PAIRS) - 1
    state.rank = rank
    share = share_of(state.changes)
    state.is_flapping = share >= (end if state.is_flapping else begin)


def share_of(changes: int) -> float:
    """The weighted share of changes, 0-1.

    Example:
        >>> share_of(0), round(share_of(2**20 - 1), 9), round(share_of(1), 9)
        (0, 1.0, 0.06)
    """
    return sum(weight for n, weight in enumerate(_WEIGHTS) if changes >> n & 1)
