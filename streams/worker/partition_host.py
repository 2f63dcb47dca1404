"""Hosts one partition of the engine: inputs in log order, outputs sent, state checkpointed.

A checkpoint, in this order: all outputs acknowledged, blocks acknowledged, manifest acknowledged,
inputs acknowledged. A host never forgets: its state is a function of the inputs it has seen, so
after a rebalance it goes on where it is, or restores where the log has moved on without it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import structlog

from streams.clock import fresh_id
from streams.worker.failpoint import failpoint
from streams.worker.kafka_log import KafkaLog
from streams.worker.snapshot import Lineage, restore

log = structlog.get_logger("worker")


class GapError(Exception):
    """Inputs are missing between the state and the next event: going on would lose readings."""


class Enginelike(Protocol):
    """What a host needs of an engine partition."""

    def dump(self, *, everything: bool) -> dict[str, bytes]:
        """The blocks that changed, or all."""
        ...

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """Continue from all blocks."""
        ...


class Incoming(Protocol):
    """An input that can be acknowledged."""

    def ack(self) -> bool:
        """Let the consumer commit it."""
        ...


class Outgoing(Protocol):
    """One record to be sent: topic, partition, key, value."""

    topic: str
    partition: int
    key: str | None
    value: bytes


class PartitionHost[Engine: Enginelike]:
    """One partition of the engine on Kafka."""
