"""Faust's Kafka consumer, but with short waits, and without tasks for what does not wait.

Idle topics must not hold up those with data: aiokafka has one fetch a broker under way. When what
it brought is not taken within 0.1 s, it sends the next for the other partitions alone, here for
those of topics in which nothing happens; the broker answers that one when its wait is over, and
until then nothing else is fetched. Faust has 1.5 s for the wait and no setting: a worker that was
behind stood still for half of its time (20-40 s for a million packs of 10 s of CPU time), and an
alert could come 1.5 s late.

Faust makes four tasks for each message that it hands to a stream, so that it can give up where the
stream has no room. There nearly always is: the handing over is begun at once, and only what has to
wait becomes tasks. A third of Faust's own cost for a message.
"""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Final

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from mode.services import WaitResults

FETCH_WAIT_MS: Final = 100
"""How long the broker keeps a fetch without data. Ten a second cost an idle worker little."""


class _Thread(AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust has no types
    """The thread that fetches."""

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ANN401 - Faust's, untyped
        consumer = super()._create_worker_consumer(transport)
        # What its argument sets; the fetcher is made with it when the consumer starts.
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - no other way in
        return consumer


class Begun:
    """A coroutine that has run up to where it first waits; awaiting it goes on from there.

    Args:
        coroutine: One that has not begun.

    Attributes:
        is_done: Whether it has ended without waiting.
        result: Then what it gave.

    Raises:
        BaseException: What it raised before it waited.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._waiting_for: Any = None
        self.is_done = False
        self.result: Any = None
        try:
            self._waiting_for = coroutine.send(None)
        except StopIteration as end:
            self.is_done, self.result = True, end.value

    def __await__(self) -> Generator[Any, Any, Any]:
        waiting_for = self._waiting_for
        while True:
            try:
                try:
                    sent = yield waiting_for
                except BaseException as error:  # noqa: BLE001 - a cancellation is for it, too
                    waiting_for = self._coroutine.throw(error)
                else:
                    waiting_for = self._coroutine.send(sent)
            except StopIteration as end:
                return end.value


class _Consumer(Consumer):  # type: ignore[misc]
    """The consumer with that thread, which hands over at once."""

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def wait_first(self, *coros: Any, timeout: Any = None) -> WaitResults:  # noqa: ANN401, ASYNC109
        """The first of some to end: at once if the first of them does not wait for anything."""
        first, *others = coros
        if not others:
            return await super().wait_first(first, timeout=timeout)
        is_needed = False
        try:
            begun = Begun(first)
            is_needed = not begun.is_done
        finally:
            for other in others if not is_needed else ():
                other.close()
        if is_needed:
            return await super().wait_first(begun, *others, timeout=timeout)
        # The partitions have their turn after each message: whoever hands over all that was fetched
        # fetches more, until the memory holds what nobody has worked on yet.
        await asyncio.sleep(0)
        return WaitResults([first], [begun.result], stopped=False)


class ShortWaits(Transport):  # type: ignore[misc]
    """The transport with that consumer."""

    Consumer = _Consumer
