"""A recording through the fault judges: one window after the other, neighbours together."""

import gzip
import time
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from anomaly.faults.judge import FaultJudge
from anomaly.faults.near import neighbours_of
from anomaly.faults.panel import judge_together
from anomaly.faults.series_window import window_of


class FaultRun(msgspec.Struct):
    """Readings and verdicts by (terminal, quantity) in order, and what they cost."""

    readings: dict[tuple[str, str], list]
    verdicts: dict[tuple[str, str], list]
    windows: int
    seconds: float
    largest_state: int

    @property
    def series_days(self):
        return sum(len(days_of(found)) for found in self.verdicts.values())

    def with_fault(self, *kinds):
        """Series → its days with a fault verdict, of some kinds or of any."""
        found = {}
        for series, verdicts in self.verdicts.items():
            faults = [
                v for v in verdicts if v.verdict == "fault" and (not kinds or v.kind in kinds)
            ]
            if faults:
                found[series] = days_of(faults)
        return found


def days_of(verdicts):
    """UTC days in which windows of the verdicts end."""
    return {(v.at - 1) // 86_400_000 for v in verdicts}


def judged(path, city, window_s, *, stamped_end=False, zones=None, quantities=None):
    """Judge the series of a recording.

    Args:
        path: The recording, gzip'd.
        city: Its terminals.
        window_s: Length of a window.
        stamped_end: Whether a stamp is the end of what was measured.
        zones: Only these; all where None.
        quantities: Only these; all where None.
    """
    series = _read(path, city, zones, quantities)
    return judged_series(series, city, window_s, stamped_end=stamped_end)


def judged_series(series, city, window_s, *, stamped_end=False):
    """Judge series: (terminal, quantity) → [(Unix ms, value)], in the order of time."""
    run = FaultRun(series, {}, 0, 0.0, 0)
    for quantity in sorted({name for _, name in series}):
        near = neighbours_of(city.terminals.values(), quantity)
        judges: dict[str, FaultJudge] = {}
        windows: dict[int, dict] = defaultdict(dict)
        for (terminal, name), readings in series.items():
            if name == quantity:
                judges[terminal] = FaultJudge(quantity)
                run.verdicts[terminal, quantity] = []
                _cut(windows, city, terminal, readings, window_s, 1 if stamped_end else 0)
        began = time.process_time()
        for end in sorted(windows):
            for terminal, verdict in judge_together(judges, windows[end], near).items():
                run.verdicts[terminal, quantity].append(verdict)
        run.seconds += time.process_time() - began
        run.windows += sum(map(len, windows.values()))
        run.largest_state = max([run.largest_state, *(len(j.dump()) for j in judges.values())])
    return run


class _Record(msgspec.Struct):
    n: str
    v: float
    bt: float = 0.0


class _Line(msgspec.Struct):
    terminal: str
    pack: list[_Record]


def _read(path, city, zones, quantities):
    series = defaultdict(list)
    decoder = msgspec.json.Decoder(_Line)
    with gzip.open(path) as file:
        for line in file:
            packet = decoder.decode(line)
            if zones is None or city.terminals[packet.terminal].zone in zones:
                at = round(packet.pack[0].bt * 1000)
                for record in packet.pack:
                    if quantities is None or record.n in quantities:
                        series[packet.terminal, record.n].append((at, record.v))
    return series


def _cut(windows, city, terminal, readings, window_s, early):
    at = np.array([instant for instant, _ in readings], np.int64)
    values = np.array([value for _, value in readings])
    length = window_s * 1000
    number = (at - early) // length
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), at.size]
    zone = ZoneInfo(city.zones[city.terminals[terminal].zone].timezone)
    for first, end in pairwise(edges):
        start = int(number[first]) * length
        local = datetime.fromtimestamp(start / 1000, zone)
        shift = local.replace(tzinfo=UTC).timestamp() - local.timestamp()
        windows[start + length][terminal] = window_of(
            start, start + length, at[first:end], values[first:end],
            round(shift * 1000),
        )  # fmt: skip
