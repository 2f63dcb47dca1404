"""The inputs of one partition that wait for their turn, and the task that takes them.

One Faust agent has the inputs of many partitions in one stream. If it waited for each, a checkpoint
of one partition would stop them all: four partitions that wait 10 ms for Kafka each second would
lose 4 % of the time. With a queue of its own, a partition that waits lets the others work.
"""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import structlog

from streams.worker.partition_host import Acknowledgeable, GapError, OtherPackError

log = structlog.get_logger("worker")

FATAL: Final = 70
"""Exit code after an error that only a restart from the last checkpoint can mend."""

WAITING_BYTES: Final = 1 << 20
"""Inputs that may wait, bytes; one more is always taken, so a large one passes too."""


class Input(NamedTuple):
    """One record of an input topic.

    Attributes:
        event: What acknowledges it.
        topic: Without the prefix.
        partition: Of the topic.
        offset: In the partition.
        body: Its content.
        more: Whether the partition holds another one already.
    """

    event: Acknowledgeable
    topic: str
    partition: int
    offset: int
    body: bytes
    more: bool = False


class Intake:
    """A bounded queue and its one taker; order is kept.

    Args:
        take: Takes one input.
        die: Ends the process after an input could not be taken.
    """

    def __init__(
        self,
        take: Callable[[Input], Awaitable[None]],
        die: Callable[[Input, Exception], None],
    ) -> None:
        self._take = take
        self._die = die
        self._waiting: deque[Input] = deque()
        self._size = 0
        self._is_filled = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._task = asyncio.create_task(self._run())

    async def put(self, item: Input) -> None:
        """Queue an input; waits while there is no room."""
        await self._has_room.wait()
        self._waiting.append(item)
        self._size += len(item.body)
        if self._size >= WAITING_BYTES:
            self._has_room.clear()
        self._is_filled.set()

    async def close(self) -> None:
        """Take nothing more; what waits is left to the next owner."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            await self._is_filled.wait()
            item = self._waiting.popleft()
            self._size -= len(item.body)
            if not self._waiting:
                self._is_filled.clear()
            if self._size < WAITING_BYTES:
                self._has_room.set()
            try:
                await self._take(item)
            except Exception as error:  # noqa: BLE001 - whatever it is, it ends the process
                self._die(item, error)
                return
            # Taking an input may wait for nothing, and the heartbeats need their turn.
            await asyncio.sleep(0)


def die(item: Input, error: Exception) -> None:
    """End the process: nothing of the input was acknowledged, but the state may be half changed.

    The one safe way on is a new process from the last checkpoint.
    """
    known = isinstance(error, GapError | OtherPackError)
    log.critical("fatal", topic=item.topic, partition=item.partition, offset=item.offset,
                 reason=str(error), exc_info=None if known else error)  # fmt: skip
    os._exit(FATAL)
