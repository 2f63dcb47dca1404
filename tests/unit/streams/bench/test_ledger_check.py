"""A measurement whose ledger is wrong says so."""

import pytest

from sensors.ledger import Account, Ledger
from streams.bench.ledger_check import check
from streams.bench.report import BenchError

EXPECTED = Ledger(
    {"a": Account(received=20, accepted=20), "b": Account(received=10, late=10)},
    {"beyond_horizon": 10},
)


def test_equal_ledgers_pass_whatever_their_order() -> None:
    check(Ledger(dict(reversed(EXPECTED.terminals.items())), {"beyond_horizon": 10}), EXPECTED)


@pytest.mark.parametrize(
    ("terminals", "reasons", "said"),
    [
        ({"a": Account(received=20, accepted=20)}, {"beyond_horizon": 10}, "b: .* found nothing"),
        (
            {**EXPECTED.terminals, "a": Account(received=20, accepted=19, duplicate=1)},
            {"beyond_horizon": 10},
            "a: expected 20 received = 20 accepted",
        ),
        (EXPECTED.terminals, {}, "reasons"),
        ({**EXPECTED.terminals, "c": Account()}, {"beyond_horizon": 10}, "c: expected nothing"),
    ],
)
def test_any_difference_is_told(
    terminals: dict[str, Account], reasons: dict[str, int], said: str
) -> None:
    with pytest.raises(BenchError, match=said):
        check(Ledger(terminals, reasons), EXPECTED)


def test_many_differences_are_told_in_a_few_lines() -> None:
    expected = Ledger({f"t{n}": Account(received=1, accepted=1) for n in range(50)})
    with pytest.raises(BenchError, match="and 45 more"):
        check(Ledger(), expected)
