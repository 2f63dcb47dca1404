"""How much of what was promised has arrived, and who promised it."""

import pytest

from indicators.arrival import arrived_of, arrived_share
from indicators.promised import Promised
from tests.builders import a_terminal
from tests.formula_inputs import aggregate, inputs


@pytest.mark.parametrize(
    ("count", "expected", "share"),
    [(6, 10.0, 0.6), (10, 10.0, 1.0), (12, 10.0, 1.0), (1, 0.5, 1.0)],
)
def test_terminal_has_sent_at_most_all(count, expected, share):
    assert arrived_of(aggregate("rain", [1.0] * count, expected=expected)) == share


@pytest.mark.parametrize("count", [1, 2])
def test_cadence_that_does_not_divide_the_window_is_no_loss(count):
    """Forty minutes fit once or twice into an hour."""
    gauge = aggregate("rain", [1.0] * count, "a", expected=1.5)
    assert arrived_of(gauge) == 1.0
    assert arrived_share(inputs(gauge, declared={"rain": {"a": 2400.0}}), "rain") == 1.0


def test_silent_terminal_counts_among_those_that_promised():
    gates = inputs(
        aggregate("people_in", [1] * 5, "a"),
        window=300_000,
        declared={"people_in": {"a": 60.0, "b": 60.0}},
    )
    assert arrived_share(gates, "people_in") == 0.5


def test_eager_terminal_does_not_stand_in_for_another():
    gates = inputs(
        aggregate("people_in", [1] * 9, "a"),
        aggregate("people_in", [1], "b"),
        window=300_000,
        declared={"people_in": {"a": 60.0, "b": 60.0}},
    )
    assert arrived_share(gates, "people_in") == 0.6


def test_those_who_reported_are_taken_where_nobody_declares():
    gates = inputs(aggregate("people_in", [1] * 6, "a", expected=10.0))
    assert arrived_share(gates, "people_in") == 0.6
    assert arrived_share(inputs(), "people_in") == 1.0


def test_terminals_promise_what_they_declare():
    promised = Promised(
        (
            a_terminal("a", "z", {"rain": 60.0, "water_depth": 30.0}),
            a_terminal("b", "z", {"rain": 300.0}),
        )
    )
    assert dict(promised) == {"rain": {"a": 60.0, "b": 300.0}, "water_depth": {"a": 30.0}}
    assert len(promised) == 2
    assert promised.get("laeq") is None
