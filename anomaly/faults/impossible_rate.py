"""Rate of change test: a change from one reading to the next that physics does not allow.

QARTOD's rate of change test [M]: water does not rise by 80 cm in 5 s. What follows such a step is
no measurement either, so it is held against the level until it has come back, or for a while.
"""

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen


class ImpossibleRate(msgspec.Struct, array_like=True):
    """The step that is held against the level.

    Attributes:
        level: Where the series was before it; None while nothing is held.
        since: End of the window before the step, Unix ms.
        step: How far it went.
        seconds: How long it took, s.
    """

    level: float | None = None
    since: int = 0
    step: float = 0.0
    seconds: float = 0.0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        rate = seen.physics.rate_per_min
        if rate is None:
            return None
        now, before, jump = seen.now, seen.before, seen.physics.jump
        steps = [(now.step, now.step_s, now.first, now.start)]
        if before is not None:
            seconds = max((now.first_at - before.last_at) / 1000, 1e-3)
            steps.insert(0, (now.first - before.last, seconds, before.last, before.end))
        is_new = False
        for step, seconds, level, since in steps:
            if abs(step) > jump + rate * seconds / 60:
                is_new = True
                if self.level is None:
                    self.level, self.since = level, since
                    self.step, self.seconds = step, seconds
        if self.level is None:
            return None
        is_back = abs(now.last - self.level) <= 2 * jump
        is_old = now.end - self.since > seen.settings.release_s * 1000
        found = self._evidence(seen, 1.0 if is_new else 0.9)
        if is_back or is_old:
            self.level = None
            return found if is_new else None
        return found

    def _evidence(self, seen: Seen, strength: float) -> Evidence:
        most = seen.physics.jump + (seen.physics.rate_per_min or 0.0) * self.seconds / 60
        return Evidence(
            "impossible_rate",
            f"{self.step:+.3g} within {self.seconds:.3g} s from {self.level:.3g}, where at most "
            f"{most:.3g} is possible",
            f"{self.seconds:.3g} 秒内由 {self.level:.3g} 变化 {self.step:+.3g}，"
            f"物理上限为 {most:.3g}",
            strength,
            self.since,
        )
