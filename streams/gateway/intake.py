"""MQTT messages to frames, and PUBACKs back; stops reading when too much is under way."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from paho.mqtt.client import MQTTMessage

from sensors.line import encode_reception
from streams.gateway.acks import AckWindow
from streams.gateway.counts import Counts
from streams.gateway.framer import Frame, Framer, Slot
from streams.gateway.lane import Held
from streams.gateway.receipt import encode_receipt
from streams.gateway.route import Router
from streams.mqtt.link import Link
from streams.topics import READINGS

HELD_MESSAGES = 8192
"""Messages that may be neither with Kafka nor on the spool before reading stops."""
HELD_BYTES = 64 << 20
RECEIVE_MAXIMUM = 4096
"""What an MQTT 5 broker may leave unacknowledged; an MQTT 3.1.1 broker has its own limit."""
_UNREADABLE = "\ufffd"
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
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0
        self._held_messages = 0
        self._held_bytes = 0
        self._closed = False
        link.on_message = self._message
        link.on_turn = self._turn
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
        for mid in self._window.settle(i.pending for i in items if i.pending is not None):
            self._link.ack(mid)
            self._counts.acks += 1
        if self._link.paused and self._room(2):
            _log.info("mqtt_reading_again")
            self._link.resume()

    def _message(self, message: MQTTMessage) -> None:
        if self._closed:
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = _UNREADABLE
        payload = bytes(message.payload)
        received = self._stamp()
        route = self._router.route(topic)
        self._counts.messages += 1
        self._counts.bytes += len(payload)
        held = Held(
            self._window.take(message.mid) if message.qos else None,
            route.receipts,
            encode_receipt(route.terminal, received, payload) if route.receipts else b"",
        )
        line = encode_reception(route.terminal, received, payload)
        self._held_messages += 1
        slot = Slot(READINGS, route.partition)
        for frame in self._framer.add(slot, line, held, self._loop.time()):
            self._hand_over(frame)

    def _turn(self) -> None:
        if not self._closed:
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
