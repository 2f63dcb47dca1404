"""One partition of `readings`: screening, vital signs and scores of the zones that live in it.

The way of a frame: its lines become columns (`FrameIntake`); between two closings, the rows of
all lines go into the row store at once; only what is out of order, late or refused is looked at
line by line. When a window closes, its sign is computed from the rows.
"""

from bisect import bisect_left
from collections.abc import Mapping

import msgspec
import numpy as np

from anomaly.faults.zone_faults import ZoneFaultState
from indicators.stage import Vitals
from indicators.vital_sign import Basis
from sensors.appending import ADDED
from sensors.directory import Directory
from sensors.ledger import Account, Ledger
from sensors.native.appending import appender
from sensors.reason import Reason
from sensors.row_store import RowStore
from streams.engine.books import ACCEPTED, COLUMN, DUPLICATE, Books
from streams.engine.config import EngineConfig
from streams.engine.fault_snapshot import fault_blocks, judges_in
from streams.engine.incoming import FrameIntake, Incoming
from streams.engine.indication import Indication
from streams.engine.letters import Letters
from streams.engine.outputs import Outputs
from streams.engine.run_ahead import MANY, RunAhead
from streams.engine.zone_outputs import ZoneOutputs
from streams.engine.zone_snapshot import PARTITION_BLOCK, Blocks, PartitionSnapshot, ZoneSnapshot


