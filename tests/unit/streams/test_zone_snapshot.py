"""Snapshots as blocks: the newest of each restore the rows, groups and accounts there were."""

import math
from collections.abc import Mapping
from random import Random

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.city import City, build_city
from sensors.directory import Directory
from sensors.kind import Kind
from sensors.ledger import Account
from sensors.regions import NEVER
from sensors.row_store import RowStore
from sensors.screening import channels
from streams.engine.zone_partition import ZonePartition
from streams.engine.zone_snapshot import BUCKETS, Blocks, PartitionSnapshot
from tests.builders import T0, T0_MS, a_city, a_config, a_line, a_terminal, a_tick

_SEEDS = st.integers(0, 2**64 - 1)
QUANTITIES = ("water_depth", "rain", "battery", "temperature")
Rows = dict[str, dict[int, float]]
"""Channel → instant → value."""


def a_city_of(count: int) -> City:
    """Terminals with one to four quantities, all at one minute."""
    return a_city(
        [
            a_terminal(f"t-{n}", "z", dict.fromkeys(QUANTITIES[: 1 + n % 4], 60.0))
            for n in range(count)
        ]
    )


class Run:
    """A directory, a store and their blocks; and what a snapshot topic would hold."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.store = RowStore()
        self.directory = Directory(self.store)
        self.blocks = Blocks(self.directory, self.store)
        self.kept: dict[str, bytes] = {}
        self.own = PartitionSnapshot()
        self.is_first = True

    def opens(self, terminal: str) -> bool:
        if terminal not in self.city.terminals:
            return False
        known = channels(self.city.terminals[terminal].quantities)
        kind = Kind(known, dict.fromkeys(known, (7_200_000, 180_000)))
        self.directory.add_terminal(terminal, kind)
        return True

    def report(self, terminal: str, at: int, values: Mapping[str, float]) -> None:
        """Take a pack, as a partition does."""
        self.opens(terminal)
        found = {self.directory.channel_of(f"{terminal}/{q}"): v for q, v in values.items()}
        known = {channel: value for channel, value in found.items() if channel is not None}
        self.directory.group_up(known)
        for channel, value in known.items():
            group = int(self.directory.group[channel])
            cell = self.store.insert(group, at, at)
            if cell is not None:
                place = cell + int(self.directory.column[channel])
                if math.isnan(self.store.values[place]):
                    self.store.values[place] = value
                self.blocks.changed(np.array([group]), np.array([at]))
        number = self.directory.terminal_of(terminal)
        assert number is not None
        self.directory.counts[number, :2] += len(known)
        self.blocks.booked(np.array([number]))

    def dump(self) -> None:
        for name, block in self.blocks.dump(everything=self.is_first).items():
            if block is None:
                self.kept.pop(name, None)
            else:
                self.kept[name] = block
        self.own.floors = self.blocks.floors()
        self.is_first = False

    def restored(self, city: City | None = None) -> "Run":
        """Another run that goes on from what is kept, maybe in another city."""
        run = Run(city or self.city)
        run.own = msgspec.msgpack.decode(msgspec.msgpack.encode(self.own), type=PartitionSnapshot)
        run.blocks.load(self.kept, run.own, run.opens)
        return run

    def rows(self) -> Rows:
        found: Rows = {}
        for group, members in enumerate(self.directory.members):
            _, instants, cells = self.store.rows_of(np.array([group]))
            for at, row in zip(instants.tolist(), cells.reshape(-1, len(members)), strict=True):
                for channel, value in zip(members, row.tolist(), strict=True):
                    # A cell of a quantity that left the city is nobody's.
                    if channel >= 0 and not math.isnan(value):
                        found.setdefault(self.directory.name_of(channel), {})[at] = value
        return found

    def accounts(self) -> dict[str, tuple[list[int], int | None]]:
        """Ledger row and last word of each terminal that was heard."""
        return {
            name: (self.directory.counts[n].tolist(), self.directory.heard(n))
            for n, name in enumerate(self.directory.terminals)
            if self.directory.counts[n, 0]
        }

    def grouping(self) -> set[tuple[str, ...]]:
        name_of = self.directory.name_of
        return {
            tuple(name_of(c) if c >= 0 else "" for c in members)
            for members in self.directory.members
        }


def recent(rows: Rows, now: int) -> Rows:
    """What must be remembered; older rows may have been dropped, and may come back."""
    kept = {
        name: {at: value for at, value in row.items() if at >= now - 7_200_000}
        for name, row in rows.items()
    }
    return {name: row for name, row in kept.items() if row}


def played(run: Run, random: Random, now: int, steps: int) -> int:
    """Packs and dumps; gives the time after them."""
    terminals = sorted(run.city.terminals)
    for _ in range(steps):
        for _ in range(random.choice([0, 1, 3])):
            terminal = random.choice(terminals)
            declared = [q.name for q in run.city.terminals[terminal].quantities]
            names = declared if random.random() < 0.7 else random.sample(declared, 1)
            at = now - random.choice([0, 0, 1000, 3_600_000])
            run.report(terminal, at, {name: random.randrange(100) / 8 for name in names})
        now += random.choice([0, 1000, 60_000, 1_800_000])
        if random.random() < 0.7:
            run.dump()
    run.dump()
    return now


@settings(max_examples=30)
@given(_SEEDS)
def test_newest_blocks_restore_what_there_was(seed):
    random = Random(seed)
    run, now = Run(a_city_of(random.choice([1, 5, 150]))), T0_MS
    for _ in range(random.choice([1, 2, 4])):
        now = played(run, random, now, random.choice([3, 20, 160]))
        copy = run.restored()
        assert recent(copy.rows(), now) == recent(run.rows(), now)
        assert copy.accounts() == run.accounts()
        assert copy.grouping() == run.grouping()
        assert len([name for name in run.kept if name.startswith("rows/base/")]) <= BUCKETS
        assert len([name for name in run.kept if name.startswith("rows/delta/")]) <= BUCKETS
        if random.random() < 0.5:
            run = copy


@settings(max_examples=30)
@given(_SEEDS)
def test_another_city_keeps_what_it_still_has(seed):
    random = Random(seed)
    run = Run(a_city_of(random.choice([4, 12])))
    now = played(run, random, T0_MS, 20)
    units = []
    for terminal in run.city.terminals.values():
        if random.random() < 0.7:
            kept = [q for q in terminal.quantities if random.random() < 0.7]
            some = kept or list(terminal.quantities)
            cadences = {q.name: q.cadence for q in some}
            if random.random() < 0.3:
                cadences["humidity"] = 60.0
            units.append(a_terminal(terminal.id, "z", cadences))
    units.append(a_terminal("new", "z", {"rain": 60.0}))
    other = run.restored(build_city(run.city.zones.values(), units))
    names = {f"{unit.id}/{quantity}" for unit in units for quantity in channels(unit.quantities)}
    expected = {name: row for name, row in recent(run.rows(), now).items() if name in names}
    assert recent(other.rows(), now) == expected
    booked = {name: row for name, (row, _) in run.accounts().items()}
    left = {name: Account(*row) for name, row in booked.items() if name not in other.city.terminals}
    assert other.own.strangers.terminals == left
    found = {name: row for name, (row, _) in other.accounts().items()}
    assert found == {name: row for name, row in booked.items() if name in other.city.terminals}
    now = played(other, random, now, 10)
    copy = other.restored()
    assert recent(copy.rows(), now) == recent(other.rows(), now)
    assert copy.accounts() == other.accounts()


def test_dump_without_change_writes_nothing_but_bases_in_their_turn():
    run = Run(a_city_of(200))
    for n in range(200):
        run.report(f"t-{n}", T0_MS, {"water_depth": 1.0})
    run.dump()
    run.report("t-5", T0_MS + 1000, {"water_depth": 2.0})
    written = [list(run.blocks.dump(everything=False)) for _ in range(2 * BUCKETS + 2)]
    names = [name for dump in written for name in dump]
    assert sorted(names) == sorted(
        ["accounts/0", "rows/delta/0", "rows/base/5"]
        + [f"rows/delta/{n}" for n in range(BUCKETS + 2)]
    )


def test_delta_is_taken_back_when_all_bases_are_newer():
    run = Run(a_city_of(3))
    run.report("t-0", T0_MS, {"water_depth": 1.0})
    run.dump()
    for n in range(BUCKETS + 1):
        run.report("t-1", T0_MS + n, {"rain": 1.0})
        blocks = run.blocks.dump(everything=False)
        assert (blocks.get("rows/delta/0", b"") is None) == (n == BUCKETS)


def test_floor_of_a_flood_is_restored_with_what_is_left_of_its_rows():
    run = Run(a_city_of(1))
    for n in range(3000):
        run.report("t-0", T0_MS + 500 * n, {"water_depth": 1.0})
    run.dump()
    assert run.own.floors[0] > T0_MS
    copy = run.restored()
    assert copy.rows() == run.rows()
    assert copy.store.floor.tolist() == run.store.floor.tolist()
    assert copy.store.newest.tolist() == run.store.newest.tolist()


def test_groups_that_left_the_city_leave_no_trace_in_those_that_stay():
    run = Run(a_city_of(6))
    for n in range(6):
        run.report(f"t-{n}", T0_MS + n, {"water_depth": float(n)})
    run.dump()
    stay = [a_terminal("t-4", "z", {"water_depth": 60.0}), a_terminal("t-2", "z", {"rain": 60.0})]
    other = run.restored(a_city(stay))
    assert other.rows() == {"t-4/water_depth": {T0_MS + 4: 4.0}}
    assert other.store.newest.tolist() == [T0_MS + 4]
    assert NEVER not in other.store.newest


def test_terminal_silent_for_months_is_restored_with_the_new_readings():
    """Its base is not written again before its turn comes; only the delta has what is new."""
    config = a_config(a_city([a_terminal("wl-1", "dip", {"water_depth": 60.0}), a_terminal("wl-2", "dip", {"water_depth": 60.0})]))  # fmt: skip
    zone, blocks = ZonePartition(config), dict[str, bytes]()
    for at in (T0, T0 + 90 * 86400):
        for terminal in ("wl-1", "wl-2"):
            zone.step(a_line(terminal, at, water_depth=0.5))
        changed = zone.dump(everything=not blocks)
        blocks |= {name: block for name, block in changed.items() if block is not None}
    copy = ZonePartition(config)
    copy.load(blocks)
    again = a_line("wl-2", T0 + 90 * 86400, T0 + 90 * 86400 + 2.0, water_depth=0.5)
    frames = [again, a_tick(T0 + 90 * 86400 + 600.0)]
    assert [copy.step(frame) for frame in frames] == [zone.step(frame) for frame in frames]
    assert copy.ledger() == zone.ledger()
    assert copy.ledger().terminals["wl-2"].duplicate == 1
