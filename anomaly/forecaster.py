"""The forecaster protocol: what a series is expected to come to, and how sure that is."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Outlook(msgspec.Struct, frozen=True):
    """What a series is expected to be at one horizon.

    Attributes:
        horizon: Seconds after the last value that was learnt.
        p10: The value is below this with a probability of 0.1; in the series' unit.
        p50: The median.
        p90: The value is below this with a probability of 0.9; p10 <= p50 <= p90.
        exceed: Probability (0–1) of being at or above each limit asked for, in their order.
    """

    horizon: int
    p10: float
    p50: float
    p90: float
    exceed: tuple[float, ...] = ()


class Forecaster(Protocol):
    """One series, one pass, bounded state; deterministic: chance comes from a fixed seed.

    `at` is the event time of a value in local ms since the epoch, strictly increasing.
    """

    @property
    def method(self) -> str:
        """What made the last outlooks, e.g. `seasonal_ratio`; published beside them."""
        ...

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value."""
        ...

    def outlooks(
        self, horizons: Sequence[int], limits: Sequence[float]
    ) -> tuple[Outlook, ...] | None:
        """What the series will be at each horizon (s) after the last value.

        Args:
            horizons: Ascending.
            limits: Ascending, in the series' unit.

        Returns:
            None while there is too little to say anything from.
        """
        ...

    def dump(self) -> bytes:
        """The state, at most 16 KB."""
        ...

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`; outlooks go on identically.

        Raises:
            ValueError: The snapshot is of another version.
        """
        ...
