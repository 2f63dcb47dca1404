from typing import Any

import msgspec
import pytest
from prometheus_client import generate_latest

from streams.ops.ledger import LedgerBook


def a_record(
    partition: Any = 0, at: Any = "2026-06-01T12:00:00+08:00", terminals: Any = None, **reasons: Any
) -> Any:
    accounts = terminals or {"WL-07": (10, 6, 2, 1, 1)}
    names = ("received", "accepted", "duplicate", "late", "rejected")
    return msgspec.json.encode({
        "partition": partition, "at": at, "reasons": reasons,
        "terminals": {t: dict(zip(names, counts, strict=True)) for t, counts in accounts.items()},
    })  # fmt: skip


def lines_of(book: Any) -> Any:
    return set(generate_latest(book.registry).decode().splitlines())


def test_repeated_record_counts_once() -> None:
    book = LedgerBook()
    for _ in range(3):
        assert book.take(a_record())
    assert book.city().total().received == 10


def test_older_record_after_a_newer_one_changes_nothing() -> None:
    book = LedgerBook()
    book.take(a_record(at="2026-06-01T12:00:05+08:00", terminals={"a": (20, 20, 0, 0, 0)}))
    assert not book.take(a_record(at="2026-06-01T12:00:04+08:00"))
    assert book.city().total().received == 20


def test_newer_record_replaces_and_is_not_added() -> None:
    book = LedgerBook()
    book.take(a_record(at=5.0, terminals={"a": (1, 1, 0, 0, 0)}))
    book.take(a_record(at=6, terminals={"a": (4, 4, 0, 0, 0)}))
    assert book.city().total().received == 4


def test_partitions_add_up_by_terminal_and_reason() -> None:
    book = LedgerBook()
    book.take(a_record(0, terminals={"a": (2, 1, 0, 0, 1)}, future=1))
    book.take(
        a_record(1, terminals={"a": (3, 2, 0, 0, 1), "b": (1, 1, 0, 0, 0)}, future=1, range=0)
    )
    city = book.city()
    assert (city.terminals["a"].received, city.total().received) == (5, 6)
    assert city.reasons == {"future": 2, "range": 0}
    assert book.partitions == 2


def test_reading_the_sum_does_not_change_the_book() -> None:
    book = LedgerBook()
    book.take(a_record())
    book.city().account("WL-07").received += 100
    assert [book.city().total().received for _ in range(2)] == [10, 10]


def test_metrics_have_the_agreed_names() -> None:
    book = LedgerBook()
    book.take(a_record(beyond_horizon=1, future=1))
    assert lines_of(book) >= {
        "vitals_received_total 10.0",
        'vitals_readings_total{outcome="accepted"} 6.0',
        'vitals_readings_total{outcome="duplicate"} 2.0',
        'vitals_readings_total{outcome="late"} 1.0',
        'vitals_readings_total{outcome="rejected"} 1.0',
        'vitals_rejected_total{reason="future"} 1.0',
        'vitals_terminal_readings{outcome="received",terminal="WL-07"} 10.0',
        "vitals_ledger_unbalanced 0.0",
    }


def test_lost_reading_shows_as_unbalanced() -> None:
    book = LedgerBook()
    book.take(a_record(terminals={"a": (10, 7, 0, 1, 0), "b": (1, 2, 0, 0, 0)}))
    assert "vitals_ledger_unbalanced 3.0" in lines_of(book)


def test_record_of_another_shape_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        LedgerBook().take(b'{"partition":"x"}')
