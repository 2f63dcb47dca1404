"""What one engine took for one input, and how two of them compare."""

from collections.abc import Iterable

import msgspec

from streams.bench.cores import Shares


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One engine's run.

    Attributes:
        name: Of the engine.
        packs: How many it processed, > 0.
        readings: Readings of a pack.
        seconds: From its first pack to its last, > 0.
        cpu_s: CPU seconds in that time, all its processes and threads.
        cpu_total_s: CPU seconds with the start of the program.
        broker_cpu_s: CPU seconds of the broker from the first pack to the last.
        peak_bytes: Largest resident size, summed over its processes.
        processes: How many it ran in.
        keeps: What it keeps its state in.
        shares: Who had the machine's cores meanwhile; None where nobody looked.
        skew_s: From its first partition's first input to that of its last one.
        tail_s: From the first partition's end to the last one's.
    """

    name: str
    packs: int
    readings: int = 10
    seconds: float
    cpu_s: float
    cpu_total_s: float
    broker_cpu_s: float
    peak_bytes: int
    processes: int = 1
    keeps: str = ""
    shares: Shares | None = None
    skew_s: float = 0.0
    tail_s: float = 0.0

    @property
    def packs_per_second(self) -> float:
        """Per second of the clock."""
        return self.packs / self.seconds

    @property
    def cpu_us_per_pack(self) -> float:
        """CPU microseconds a pack, without the start of the program."""
        return 1e6 * self.cpu_s / self.packs


class Ratio(msgspec.Struct, frozen=True):
    """How many times as much one engine does as another.

    Attributes:
        wall: Packs per second of the clock.
        cpu: Packs per CPU second; None where the other's CPU time is too short to be measured.
    """

    wall: float
    cpu: float | None


def ratio(ours: Row, other: Row) -> Ratio:
    """`ours` divided by `other`; above 1 ours is ahead.

    Example:
        >>> about = {"seconds": 1.0, "cpu_total_s": 9.0, "broker_cpu_s": 0.0, "peak_bytes": 0}
        >>> ours = Row(name="ours", packs=800, cpu_s=1.0, **about)
        >>> ratio(ours, Row(name="other", packs=200, cpu_s=2.0, **about))
        Ratio(wall=4.0, cpu=8.0)
    """
    wall = ours.packs_per_second / other.packs_per_second
    if not (ours.cpu_s and other.cpu_s):
        return Ratio(wall, None)
    return Ratio(wall, other.cpu_us_per_pack / ours.cpu_us_per_pack)


def ratios(ours: Row, others: Iterable[Row]) -> dict[str, Ratio]:
    """`ours/NAME` for every other row."""
    return {other.name: ratio(ours, other) for other in others}
