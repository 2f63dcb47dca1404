"""The waterlogging forecast of a zone: the ponding ensemble, its skill, and its fixed horizons."""

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from anomaly.cadence import Cadence
from anomaly.forecast_skill import Skills, SkillState
from anomaly.forecaster import Outlook
from anomaly.ponding_forecast import STREET, PondingEnsemble
from anomaly.snapshots import Snapshots
from sensors.city import Catchment

_READY_AFTER: Final = 10
"""Values before the first outlook: of a slope that nobody saw everything may come."""
_TOLERANCE_M: Final = 0.004
"""[D] Pinball loss; see `HorizonSkill`."""
_READING_M: Final = 0.0025
"""[D] By which a reading is off nine times of ten; ponds are forecast, gauges tell the truth."""


class _State(msgspec.Struct, frozen=True, array_like=True):
    version: int
    horizons: tuple[int, ...]
    last: tuple[int, float] | None
    count: int
    cadence: tuple[int, ...]
    ensemble: bytes
    skills: tuple[SkillState, ...]


class FloodForecaster:
    """Keeps to `anomaly.forecaster.Forecaster`, and learns from rain beside.

    Args:
        horizons: s, ascending.
        catchment: What is surveyed of the place; None: nothing.
        seed: Of all chance.
    """

    VERSION: Final = 2

    def __init__(
        self, horizons: Sequence[int], catchment: Catchment | None = None, seed: int = 0
    ) -> None:
        self._horizons = tuple(horizons)
        self._ensemble = PondingEnsemble(catchment or STREET, seed=seed)
        self._skills = Skills(horizons, least=0.0, tolerance=_TOLERANCE_M)
        self._last: tuple[int, float] | None = None
        self._cadence = Cadence()
        self._count = 0

    def learn_rain(self, at: int, mm_per_hour: float) -> None:
        """Learn how hard it has rained; see `PondingEnsemble.learn_rain`."""
        self._ensemble.learn_rain(at, mm_per_hour)

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a depth, m; see `Forecaster`."""
        if not math.isfinite(value):
            raise ValueError(f"depth {value} is no finite number")
        if self._last is not None and at <= self._last[0]:
            return
        if self._last is not None:
            self._cadence.learn_one(at - self._last[0])
        self._ensemble.learn_one(at, value)
        # A gauge reads below 0 at times; water does not stand there.
        self._skills.arrive(at, max(value, 0.0), (self._cadence.ms - 1) // 2)
        self._last = at, value
        self._count += 1

    def outlooks(self, limits: Sequence[float] = ()) -> tuple[Outlook, ...] | None:
        """Depths, m; see `Forecaster`. A forecast that is asked for is scored."""
        if self._last is None or self._count < _READY_AFTER:
            return None
        found = self._ensemble.outlooks(self._horizons, limits)
        if found is None:
            return None
        at, last = self._last
        read = map(self._as_read, found)
        return tuple(self._skills.judged(at, tuple(read), limits, max(last, 0.0)))

    def _as_read(self, outlook: Outlook) -> Outlook:
        low, high = max(outlook.p10 - _READING_M, 0.0), outlook.p90 + _READING_M
        method = self._ensemble.method
        return msgspec.structs.replace(outlook, p10=low, p90=high, method=method)

    def dump(self) -> bytes:
        """The state."""
        state = _State(
            self.VERSION,
            self._horizons,
            self._last,
            self._count,
            self._cadence.dump(),
            self._ensemble.dump(),
            self._skills.dump(),
        )
        return _SNAPSHOTS.write(state)

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: The snapshot is of another version, or of other horizons.
        """
        state = _SNAPSHOTS.read(snapshot)
        if state.horizons != self._horizons:
            raise ValueError(f"snapshot of a forecaster of other horizons: {state.horizons} s")
        self._last, self._count = state.last, state.count
        self._cadence.load(state.cadence)
        self._ensemble.load(state.ensemble)
        self._skills.load(state.skills)


_SNAPSHOTS: Final = Snapshots("flood forecaster", FloodForecaster.VERSION, _State)
