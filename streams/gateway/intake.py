"""MQTT messages to frames, and PUBACKs back; stops reading when too much is under way."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from sensors.line import reception_tail
from streams.gateway.acks import AckWindow
from streams.gateway.counts import Counts
from streams.gateway.framer import Frame, Framer, Slot
from streams.gateway.lane import Held
from streams.gateway.receipt import encode_receipt
from streams.gateway.route import Router
from streams.mqtt.link import Link
from streams.mqtt.wire import Message
from streams.topics import READINGS

HELD_MESSAGES = 8192
"""Messages that may be neither with Kafka nor on the spool before reading stops."""
HELD_BYTES = 64 << 20
RECEIVE_MAXIMUM = 4096
"""What an MQTT 5 broker may leave unacknowledged; an MQTT 3.1.1 broker has its own limit."""
_log = structlog.get_logger()


class Intake:
    """What happens to each message between the MQTT socket and a closed frame.

    Args:
        link: The gateway's connection, with manual acknowledgement.
        router: Topic → terminal and partition.
        stamp: Gives the next `received`.
        framer: Collects the lines; clocked by the event loop's time.
        counts: Where messages, bytes and acks are counted.

    Attributes:
        on_frame: Gets each closed frame.
    """

    def __init__(
        self, link: Link, router: Router, stamp: Callable[[], float], framer: Framer[Held],
        counts: Counts,
    ) -> None:  # fmt: skip
        self.on_frame: Callable[[Frame[Held]], None] = _ignore
        self._link = link
        self._router = router
        self._stamp = stamp
        self._framer = framer
        self._counts = counts
        self._window = AckWindow()
        self._slots = [Slot(READINGS, number) for number in range(router.partitions)]
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0
        self._held_messages = 0
        self._held_bytes = 0
        self._closed = False
        link.on_messages = self._messages
        link.on_down = self._window.reset

    @property
    def held(self) -> int:
        """Messages that are neither with Kafka nor on the spool."""
        return self._held_messages

    def tick(self, slot: Slot, line: bytes) -> None:
        """Put a tick behind all lines of its partition and send them off."""
        for frame in self._framer.add(slot, line, None, self._loop.time()):
            self._hand_over(frame)
        last = self._framer.flush(slot)
        if last is not None:
            self._hand_over(last)

    def close(self) -> None:
        """Take no further message and close all frames; the broker keeps what still comes."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for frame in self._framer.close():
            self._hand_over(frame)

    def safe(self, items: Sequence[Held], size: int) -> None:
        """Acknowledge the messages of a frame that cannot be lost any more."""
        self._held_messages -= len(items)
        if items:
            self._held_bytes -= size
        mids = self._window.settle(items)
        if mids:
            self._link.ack(mids)
            self._counts.acks += len(mids)
        if self._link.paused and self._room(2):
            _log.info("mqtt_reading_again")
            self._link.resume()

    def _messages(self, messages: Sequence[Message]) -> None:
        """Take what one read of the socket brought; all of it was received at one instant."""
        if self._closed:
            return
        received, now = self._stamp(), self._loop.time()
        stamp = repr(received).encode()
        for message in messages:
            route = self._router.route(message.topic)
            tail, entries = reception_tail(message.payload)
            held = Held(message.mid, topic=route.receipts)
            if message.mid:
                self._window.take(held)
            if route.receipts:
                held.receipt = encode_receipt(route.terminal, received, message.payload, entries)
            slot = self._slots[route.partition]
            for frame in self._framer.add(slot, route.head + stamp + tail, held, now):
                self._hand_over(frame)
        self._counts.messages += len(messages)
        self._counts.bytes += sum(len(message.payload) for message in messages)
        self._held_messages += len(messages)
        self._arm()
        if not self._room(1) and not self._link.paused:
            self._counts.paused += 1
            _log.info("mqtt_reading_stopped", held=self._held_messages, bytes=self._held_bytes)
            self._link.pause()

    def _room(self, share: int) -> bool:
        messages, size = HELD_MESSAGES // share, HELD_BYTES // share
        return self._held_messages < messages and self._held_bytes < size

    def _hand_over(self, frame: Frame[Held]) -> None:
        if frame.items:
            self._held_bytes += frame.size
        self.on_frame(frame)

    def _arm(self) -> None:
        """Come back when the next frame is due; a call-back that is too early does no harm."""
        due = self._framer.next_due()
        if due is None or (self._timer is not None and self._timer_due <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._due)
        self._timer_due = due  # uvloop's handles do not always know it

    def _due(self) -> None:
        self._timer = None
        for frame in self._framer.due(self._loop.time()):
            self._hand_over(frame)
        self._arm()


def _ignore(*_: object) -> None:
    """A call-back that nobody has set."""
