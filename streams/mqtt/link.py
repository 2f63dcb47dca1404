"""One MQTT connection on the asyncio loop: paho-mqtt without a thread of its own.

Paho's network thread would hand the interpreter lock back and forth with the event loop at every
packet, and needs a queue between the two. Here the loop's readiness call-backs drive everything:
nothing is handed over, `pause` is back-pressure down to the TCP window, and five hundred
connections need no thread. Only connecting, which blocks in paho, goes through the default
executor. Messages and PUBACKs do not pass through paho at all (see `wire`), and whatever is written
in a turn of the loop goes out in one write.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence

import structlog
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from streams.mqtt.channel import Channel
from streams.mqtt.client import LinkOptions, make_client, subscribe
from streams.mqtt.outstanding import Outstanding
from streams.mqtt.wire import Incoming, Message, PacketReader, encode_acks

BACK_OFF_S = (0.2, 5.0)
_MISC_S = 2.0
_CONNECT_S = 10.0

_log = structlog.get_logger()


class Link:
    """A connection that is kept up, with call-backs on the event loop.

    Attributes:
        on_messages: Gets the messages of one read of the socket.
        on_up: Called when connected and subscribed.
        on_down: Called when a connection is gone, or was never established.
        on_published: Gets packet identifiers that the broker has acknowledged.
        connected: Whether messages can be sent.
    """

    def __init__(self, options: LinkOptions) -> None:
        self.options = options
        self.on_messages: Callable[[Sequence[Message]], None] = _nothing
        self.on_up: Callable[[], None] = _nothing
        self.on_down: Callable[[], None] = _nothing
        self.on_published: Callable[[Sequence[int]], None] = _nothing
        self.connected = False
        self._loop = asyncio.get_running_loop()
        self._client = make_client(options)
        self._listen()
        self._channel: Channel | None = None  # while the loop watches its socket
        self._reader = PacketReader(options.protocol)
        self._outstanding = Outstanding(options.protocol)
        self._writing = False  # a write is due in this turn of the loop
        self._blocked = False  # the socket takes no more for now
        self._down = asyncio.Event()
        self._answered = asyncio.Event()  # connected or not, the attempt is over
        self._running = asyncio.Event()
        self._running.set()
        self._refusal = ""

    def pause(self) -> None:
        """Stop reading: the broker keeps what it has."""
        if self._running.is_set():
            self._running.clear()
            if self._channel is not None:
                self._loop.remove_reader(self._channel.fileno())

    def resume(self) -> None:
        """Read again."""
        if not self._running.is_set():
            self._running.set()
            if self._channel is not None:
                self._loop.add_reader(self._channel.fileno(), self._read)
                self._loop.call_soon(self._read)

    @property
    def paused(self) -> bool:
        """Whether reading is stopped."""
        return not self._running.is_set()

    def ack(self, mids: Iterable[int]) -> None:
        """Acknowledge QoS 1 messages of this connection (PUBACK)."""
        self._send(encode_acks(mids))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """Publish at QoS 1; sent again on every new connection until the broker acknowledges it.

        Returns:
            The packet identifier that `on_published` will get; None where it was not taken,
            because there is no connection or no identifier is free.

        Raises:
            ValueError: The topic is not one to publish on.
        """
        added = self._outstanding.add(topic, payload, retain=retain) if self.connected else None
        if added is None:
            return None
        mid, packet = added
        self._send(packet)
        return mid

    async def run(self) -> None:
        """Keep the connection up until cancelled; then disconnect cleanly."""
        pause = BACK_OFF_S[0]
        try:
            while True:
                await self._running.wait()
                if await self._connect():
                    pause = BACK_OFF_S[0]
                    await self._serve()
                await asyncio.sleep(pause)
                pause = min(2 * pause, BACK_OFF_S[1])
        finally:
            self._disconnect()

    async def _connect(self) -> bool:
        """One attempt; True once connected and subscribed."""
        self._down.clear()
        self._answered.clear()
        self._refusal = ""
        try:
            await asyncio.to_thread(self._client.reconnect)
            self._watch()
            async with asyncio.timeout(_CONNECT_S):
                await self._answered.wait()
        except (OSError, ValueError, TimeoutError) as error:
            self._refusal = str(error) or type(error).__name__
        if self.connected:
            return True
        self._unwatch()
        self._lost()
        _log.warning(
            "mqtt_no_connection",
            broker=self.options.address,
            client=self.options.client_id,
            error=self._refusal or "closed by the broker",
        )
        return False

    async def _serve(self) -> None:
        """Until the connection is lost."""
        while not self._down.is_set():
            if not self.paused:
                self._client.loop_misc()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_MISC_S):
                    await self._down.wait()

    def _disconnect(self) -> None:
        if self.connected:
            self._client.disconnect()
            self._write()
        self._unwatch()
        self._lost()

    def _watch(self) -> None:
        """Let the loop watch the socket that paho has just opened."""
        channel = self._client.socket()
        if channel is None:
            return
        channel.set_no_delay()
        self._channel = channel
        self._reader = PacketReader(self.options.protocol)
        if not self.paused:
            self._loop.add_reader(channel.fileno(), self._read)
            self._loop.call_soon(self._read)  # TLS may already hold bytes in its own buffer
        self._write_soon()

    def _unwatch(self) -> None:
        if self._channel is not None:
            self._loop.remove_reader(self._channel.fileno())
            self._loop.remove_writer(self._channel.fileno())
        self._channel = None
        self._blocked = False

    def _read(self) -> None:
        """Read once and handle what was in it."""
        channel = self._channel
        if channel is None or self.paused:
            return
        try:
            incoming = self._reader.feed(channel.read())
        except OSError as error:
            self._fail(channel, error)
            return
        self._handle(channel, incoming)
        if self._channel is channel and channel.has_more():
            self._loop.call_soon(self._read)

    def _handle(self, channel: Channel, incoming: Incoming) -> None:
        if incoming.messages:
            self.on_messages(incoming.messages)
            if not self.options.manual_ack:
                self.ack(message.mid for message in incoming.messages if message.mid)
        if incoming.acked:
            self.on_published(self._outstanding.settle(incoming.acked))
        if incoming.rest:
            # Last, because it may end the connection.
            channel.give(incoming.rest)
            self._let_paho_read(channel)

    def _let_paho_read(self, channel: Channel) -> None:
        while channel.waiting and self._client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            continue

    def _fail(self, channel: Channel, error: OSError) -> None:
        """Let paho find the connection gone; it closes the socket and calls back."""
        self._refusal = str(error)
        channel.end(error)
        self._client.loop_read()

    def _send(self, data: bytes) -> None:
        if self._channel is not None:
            self._channel.send(data)
            self._write_soon()

    def _write_soon(self) -> None:
        # Also called by paho while it connects in a thread; there is no channel then.
        if self._channel is not None and not self._writing:
            self._writing = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        self._writing = False
        if self._channel is not None and self._client.want_write():
            self._client.loop_write()  # into the channel
        channel = self._channel
        if channel is None:
            return
        try:
            done = channel.flush()
        except OSError as error:
            self._fail(channel, error)
            return
        if done == self._blocked:
            self._blocked = not done
            if done:
                self._loop.remove_writer(channel.fileno())
            else:
                self._loop.add_writer(channel.fileno(), self._write)

    def _lost(self) -> None:
        self.connected = False
        self._down.set()
        self._answered.set()
        self.on_down()

    # Paho's call-backs. It raises what they raise, out of loop_read or loop_write.

    def _connected(self, reason: ReasonCode) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            return
        if self.options.subscription:
            subscribe(self._client, self.options)
        else:
            self._up()

    def _subscribed(self, reasons: list[ReasonCode]) -> None:
        if any(reason.is_failure for reason in reasons):
            self._refusal = f"subscription refused: {', '.join(map(str, reasons))}"
            self._lost()
            return
        self._up()

    def _up(self) -> None:
        self.connected = True
        self._answered.set()
        for packet in self._outstanding.again():
            self._send(packet)
        self.on_up()

    def _listen(self) -> None:
        client = self._client
        client.on_connect = lambda _c, _u, _flags, reason, _p: self._connected(reason)
        client.on_subscribe = lambda _c, _u, _mid, reasons, _p: self._subscribed(reasons)
        client.on_disconnect = lambda *_: self._lost()
        client.on_socket_register_write = lambda *_: self._write_soon()
        client.on_socket_close = lambda *_: self._unwatch()


def _nothing(*_: object) -> None:
    """A call-back that nobody has set."""
