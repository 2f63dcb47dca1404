"""Evidence of fire: what a row of readings shows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.fire.evidence import frames_at_least, fused, rate_per_minute, rise_within

readings = st.lists(st.integers(0, 1000), min_size=2, max_size=40)


def row(*values):
    return np.array(values, float)


@pytest.mark.parametrize(
    ("values", "rise"),
    [((1, 2, 3, 4, 5, 6), 5.0), ((6, 5, 4, 3, 2, 1), 0.0), ((5, 1, 1, 1, 1, 9), 8.0),
     ((1, 9, 1, 1, 1, 1), 8.0), ((0.1, 0.3), 0.2)],
)  # fmt: skip
def test_rise_is_from_a_reading_to_a_later_one(values, rise):
    assert rise_within(row(*values), 60, 300) == rise


def test_rise_that_took_longer_than_the_span_counts_in_part():
    assert rise_within(row(0, 10, 20, 30, 40), 60, 120) == 20.0


@pytest.mark.parametrize(("spacing", "rise"), [(299, 5.0), (300, 5.0), (300.1, None)])
def test_rise_needs_two_readings_within_the_span(spacing, rise):
    assert rise_within(row(1, 6), spacing, 300) == rise


def test_single_reading_shows_no_rise():
    assert rise_within(row(9), 60, 300) is None


@given(readings, st.integers(1, 12))
def test_rise_is_the_largest_of_all_pairs_within_the_span(values, lag):
    pairs = [
        values[j] - values[i] for j in range(len(values)) for i in range(max(0, j - lag), j + 1)
    ]
    assert rise_within(row(*values), 10, 10 * lag) == max(pairs)


@pytest.mark.parametrize(
    ("spacing", "values", "rate"),
    [(60, (20, 28), 8.0), (30, (20, 24, 28), 8.0), (30, (20, 28), None), (10, (0,) * 6 + (8,), 8.0),
     (120, (20, 36), 8.0), (60, (28, 20), -8.0), (45, (0, 3, 12), 8.0), (60, (5,), None)],
)  # fmt: skip
def test_rate_is_taken_over_a_minute_or_one_slower_step(spacing, values, rate):
    assert rate_per_minute(row(*values), spacing) == rate


@pytest.mark.parametrize(
    ("values", "most"),
    [((60, 60, 60, 0, 0), 3), ((60, 0, 60, 0, 60), 3), ((59.9, 60, 60), 2), ((60, 0, 0, 60, 0, 60), 2),
     ((60,) * 9, 5), ((60, 60), 2), ((), 0)],
)  # fmt: skip
def test_frames_count_within_any_five_in_a_row(values, most):
    assert frames_at_least(row(*values), 60, 5) == most


def test_no_evidence_is_no_fire():
    assert fused([]) == 0.0


def test_one_piece_of_evidence_gives_its_own_probability():
    assert fused([0.7]) == 0.7


def test_nine_tenths_are_met_exactly():
    assert fused([0.5, 0.8]) == 0.9


@given(st.lists(st.floats(0, 1), max_size=6))
def test_fused_probability_is_at_least_the_strongest_and_at_most_one(probabilities):
    value = fused(probabilities)
    assert max(probabilities, default=0.0) - 1e-8 <= value <= 1.0
    assert math.isclose(1 - value, math.prod(1 - p for p in probabilities), abs_tol=1e-8)
