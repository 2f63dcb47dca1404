"""Rows in a snapshot come back bit by bit, and decimals of a few places take little room."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.engine.row_block import _PIECE, decode_rows, encode_rows

NONE = np.empty(0, np.int64)
DECIMALS = st.builds(lambda whole, places: whole / 10**places, st.integers(), st.integers(0, 7))
VALUES = st.lists(st.one_of(st.floats(), DECIMALS, st.just(float("nan")), st.just(-0.0)))


def bits(values: np.ndarray) -> object:
    """Of each value; all NaN are one, as in the row store."""
    canonical = np.where(np.isnan(values), np.nan, values)
    return canonical.view(np.int64).tolist()


def restored(values: list[float]) -> np.ndarray:
    found = decode_rows(encode_rows(NONE, NONE, np.array(values, np.float64)))
    return found[2]


@given(VALUES)
@example([1.8e302])
def test_values_come_back_bit_by_bit(values):
    assert bits(restored(values)) == bits(np.array(values, np.float64))


@given(st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(-(2**53), 2**53))))
def test_groups_and_instants_come_back(rows):
    groups = np.array([row[0] for row in rows], np.int64)
    instants = np.array([row[1] for row in rows], np.int64)
    found = decode_rows(encode_rows(groups, instants, np.empty(0)))
    assert [found[0].tolist(), found[1].tolist()] == [groups.tolist(), instants.tolist()]


@pytest.mark.parametrize(
    ("value", "size"),
    [(21.37, 2), (-327.67, 2), (-327.68, 4), (101_325.125, 4), (2.000001, 4), (1 / 3, 8)],
)
def test_room_that_a_value_takes(value, size):
    values = np.full(10_000, value)
    block = encode_rows(NONE, NONE, values)
    assert size * values.size <= len(block) < size * values.size + 100
    assert bits(decode_rows(block)[2]) == bits(values)


@pytest.mark.parametrize("odd", [float("nan"), -0.0, 1 / 3, 1e300, float("inf"), -327.68])
def test_odd_value_among_many_is_kept_and_changes_no_other_piece(odd):
    values = np.round(np.linspace(-300, 300, 3 * _PIECE + 5), 2) + 0.0
    plain = len(encode_rows(NONE, NONE, values))
    values[_PIECE + 100] = odd
    block = encode_rows(NONE, NONE, values)
    assert bits(decode_rows(block)[2]) == bits(values)
    assert len(block) <= plain + 6 * _PIECE + 20
