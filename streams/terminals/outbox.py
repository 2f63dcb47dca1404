"""What a terminal has sent and has no receipt for; when to send it again. Pure."""

import msgspec

from sensors.outgoing import Outgoing
from streams.gateway.receipt import pack_id

RESEND_S = (5.0, 60.0)
"""Real seconds until a pack is sent again: the first time, and at most (it doubles)."""


class Waiting(msgspec.Struct):
    """One pack that waits for its receipt.

    Attributes:
        topic: MQTT topic.
        outgoing: The pack.
        again: Monotonic seconds at which it is sent again; its first sending counts as due at once.
        pause: Seconds from the next sending to the one after it.
        sent: Times that it has left.
    """

    topic: str
    outgoing: Outgoing
    again: float
    pause: float
    sent: int = 0


class Outbox:
    """The unconfirmed packs of one terminal.

    Args:
        first: Seconds from the first sending to the second, > 0.
        longest: The most that doubling makes of it.
    """

    def __init__(self, first: float = RESEND_S[0], longest: float = RESEND_S[1]) -> None:
        self._first = first
        self._longest = longest
        self._waiting: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, topic: str, outgoing: Outgoing, now: float) -> Waiting:
        """Note a pack that is to be sent now; the same bytes once more share one receipt."""
        waiting = Waiting(topic, outgoing, now, self._first)
        return self._waiting.setdefault(pack_id(outgoing.payload), waiting)

    def due(self, now: float) -> list[Waiting]:
        """Packs to send now, in the order in which they were added."""
        return [waiting for waiting in self._waiting.values() if waiting.again <= now]

    def sent(self, waiting: Waiting, now: float) -> None:
        """Note that a pack has left."""
        waiting.sent += 1
        waiting.again = now + waiting.pause
        waiting.pause = min(2 * waiting.pause, self._longest)

    def confirm(self, identifier: str) -> bool:
        """Note a receipt; True where a pack was waiting for it."""
        return self._waiting.pop(identifier, None) is not None
