"""Faust's Kafka consumer, but with short waits: idle topics must not hold up those with data.

aiokafka has one fetch a broker under way. When what it brought is not taken within 0.1 s, it sends
the next for the other partitions alone, here for those of topics in which nothing happens; the
broker answers that one when its wait is over, and until then nothing else is fetched. Faust has
1.5 s for the wait and no setting: a worker that was behind stood still for half of its time
(20-40 s for a million packs of 10 s of CPU time), and an alert could come 1.5 s late.
"""

from typing import Any, Final

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport

FETCH_WAIT_MS: Final = 100
"""How long the broker keeps a fetch without data. Ten a second cost an idle worker little."""


class _Thread(AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust has no types
    """The thread that fetches."""

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ANN401 - Faust's, untyped
        consumer = super()._create_worker_consumer(transport)
        # What its argument sets; the fetcher is made with it when the consumer starts.
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - no other way in
        return consumer


class _Consumer(Consumer):  # type: ignore[misc]
    """The consumer with that thread."""

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class ShortWaits(Transport):  # type: ignore[misc]
    """The transport with that consumer."""

    Consumer = _Consumer
