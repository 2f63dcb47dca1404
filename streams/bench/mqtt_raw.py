"""As little MQTT 3.1.1 as a load needs, on a plain socket; the load must not be the limit."""

import socket
import struct
from typing import Final

CONNECT, PUBLISH, SUBSCRIBE = 0x10, 0x32, 0x82  # PUBLISH at QoS 1
PUBACK: Final = b"\x40\x02"
PUBACK_BYTES: Final = 4
_ANSWER_S = 10.0


def open_session(address: str, client: str) -> socket.socket:
    """A clean session with a broker, on a blocking socket.

    Args:
        address: `host:port`.
        client: MQTT client id.

    Raises:
        ConnectionError: The broker refuses.
        OSError: There is no broker.
    """
    host, _, port = address.rpartition(":")
    sock = socket.create_connection((host, int(port)), _ANSWER_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Protocol name, level 4, clean session, 60 s of keep-alive (rumqttd refuses none).
    sock.sendall(_packet(CONNECT, _text("MQTT") + b"\x04\x02\x00\x3c" + _text(client)))
    if sock.recv(4)[:4] != b"\x20\x02\x00\x00":
        raise ConnectionError(f"the MQTT broker at {address} refuses {client}")
    return sock


def subscribe(sock: socket.socket, topics: str) -> None:
    """Subscribe to a filter at QoS 1.

    Raises:
        ConnectionError: The broker refuses.
    """
    sock.sendall(_packet(SUBSCRIBE, b"\x00\x01" + _text(topics) + b"\x01"))
    if sock.recv(5)[-1:] != b"\x01":
        raise ConnectionError(f"the MQTT broker refuses a subscription to {topics}")


def publish_head(topic: str) -> bytes:
    """What stands in a PUBLISH between its length and its packet identifier."""
    return _text(topic)


def encode_publish(head: bytes, mid: int, payload: bytes) -> bytes:
    """A PUBLISH at QoS 1.

    Args:
        head: From `publish_head`.
        mid: Packet identifier, 1-65535.
        payload: Its payload.
    """
    length = _length(len(head) + 2 + len(payload))
    return b"%c%b%b%b%b" % (PUBLISH, length, head, struct.pack(">H", mid), payload)


def take_identifiers(buffer: bytearray) -> list[bytes]:
    """Take the whole packets out of a buffer; the identifiers (2 bytes) of the QoS 1 PUBLISHes."""
    found: list[bytes] = []
    at = 0
    while True:
        length, body = _read_length(buffer, at + 1)
        if not body or body + length > len(buffer):
            break
        if buffer[at] & 0xF6 == PUBLISH:
            topic = int.from_bytes(buffer[body : body + 2], "big")
            found.append(bytes(buffer[body + 2 + topic : body + 4 + topic]))
        at = body + length
    del buffer[:at]
    return found


def _packet(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _length(len(body)) + body


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()


def _length(size: int) -> bytes:
    """MQTT's variable-length integer."""
    octets = bytearray()
    while True:
        size, low = divmod(size, 128)
        octets.append(low | (0x80 if size else 0))
        if not size:
            return bytes(octets)


def _read_length(buffer: bytearray, at: int) -> tuple[int, int]:
    """A variable-length integer and where it ends; (0, 0) where it is not whole yet."""
    value = shift = 0
    for place in range(at, min(at + 4, len(buffer))):
        value |= (buffer[place] & 0x7F) << shift
        if buffer[place] < 0x80:
            return value, place + 1
        shift += 7
    return 0, 0
