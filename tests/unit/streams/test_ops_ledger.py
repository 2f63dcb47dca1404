from typing import Any

import msgspec
from prometheus_client import generate_latest

from streams.ops.ledger import MeteredLedger

NAMES = ("received", "accepted", "duplicate", "late", "rejected")


def take(book: MeteredLedger, partition: int = 0, terminals: Any = None, **reasons: Any) -> None:
    """A chunk and the total that goes with it."""
    counts = terminals or {"WL-07": (10, 6, 2, 1, 1)}
    accounts = {name: dict(zip(NAMES, numbers, strict=True)) for name, numbers in counts.items()}
    total = {name: sum(account[name] for account in accounts.values()) for name in NAMES}
    shared = {"partition": partition, "at": "2026-06-01T12:00:00+08:00"}
    book.take(msgspec.json.encode({**shared, "chunk": 0, "terminals": accounts}))
    book.take(msgspec.json.encode({**shared, "total": total, "reasons": reasons}))


def lines_of(book: MeteredLedger) -> set[str]:
    return set(generate_latest(book.registry).decode().splitlines())


def test_partitions_add_up_by_terminal_and_reason() -> None:
    book = MeteredLedger()
    take(book, 0, {"a": (2, 1, 0, 0, 1)}, future=1)
    take(book, 1, {"a": (3, 2, 0, 0, 1), "b": (1, 1, 0, 0, 0)}, future=1, range=0)
    city = book.city()
    assert (city.terminals["a"].received, city.total().received) == (5, 6)
    assert city.reasons == {"future": 2, "range": 0}
    assert len(book.partitions) == 2


def test_metrics_have_the_agreed_names() -> None:
    book = MeteredLedger()
    take(book, beyond_horizon=1, future=1)
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


def test_total_is_shown_at_once_where_the_accounts_trail() -> None:
    book = MeteredLedger()
    take(book)
    total = {"partition": 0, "at": "2026-06-01T12:00:01+08:00", "total": {"received": 25}}
    book.take(msgspec.json.encode(total))
    assert lines_of(book) >= {
        "vitals_received_total 25.0",
        'vitals_terminal_readings{outcome="received",terminal="WL-07"} 10.0',
    }


def test_lost_reading_shows_as_unbalanced() -> None:
    book = MeteredLedger()
    take(book, terminals={"a": (10, 7, 0, 1, 0), "b": (1, 2, 0, 0, 0)})
    assert "vitals_ledger_unbalanced 3.0" in lines_of(book)
