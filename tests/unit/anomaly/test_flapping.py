"""What would come and go again and again flaps; what comes once and goes once does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.alert_state import Rung
from anomaly.flapping import STATES, FlapState, follow, share_of
from tests.builders import a_level

RUNGS = tuple(
    Rung(a_level(name, raise_at, clear_at), raise_at, clear_at)
    for name, raise_at, clear_at in (("W4", 0.15, 0.12), ("W3", 0.27, 0.23), ("W2", 0.4, 0.35))
)


def followed(values, begin=0.5, end=0.25):
    state, flaps = FlapState(), []
    for value in values:
        follow(state, RUNGS, value, begin, end)
        flaps.append(state.is_flapping)
    return flaps


def test_share_is_one_of_all_changes_and_newer_ones_count_half_as_much_again():
    assert share_of(2 ** (STATES - 1) - 1) == pytest.approx(1.0)
    assert share_of(1) == pytest.approx(1.5 * share_of(1 << STATES - 2))


def test_to_and_fro_flaps_after_half_of_the_states_and_settles_later():
    flaps = followed([0.0, 0.3] * 10 + [0.0] * 20)
    assert not any(flaps[:9])
    assert all(flaps[9:35])
    assert not any(flaps[35:])


def test_flood_that_rises_through_all_levels_and_falls_does_not_flap():
    rise = [n / 20 for n in range(11)]
    assert not any(followed([*rise, *reversed(rise)]))


def test_what_moves_between_clear_and_raise_does_not_flap():
    assert not any(followed([0.16, 0.13] * 40))


def test_it_flaps_between_two_levels_too():
    assert followed([0.16, 0.3] * 10)[-1]


def test_above_one_it_never_flaps():
    assert not any(followed([0.0, 0.9] * 40, begin=2.0))


@given(st.lists(st.sampled_from([0.0, 0.13, 0.16, 0.25, 0.3, 0.37, 0.5]), max_size=60))
def test_only_the_last_states_count_and_nothing_grows(values):
    state, late = FlapState(), FlapState()
    for value in values:
        follow(state, RUNGS, value, 0.5, 0.25)
    for value in [0.0] * STATES:
        follow(state, RUNGS, value, 0.5, 0.25)
        follow(late, RUNGS, value, 0.5, 0.25)
    assert state == late == FlapState()
    assert 0 <= state.changes < 2 ** (STATES - 1)
