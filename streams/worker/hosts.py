"""The hosts of one kind of partition, each with the queue of its inputs."""

import asyncio
import functools
from collections.abc import Callable

import structlog
from prometheus_client import Counter

from streams.worker.intake import Input, Intake, die
from streams.worker.partition_host import PartitionHost

log = structlog.get_logger("worker")

EVENTS = Counter("vitals_worker_events_total", "Inputs taken", ["topic"])
_events_of = functools.cache(EVENTS.labels)
SKIPPED = Counter("vitals_worker_skipped_total", "Inputs that the state already held", ["topic"])


class Hosts:
    """The hosts of one kind of partition, made at the first input of each.

    They stay when the partition goes: a state is never wrong, it only falls behind, and the
    partition may come back.

    After its first input, a new host waits until the others that are new have restored their state,
    too: it would work between any two of their waits for Kafka, and those of a city of many
    terminals would be back after twice the time. Hosts that are at work wait for nobody.

    Args:
        make: Makes the host of a partition.
        ended: Called with an input that could not be taken and why; ends the process.
    """

    def __init__(
        self,
        make: Callable[[int], PartitionHost],
        ended: Callable[[Input, Exception], None] = die,
    ) -> None:
        self._make = make
        self._ended = ended
        self._hosts: dict[int, PartitionHost] = {}
        self._intakes: dict[int, Intake] = {}
        self._opening: set[int] = set()
        self._new: set[int] = set()
        self._all_open = asyncio.Event()

    async def put(self, item: Input) -> None:
        """Queue an input for its partition's host; waits while that queue is full."""
        intake = self._intakes.get(item.partition)
        if intake is None:
            intake = self._intakes[item.partition] = Intake(self._take, self._ended)
        await intake.put(item)

    async def _take(self, item: Input) -> None:
        host = self._hosts.get(item.partition)
        if host is None:
            await self._open(item)
            return
        if item.partition in self._new:
            await self._all_open.wait()
            self._new.discard(item.partition)
        await self._handle(host, item)

    async def _open(self, item: Input) -> None:
        """Make a host and give it its first input, at which it restores its state."""
        log.info("first input", topic=item.topic, partition=item.partition, offset=item.offset)
        host = self._hosts[item.partition] = self._make(item.partition)
        self._opening.add(item.partition)
        self._new.add(item.partition)
        self._all_open.clear()
        try:
            await self._handle(host, item)
        finally:
            self._opening.discard(item.partition)
            if not self._opening:
                self._all_open.set()

    async def _handle(self, host: PartitionHost, item: Input) -> None:
        before = host.skipped
        await host.handle(item.event, item.topic, item.offset, item.body, more=item.more)
        _events_of(item.topic).inc()
        if host.skipped > before:
            SKIPPED.labels(item.topic).inc()
            log.info("skipped", topic=item.topic, partition=item.partition, offset=item.offset)

    def new_lease(self) -> None:
        """After a rebalance, see `PartitionHost.new_lease`."""
        for host in self._hosts.values():
            host.new_lease()

    async def close(self) -> None:
        """Make the last checkpoints, all partitions at once; what waits is left to the next owner.

        Raises:
            KafkaError: A checkpoint was not taken.
        """
        await asyncio.gather(*(host.close() for host in self._hosts.values()))
        await asyncio.gather(*(intake.close() for intake in self._intakes.values()))
