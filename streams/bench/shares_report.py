"""Who had the cores while our worker was measured, and what that makes of several processes."""

from collections.abc import Iterable, Sequence
from typing import Final

from streams.bench.contender import Row
from streams.bench.report import Grid

_COLUMNS = (
    *("engine", "s", "core s", "each worker process", "broker", "poller", "others", "idle"),
    *("skew s", "tail s", "cores left", "packs/s a core left", "speed-up", "on free cores"),
)
CORES_NOTE: Final = (
    "Cores: core seconds from the first input to the end, of all cores together. skew: from the "
    "first partition's first input to the last one's; tail: from the first partition's end to the "
    "last one's. others: everything else that ran on the machine. cores left: what broker, poller "
    "and others left, at most one for each worker process.",
    "speed-up: packs/s divided by those of one process, on the same cores, which broker and poller "
    "share. on free cores: what it would be if each process had a core of its own: the same "
    "quotient of packs/s a core left, times the number of processes. The broker's CPU time is in "
    "neither; it has a column.",
)


def packs_a_core(row: Row) -> float | None:
    """Packs per second and core that was left to the engine."""
    if row.shares is None:
        return None
    return row.packs_per_second / row.shares.left(row.processes)


def on_free_cores(rows: Sequence[Row]) -> dict[str, float]:
    """Processes → speed-up against one if each had a core of its own."""
    alone = next((packs_a_core(row) for row in rows if row.name == "ours"), None)
    if alone is None:
        return {}
    return {
        str(row.processes): row.processes * each / alone
        for row in rows
        if row.processes > 1 and (each := packs_a_core(row)) is not None
    }


def cores_grid(rows: Sequence[Row]) -> Iterable[Grid]:
    """The table, if anybody looked."""
    free = on_free_cores(rows)
    alone = next((row for row in rows if row.name == "ours"), None)
    cells = [_cells(row, alone, free) for row in rows if row.shares is not None and alone]
    return [Grid("Where the time of all cores went", _COLUMNS, tuple(cells))] if cells else []


def _cells(row: Row, alone: Row, free: dict[str, float]) -> tuple[str, ...]:
    shares = row.shares
    if shares is None:
        raise ValueError(f"nobody looked at the cores of {row.name}")
    several = row.processes > 1
    return (
        row.name,
        f"{shares.seconds:.2f}",
        f"{shares.cores * shares.seconds:.2f}",
        " + ".join(f"{cpu:.2f}" for cpu in shares.workers),
        *(f"{cpu:.2f}" for cpu in (shares.broker, shares.poller, shares.others, shares.idle)),
        f"{row.skew_s:.2f}",
        f"{row.tail_s:.2f}",
        f"{shares.left(row.processes):.2f}",
        f"{packs_a_core(row) or 0.0:,.0f}",
        f"{row.packs_per_second / alone.packs_per_second:.2f}" if several else "",
        f"{free[str(row.processes)]:.2f}" if several else "",
    )
