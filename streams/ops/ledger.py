"""The city's ledger: the newest of each partition, summed, as numbers and as Prometheus metrics."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sensors.ledger import Account, Ledger, merged

OUTCOMES = ("accepted", "duplicate", "late", "rejected")
"""What can become of a received reading."""
_TERMINALS_SHOWN = 2000
"""Beyond this many terminals a scrape would be tens of megabytes; the sums remain."""


class PartitionLedger(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the topic: all that one partition ever received.

    Attributes:
        partition: Readings partition.
        at: Stream time of the checkpoint, RFC 3339 or Unix seconds.
        terminals: Account of each terminal.
        reasons: Refusals by reason.
    """

    partition: int
    at: datetime | float
    terminals: dict[str, Account] = {}
    reasons: dict[str, int] = {}

    @property
    def position(self) -> tuple[float, int]:
        """Stream time and readings so far: both only grow, so the largest is the newest."""
        at = self.at.timestamp() if isinstance(self.at, datetime) else self.at
        return at, sum(account.received for account in self.terminals.values())


class LedgerBook:
    """The newest ledger of every partition. Records may repeat and come in any order.

    Attributes:
        registry: Metrics of this book; not the process-wide registry, so that tests and several
            books do not meet in it.
    """

    def __init__(self) -> None:
        self._partitions: dict[int, PartitionLedger] = {}
        self.registry = CollectorRegistry()
        self.registry.register(LedgerMetrics(self))

    def take(self, value: bytes) -> bool:
        """Take a record's value; False where a newer one of its partition is known.

        Raises:
            msgspec.DecodeError: It is no ledger record.
        """
        record = msgspec.json.decode(value, type=PartitionLedger)
        known = self._partitions.get(record.partition)
        if known is not None and record.position < known.position:
            return False
        self._partitions[record.partition] = record
        return True

    @property
    def partitions(self) -> int:
        """How many partitions have been heard."""
        return len(self._partitions)

    def city(self) -> Ledger:
        """The sum over all partitions, by terminal and by reason."""
        parts = list(self._partitions.values())
        return merged(Ledger(part.terminals, part.reasons) for part in parts)


def imbalance(account: Account) -> int:
    """Received less everything that became of it; 0 where the books are right."""
    booked = account.accepted + account.duplicate + account.late + account.rejected
    return account.received - booked


class LedgerMetrics(Collector):
    """The book as Prometheus metrics, computed at each scrape.

    Args:
        book: What is shown.
    """

    def __init__(self, book: "LedgerBook") -> None:
        self._book = book

    def collect(self) -> Iterator[Metric]:
        """The metrics; names are a contract with dashboards and alarms."""
        ledger = self._book.city()
        total = ledger.total()
        yield CounterMetricFamily(
            "vitals_received", "Readings received, before screening", value=total.received
        )
        counts = {outcome: getattr(total, outcome) for outcome in OUTCOMES}
        yield _counter("vitals_readings", "Readings by what became of them", "outcome", counts)
        refused = dict(sorted(ledger.reasons.items()))
        yield _counter("vitals_rejected", "Readings not taken, late ones too", "reason", refused)
        # Differences of two terminals must not cancel out.
        difference = sum(abs(imbalance(account)) for account in ledger.terminals.values())
        yield GaugeMetricFamily(
            "vitals_ledger_unbalanced",
            "Received - accepted - duplicate - late - rejected, absolute, summed over terminals",
            value=difference,
        )
        yield from _terminals(ledger)


def _counter(name: str, help_: str, label: str, counts: Mapping[str, int]) -> Metric:
    """A counter with one value per label."""
    metric = CounterMetricFamily(name, help_, labels=[label])
    for value, count in counts.items():
        metric.add_metric([value], count)
    return metric


def _terminals(ledger: Ledger) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "vitals_terminals", "Terminals in the ledger", value=len(ledger.terminals)
    )
    if len(ledger.terminals) > _TERMINALS_SHOWN:
        return
    gauge = GaugeMetricFamily(
        "vitals_terminal_readings", "Readings of a terminal", labels=["terminal", "outcome"]
    )
    for terminal, account in sorted(ledger.terminals.items()):
        for outcome in ("received", *OUTCOMES):
            gauge.add_metric([terminal, outcome], getattr(account, outcome))
    yield gauge
