"""Remembered rows against a dictionary of dictionaries that forgets nothing."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors import native
from sensors.appending import ADDED, REPEATED
from sensors.native.finding import rows_at
from sensors.regions import NEVER
from sensors.row_places import newest_in, span
from sensors.row_store import RowStore
from tests.builders import T0_MS
from tests.row_pair import DAY, NAN, Pair, appended, comparable, ints, played, rows_in

pytestmark = pytest.mark.usefixtures("twin")
HOUR = 3_600_000
_SEEDS = st.integers(0, 2**64 - 1)


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
