"""A change of regime: since some days ago the series is another one, and is to be learnt anew.

What goes on for a day is an event; what goes on for a week is how things are now: a sensor that was
replaced, a street with one lane less. ADWIN (Bifet and Gavaldà 2007) watches the mean deviation of
each day; fed day by day it takes neither a day-long event nor the course of the year for a change,
where it is fed value by value every morning is one. docs/decisions/0023 has the measurement.
"""

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from river.drift import ADWIN

_CLIP: Final = 3.0
"""A deviation counts no more than this to either side, robust standard deviations."""
_MEMORY: Final = 360
"""Days after which the older half is forgotten."""


class RegimeState(msgspec.Struct, frozen=True, array_like=True):
    """What a `Regime` knows: the day at hand, its deviations, the means of the days before."""

    day: int | None = None
    total: float = 0.0
    count: int = 0
    means: tuple[float, ...] = ()


class Regime:
    """Tells when the mean deviation of the last days differs from that of the days before.

    Args:
        delta: Probability of a false alarm, by the bound of ADWIN, each day.
    """

    def __init__(self, delta: float = 0.002) -> None:
        self._delta = delta
        self._day: int | None = None
        self._total, self._count = 0.0, 0
        self._means: list[float] = []
        self._adwin = self._fresh()

    def learn(self, day: int, deviation: float) -> bool:
        """Learn from a deviation of a local day.

        Args:
            day: Since 1970-01-01.
            deviation: From what is usual, in robust standard deviations.

        Returns:
            Whether the day before, now that it is over, showed a change.
        """
        changed = False
        if self._day != day:
            changed = self._count > 0 and self._close(self._total / self._count)
            self._day, self._total, self._count = day, 0.0, 0
        clipped = _CLIP if deviation > _CLIP else -_CLIP if deviation < -_CLIP else deviation
        self._total += clipped
        self._count += 1
        return changed

    def _close(self, mean: float) -> bool:
        self._means.append(mean)
        self._adwin.update(mean)
        if self._adwin.drift_detected:
            self._means.clear()
            self._adwin = self._fresh()
            return True
        if len(self._means) > _MEMORY:
            self._begin(self._means[_MEMORY // 2 :])
        return False

    def _begin(self, means: list[float]) -> None:
        """ADWIN keeps its state to itself: it is made anew from the days, live and restored."""
        self._means, self._adwin = means, self._fresh()
        for mean in means:
            self._adwin.update(mean)

    def _fresh(self) -> "ADWIN":
        # river.drift brings scipy along: 1.5 s and 70 MB that whoever scores nothing is spared.
        from river.drift import ADWIN  # noqa: PLC0415

        return ADWIN(delta=self._delta, clock=1, grace_period=10, min_window_length=3)

    def dump(self) -> RegimeState:
        """The state."""
        return RegimeState(self._day, self._total, self._count, tuple(self._means))

    def load(self, state: RegimeState) -> None:
        """Continue from a `dump`."""
        self._day, self._total, self._count = state.day, state.total, state.count
        self._begin(list(state.means))
