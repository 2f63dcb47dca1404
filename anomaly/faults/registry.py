"""The tests of evidence; every series is put to all of them."""

from typing import Final

from anomaly.faults.at_limit import AtLimit
from anomaly.faults.clock_jump import ClockJump
from anomaly.faults.drift import Drift
from anomaly.faults.echo import Echo
from anomaly.faults.flat_line import FlatLine
from anomaly.faults.impossible_rate import ImpossibleRate
from anomaly.faults.neighbours import Neighbours
from anomaly.faults.rain_gauge import RainGauge
from anomaly.faults.seen import EvidenceTest
from anomaly.faults.spike import Spike
from anomaly.faults.straight_line import StraightLine

TESTS: Final[dict[str, type[EvidenceTest]]] = {
    "impossible_rate": ImpossibleRate,
    "at_limit": AtLimit,
    "flat_line": FlatLine,
    "straight_line": StraightLine,
    "spike": Spike,
    "echo": Echo,
    "clock_jump": ClockJump,
    "drift": Drift,
    "neighbours": Neighbours,
    "rain_gauge": RainGauge,
}
"""Every test by the kind of its evidence; snapshots keep their states in this order."""
