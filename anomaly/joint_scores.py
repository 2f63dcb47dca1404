"""The joint scores of a zone: whose moments are those of the slowest signal that it has."""

from collections.abc import Iterator, Mapping

import msgspec

from anomaly.joint import JOINTS, Joint, JointSignals, JointState, JointVerdict


class Newest(msgspec.Struct, frozen=True, array_like=True):
    """The newest deviation of a signal: end of its window and length (ms), in robust sigmas."""

    window_end: int
    window: int
    deviation: float


class JointSeries(msgspec.Struct):
    """State of some signals of a zone; moments up to `judged` (window end, ms) are judged."""

    newest: dict[str, Newest] = {}
    state: JointState | None = None
    judged: int = 0


class JointScores:
    """All joint scores of a zone.

    Args:
        series: State by id of the signals; changed in place.
        joints: Which signals belong together.
    """

    def __init__(
        self, series: dict[str, JointSeries], joints: tuple[JointSignals, ...] = JOINTS
    ) -> None:
        self._series = series
        self._of_member: dict[str, list[JointSignals]] = {}
        for joint in joints:
            for member in joint.members:
                self._of_member.setdefault(member, []).append(joint)
        self._joints: dict[str, Joint] = {}

    def step(
        self, indicator: str, at: int, window: tuple[int, int], deviation: float
    ) -> Iterator[tuple[JointSignals, JointVerdict | None]]:
        """Take a deviation; judge what it completes.

        Args:
            indicator: Whose.
            at: Local start of its window, ms.
            window: Start and end, ms.
            deviation: In robust standard deviations.
        """
        start, end = window
        for about in self._of_member.get(indicator, ()):
            series = self._series.get(about.id)
            if series is None:
                series = self._series[about.id] = JointSeries()
            series.newest[indicator] = Newest(end, end - start, deviation)
            fresh = _fresh(series.newest, end)
            # After a gap of the slowest the next one judges; when it is back, nothing comes twice.
            if len(fresh) > 1 and indicator == _slowest(about, fresh) and end > series.judged:
                series.judged = end
                deviations = {member: newest.deviation for member, newest in fresh.items()}
                yield about, self._joint(about, series).step(at, deviations)

    def _joint(self, about: JointSignals, series: JointSeries) -> Joint:
        joint = self._joints.get(about.id)
        if joint is None:
            joint = self._joints[about.id] = Joint(about.members)
            if series.state is not None:
                joint.load(series.state)
        return joint

    def dump(self) -> None:
        """Put what the joints know into the state."""
        for id_, joint in self._joints.items():
            self._series[id_].state = joint.dump()


def _fresh(newest: Mapping[str, Newest], end: int) -> dict[str, Newest]:
    """The signals whose newest value is not older than two windows, theirs or the slowest's."""
    longest = max(one.window for one in newest.values() if one.window_end >= end - 2 * one.window)
    return {member: one for member, one in newest.items() if one.window_end > end - 2 * longest}


def _slowest(about: JointSignals, fresh: Mapping[str, Newest]) -> str:
    """The signal with the longest window, the last one named of several."""
    return max(
        (member for member in about.members if member in fresh),
        key=lambda member: (fresh[member].window, about.members.index(member)),
    )
