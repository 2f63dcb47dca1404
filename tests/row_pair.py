"""A row store and a model of it that forgets nothing, which take the same steps."""

import itertools
import math
from collections.abc import Callable, Iterable
from random import Random

import numpy as np

from sensors import native
from sensors.appending import ADDED, REPEATED, Outcomes, Rows
from sensors.decimals import Bools, Ints
from sensors.native.appending import appender
from sensors.regions import NEVER
from sensors.row_store import RowStore
from tests.builders import T0_MS

NAN = math.nan
DAY = 24 * 3_600_000
YEARS = 3 * 365 * DAY
Row = tuple[float | None, ...]
Appender = Callable[[Rows, Bools, int], Outcomes]


class Group:
    """A group, slow and obvious.

    Attributes:
        rows: Instant → cells, of all that was ever accepted.
    """

    def __init__(self, width: int, keep: int, span: int, cadence: int) -> None:
        self.width, self.keep, self.span, self.cadence = width, keep, span, cadence
        self.rows: dict[int, list[float]] = {}

    @property
    def newest(self) -> int:
        return max(self.rows, default=NEVER)

    def since(self, low: int) -> dict[int, Row]:
        """The rows from an instant on, NaN as None."""
        return {at: comparable(self.rows[at]) for at in sorted(self.rows) if at >= low}


def comparable(row: list[float]) -> Row:
    return tuple(None if math.isnan(cell) else cell for cell in row)


