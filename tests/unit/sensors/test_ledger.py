"""The ledger balances, however it is cut and merged."""

from hypothesis import given
from hypothesis import strategies as st

from sensors.ledger import Account, Ledger, merged, unbalanced
from sensors.reason import Outcome, Reason

_entries = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([*Reason, "accepted", "duplicate"])),
    max_size=60,
)


def booked(entries) -> Ledger:
    ledger = Ledger()
    for terminal, what in entries:
        account = ledger.account(terminal)
        account.received += 1
        if isinstance(what, Reason):
            ledger.refuse(account, what)
        elif what == "accepted":
            account.accepted += 1
        else:
            account.duplicate += 1
    return ledger


@given(_entries)
def test_every_entry_is_booked_once(entries):
    ledger = booked(entries)
    assert not unbalanced(ledger)
    assert ledger.total().received == len(entries)
    reasons = [what for _, what in entries if isinstance(what, Reason)]
    assert ledger.reasons == {r: reasons.count(r) for r in set(reasons)}
    assert ledger.total().late == sum(r.outcome is Outcome.LATE for r in reasons)
    assert ledger.total().rejected == sum(r.outcome is Outcome.REJECTED for r in reasons)


@given(_entries, st.integers(0, 60))
def test_merge_of_two_parts_is_the_ledger_of_the_whole(entries, cut):
    assert merged([booked(entries[:cut]), booked(entries[cut:])]) == booked(entries)


def test_merge_leaves_its_parts_alone():
    part = booked([("a", "accepted")])
    merged([part, part])
    assert part == booked([("a", "accepted")])


def test_account_that_lost_a_reading_is_found():
    ledger = Ledger({"a": Account(received=2, accepted=1), "b": Account(received=1, late=1)})
    assert list(unbalanced(ledger)) == ["a"]
    assert not ledger.terminals["a"].is_balanced
