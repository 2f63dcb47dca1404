"""One MQTT connection on the asyncio loop: paho-mqtt without a thread of its own.

Paho's network thread would hand the interpreter lock back and forth with the event loop at every
packet (three reads a packet), and needs a queue between the two. Here paho is driven by the
loop's readiness call-backs instead: nothing is handed over, `pause` is back-pressure down to the
TCP window, and five hundred connections need no thread. Only connecting, which blocks in paho,
goes through the default executor.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

import structlog
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from streams.mqtt.client import LinkOptions, make_client, subscribe

PACKETS_A_TURN = 128
"""Packets after which the loop gets its turn again; paho reads as many more at a time as it has
messages of its own outstanding."""
BACK_OFF_S = (0.2, 5.0)
_MISC_S = 2.0
_CONNECT_S = 10.0

_log = structlog.get_logger()


class Link:
    """A connection that is kept up, with call-backs on the event loop.

    Attributes:
        on_message: Gets each message; paho's MQTTMessage.
        on_turn: Called after a turn of reading in which messages came.
        on_up: Called when connected and subscribed.
        on_down: Called when the connection is gone.
        on_published: Gets the packet identifier that the broker has acknowledged.
        connected: Whether messages can be sent.
    """

    def __init__(self, options: LinkOptions) -> None:
        self.options = options
        self.on_message: Callable[[MQTTMessage], None] = _nothing
        self.on_turn: Callable[[], None] = _nothing
        self.on_up: Callable[[], None] = _nothing
        self.on_down: Callable[[], None] = _nothing
        self.on_published: Callable[[int], None] = _nothing
        self.connected = False
        self._loop = asyncio.get_running_loop()
        self._client = make_client(options)
        self._listen()
        self._file = -1  # of the socket while the loop watches it, else -1
        self._writing = False
        self._taken = 0  # packets handled, to know whether a read made progress
        self._down = asyncio.Event()
        self._answered = asyncio.Event()  # connected or not, the attempt is over
        self._running = asyncio.Event()
        self._running.set()
        self._refusal = ""

    def pause(self) -> None:
        """Stop reading: the broker keeps what it has."""
        if self._running.is_set():
            self._running.clear()
            if self._file >= 0:
                self._loop.remove_reader(self._file)

    def resume(self) -> None:
        """Read again."""
        if not self._running.is_set():
            self._running.set()
            if self._file >= 0:
                self._loop.add_reader(self._file, self._read)
                self._loop.call_soon(self._read)

    @property
    def paused(self) -> bool:
        """Whether reading is stopped."""
        return not self._running.is_set()

    def ack(self, mid: int) -> None:
        """Acknowledge a QoS 1 message of this connection (PUBACK)."""
        self._client.ack(mid, 1)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """Publish at QoS 1.

        Returns:
            The packet identifier that `on_published` will get; None where it was not taken,
            because there is no connection or no identifier is free.

        Raises:
            ValueError: The topic is not one to publish on.
        """
        if not self.connected:
            return None
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        return int(info.mid) if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

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
        sock = self._client.socket()
        if sock is None:
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = sock.fileno()
        if not self.paused:
            self._loop.add_reader(self._file, self._read)
            self._loop.call_soon(self._read)  # TLS may already hold bytes in its own buffer
        if self._client.want_write():
            self._want_write()

    def _unwatch(self) -> None:
        if self._file >= 0:
            self._loop.remove_reader(self._file)
            self._loop.remove_writer(self._file)
        self._file = -1
        self._writing = False

    def _read(self) -> None:
        """Read packets until there are none, or the turn is over."""
        before = self._taken
        while self._file >= 0 and not self.paused:
            if self._taken - before >= PACKETS_A_TURN:
                self._loop.call_soon(self._read)  # a TLS socket need not become readable again
                break
            seen = self._taken
            if self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                break
            if self._taken == seen and not self._buffered():
                break
        if self._taken != before:
            self.on_turn()

    def _buffered(self) -> bool:
        sock = self._client.socket()
        return self.options.tls_ca is not None and sock is not None and sock.pending() > 0

    def _want_write(self) -> None:
        if self._file >= 0 and not self._writing:
            self._writing = True
            self._loop.add_writer(self._file, self._write)

    def _write(self) -> None:
        if self._file < 0:
            return
        self._client.loop_write()
        if self._file >= 0 and not self._client.want_write():
            self._writing = False
            self._loop.remove_writer(self._file)

    def _lost(self) -> None:
        self._down.set()
        self._answered.set()
        if self.connected:
            self.connected = False
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
        self.on_up()

    def _message(self, message: MQTTMessage) -> None:
        self._taken += 1
        self.on_message(message)

    def _published(self, mid: int) -> None:
        self._taken += 1
        self.on_published(mid)

    def _listen(self) -> None:
        client = self._client
        client.on_connect = lambda _c, _u, _flags, reason, _p: self._connected(reason)
        client.on_subscribe = lambda _c, _u, _mid, reasons, _p: self._subscribed(reasons)
        client.on_message = lambda _c, _u, message: self._message(message)
        client.on_publish = lambda _c, _u, mid, _reason, _p: self._published(mid)
        client.on_disconnect = lambda *_: self._lost()
        client.on_socket_register_write = lambda *_: self._want_write()
        client.on_socket_close = lambda *_: self._unwatch()


def _nothing(*_: object) -> None:
    """A call-back that nobody has set."""
