"""Growing arrays against lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.growing import Growing, GrowingLists, GrowingRows, ranges

_numbers = st.integers(-(2**62), 2**62)


@given(st.lists(st.one_of(_numbers, st.lists(_numbers, max_size=40))))
def test_growing_holds_what_a_list_would(steps):
    found, expected = Growing(np.int64), []
    for step in steps:
        if isinstance(step, list):
            found.extend(np.array(step, np.int64) if len(step) % 2 else iter(step))
            expected += step
        else:
            found.append(step)
            expected.append(step)
        assert found.data.tolist() == expected
        assert len(found) == len(expected)
        assert found.nbytes == 8 * len(expected)


def test_what_is_written_into_the_data_stays_when_it_grows():
    found = Growing(np.int64)
    found.extend(range(16))
    found.data[3] = 99
    found.append(16)
    assert found.data.tolist() == [0, 1, 2, 99, *range(4, 17)]


@given(st.integers(1, 5), st.integers(0, 30))
def test_rows_keep_their_width(width, count):
    found = GrowingRows(np.float64, width)
    expected = [[row + column / 8 for column in range(width)] for row in range(count)]
    for row in expected:
        found.append(iter(row))
    assert found.data.tolist() == expected
    assert len(found) == count
    assert found.nbytes == 8 * width * count


@given(st.lists(st.lists(st.integers(-5, 2**31 - 1))))
def test_growing_lists_give_what_was_put_in(lists):
    found = GrowingLists(np.int32)
    for numbers in lists:
        found.append(numbers)
    assert [list(numbers) for numbers in found] == lists
    assert len(found) == len(lists)
    assert found.nbytes == 8 * len(lists) + 4 * sum(map(len, lists))
    for number in (-1, len(lists)):
        with pytest.raises(IndexError):
            found[number]


def test_value_of_another_kind_is_cast_to_the_dtype():
    found = Growing(np.int64)
    found.append(True)
    assert found.data.dtype == np.int64
    assert found.data.tolist() == [1]


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 6))))
def test_ranges_are_ranges_one_after_the_other(pairs):
    firsts = np.array([first for first, _ in pairs], np.int64)
    counts = np.array([count for _, count in pairs], np.int64)
    expected = [n for first, count in pairs for n in range(first, first + count)]
    assert ranges(firsts, counts).tolist() == expected
