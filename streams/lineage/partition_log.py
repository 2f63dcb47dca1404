"""One partition of the readings topic, read for a while from some place on."""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from sensors.line import split_frame, stamp_of

_FETCH_BYTES: Final = 1 << 20
"""A partition's share of an answer; a question for one record wastes the rest of it."""
_WAIT_MS: Final = 50
"""A question at the end of the log waits so long for news, and what is asked next behind it."""
_POLL_MS: Final = 2000


class Bounds(NamedTuple):
    """Offsets of a log: its first record, and after its last."""

    low: int
    high: int


def new_consumer(bootstrap: str) -> AIOKafkaConsumer:
    """A consumer without a group, not yet started."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap, client_id="ops-lineage", group_id=None,
        enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=_FETCH_BYTES, fetch_max_wait_ms=_WAIT_MS,
    )  # fmt: skip


class PartitionLog:
    """Reads one partition; one at a time of a consumer.

    Args:
        consumer: Started.
        partition: The partition.
    """

    def __init__(self, consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
        self._consumer, self._partition = consumer, partition
        consumer.assign([partition])

    async def bounds(self) -> Bounds:
        """Where the log begins and ends now."""
        low = await self._consumer.beginning_offsets([self._partition])
        high = await self._consumer.end_offsets([self._partition])
        return Bounds(low[self._partition], high[self._partition])

    async def offset_at(self, broker_ms: int) -> int | None:
        """The first offset whose record has this broker time or a later one; None without any."""
        found = (await self._consumer.offsets_for_times({self._partition: max(broker_ms, 0)}))[
            self._partition
        ]
        return None if found is None else int(found.offset)

    async def stamp(self, offset: int) -> int | None:
        """The latest stream time in a record, Unix ms; None where it has none."""
        self._consumer.seek(self._partition, offset)
        found = await self._consumer.getmany(self._partition, timeout_ms=_POLL_MS, max_records=1)
        lines = (line for r in found.get(self._partition, ()) for line in split_frame(r.value))
        return max((at for line in lines if (at := stamp_of(line)) is not None), default=None)

    async def frames(self, low: int, high: int) -> AsyncIterator[list[bytes]]:
        """Frames from an offset up to another, as many at once as Kafka hands over; none at times.

        The caller ends it where Kafka gives no more.
        """
        self._consumer.seek(self._partition, low)
        while await self._consumer.position(self._partition) < high:
            found = await self._consumer.getmany(self._partition, timeout_ms=_POLL_MS)
            yield [r.value for r in found.get(self._partition, ()) if r.offset < high]