class ZonePartition:
    """One partition. Feed it frames in log order; it answers with what is to be published.

    Args:
        config: City, signs and partition counts.
    """

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._start(PartitionSnapshot(seqs=[0] * config.district_partitions))

    def _start(self, own: PartitionSnapshot) -> None:
        self._own = own
        self._store = RowStore()
        self._add = appender(self._store)
        self._directory = Directory(self._store)
        self._vitals = Vitals(self._directory, self._store)
        self._ahead = RunAhead(self._vitals, self._store)
        self._outputs = ZoneOutputs(self._config, own)
        self._blocks = Blocks(self._directory, self._store)
        self._books = Books(self._config.city, self._directory, own, self._blocks)
        self._letters = Letters(self._config, self._directory, own)
        bases = {sign.basis for sign in self._config.signs.values()}
        self._intake = FrameIntake(
            self._config.city,
            self._directory,
            own.strangers,
            self._open_terminal,
            self._vitals.lags if Basis.CLOCKS in bases else None,
        )
        # Lines of the frame at hand of which something is refused already, ascending.
        self._refusing: list[int] = []

    @property
    def now(self) -> int:
        """Stream time: the largest received so far, Unix ms."""
        return self._own.now

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays: readings, tables of terminals and channels, layouts."""
        return self._store.nbytes + self._directory.nbytes + self._intake.layouts.nbytes

    @property
    def rows(self) -> int:
        """Rows of readings that are remembered."""
        return int(self._store.count.sum())

    # -- frames ---------------------------------------------------------------------------------

    def step(self, frame: bytes) -> tuple[Outputs, dict[int, list[Indication]]]:
        """Process one frame.

        Args:
            frame: Lines separated by LF.

        Returns:
            What is published, and what each district partition is told, both in order.
        """
        self._outputs.begin()
        incoming = self._intake.read(frame, self._own.now)
        self._vitals.sync_groups()
        self._books.book_refused(incoming, self._intake.layouts)
        whole = (index for index, found in incoming.receptions.items() if found.whole is not None)
        self._refusing = sorted({*incoming.refused, *whole})
        outcome = np.zeros(incoming.channel.size, np.int8)
        line, lines = 0, incoming.effective.size
        while line < lines:
            self._advance(int(incoming.effective[line]))
            line = self._take(incoming, line, outcome)
        # What the last lines ran ahead of.
        self._advance(self._own.now)
        self._books.book_outcomes(incoming, outcome)
        return self._outputs.finish(self._own.now)

    def _advance(self, received: int) -> None:
        """Move stream time to the effective received; fire what falls due on the way."""
        own = self._own
        own.now = max(own.now, received)
        for closed in self._vitals.close_until(own.now):
            self._outputs.close(closed)

    def _take(self, incoming: Incoming, line: int, outcome: np.ndarray) -> int:
        """Take the lines up to the next closing or further; gives the next.

        Up to one that sets a closing; and beyond the next closings, where windows hold the same
        whether they close before or after these lines are taken.
        """
        effective = incoming.effective
        due = self._vitals.due
        end = effective.size if due is None else int(np.searchsorted(effective, due))
        first, last = np.searchsorted(incoming.row_line, (line, end)).tolist()
        edges = self._vitals.edges.of_groups()
        rows = slice(first, last)
        is_odd = incoming.row_at[rows] < edges[incoming.row_group[rows]]
        if is_odd.any():
            waking = self._first_waking(incoming, (first + np.flatnonzero(is_odd)).tolist())
            if waking is not None:
                end = waking + 1
                last = int(np.searchsorted(incoming.row_line, end))
                is_odd = is_odd[: last - first]
                due = None
        if due is not None and end < effective.size and last - first < MANY:
            end = self._ahead.reach(incoming, line, end, self._own.now)
            further = int(np.searchsorted(incoming.row_line, end)) - last
            is_odd = np.append(is_odd, np.zeros(further, np.bool_))
        later = self._append(incoming, first, is_odd, outcome)
        self._one_by_one(incoming, line, end, later, outcome)
        self._own.now = max(self._own.now, int(effective[end - 1]))
        return end

    def _first_waking(self, incoming: Incoming, rows: list[int]) -> int | None:
        """The first line with a reading that lets a window close earlier."""
        for row in rows:
            line = int(incoming.row_line[row])
            at, now = int(incoming.row_at[row]), int(incoming.effective[line])
            for index in range(int(incoming.row_first[row]), int(incoming.row_first[row + 1])):
                if self._vitals.would_wake(int(incoming.channel[index]), at, now):
                    return line
        return None

    def _append(
        self, incoming: Incoming, first: int, is_odd: np.ndarray, outcome: np.ndarray
    ) -> list[tuple[int, bool]]:
        """Add rows that are new and touch open windows only; gives those to look at, and if odd."""
        if not is_odd.size:
            return []
        rows, begin, end = incoming.rows(first, first + is_odd.size)
        found = self._add(rows, is_odd, self._own.now)
        outcome[begin:end] = np.repeat(found, np.diff(rows.first))
        added = found == ADDED
        self._blocks.changed(rows.group[added], rows.at[added])
        others = np.flatnonzero(found == 0)
        return list(zip((others + first).tolist(), is_odd[others].tolist(), strict=True))

    def _one_by_one(
        self,
        incoming: Incoming,
        line: int,
        end: int,
        later: list[tuple[int, bool]],
        outcome: np.ndarray,
    ) -> None:
        """The rows that need a closer look, with letters and revisions, line by line."""
        by_line: dict[int, list[tuple[int, bool]]] = {}
        for row, is_odd in later:
            by_line.setdefault(int(incoming.row_line[row]), []).append((row, is_odd))
        first, last = (bisect_left(self._refusing, index) for index in (line, end))
        refusing = set(self._refusing[first:last])
        for index in sorted(refusing.union(by_line)):
            self._own.now = max(self._own.now, int(incoming.effective[index]))
            refused = list(incoming.refused.get(index, ()))
            for row, is_odd in by_line.get(index, ()):
                refused += self._insert(incoming, row, outcome, is_odd=is_odd)
            if refused or index in refusing:
                letters = self._letters.of_line(incoming, index, sorted(refused))
                self._outputs.published.add(letters)
            self._outputs.emit(self._vitals.revisions(self._own.now))

    def _insert(
        self, incoming: Incoming, row: int, outcome: np.ndarray, *, is_odd: bool
    ) -> list[tuple[int, Reason]]:
        """Take one row reading by reading; gives record and reason of those refused."""
        group, at, now = int(incoming.row_group[row]), int(incoming.row_at[row]), self._own.now
        if (due := self._vitals.due) is not None:
            # Windows that are still to close need the rows that were there when they were due.
            now = min(now, due)
        readings = slice(int(incoming.row_first[row]), int(incoming.row_first[row + 1]))
        channels, value = incoming.channel[readings], incoming.value[readings]
        cell = self._store.insert(group, at, now)
        if cell is None:
            return self._refuse(incoming, readings, outcome, Reason.BEYOND_MEMORY)
        cells = cell + self._directory.column[channels]
        known = self._store.values[cells]
        is_same = known == value
        outcome[readings][is_same] = DUPLICATE
        if is_same.all():
            return []
        is_new = np.isnan(known)
        if is_new.any():
            self._store.values[cells[is_new]] = value[is_new]
            self._blocks.changed(incoming.row_group[row : row + 1], incoming.row_at[row : row + 1])
            if is_odd:
                self._touch(channels[is_new].tolist(), at)
            outcome[readings][is_new] = ACCEPTED
        return self._refuse(incoming, readings, outcome, Reason.CONFLICT)

    def _refuse(
        self, incoming: Incoming, readings: slice, outcome: np.ndarray, reason: Reason
    ) -> list[tuple[int, Reason]]:
        """Refuse the readings of a row that have no outcome yet; gives their records."""
        is_left = outcome[readings] == 0
        if not is_left.any():
            return []
        outcome[readings][is_left] = COLUMN[reason.outcome]
        records = incoming.record[readings][is_left].tolist()
        self._books.add_reason(reason, len(records))
        return [(record, reason) for record in records]

    def _touch(self, channels: list[int], at: int) -> None:
        """Tell the vital signs of readings before an edge."""
        for channel in channels:
            self._vitals.touch(channel, at, self._own.now)
        self._outputs.touch(self._vitals.zone_of(channels[0]).plan.zone.id)

    # -- the ledger -----------------------------------------------------------------------------

    def ledger(self) -> Ledger:
        """The ledger of this partition, all zones and strangers together."""
        return self._books.ledger()

    def grown(self) -> tuple[Ledger, Account]:
        """Accounts that have grown since the last call, and the sum of all; see `Books.grown`."""
        return self._books.grown()

    def span(self) -> tuple[int, int] | None:
        """First and last accepted event time, Unix ms."""
        return (self._own.oldest, self._own.newest) if self._own.oldest else None

    # -- zones and snapshots --------------------------------------------------------------------

    def _open_known(self, terminal: str) -> bool:
        if terminal not in self._config.city.terminals:
            return False
        self._open_terminal(terminal)
        return True

    def _open_terminal(self, terminal: str) -> None:
        zone = self._config.city.terminals[terminal].zone
        if zone not in self._vitals.zones:
            self._open_zone(zone, ZoneSnapshot(), ZoneFaultState())

    def _open_zone(self, zone: str, snapshot: ZoneSnapshot, judged: ZoneFaultState) -> None:
        plan = self._config.plan(zone)
        snapshot.fit(plan.make_up.grid)
        self._outputs.open(plan, snapshot, judged)
        self._vitals.open(plan, snapshot.vitals)

    def dump(self, *, everything: bool) -> dict[str, bytes | None]:
        """The blocks that changed since the last dump, or all of them; None: it is no more."""
        blocks = self._blocks.dump(everything=everything)
        self._own.floors = self._blocks.floors()
        blocks[PARTITION_BLOCK] = msgspec.msgpack.encode(self._own)
        for zone, snapshot in self._outputs.changed(everything=everything):
            blocks[f"zone/{zone}"] = snapshot.encode()
        blocks.update(fault_blocks(self._outputs.judged(everything=everything)))
        return blocks

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """Continue from the newest version of every block ever dumped and not taken back.

        Raises:
            msgspec.DecodeError: A block is of another version.
        """
        self._start(msgspec.msgpack.decode(blocks[PARTITION_BLOCK], type=PartitionSnapshot))
        for name in sorted(blocks):
            kind, _, zone = name.partition("/")
            if kind == "zone" and zone in self._config.city.zones:
                snapshot = ZoneSnapshot.decode(blocks[name])
                self._open_zone(zone, snapshot, judges_in(blocks, zone))
        self._blocks.load(blocks, self._own, self._open_known)
        self._vitals.sync_groups()
