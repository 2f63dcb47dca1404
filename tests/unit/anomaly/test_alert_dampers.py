"""Dampers of an alert: least times on and off, and what comes and goes is one alert."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from anomaly.alert_state import AlertState, Change
from tests.alert_place import Place, dry
from tests.builders import MINUTE_MS, T0_MS, a_rule

# -- least times --------------------------------------------------------------------------------

AT_ONCE = {"raise_hold": 0.0, "clear_hold": 0.0, "flap_begin": 2.0}


def test_alert_stays_for_its_least_time():
    place = Place(a_rule(**AT_ONCE, min_on=600.0)).feed((1, 0.2), *dry(2, 30))
    assert place.said == [(1, "raised", "W4"), (11, "cleared", "W4")]


def test_alert_that_eases_within_its_least_time_is_the_milder_one():
    place = Place(a_rule(**AT_ONCE, min_on=600.0)).feed((1, 0.3), (2, 0.2), *dry(3, 30))
    assert place.said == [(1, "raised", "W3"), (2, "eased", "W4"), (11, "cleared", "W4")]


def test_alert_is_not_raised_again_within_its_least_time_off():
    rule = a_rule(**AT_ONCE, min_off=600.0)
    place = Place(rule).feed((1, 0.2), (2, 0.0), *[(minute, 0.2) for minute in range(3, 20)])
    assert place.said == [(1, "raised", "W4"), (2, "cleared", "W4"), (12, "raised", "W4")]
    assert place.events[-1].onset == T0_MS + 3 * MINUTE_MS


def test_worse_alert_is_raised_whatever_its_least_time_off():
    rule = a_rule(**AT_ONCE, min_off=600.0)
    place = Place(rule).feed((1, 0.2), (2, 0.0), (3, 0.3))
    assert place.said[-1] == (3, "raised", "W3")


# -- flapping -----------------------------------------------------------------------------------


def to_and_fro(first, last, low=0.0, high=0.3):
    return [(minute, high if minute % 2 else low) for minute in range(first, last + 1)]


def test_what_comes_and_goes_is_one_alert_instead_of_many():
    at_once = {"raise_hold": 0.0, "clear_hold": 0.0}
    many = Place(a_rule(flap_begin=2.0, **at_once)).feed(*to_and_fro(1, 60)).said
    one = Place(a_rule(**at_once)).feed(*to_and_fro(1, 60)).events
    assert len(many) == 60
    assert len(one) == 9
    assert [event.is_flapping for event in one] == [False] * 8 + [True]
    assert one[-1].change is Change.RAISED


def test_what_holds_would_keep_back_for_ever_is_told_once_it_flaps():
    (event,) = Place().feed(*to_and_fro(1, 60)).events
    assert (event.change, event.level.level, event.is_flapping) == (Change.RAISED, "W4", True)
    assert event.window_end == event.onset


def test_flapping_alert_clears_when_it_has_settled_and_held():
    said = Place().feed(*to_and_fro(1, 31), *dry(32, 60)).said
    assert said == [(9, "raised", "W4"), (47, "cleared", "W4")]


def test_alert_that_goes_on_when_it_has_settled_says_so():
    place = Place().feed(*to_and_fro(1, 31), *[(minute, 0.2) for minute in range(32, 90)])
    assert place.said == [(9, "raised", "W4"), (47, "settled", "W4")]
    assert not place.events[-1].is_flapping


def test_worse_level_is_told_though_it_flaps():
    place = Place().feed(*to_and_fro(1, 20), (21, 0.5), (22, 0.5))
    assert place.said[-1] == (22, "escalated", "W2")
    assert place.events[-1].is_flapping


def test_flapping_neither_eases_nor_clears():
    place = Place().feed((1, 0.5), (2, 0.5), *to_and_fro(3, 30, high=0.5))
    assert [(change, level) for _, change, level in place.said] == [
        ("raised", "W2"), ("flapping", "W2"),
    ]  # fmt: skip


@given(
    st.lists(st.sampled_from([None, 0.0, 0.13, 0.2, 0.3, 0.5]), max_size=80),
    st.integers(0, 79),
)
def test_restart_while_it_flaps_changes_nothing(values, cut):
    whole, resumed = Place(), Place()
    for minute, value in enumerate(values, start=1):
        if minute == cut:
            resumed.state = msgspec.msgpack.decode(
                msgspec.msgpack.encode(resumed.state), type=AlertState
            )
        whole.feed((minute, value))
        resumed.feed((minute, value))
    assert resumed.events == whole.events
