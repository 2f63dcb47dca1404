"""Load on an MQTT broker, one connection a process: `python -m streams.bench.mqtt_load …`.

A publisher sends its share of numbered packs of ten readings at QoS 1, and ends when the broker has
acknowledged all. A pack's `bt` is the instant at which it is sent, the first value its number.
A sink takes packs as a gateway would, and only acknowledges them.
"""

import select
import socket
import sys
import time
from collections.abc import Iterator
from itertools import islice

import msgspec

from streams.bench.mqtt_raw import (
    PUBACK,
    PUBACK_BYTES,
    encode_publish,
    open_session,
    publish_head,
    subscribe,
    take_identifiers,
)
from streams.clock import wall_seconds
from streams.topics import MQTT_ROOT, mqtt_up

TERMINALS = 560
ZONES = 64
DISTRICT = "bench"
WINDOW = 2000
"""Packs that a publisher leaves unacknowledged at most."""
_BATCH = 50
_ROUND_S = 0.002
_READ_BYTES = 1 << 18
_REST = (
    ("rain_rate", "mm/h"), ("people_density", "1/m2"), ("pm25", "ug/m3"), ("pm10", "ug/m3"),
    ("noise", "dBspl"), ("temperature", "Cel"), ("humidity", "%RH"), ("traffic_speed", "km/h"),
    ("battery", "%EL"),
)  # fmt: skip


class Share(msgspec.Struct, frozen=True):
    """What one publisher sends: every `of`-th pack of a load.

    Attributes:
        address: `host:port` of the broker.
        index: Which publisher this is, 0 <= index < of.
        of: Number of publishers; divides `TERMINALS`, so a terminal has one connection.
        first: Number of the load's first pack.
        count: Packs of the whole load.
        rate: Packs a second of the whole load; 0 = as fast as the broker takes them.
        begin: Unix time at which the first pack is sent.
    """

    address: str
    index: int
    of: int
    first: int
    count: int
    rate: float
    begin: float


class Published(msgspec.Struct, frozen=True):
    """What a publisher did: packs, and Unix times of its first PUBLISH and its last PUBACK."""

    packs: int
    began: float
    ended: float


def zone_of(terminal: int) -> str:
    """The zone of a terminal's number."""
    return f"z{terminal % ZONES:02d}"


def name_of(terminal: int) -> str:
    """The id of a terminal's number."""
    return f"t{terminal:04d}"


def pack_template(terminal: int) -> bytes:
    """A pack of ten readings, to be filled with its time (Unix s) and its number."""
    first = f'[{{"bn":"{name_of(terminal)}/","bt":%.6f,"n":"water_depth","u":"m","v":%d}}'
    rest = (
        f',{{"n":"{n}","u":"{u.replace("%", "%%")}","v":{20 + terminal * 7 % 13 + k / 100:.2f}}}'
        for k, (n, u) in enumerate(_REST)
    )
    return (first + "".join(rest) + "]").encode()


def publish_share(share: Share) -> Published:
    """Publish a share and wait for the last PUBACK."""
    sock = open_session(share.address, f"publisher-{share.index}")
    sock.settimeout(0.0)
    packets = _packets(share)
    mine = len(range(share.index, share.count, share.of))
    time.sleep(max(0.0, share.begin - wall_seconds()))
    began = wall_seconds()
    sent = answered = 0  # packs, bytes
    while answered < mine * PUBACK_BYTES:
        window = WINDOW - (sent - answered // PUBACK_BYTES)
        batch = list(islice(packets, max(0, min(_due(share, began, mine) - sent, window, _BATCH))))
        _send(sock, b"".join(batch))
        sent += len(batch)
        if share.rate:
            time.sleep(_ROUND_S)
        answered += _taken(sock, 0.0 if batch or share.rate else _ROUND_S)
    ended = wall_seconds()
    sock.close()
    return Published(sent, began, ended)


def sink(address: str, count: int) -> Published:
    """Take `count` packs, acknowledging each read's packs by one write."""
    sock = open_session(address, "sink")
    subscribe(sock, f"{MQTT_ROOT}/+/+/+/up")
    print("subscribed", flush=True)  # noqa: T201 - told to the parent process
    sock.settimeout(60.0)
    buffer = bytearray()
    taken, began = 0, 0.0
    while taken < count:
        data = sock.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("the broker has closed the connection")
        began = began or wall_seconds()
        buffer += data
        identifiers = take_identifiers(buffer)
        sock.sendall(b"".join(PUBACK + mid for mid in identifiers))
        taken += len(identifiers)
    return Published(taken, began, wall_seconds())


def _packets(share: Share) -> Iterator[bytes]:
    """The share's PUBLISHes; the time of a pack is that of its making."""
    heads = [publish_head(mqtt_up(DISTRICT, zone_of(t), name_of(t))) for t in range(TERMINALS)]
    templates = [pack_template(t) for t in range(TERMINALS)]
    for place, number in enumerate(range(share.index, share.count, share.of)):
        terminal = number % TERMINALS
        payload = templates[terminal] % (wall_seconds(), share.first + number)
        yield encode_publish(heads[terminal], place % 65535 + 1, payload)


def _due(share: Share, began: float, mine: int) -> int:
    """How many packs of the share should have been sent by now."""
    if not share.rate:
        return mine
    return min(mine, int((wall_seconds() - began) * share.rate / share.of) + 1)


def _send(sock: socket.socket, data: bytes) -> None:
    """Send everything; the broker may make it wait."""
    view = memoryview(data)
    while view:
        try:
            view = view[sock.send(view) :]
        except BlockingIOError:
            select.select([], [sock], [], 1.0)


def _taken(sock: socket.socket, patience: float) -> int:
    """Bytes that came within `patience` seconds."""
    if not select.select([sock], [], [], patience)[0]:
        return 0
    data = sock.recv(_READ_BYTES)
    if not data:
        raise ConnectionError("the broker has closed the connection")
    return len(data)


def main() -> None:
    """Do what the argument (JSON) says: a share to publish, or [address, count] of a sink."""
    job = sys.argv[1].encode()
    done = sink(*msgspec.json.decode(job, type=tuple[str, int])) if job.startswith(b"[") else None
    done = done or publish_share(msgspec.json.decode(job, type=Share))
    sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")


if __name__ == "__main__":
    main()
