"""The figures of `vitals bench engine` as tables, JSON and sentences."""

from collections.abc import Sequence

import msgspec

from streams.bench.contender import Ratio, Row, ratios
from streams.bench.facts import facts
from streams.bench.report import Grid, Report
from streams.bench.schedule import Schedule
from streams.bench.shares_report import CORES_NOTE, cores_grid, on_free_cores

_COLUMNS = (
    *("engine", "packs/s", "readings/s", "CPU s", "CPU µs a pack", "peak MB", "broker CPU s"),
    *("ours ÷ it, wall", "ours ÷ it, CPU", "state in"),
)
_NOTES = (
    "All engines had the same work on the same machine in one run, one after the other: windows of "
    "ten seconds of event time; count, sum, least and largest of every (zone, quantity); packs of "
    "ten readings from a real Kafka.",
    "ours: `vitals worker` with deduplication, ledger, late corrections, published windows and "
    "snapshots, reading frames of `readings` with 1 % duplicates, 1 % reordered and 0.1 % too late "
    "packs. Its ledger was compared with the generator's, terminal by terminal, and was equal. "
    "Measured from its first input, which all its processes have at one moment, to the checkpoint "
    "that holds everything, by the broker's clock.",
    "fetch and decode: the same frames fetched by aiokafka and decoded by msgspec, nothing else: "
    "what a Python process can do at most.",
    "The other engines read the same number of packs, without faults, one a record, and publish "
    "nothing; each had at most the given seconds.",
    "CPU s: user and system, all threads and processes, from the first pack to the last. The "
    "broker's own is apart. peak MB: largest resident size.",
    "ours ÷ it: packs per second of ours divided by those of the engine in the row, per second of "
    "the clock and per CPU second; above 1 ours is ahead.",
)


def engine_report(rows: Sequence[Row], run: Schedule, frames: int) -> Report:
    """The report of a run.

    Args:
        rows: One for each engine, ours among them.
        run: What ours has read.
        frames: In how many frames.
    """
    ours = next(row for row in rows if row.name == "ours")
    compared = ratios(ours, (row for row in rows if row is not ours))
    total = run.expected.total()
    shape = run.places.shape
    figures = {
        "input": {
            "packs": len(run),
            "terminals": shape.terminals,
            "zones": shape.zones,
            "frames": frames,
            "packs_per_frame": len(run) / frames,
            "ledger": msgspec.to_builtins(total),
        },
        "engines": [
            msgspec.to_builtins(row)
            | {
                "packs_per_second": row.packs_per_second,
                "readings_per_second": row.packs_per_second * row.readings,
                "cpu_us_per_pack": row.cpu_us_per_pack,
            }
            for row in rows
        ],
        "speed_up": {
            str(row.processes): row.packs_per_second / ours.packs_per_second
            for row in rows
            if row.processes > 1
        },
        "speed_up_on_free_cores": on_free_cores(rows),
        "ratios": {f"ours/{name}": msgspec.to_builtins(value) for name, value in compared.items()},
    }
    title = (
        f"{len(run):,} packs of {shape.quantities} readings, {shape.terminals} terminals in "
        f"{shape.zones} zones, {len(run) / frames:.0f} packs a frame"
    )
    grid = Grid(title, _COLUMNS, tuple(_cells(row, compared.get(row.name)) for row in rows))
    grids = (grid, *cores_grid(rows))
    return Report("engine", "Engine", facts(), figures, grids, (*_NOTES, *CORES_NOTE))


def _cells(row: Row, compared: Ratio | None) -> tuple[str, ...]:
    return (
        row.name,
        f"{row.packs_per_second:,.0f}",
        f"{row.packs_per_second * row.readings:,.0f}",
        f"{row.cpu_s:.2f}",
        f"{row.cpu_us_per_pack:.2f}",
        f"{row.peak_bytes / 1e6:.0f}",
        f"{row.broker_cpu_s:.2f}",
        "" if compared is None else f"{compared.wall:.2f}",
        "" if compared is None or compared.cpu is None else f"{compared.cpu:.2f}",
        row.keeps,
    )
