"""The city's ledger as Prometheus metrics."""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sensors.ledger import Account, Ledger
from streams.ledger_records import LedgerBook

OUTCOMES = ("accepted", "duplicate", "late", "rejected")
"""What can become of a received reading."""
_TERMINALS_SHOWN = 2000
"""Beyond this many terminals a scrape would be tens of megabytes; the sums remain."""


class MeteredLedger(LedgerBook):
    """The city's ledger with its metrics.

    Attributes:
        registry: Metrics of this book; not the process-wide registry, so that tests and several
            books do not meet in it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.registry = CollectorRegistry()
        self.registry.register(LedgerMetrics(self))


def imbalance(account: Account) -> int:
    """Received less everything that became of it; 0 where the books are right."""
    booked = account.accepted + account.duplicate + account.late + account.rejected
    return account.received - booked


class LedgerMetrics(Collector):
    """The book as Prometheus metrics, computed at each scrape.

    Args:
        book: What is shown.
    """

    def __init__(self, book: LedgerBook) -> None:
        self._book = book

    def collect(self) -> Iterator[Metric]:
        """The metrics; names are a contract with dashboards and alarms."""
        ledger = self._book.city()
        total = self._book.total()
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
