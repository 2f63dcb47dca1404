"""The three MQTT packets of which there are many: PUBLISH in and out, PUBACK in and out. Pure.

Everything else (CONNECT, SUBSCRIBE, pings, QoS 2) is paho's. Paho takes 35 µs a message, for it
reads byte by byte and makes a dozen objects a packet; here a read of the socket is cut in one go.
"""

from collections.abc import Iterable
from itertools import chain
from struct import Struct

import msgspec

UNREADABLE = "\ufffd"
"""Topic of a message whose topic is not UTF-8."""
MAX_PAYLOAD = (1 << 28) - 1 - 65_535 - 16
"""Payloads beyond it do not fit into a packet, bytes."""
_PUBACK, _PUBLISH, _QOS1, _QOS2, _DUP = 0x40, 0x30, 0x02, 0x04, 0x08
_U16 = Struct(">H")


class Message(msgspec.Struct, frozen=True, gc=False):
    """A PUBLISH that came.

    Attributes:
        topic: Its topic.
        payload: Its payload.
        mid: Packet identifier, by which it is acknowledged; 0 at QoS 0.
    """

    topic: str
    payload: bytes
    mid: int


class Incoming(msgspec.Struct):
    """What a read of the socket held, each kind in its order.

    Attributes:
        messages: PUBLISHes at QoS 0 and 1.
        acked: Packet identifiers of PUBACKs, whatever their reason code.
        rest: All other packets as they came.
    """

    messages: list[Message] = []
    acked: list[int] = []
    rest: bytes = b""


class MalformedError(ConnectionError):
    """What came is not MQTT; the connection has to be given up."""


class PacketReader:
    """Cuts what comes on one connection into packets.

    Args:
        protocol: 4 = MQTT 3.1.1, 5 = MQTT 5.
    """

    def __init__(self, protocol: int) -> None:
        self._has_properties = protocol == 5
        self._parts: list[bytes] = []  # the beginning of a packet
        self._missing = 0  # bytes that its rest has at least

    def feed(self, data: bytes) -> Incoming:
        """Take what was read, whole packets or not, and give the packets that are whole now.

        Raises:
            MalformedError: It is not MQTT; nothing of what was read is given.
        """
        incoming = Incoming()
        if self._parts:
            self._parts.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return incoming
            data = b"".join(self._parts)
        at = self._cut(data, incoming)
        self._parts = [data[at:]] if at < len(data) else []
        return incoming

    def _cut(self, data: bytes, incoming: Incoming) -> int:
        """Cut as many packets as there are; where the first one begins that is not whole."""
        at, size = 0, len(data)
        while True:
            length, body = _read_length(data, at + 1)
            end = body + length
            if end > size:
                self._missing = end - size
                return at
            kind = data[at] & 0xF0
            if kind == _PUBLISH and not data[at] & _QOS2:
                incoming.messages.append(self._message(data, at, body, end))
            elif kind == _PUBACK:
                incoming.acked.append(_identifier(data, body, end))
            else:
                incoming.rest += data[at:end]
            at = end

    def _message(self, data: bytes, at: int, body: int, end: int) -> Message:
        topic = body + 2
        if topic > end:
            raise MalformedError("a PUBLISH without a topic")
        payload = past = topic + (data[body] << 8 | data[body + 1])
        if data[at] & _QOS1:
            payload += 2
        if self._has_properties:
            length, payload = _read_length(data, payload)
            payload += length
        if payload > end:
            raise MalformedError("a PUBLISH that is shorter than it says")
        mid = _identifier(data, past, end) if data[at] & _QOS1 else 0
        return Message(_text(data[topic:past]), data[payload:end], mid)


def encode_acks(mids: Iterable[int]) -> bytes:
    """PUBACKs of these packet identifiers, one after the other."""
    return b"".join(chain.from_iterable((b"\x40\x02", _U16.pack(mid)) for mid in mids))


def encode_publish(
    topic: str, payload: bytes, mid: int, protocol: int, *, retain: bool = False
) -> bytes:
    """A PUBLISH at QoS 1.

    Args:
        topic: Its topic.
        payload: Its payload.
        mid: Packet identifier, 1-65535.
        protocol: 4 = MQTT 3.1.1, 5 = MQTT 5.
        retain: Whether the broker keeps it for later subscribers.

    Raises:
        ValueError: The topic is empty, too long or a filter, or the payload does not fit.
    """
    name = topic.encode()
    if not 0 < len(name) <= 65_535 or "+" in topic or "#" in topic:
        raise ValueError(f"not a topic to publish on: {topic[:100]!r}")
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a payload of {len(payload)} bytes does not fit into a packet")
    no_properties = b"\x00" if protocol == 5 else b""
    length = 2 + len(name) + 2 + len(no_properties) + len(payload)
    return b"%c%b%b%b%b%b%b" % (
        _PUBLISH | _QOS1 | retain, _length(length), _U16.pack(len(name)), name, _U16.pack(mid),
        no_properties, payload,
    )  # fmt: skip


def again(packet: bytes) -> bytes:
    """A PUBLISH as it is sent on a new connection: marked as a possible repeat."""
    return bytes([packet[0] | _DUP]) + packet[1:]


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends; of one that is not whole, an end beyond."""
    size = len(data)
    value = shift = 0
    for place in range(at, at + 4):
        if place >= size:
            return 0, max(place, size) + 1
        octet = data[place]
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, place + 1
        shift += 7
    raise MalformedError("a length of more than four octets")


def _identifier(data: bytes, at: int, end: int) -> int:
    """A packet identifier, 1-65535."""
    mid = data[at] << 8 | data[at + 1] if at + 2 <= end else 0
    if not mid:
        raise MalformedError("a packet without an identifier")
    return mid


def _length(value: int) -> bytes:
    octets = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        octets.append(low | 0x80 if value else low)
        if not value:
            return bytes(octets)


def _text(name: bytes) -> str:
    try:
        return str(name, "utf-8")
    except UnicodeDecodeError:
        return UNREADABLE
