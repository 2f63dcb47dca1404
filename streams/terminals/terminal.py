"""One simulated terminal: an MQTT client that keeps each pack until its receipt has come."""

import time
from collections import deque
from collections.abc import Sequence

import msgspec
import structlog

from sensors.city import City
from sensors.outgoing import Outgoing
from streams.gateway.receipt import decode_receipt
from streams.mqtt.client import LinkOptions, Will
from streams.mqtt.link import Link
from streams.mqtt.wire import Message
from streams.terminals.counts import PublishedCounts
from streams.terminals.outbox import Outbox, Waiting
from streams.topics import MQTT_ROOT, mqtt_state, mqtt_up

NOWHERE = "unknown"
"""District and zone in the topics of a terminal that the city does not know."""
_log = structlog.get_logger()


class Terminal:
    """A terminal of the city, or a stranger.

    Args:
        id_: Its id.
        city: Says in which zone and district it stands.
        options: Address and credentials; client id, subscription and last will are its own.
        counts: Shared by all terminals of the run.
        outbox: Empty.
    """

    def __init__(
        self, id_: str, city: City, options: LinkOptions, counts: PublishedCounts, outbox: Outbox
    ) -> None:
        self.id = id_
        self._city = city
        self._counts = counts
        self._outbox = outbox
        self._repeated: deque[tuple[str, bytes]] = deque()
        self._with_broker: set[int] = set()
        self._state = mqtt_state(*self._place(None), id_)
        self.link = Link(
            msgspec.structs.replace(
                options,
                client_id=f"terminal-{id_}",
                subscription=f"{MQTT_ROOT}/+/+/{id_}/ack",
                will=Will(self._state, self._says("offline")),
            )
        )
        self.link.on_up = self._up
        self.link.on_messages = self._receipts
        self.link.on_published = self._with_broker.difference_update

    @property
    def unconfirmed(self) -> int:
        """Packs without a receipt."""
        return len(self._outbox)

    @property
    def busy(self) -> bool:
        """Whether anything is still to be sent, to be taken by the broker or to be confirmed."""
        return bool(self._outbox or self._repeated or self._with_broker)

    def send(self, outgoing: Outgoing) -> None:
        """Publish a pack, or keep it until there is a connection."""
        now = time.monotonic()
        topic = mqtt_up(*self._place(outgoing.topic_zone), self.id)
        before = len(self._outbox)
        waiting = self._outbox.add(topic, outgoing, now)
        self._counts.packs += 1
        self._counts.records += outgoing.records
        self._counts.unique += len(self._outbox) - before
        if len(self._outbox) > before:
            self._publish(waiting, now)
        else:
            # The same bytes again, on purpose: they go out beside the copy that is waiting.
            self._repeated.append((topic, outgoing.payload))
            self._publish_repeated()

    def send_due(self) -> None:
        """Send again whatever has waited long enough for its receipt."""
        if not self.link.connected:
            return
        now = time.monotonic()
        for waiting in self._outbox.due(now):
            self._publish(waiting, now)
        self._publish_repeated()

    def say_goodbye(self) -> None:
        """Say that it is offline, as the last will would."""
        self.link.publish(self._state, self._says("offline"), retain=True)

    def _publish(self, waiting: Waiting, now: float) -> None:
        mid = self.link.publish(waiting.topic, waiting.outgoing.payload)
        if mid is None:
            return
        self._with_broker.add(mid)
        if waiting.sent:
            self._counts.resent += 1
            self._counts.resent_records += waiting.outgoing.records
        self._outbox.sent(waiting, now)

    def _publish_repeated(self) -> None:
        while self._repeated:
            mid = self.link.publish(*self._repeated[0])
            if mid is None:
                return
            self._with_broker.add(mid)
            self._repeated.popleft()

    def _up(self) -> None:
        self.link.publish(self._state, self._says("online"), retain=True)
        self.send_due()

    def _receipts(self, messages: Sequence[Message]) -> None:
        for message in messages:
            try:
                receipt = decode_receipt(message.payload)
            except msgspec.DecodeError:
                _log.warning("not_a_receipt", topic=message.topic)
                continue
            self._counts.receipts += self._outbox.confirm(receipt.id)

    def _place(self, topic_zone: str | None) -> tuple[str, str]:
        """District and zone for the topic."""
        terminal = self._city.terminals.get(self.id)
        zone = topic_zone or (terminal.zone if terminal else NOWHERE)
        known = self._city.zones.get(zone)
        return (known.district if known else NOWHERE), zone

    def _says(self, state: str) -> bytes:
        return msgspec.json.encode({"terminal": self.id, "state": state})
