"""What a gateway has done in this run, as a record and as Prometheus metrics."""

from collections.abc import Callable, Iterator

import msgspec
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


class Counts(msgspec.Struct):
    """Counts of one run.

    Attributes:
        messages: MQTT messages received, redeliveries included.
        bytes: Bytes of their payloads.
        lines: Receptions that Kafka has acknowledged, those of an earlier run included.
        frames: Kafka records acknowledged, ticks alone not counted.
        ticks: Ticks put on their way.
        acks: PUBACKs given.
        receipts: Receipts that the MQTT broker has acknowledged.
        receipts_dropped: Receipts given up because too many waited; terminals send again.
        spooled: Lines that went to the spool.
        paused: Times that reading from MQTT was stopped.
    """

    messages: int = 0
    bytes: int = 0
    lines: int = 0
    frames: int = 0
    ticks: int = 0
    acks: int = 0
    receipts: int = 0
    receipts_dropped: int = 0
    spooled: int = 0
    paused: int = 0


_HELP = {
    "messages": "MQTT messages received",
    "bytes": "Bytes of MQTT payloads received",
    "lines": "Receptions acknowledged by Kafka",
    "frames": "Frames acknowledged by Kafka",
    "ticks": "Ticks put on their way",
    "acks": "PUBACKs given",
    "receipts": "Receipts acknowledged by the MQTT broker",
    "receipts_dropped": "Receipts given up",
    "spooled": "Lines that went to the spool",
    "paused": "Times that reading from MQTT was stopped",
}


class GatewayCollector:
    """Reads the counts at the time of a scrape, so that counting costs an addition.

    Args:
        counts: The counts of the run.
        gauges: Name → (help, function giving the value now).
    """

    def __init__(self, counts: Counts, gauges: dict[str, tuple[str, Callable[[], float]]]) -> None:
        self._counts = counts
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """The metrics, for prometheus_client."""
        for name, value in msgspec.structs.asdict(self._counts).items():
            yield CounterMetricFamily(f"vitals_gateway_{name}", _HELP[name], value=value)
        for name, (help_text, read) in self._gauges.items():
            yield GaugeMetricFamily(f"vitals_gateway_{name}", help_text, value=read())


def serve_metrics(port: int, collector: GatewayCollector) -> Callable[[], None]:
    """Serve the metrics over HTTP on all interfaces.

    Args:
        port: 1-65535.
        collector: The gateway's collector.

    Returns:
        A function that stops serving.

    Raises:
        OSError: The port is taken.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    server, thread = start_http_server(port, registry=registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
