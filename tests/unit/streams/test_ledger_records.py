"""Records of the ledger: what a partition tells, and what readers make of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.ledger import UNKNOWN, Account, Ledger
from sensors.reason import Reason
from streams.ledger_records import (
    CHUNK_TERMINALS,
    LedgerBook,
    PartitionLedger,
    received_since,
    since,
)
from streams.worker.ledger_report import CHUNKS, LedgerReport

NOW = 1_780_000_000_000
SPAN = (NOW - 60_000, NOW)


def terminals(count):
    return [f"t{number:05d}" for number in range(count)]


def a_ledger(names, received=1):
    return Ledger({name: Account(received, received) for name in names})


def keys(records):
    return [key for key, _ in records]


def told_all(report, ledger):
    return report.records(ledger, ledger.total(), NOW, SPAN, everything=True)


def book_of(records):
    book = LedgerBook()
    for _, value in records:
        book.take(value)
    return book


def test_no_record_holds_more_terminals_than_agreed_and_together_they_hold_all():
    names = terminals(2600)
    records = told_all(LedgerReport(3, names), a_ledger(names))
    chunks = [msgspec.json.decode(value) for key, value in records if "/" in key]
    assert max(len(chunk["terminals"]) for chunk in chunks) == CHUNK_TERMINALS
    assert sorted(t for chunk in chunks for t in chunk["terminals"]) == names
    assert keys(records) == ["3/0", "3/1", "3/2", "3/3", "3/4", "3/5", "3"]
    assert max(len(value) for _, value in records) < 64 * 1024


def test_total_has_what_a_small_record_can_say():
    ledger = a_ledger(["a", "b"], 5)
    ledger.refuse(ledger.account("b"), Reason.FUTURE)
    ledger.account("b").received += 1
    *_, (key, value) = told_all(LedgerReport(1, ["a", "b"]), ledger)
    assert key == "1"
    assert msgspec.json.decode(value) == {
        "partition": 1, "at": "2026-05-28T20:26:40+00:00", "first": SPAN[0], "last": SPAN[1],
        "reasons": ledger.reasons, "total": msgspec.to_builtins(ledger.total()),
    }  # fmt: skip


def test_nothing_new_is_not_told():
    names = terminals(10)
    report = LedgerReport(0, names)
    told_all(report, a_ledger(names))
    assert told_all(report, a_ledger(names)) == []


def test_only_chunks_that_changed_are_told():
    names = terminals(3 * CHUNK_TERMINALS)
    report, ledger = LedgerReport(0, names), a_ledger(names)
    told_all(report, ledger)
    ledger.account(names[CHUNK_TERMINALS]).received += 1
    assert keys(told_all(report, ledger)) == ["0/1", "0"]


def test_accounts_that_have_not_grown_need_not_be_given_again():
    names = terminals(2 * CHUNK_TERMINALS)
    report, ledger = LedgerReport(0, names), a_ledger(names)
    whole, parts = told_all(report, ledger), LedgerReport(0, names)
    half = Ledger({name: ledger.terminals[name] for name in names[:700]})
    rest = Ledger({name: ledger.terminals[name] for name in names[700:]})
    told = told_all(parts, half)
    told += parts.records(rest, ledger.total(), NOW, SPAN, everything=True)
    assert book_of(told).city() == book_of(whole).city()
    assert keys(told) == ["0/0", "0/1", "0", "0/1", "0"]


def test_large_city_is_told_a_few_chunks_at_a_time_and_in_turn():
    names = terminals(5 * CHUNK_TERMINALS)
    report, book = LedgerReport(0, names), LedgerBook()
    told = []
    for count in range(1, 6):
        ledger = a_ledger(names, count)
        records = report.records(ledger, ledger.total(), NOW, SPAN, everything=False)
        told += [key for key in keys(records) if "/" in key]
        assert len(records) == CHUNKS + 1
        for _, value in records:
            book.take(value)
        assert book.total().received == count * len(names)
    assert told[:5] == [f"0/{number}" for number in range(5)]
    assert not book.partitions[0].is_complete
    for _, value in told_all(report, a_ledger(names, 5)):
        book.take(value)
    assert book.partitions[0].is_complete


def test_restart_finds_the_same_chunks():
    names = terminals(1200)
    strange = a_ledger([*reversed(names), UNKNOWN, "gone-from-the-pack"])
    first = told_all(LedgerReport(0, names), strange)
    again = told_all(LedgerReport(0, reversed(names)), strange)
    assert sorted(first) == sorted(again)
    assert book_of(first).city().terminals.keys() == strange.terminals.keys()


_accounts = st.builds(
    lambda accepted, duplicate: Account(accepted + duplicate, accepted, duplicate),
    st.integers(0, 3), st.integers(0, 2),
)  # fmt: skip
_growth = st.lists(st.dictionaries(st.sampled_from("abcdefgh"), _accounts), max_size=8)


@given(_growth, st.randoms(use_true_random=False))
def test_records_repeated_and_in_any_order_give_the_ledger(growth, random):
    ledger, report = Ledger({}, {}), LedgerReport(0, "abcd")
    records = []
    for step in growth:
        ledger.merge(Ledger(step, {}))
        records += told_all(report, ledger)
    records += random.choices(records, k=len(records)) if records else []
    random.shuffle(records)
    book = book_of(records)
    heard = {name: account for name, account in ledger.terminals.items() if account.received}
    found = {n: a for n, a in book.city().terminals.items() if a.received}
    assert found == heard
    assert book.total() == ledger.total()


def test_difference_of_two_looks_is_what_came_between():
    before = PartitionLedger(total=Account(11, 11), terminals={"a": Account(10, 10)})
    before.reasons = {"future": 2, "range": 1}
    now = PartitionLedger(total=Account(18, 18), terminals={"a": Account(17, 17)})
    now.reasons = {"future": 2, "range": 4}
    between = since({0: now, 1: PartitionLedger()}, {0: before})
    assert between.terminals == {"a": Account(7, 7)}
    assert between.reasons == {"range": 3}
    assert received_since({0: now}, {0: before}) == 7


def test_copy_does_not_change_with_the_book():
    book = book_of(told_all(LedgerReport(0, ["a"]), a_ledger(["a"])))
    copy = book.partitions[0].copy()
    for _, value in told_all(LedgerReport(0, ["a"]), a_ledger(["a"], 9)):
        book.take(value)
    assert copy.terminals == {"a": Account(1, 1)}
    assert copy.total.received == 1


def test_reading_the_sum_does_not_change_the_book():
    book = book_of(told_all(LedgerReport(0, ["a"]), a_ledger(["a"])))
    book.city().account("a").received += 100
    book.total().received += 100
    assert book.city().total() == book.total() == Account(1, 1)


def test_record_of_another_shape_is_an_error():
    with pytest.raises(msgspec.DecodeError):
        LedgerBook().take(b'{"partition":"x"}')
