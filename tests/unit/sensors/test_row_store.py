"""Remembered rows against a dictionary of dictionaries that forgets nothing."""

import itertools
import math
from collections.abc import Callable, Iterable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors import native
from sensors.appending import ADDED, REPEATED, Outcomes, Rows
from sensors.decimals import Bools, Ints
from sensors.native.appending import appender
from sensors.native.finding import rows_at
from sensors.regions import NEVER
from sensors.row_places import newest_in, span
from sensors.row_store import RowStore
from tests.builders import T0_MS

pytestmark = pytest.mark.usefixtures("twin")
NAN = math.nan
HOUR, DAY = 3_600_000, 86_400_000
YEARS = 3 * 365 * DAY
Row = tuple[float | None, ...]
Appender = Callable[[Rows, Bools, int], Outcomes]
_SEEDS = st.integers(0, 2**64 - 1)


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


@settings(max_examples=60)
@given(_SEEDS)
def test_store_agrees_with_dictionaries_after_any_steps(seed):
    pair = Pair(Random(seed))
    for _ in range(30):
        pair.step()
        pair.check(pair.store)
        newest = [max(group.newest, NEVER) for group in pair.groups]
        assert pair.store.newest.tolist() == newest


def flooded(seed: int) -> Pair:
    """An hour a reading is declared, hundreds come: old ones late, new ones in time, or both."""
    pair = Pair(Random(seed))
    pair.groups, pair.store = [], RowStore()
    for width in (1, 2):
        pair.open(width, 4 * HOUR, HOUR, HOUR)
    for _ in range(12):
        number = pair.random.randrange(2)
        group, reach = pair.groups[number], pair.random.choice([60_000, 2 * HOUR, 4 * HOUR])
        instants = pair.random.sample(range(reach), pair.random.choice([1, 30, 70]))
        rows = [(number, pair.now - age) for age in instants]
        if pair.random.random() < 0.7:
            rows.sort(key=lambda row: row[1])
        before = int(pair.store.count[number])
        pair.append_rows(rows, [pair.cells(group.width) for _ in rows])
        pair.check(pair.store)
        # Only a row that is added makes others forgotten.
        if pair.store.count[number] > before:
            open_ones = len(group.since(pair.now - group.span))
            assert pair.store.count[number] <= 4 * 4 + 64 + open_ones
        pair.now += pair.random.choice([0, 60_000, HOUR])
    return pair


@settings(max_examples=60)
@given(_SEEDS)
def test_flooded_store_keeps_what_open_windows_need_and_takes_nothing_twice(seed):
    flooded(seed)


def test_floods_are_reached():
    reached = sum(bool((flooded(seed).store.floor > NEVER).any()) for seed in range(20))
    assert reached > 10


