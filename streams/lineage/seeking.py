"""Which stretch of a readings partition holds the readings of values, and where it begins. Pure.

Records carry the broker's time of appending (`LogAppendTime`), lines the gateway's stream time. At
speed 1 both are the same clock but for the way to Kafka, so the broker's index of times gives the
place. It does not after an outage of Kafka, in a run at another speed, or where a recording was
fed; the stamps of the lines themselves then tell, by bisection.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final, NamedTuple

from sensors.screening import FUTURE_MS
from streams.lineage.readings import Wanted
from streams.topics import partition_of

RUN_UP_MS: Final = 10_000
"""A stretch begins so much earlier, so that stream time is known when the first reading comes. The
broker is asked for as much earlier again: what it names was on its way to Kafka for a moment."""
EARLY_MS: Final = 60_000
"""A guess may lie so much too early; more says that the broker's clock is none here."""


class Stretch(NamedTuple):
    """A part of a partition, by stream time. Times are Unix ms.

    Attributes:
        partition: The partition.
        since: First instant of interest.
        until: Last one.
        wanted: The values whose readings lie in it.
    """

    partition: int
    since: int
    until: int
    wanted: tuple[Wanted, ...]


def since_of(wanted: Wanted) -> int:
    """From when on the readings of a value can have been received: a clock may be a little fast."""
    return wanted.start - FUTURE_MS


def stretches(wanted: Iterable[Wanted], partitions: int) -> list[Stretch]:
    """What is to be read for values; each part of a log once.

    A reading counts until the value was published, so what came late is within as long as it
    corrected the value, at most the horizon of screening (26 h) after its window.

    Args:
        wanted: Whose readings.
        partitions: Partitions of the topic.

    Returns:
        By partition and time; those of a partition do not overlap.
    """
    found: list[Stretch] = []
    each = (
        Stretch(partition_of(w.zone, partitions), since_of(w) - RUN_UP_MS, w.by, (w,))
        for w in wanted
    )
    for new in sorted(each, key=lambda stretch: stretch[:3]):
        last = found[-1] if found else None
        if last is None or last.partition != new.partition or new.since > last.until:
            found.append(new)
        else:
            until = max(last.until, new.until)
            found[-1] = last._replace(until=until, wanted=last.wanted + new.wanted)
    return found


async def first_offset(
    stamp: Callable[[int], Awaitable[int | None]], low: int, high: int, since: int, guess: int
) -> int:
    """The offset from which on a log is to be read.

    Args:
        stamp: Offset → stream time of its record, Unix ms; None where it says none.
        low: First offset of the log.
        high: Offset after its last record.
        since: Stream time, Unix ms.
        guess: The broker's first offset of about that time; anything where it has none.

    Returns:
        An offset whose record is not later than `since`, or `low`: 1 question where the guess is
        good, else about log2(high - low).
    """
    guess = min(max(guess, low), high)
    at = await stamp(guess) if guess < high else None
    if at is None or at > since:
        high = guess
    elif at >= since - EARLY_MS:
        return guess
    else:
        low = guess
    while high - low > 1:
        middle = (low + high) // 2
        at = await stamp(middle)
        if at is not None and at <= since:
            low = middle
        else:
            high = middle
    return low
