"""From simulated messages to reception lines, as a gateway would have written them."""

import heapq
import math
from collections.abc import Iterable, Iterator
from zlib import crc32

from sensors.line import encode_reception, encode_tick
from sensors.outgoing import Outgoing


def transport_delay(message: Outgoing) -> float:
    """Seconds from a terminal to the gateway, 0.05–0.449: a fixed function of terminal and time."""
    return 0.05 + crc32(f"{message.terminal} {message.due:.3f}".encode()) % 400 / 1000.0


def reception_lines(
    messages: Iterable[Outgoing], start: float, seconds: float, ticks: float
) -> Iterator[bytes]:
    """Lines in the order of reception.

    Args:
        messages: Ordered by due time.
        start: Unix seconds of the run's beginning.
        seconds: Length of the run.
        ticks: Seconds between two ticks, > 0; infinite for none.

    Yields:
        Reception lines and ticks without LF. Ticks end a second after the run, behind its last
        reception.
    """
    lines = _receptions(messages)
    if not math.isfinite(ticks):
        return (line for _, line in lines)
    count = math.floor((seconds + 1.0) / ticks)
    instants = (round(start + number * ticks, 3) for number in range(1, count + 1))
    clock = ((instant, encode_tick(instant)) for instant in instants)
    return (line for _, line in heapq.merge(lines, clock, key=lambda pair: pair[0]))


def _receptions(messages: Iterable[Outgoing]) -> Iterator[tuple[float, bytes]]:
    waiting: list[tuple[float, int, bytes]] = []
    for number, message in enumerate(messages):
        received = round(message.due + transport_delay(message), 3)
        line = encode_reception(message.terminal, received, message.payload)
        heapq.heappush(waiting, (received, number, line))
        # Nothing that is due from here on can be received before.
        while waiting and waiting[0][0] <= message.due:
            received, _, line = heapq.heappop(waiting)
            yield received, line
    while waiting:
        received, _, line = heapq.heappop(waiting)
        yield received, line
