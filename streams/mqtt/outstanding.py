"""What was published on a link and is not acknowledged yet. Pure."""

from collections.abc import Iterable, Iterator

from streams.mqtt.wire import again, encode_publish

_MIDS = range(1024, 65_536)  # those of paho's own SUBSCRIBEs count up from 1


class Outstanding:
    """PUBLISHes at QoS 1 by packet identifier, in the order in which they went out.

    Args:
        protocol: 4 = MQTT 3.1.1, 5 = MQTT 5.
    """

    def __init__(self, protocol: int) -> None:
        self._protocol = protocol
        self._packets: dict[int, bytes] = {}
        self._next = _MIDS.start

    def __len__(self) -> int:
        return len(self._packets)

    def add(self, topic: str, payload: bytes, *, retain: bool) -> tuple[int, bytes] | None:
        """A packet identifier and the PUBLISH; None where no identifier is free.

        Raises:
            ValueError: The topic is not one to publish on, or the payload does not fit.
        """
        if len(self._packets) == len(_MIDS):
            return None
        mid = self._next
        while mid in self._packets:
            mid = _after(mid)
        packet = encode_publish(topic, payload, mid, self._protocol, retain=retain)
        self._packets[mid] = packet
        self._next = _after(mid)
        return mid, packet

    def settle(self, mids: Iterable[int]) -> list[int]:
        """Forget what the broker has acknowledged; those of the identifiers that were known."""
        return [mid for mid in mids if self._packets.pop(mid, None) is not None]

    def again(self) -> Iterator[bytes]:
        """Everything once more, for a new connection (MQTT 4.4)."""
        return map(again, self._packets.values())


def _after(mid: int) -> int:
    return mid + 1 if mid + 1 < _MIDS.stop else _MIDS.start
