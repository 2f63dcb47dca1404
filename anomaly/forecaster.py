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
        method: What made it.
        skill: 1 − its loss over that of persistence, over the last forecasts whose truth is known:
            1 is perfect, 0 no better than persistence, -1 twice as bad or worse. Where persistence
            speaks, it is that of the forecast it stands in for. None while unknown.
        cover: Share of the truths of the last forecasts that fell between p10 and p90; None while
            unknown.
    """

    horizon: int
    p10: float
    p50: float
    p90: float
    exceed: tuple[float, ...] = ()
    method: str = ""
    skill: float | None = None
    cover: float | None = None


class Forecaster(Protocol):
    """One series, one pass, bounded state; deterministic: chance comes from a fixed seed.

    `at` is the event time of a value in local ms since the epoch. The horizons are fixed when a
    forecaster is made, for it learns by its own errors at each.
    """

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value; one that is not newer than the last is left out.

        Raises:
            ValueError: The value is no finite number.
        """
        ...

    def outlooks(self, limits: Sequence[float] = ()) -> tuple[Outlook, ...] | None:
        """What the series will be at each horizon after the last value.

        Args:
            limits: In the series' unit.

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
            ValueError: The snapshot is of another version, or of other horizons.
        """
        ...
