"""Where reading begins: nothing of interest lies before, and few records are asked."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.lineage.readings import Wanted
from streams.lineage.seeking import (
    EARLY_MS,
    RUN_UP_MS,
    first_offset,
    since_of,
    stretches,
)

HOUR = 3_600_000


class Log:
    """A log whose records have these stream times; counts what is asked of it."""

    def __init__(self, low: int, stamps: list[int | None]) -> None:
        self.low, self.stamps, self.asked = low, stamps, 0

    @property
    def high(self) -> int:
        return self.low + len(self.stamps)

    async def stamp(self, offset: int) -> int | None:
        self.asked += 1
        assert self.low <= offset < self.high
        return self.stamps[offset - self.low]


@given(
    st.lists(st.integers(0, 5 * HOUR), max_size=200).map(sorted),
    st.integers(0, 1000), st.integers(-HOUR, 6 * HOUR), st.integers(-10, 1300),
)  # fmt: skip
async def test_all_that_is_later_lies_behind_the_offset_whatever_the_broker_guessed(
    stamps, low, since, guess
):
    log = Log(low, list(stamps))
    found = await first_offset(log.stamp, low, log.high, since, guess)
    before = stamps[: found - low]
    assert all(stamp <= since for stamp in before)
    if found > low:
        assert stamps[found - low] <= since
    assert log.asked <= 2 + math.ceil(math.log2(len(stamps) + 1))


@given(
    st.lists(st.integers(0, 5 * HOUR), min_size=1, max_size=200).map(sorted),
    st.integers(0, 6 * HOUR), st.integers(0, 199),
)  # fmt: skip
async def test_reading_begins_at_most_an_hour_early(stamps, since, guess):
    log = Log(0, list(stamps))
    found = await first_offset(log.stamp, 0, log.high, since, guess)
    if found + 1 < log.high:
        is_last_before = stamps[found + 1] > since
        assert is_last_before or stamps[found] >= since - EARLY_MS


async def test_a_guess_of_the_broker_that_fits_costs_one_question():
    log = Log(0, [1000 * second for second in range(100_000)])
    assert await first_offset(log.stamp, 0, log.high, 50_000_500, 50_000) == 50_000
    assert log.asked == 1


async def test_records_without_a_time_lose_nothing():
    log = Log(5, [10, None, None, 40, None, 60])
    assert await first_offset(log.stamp, 5, log.high, 45, 7) == 5


def a_wanted(zone="a", start=HOUR, minutes=1, late=0):
    end = start + minutes * 60_000
    return Wanted(zone, ("water_depth",), start, end, end + 5000 + late)


@given(
    st.lists(
        st.builds(
            a_wanted, st.sampled_from("abcd"), st.integers(HOUR, 30 * HOUR),
            st.sampled_from([1, 10, 60]), st.sampled_from([0, HOUR]),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_each_value_lies_in_one_stretch_and_no_part_of_a_log_in_two(wanted):
    found = stretches(wanted, 3)
    assert sorted(w for s in found for w in map(hash, s.wanted)) == sorted(map(hash, wanted))
    for stretch in found:
        for each in stretch.wanted:
            assert stretch.since <= since_of(each) - RUN_UP_MS
            assert each.by <= stretch.until
    for one, next_ in pairwise(found):
        assert one.partition < next_.partition or one.until < next_.since


def test_late_readings_are_within_as_far_as_they_corrected_the_value():
    (stretch,) = stretches([a_wanted(late=2 * HOUR)], 1)
    assert stretch.until == HOUR + 60_000 + 5000 + 2 * HOUR
    assert stretch.since == HOUR - 30_000 - RUN_UP_MS
