"""Which pack is received when, faults included, and what the ledger must say of them in the end."""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from sensors.ledger import Account, Ledger
from sensors.reason import Reason
from sensors.screening import horizon_ms
from streams.bench.places import Places

START_MS: Final = 1_760_000_000_000
"""Event time of the first packs, Unix ms."""

Column = npt.NDArray[np.int64]


class Faults(msgspec.Struct, frozen=True):
    """Shares of all packs, 0-1.

    Attributes:
        duplicate: The same pack once more, 0.2-5 s after the first.
        reordered: Delivered 2-10 s late, so some only after their window was closed.
        too_late: Of a time before the horizon.
    """

    duplicate: float = 0.01
    reordered: float = 0.01
    too_late: float = 0.001


NO_FAULTS: Final = Faults(0.0, 0.0, 0.0)


class Schedule(msgspec.Struct, frozen=True):
    """Packs in the order of reception; the columns are equally long.

    Attributes:
        places: The city.
        row: Which values the pack has: a duplicate has those of its original.
        terminal: Number of the terminal.
        at_ms: Event time, Unix ms.
        received_ms: Time of reception, Unix ms, never decreasing.
        expected: What the ledger says when all were received.
        tick_ms: The stream time that closes the last window of ten seconds.
    """

    places: Places
    row: Column
    terminal: Column
    at_ms: Column
    received_ms: Column
    expected: Ledger
    tick_ms: int

    def __len__(self) -> int:
        return len(self.row)


def schedule(places: Places, packs: int, seed: int, faults: Faults = Faults()) -> Schedule:  # noqa: B008 - frozen
    """Draw the receptions of a run.

    Args:
        places: The city.
        packs: How many are received, the faulty ones included.
        seed: The same seed gives the same run.
        faults: Shares of what goes wrong.
    """
    rng = np.random.default_rng(seed)
    doubled, late = round(packs * faults.duplicate), round(packs * faults.too_late)
    fresh = packs - doubled - late
    row = np.arange(packs)
    terminal, at_ms = _on_time(places, fresh)
    # Each terminal has its own way; by itself it is never out of order, however often it sends.
    received = at_ms + rng.integers(10, 501, places.shape.terminals)[terminal]
    held_back = rng.choice(fresh, round(packs * faults.reordered), replace=False)
    received[held_back] += rng.integers(2_000, 10_001, len(held_back))
    again = rng.choice(fresh, doubled, replace=False)
    beside = rng.choice(fresh, late, replace=False)
    horizon = horizon_ms(places.shape.cadence)
    row[fresh : fresh + doubled] = again
    all_terminal = np.concatenate((terminal, terminal[again], terminal[beside]))
    old = at_ms[beside] - horizon - rng.integers(5_000, 60_001, late)
    all_at = np.concatenate((at_ms, at_ms[again], old))
    all_received = np.concatenate(
        (received, received[again] + rng.integers(200, 5_001, doubled), received[beside])
    )
    order = np.argsort(all_received, kind="stable")
    last_end = (int(at_ms.max()) // 10_000 + 1) * 10_000
    return Schedule(
        places,
        row[order],
        all_terminal[order],
        all_at[order],
        all_received[order],
        _expected(places, terminal, terminal[again], terminal[beside]),
        max(int(all_received.max()), last_end + 5_000),
    )


def _on_time(places: Places, packs: int) -> tuple[Column, Column]:
    """Terminal and event time of packs that nothing happens to, in the order of event time."""
    shape = places.shape
    number = np.arange(packs)
    terminal = number % shape.terminals
    if shape.is_staggered:
        offset = np.round(number * (1000 * shape.cadence / shape.terminals)).astype(np.int64)
    else:
        offset = np.round(number // shape.terminals * (1000 * shape.cadence)).astype(np.int64)
    return terminal, START_MS + offset


def _expected(places: Places, fresh: Column, doubled: Column, late: Column) -> Ledger:
    """The ledger by terminal: every pack has all the readings of a terminal."""
    readings, size = places.shape.quantities, places.shape.terminals
    columns = [np.bincount(part, minlength=size) * readings for part in (fresh, doubled, late)]
    terminals = {
        places.terminals[number]: Account(
            received=accepted + duplicate + too_late,
            accepted=accepted,
            duplicate=duplicate,
            late=too_late,
        )
        for number, (accepted, duplicate, too_late) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        )
        if accepted + duplicate + too_late
    }
    late_readings = len(late) * readings
    reasons = {str(Reason.BEYOND_HORIZON): late_readings} if late_readings else {}
    return Ledger(terminals, reasons)