class Pair:
    """A store and its model, which take the same steps.

    Args:
        random: Chooses the steps.
        cadence: Of most groups, ms.
    """

    def __init__(self, random: Random, cadence: int = 60_000) -> None:
        self.random, self.now = random, T0_MS
        self._appender: tuple[RowStore, Appender] | None = None
        self.store = RowStore()
        self.groups: list[Group] = []
        for _ in range(random.choice([1, 3, 12])):
            keep = random.choice([min(60 * cadence, 5 * DAY), min(120 * cadence, 5 * DAY), 5 * DAY])
            self.open(random.choice([1, 1, 2, 5]), keep, 3 * cadence, cadence)

    def open(self, width: int, keep: int, span: int, cadence: int) -> None:
        self.groups.append(Group(width, keep, span, cadence))
        opened = self.store.open(width, keep=keep, span=span, cadence=cadence)
        assert opened == len(self.groups) - 1

    def instant(self, group: Group) -> int:
        """A time that screening lets through."""
        random = self.random
        age = random.choice([0, 0, 1, 500, -30_000, random.randrange(group.keep), group.keep - 1])
        at = self.now - age
        step = random.choice([1, 1000, group.cadence])
        return max(at - at % step, self.now - group.keep + 1)

    def cells(self, width: int) -> list[float]:
        cells = [round(self.random.uniform(-5, 5), 2) for _ in range(width)]
        if self.random.random() < 0.4:
            cells[self.random.randrange(width)] = NAN
        return cells if any(cell == cell for cell in cells) else [1.0] * width  # noqa: PLR0124

    def append(self) -> None:
        """Rows of many groups at once; then those not taken one by one."""
        random = self.random
        some = random.choices(range(len(self.groups)), k=random.choice([1, 2, 10, 40]))
        rows = [(group, self.instant(self.groups[group])) for group in some]
        if random.random() < 0.6:
            rows.sort(key=lambda row: row[1])
        cells = [self.cells(self.groups[group].width) for group, _ in rows]
        self.append_rows(rows, cells)

    def append_rows(self, rows: list[tuple[int, int]], cells: list[list[float]]) -> None:
        may_be_full = self.full_with([group for group, _ in rows])
        found = appended(self.store, rows, cells, self.now, self.append_to)
        left = []
        for (number, at), row, outcome in zip(rows, cells, found, strict=True):
            group = self.groups[number]
            assert outcome == (0 if number in may_be_full else self.expected(number, at, row))
            if outcome == 0:
                left.append((number, at, row))
            elif outcome == ADDED:
                group.rows[at] = row
        for number, at, row in left:
            self.insert(number, at, row)

    def expected(self, number: int, at: int, row: list[float]) -> int:
        """What becomes of a row of a group that has room."""
        group = self.groups[number]
        if at < self.store.floor[number]:
            return 0
        if native.library() is None:
            return ADDED if at > group.newest else 0
        known = group.rows.get(at)
        if known is None:
            return ADDED
        same = all(math.isnan(new) or new == old for new, old in zip(row, known, strict=True))
        return REPEATED if same else 0

    def full_with(self, groups: list[int]) -> set[int]:
        """The groups that would come to their capacity if each of these were a new row."""
        found = set()
        for number, group in enumerate(self.groups):
            capacity = 4 * (group.keep // group.cadence) + 64
            if self.store.count[number] + groups.count(number) > capacity:
                found.add(number)
        return found

    def put(self, first: int, row: list[float]) -> None:
        for column, cell in enumerate(row):
            if not math.isnan(cell):
                self.store.values[first + column] = cell

    def insert(self, number: int, at: int, row: list[float]) -> None:
        """One row: what is there stays, what is not is put."""
        group = self.groups[number]
        first = self.store.insert(number, at, self.now)
        if first is None:
            assert at < self.store.floor[number]
            return
        known = self.store.values[first : first + group.width].tolist()
        if at in group.rows:
            assert comparable(known) == comparable(group.rows[at])
        else:
            assert all(math.isnan(cell) for cell in known)
        merged = [new if math.isnan(old) else old for old, new in zip(known, row, strict=True)]
        self.put(first, merged)
        group.rows[at] = merged

    @property
    def append_to(self) -> Appender:
        """The appender of the store at hand; it keeps what it has seen of it."""
        if self._appender is None or self._appender[0] is not self.store:
            self._appender = self.store, appender(self.store)
        return self._appender[1]

    def step(self) -> None:
        random = self.random
        how = random.random()
        if how < 0.5:
            self.append()
        elif how < 0.8:
            number = random.randrange(len(self.groups))
            group = self.groups[number]
            at = self.instant(group)
            if group.rows and random.random() < 0.4:
                at = max(random.choice(sorted(group.rows)[-40:]), self.now - group.keep)
            self.insert(number, at, self.cells(group.width))
        elif how < 0.85 and len(self.groups) < 30:
            self.open(random.randint(1, 4), 7_200_000, 180_000, 60_000)
        elif how < 0.87:
            self.now += random.choice([YEARS, 26 * DAY, 24 * DAY])
        else:
            self.now += random.choice([1, 60_000, 600_000, 3_600_000])

    def low(self, number: int) -> int:
        """Rows before this need not be there."""
        group, floor = self.groups[number], int(self.store.floor[number])
        return max(self.now - group.keep, floor - group.span if floor > NEVER else NEVER)

    def check(self, store: RowStore) -> None:
        for number, group in enumerate(self.groups):
            found = rows_in(store, number)
            assert list(found) == sorted(found)
            low = self.low(number)
            assert {at: row for at, row in found.items() if at >= low} == group.since(low)
            # What is older may be there as an old block had it: with cells that were filled later.
            for at, row in found.items():
                assert all(a in {None, b} for a, b in zip(row, group.since(at)[at], strict=True))
            assert store.floor[number] <= self.now


def ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def appended(
    store: RowStore,
    rows: list[tuple[int, int]],
    cells: list[list[float]],
    now: int,
    append: Appender | None = None,
    odd: Iterable[int] = (),
) -> list[int]:
    """What became of rows (group, instant) with these cells; NaN stands for no reading."""
    some = [[(c, v) for c, v in enumerate(row) if not math.isnan(v)] for row in cells]
    readings = [reading for row in some for reading in row]
    given = Rows(
        ints(group for group, _ in rows), ints(at for _, at in rows),
        ints([0, *itertools.accumulate(map(len, some))]),
        ints(column for column, _ in readings), np.array([value for _, value in readings]),
    )  # fmt: skip
    is_odd = np.zeros(len(rows), np.bool_)
    is_odd[list(odd)] = True
    found: list[int] = (append or appender(store))(given, is_odd, now).tolist()
    return found


def rows_in(store: RowStore, group: int) -> dict[int, Row]:
    owners, instants, cells = store.rows_of(ints([group]))
    assert set(owners.tolist()) <= {group}
    rows = cells.reshape(-1, int(store.width[group])).tolist()
    found = {at: comparable(row) for at, row in zip(instants.tolist(), rows, strict=True)}
    assert len(found) == len(rows)
    return found


def played(seed: int, steps: int = 30, cadence: int = 60_000) -> Pair:
    pair = Pair(Random(seed), cadence)
    for _ in range(steps):
        pair.step()
    return pair