@settings(max_examples=60)
@given(_SEEDS)
def test_rows_restored_in_parts_are_the_rows_there_were(seed):
    """Parts overlap, as blocks of several ages do, and hold rows that were dropped since."""
    pair, parts = flooded(seed) if seed % 4 == 0 else Pair(Random(seed)), []
    for _ in range(30):
        pair.step()
        if pair.random.random() < 0.3:
            some = pair.random.sample(range(len(pair.groups)), pair.random.randint(1, len(pair.groups)))  # fmt: skip
            parts.append(pair.store.rows_of(ints(some)))
    parts.append(pair.store.rows_of(ints(range(len(pair.groups)))))
    pair.random.shuffle(parts)
    restored = RowStore()
    for number, group in enumerate(pair.groups):
        restored.open(group.width, keep=group.keep, span=group.span, cadence=group.cadence)
        restored.floor[number] = pair.store.floor[number]
    restored.restore(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    pair.check(restored)
    pair.store = restored
    for _ in range(10):
        pair.step()
        pair.check(restored)


@given(_SEEDS)
def test_spans_and_places_are_what_the_rows_say(seed):
    pair = played(seed)
    random, store = pair.random, pair.store
    groups = [random.randrange(len(pair.groups)) for _ in range(20)]
    lows, highs = [], []
    for group in groups:
        known = list(rows_in(store, group)) or [pair.now]
        low = random.choice([*known, pair.now, 0]) + random.choice([-1, 0, 1, -3_600_000])
        lows.append(low)
        highs.append(random.choice([low, low + 600_000, random.choice(known) + 1, 2**60]))
    guess = random.choice([1, 3, 20, 64, 65, 1000])
    first, last = span(store, ints(groups), ints(lows), ints(highs), guess)
    for i, group in enumerate(groups):
        known = list(rows_in(store, group))
        inside = [place for place, at in enumerate(known) if lows[i] <= at < highs[i]]
        assert list(range(int(first[i]), int(last[i]))) == inside
        assert store.place(group, lows[i]) == sum(at < lows[i] for at in known)
    assert store.places(ints(groups), ints([2**31 - 1] * 20)).tolist() == [
        int(store.count[group]) for group in groups
    ]


@given(_SEEDS)
def test_rows_at_instants_are_those_still_there(seed):
    pair = played(seed)
    asked = [
        (number, at)
        for number, group in enumerate(pair.groups)
        for at in pair.random.sample(
            [*group.rows, pair.now + 1, 5, -5], min(9, 3 + len(group.rows))
        )
    ]
    pair.random.shuffle(asked)
    groups, instants, cells = rows_at(pair.store)(
        ints(g for g, _ in asked), ints(at for _, at in asked)
    )
    found, position = [], 0
    for group, at in zip(groups.tolist(), instants.tolist(), strict=True):
        width = pair.groups[group].width
        found.append((group, at, comparable(cells[position : position + width].tolist())))
        position += width
    assert position == cells.size
    expected = [
        (g, at, rows_in(pair.store, g)[at]) for g, at in asked if at in rows_in(pair.store, g)
    ]
    assert found == expected


@given(_SEEDS)
def test_newest_of_a_column_is_its_last_value(seed):
    pair = played(seed)
    for number, group in enumerate(pair.groups):
        rows = rows_in(pair.store, number)
        for column in range(group.width):
            held = [at for at, row in rows.items() if row[column] is not None]
            assert newest_in(pair.store, number, column) == max(held, default=NEVER)


def test_group_at_its_cadence_never_forgets():
    pair = Pair(Random(0))
    pair.groups, pair.store = [], RowStore()
    pair.open(1, 7_200_000, 180_000, 60_000)
    for _ in range(2000):
        pair.now += 60_000
        pair.insert(0, pair.now, [0.5])
    assert pair.store.floor[0] == NEVER
    pair.check(pair.store)
    assert pair.store.count[0] < 600


def test_flood_moves_the_floor_and_older_instants_are_refused():
    store = RowStore()
    group = store.open(1, keep=7_200_000, span=10_000, cadence=60_000)
    for n in range(600):
        assert store.insert(group, T0_MS + 100 * n, T0_MS + 100 * n) is not None
    assert T0_MS < store.floor[group] <= T0_MS + 60_000
    assert store.insert(group, T0_MS, T0_MS + 60_000) is None
    assert store.insert(group, T0_MS + 59_900, T0_MS + 60_000) is not None


def test_row_before_the_floor_is_not_added_in_bulk_either():
    store = RowStore()
    group = store.open(1, keep=HOUR, span=600_000, cadence=HOUR)
    now = T0_MS + 1_800_000
    for n in range(69):
        store.insert(group, T0_MS + n, now)
    newest, floor = int(store.newest[group]), int(store.floor[group])
    assert newest == T0_MS + 67 < floor < now
    found = appended(store, [(group, newest + 1), (group, floor)], [[1.0], [1.0]], now)
    assert found == [0, ADDED]
    assert store.insert(group, newest + 1, now) is None


def test_group_that_may_come_to_its_capacity_takes_its_rows_one_by_one():
    store = RowStore()
    one, other = (store.open(1, keep=HOUR, span=0, cadence=HOUR) for _ in range(2))
    for n in range(60):
        store.insert(one, T0_MS + n, T0_MS)
    for odd, expected in ((one, [0, ADDED, 0]), (other, [ADDED] * 3)):
        newest = max(int(store.newest[one]), int(store.newest[other])) + 1
        rows = [(one, newest), (other, newest), (one, newest + 1), *[(odd, T0_MS - 1)] * 7]
        found = appended(store, rows, [[1.0]] * 10, T0_MS, odd=range(3, 10))
        assert found == expected + [0] * 7


def test_row_for_a_closer_look_may_be_repeated_but_is_not_added():
    store = RowStore()
    group = store.open(2, keep=HOUR, span=0, cadence=60_000)
    rows = [(group, T0_MS), (group, T0_MS + 1)]
    assert appended(store, rows, [[1.0, NAN], [2.0, 3.0]], T0_MS) == [ADDED, ADDED]
    again = [*rows, (group, T0_MS), (group, T0_MS + 2)]
    cells = [[1.0, NAN], [2.0, 3.5], [1.0, 1.0], [4.0, 4.0]]
    repeated = 0 if native.library() is None else REPEATED
    assert appended(store, again, cells, T0_MS, odd=range(4)) == [repeated, 0, 0, 0]
    assert rows_in(store, group) == {T0_MS: (1.0, None), T0_MS + 1: (2.0, 3.0)}


def test_capacity_is_four_times_what_the_cadence_promises():
    store = RowStore()
    group = store.open(1, keep=7_200_000, span=0, cadence=60_000)
    late = T0_MS + 7_000_000
    for n in range(4 * 120 + 64):
        store.insert(group, T0_MS + n, late)
    assert store.floor[group] == NEVER
    store.insert(group, T0_MS + 1000, late)
    assert store.floor[group] > NEVER


@pytest.mark.parametrize("days", [1, 20, 24, 25, 26, 60, 3000])
def test_rows_of_a_group_silent_for_long_are_restored_with_the_new_ones(days):
    """A base block that was written before the silence, and a delta after it."""
    store = RowStore()
    for _ in range(2):
        store.open(2, keep=7_200_000, span=180_000, cadence=60_000)
    old, new = [T0_MS, T0_MS + 60_000], [T0_MS + days * DAY, T0_MS + days * DAY + 60_000]
    instants = ints([*new, *old])
    values = np.array([3.0, 3.5, 4.0, NAN, 1.0, 1.5, 2.0, NAN])
    store.restore(ints([1] * 4), instants, values)
    found = rows_in(store, 1)
    assert {at: row for at, row in found.items() if at >= new[0]} == {
        new[0]: (3.0, 3.5), new[1]: (4.0, None),
    }  # fmt: skip
    assert {at: row for at, row in found.items() if at < new[0]}.items() <= {
        (old[0], (1.0, 1.5)), (old[1], (2.0, None)),
    }  # fmt: skip
    assert store.newest[1] == new[1]


@pytest.mark.parametrize("days", [1, 24, 25, 60, 3000])
@pytest.mark.parametrize("in_bulk", [True, False])
def test_group_goes_on_after_a_silence_of_any_length(days, in_bulk):
    pair = Pair(Random(0))
    pair.groups, pair.store = [], RowStore()
    for _ in range(3):
        pair.open(1, 7_200_000, 180_000, 60_000)
    for shift in (0, days * DAY, 2 * days * DAY):
        pair.now = T0_MS + shift
        for n in range(5):
            at = T0_MS + shift + n
            if in_bulk:
                pair.append_rows([(group, at) for group in (2, 0, 1)], [[1.0], [2.0], [3.0]])
            else:
                pair.insert(1, at, [4.0])
        pair.check(pair.store)


@pytest.mark.usefixtures("twin")
@given(_SEEDS)
def test_room_stays_in_proportion_to_the_rows(seed):
    """However many groups there are and however unevenly they send."""
    random, store = Random(seed), RowStore()
    groups = [store.open(2, keep=HOUR, span=0, cadence=100) for _ in range(40)]
    for n in range(30):
        some = random.sample(groups, 20) * random.choice([1, 2, 30])
        rows = [(group, T0_MS + 1000 * n + k) for k, group in enumerate(some)]
        assert set(appended(store, rows, [[1.0, 2.0]] * len(rows), T0_MS)) == {ADDED}
    held = int(store.count.sum())
    most = (held * 7 // 5 + 4 * len(groups)) * 18 // 16 + 64
    assert store.since_epoch.size <= most
    assert store.values.size <= 2 * most


@pytest.mark.usefixtures("twin")
def test_group_that_grows_is_rarely_copied():
    store, moves = RowStore(), 0
    group = store.open(1, keep=HOUR, span=0, cadence=100)
    for n in range(0, 30_000, 10):
        before = int(store.room[group])
        appended(store, [(group, T0_MS + n + k) for k in range(10)], [[1.0]] * 10, T0_MS)
        moves += int(store.room[group]) != before
    assert store.count[group] == 30_000
    assert moves < 45


def test_bytes_count_rows_and_cells():
    store = RowStore()
    empty = store.nbytes
    group = store.open(3, keep=7_200_000, span=0, cadence=60_000)
    opened = store.nbytes
    assert opened > empty == 0
    store.insert(group, T0_MS, T0_MS)
    assert store.nbytes == opened + 4 + 3 * 8
