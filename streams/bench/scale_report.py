"""The figures of `vitals bench scale` as tables, JSON and sentences."""

from collections.abc import Sequence
from typing import Final

import msgspec

from indicators.plain_windows import WINDOW_S
from streams.bench.facts import facts
from streams.bench.places import QUANTITIES
from streams.bench.report import Grid, Report
from streams.bench.restart import Restart
from streams.bench.scale_case import ScaleFigures, ScaleSpec

PACKS_A_SECOND: Final = 560
ZONES_A_SECOND: Final = 5.6
"""Zones for each second of window: 56 at ten seconds, the most that 56 terminals can fill."""


class ScaleRow(msgspec.Struct, frozen=True):
    """One size.

    Attributes:
        spec: What was measured.
        window_s: Length of its windows, s.
        figures: What it took.
        state_bytes: Memory of the engine's state, from a run of its own.
    """

    spec: ScaleSpec
    window_s: int
    figures: ScaleFigures
    state_bytes: int

    @property
    def cpu_us_per_reading(self) -> float:
        """CPU microseconds a reading."""
        return 1e6 * self.figures.cpu_s / self.figures.readings

    @property
    def bytes_per_terminal(self) -> float:
        """State a terminal, all of it."""
        return self.state_bytes / self.spec.terminals

    @property
    def bytes_without_instants(self) -> float:
        """State a terminal, less 12 bytes an instant that deduplication remembers."""
        return self.bytes_per_terminal - 12 * self.figures.instants


def scale_report(rows: Sequence[ScaleRow], restarted: Restart | None) -> Report:
    """The report of some sizes."""
    cost = Grid(
        "Cost",
        ("terminals", "zones", "cadence s", "window s", "readings", "outputs a reading",
         "KiB a frame", "CPU µs a reading", "÷ the smallest"),
        tuple(_cost(row, rows[0]) for row in rows),
    )  # fmt: skip
    state = Grid(
        "State",
        ("terminals", "instants a terminal", "memory full %", "bytes a terminal",
         "less 12 an instant", "snapshot MB", "ms", "a frame more KB", "ms", "load s"),
        tuple(map(_state, rows)),
    )  # fmt: skip
    notes = [
        "Engine only, one partition, one process: frames are stepped in memory, without Kafka. "
        f"{PACKS_A_SECOND} packs of ten readings a second of stream time at every size, so a "
        f"terminal's cadence is terminals / {PACKS_A_SECOND} s; in order, without faults.",
        f"Outputs a reading are kept equal by {ZONES_A_SECOND:g} zones for each second of window: "
        f"windows are {WINDOW_S:.0f} s, or the next longer step where the cadence is longer.",
        "CPU µs a reading: CPU time inside the engine's `step`, after a warm-up.",
        "bytes a terminal: memory held at the end of a traced run of the same input, everything "
        "included that the engine makes from the city pack. memory full: share of the instants "
        "that a terminal can have within the horizon of deduplication.",
        "snapshot: everything dumped. a frame more: what is dumped after one frame more, mean of "
        "five. load: a new partition with the whole state, from bytes in memory.",
    ]
    figures = {
        "scale": [
            msgspec.to_builtins(row)
            | {
                "cpu_us_per_reading": row.cpu_us_per_reading,
                "bytes_per_terminal": row.bytes_per_terminal,
            }
            for row in rows
        ],
        "restart": None if restarted is None else msgspec.to_builtins(restarted),
    }
    grids: tuple[Grid, ...] = (cost, state)
    if restarted is not None:
        grids = (*grids, restarted.grid)
        notes.append(
            "Restart: a worker was stopped after it had the state of these terminals in Kafka, and "
            "started again. first frame: from the start of the program until every partition is "
            "restored, after which it takes its next frame at once."
        )
    return Report("scale", "Scale", facts(), figures, grids, tuple(notes))


def _cost(row: ScaleRow, smallest: ScaleRow) -> tuple[str, ...]:
    figures, spec = row.figures, row.spec
    return (
        f"{spec.terminals:,}",
        f"{spec.zones:,}",
        f"{spec.cadence:g}",
        str(row.window_s),
        f"{figures.readings:,}",
        f"{figures.outputs / figures.readings:.4f}",
        f"{figures.frame_bytes / figures.frames / 1024:.0f}",
        f"{row.cpu_us_per_reading:.3f}",
        f"{row.cpu_us_per_reading / smallest.cpu_us_per_reading:.2f}",
    )


def _state(row: ScaleRow) -> tuple[str, ...]:
    figures, shots = row.figures, row.figures.snapshots
    return (
        f"{row.spec.terminals:,}",
        f"{figures.instants / len(QUANTITIES):,.1f} x {len(QUANTITIES)}",
        f"{100 * figures.full:.1f}",
        f"{row.bytes_per_terminal:,.0f}",
        f"{row.bytes_without_instants:,.0f}",
        f"{shots.full_bytes / 1e6:.2f}",
        f"{1000 * shots.full_s:.1f}",
        f"{shots.step_bytes / 1000:.1f}",
        f"{1000 * shots.step_s:.2f}",
        f"{shots.load_s:.3f}",
    )
