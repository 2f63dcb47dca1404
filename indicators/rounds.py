"""Windows of many due times, in the order of their closing: each sign's next ones, hop by hop."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from indicators.closings import Closings
from indicators.zone_vitals import Sign

_MOST: Final = 1 << 18
"""Members times rounds that are gathered at once, about: what they hold lies in memory together."""
_LESS_THAN_A_DAY_MS: Final = 22 * 3_600_000


class Rhythm(NamedTuple):
    """Signs whose windows close together, again and again.

    Attributes:
        due: When they close first, ms.
        hop: From one closing to the next, ms.
        rounds: How often they close.
        signs: The signs, in their order.
    """

    due: int
    hop: int
    rounds: int
    signs: Sequence[Sign]


def take_rhythms(closings: Closings, until: int) -> list[Rhythm]:
    """Take all closings that are due up to `until` (ms) where no sign falls asleep, or the first.

    Args:
        closings: At least one is due by then.
        until: Last due time, ms.
    """
    first = closings.due
    taken: list[tuple[int, int, list[Sign]]] = []
    while first is not None and closings.due is not None and closings.due <= until:
        due, signs = closings.take()
        by_hop: dict[tuple[int, bool], list[Sign]] = {}
        for sign in signs:
            by_hop.setdefault((sign.plan.hop, sign.plan.is_daily), []).append(sign)
        taken += [(due, hop, some) for (hop, _), some in by_hop.items()]
        if any(is_daily for _, is_daily in by_hop):
            # When the next day ends is for the calendar to say.
            until = min(until, due + _LESS_THAN_A_DAY_MS)
    if not taken or first is None:
        return []
    cells = sum(_members(some) * _rounds(due, hop, until) for due, hop, some in taken)
    if cells > _MOST:
        until = first + (until - first) * _MOST // cells
    found = []
    for due, hop, signs in taken:
        rounds = _rounds(due, hop, until)
        if rounds > 0:
            found.append(Rhythm(due, hop, rounds, signs))
        else:
            closings.set_together(signs, due)
    return found


def _rounds(due: int, hop: int, until: int) -> int:
    return (until - due) // hop + 1


def _members(signs: list[Sign]) -> int:
    return sum(sign.size for sign in signs) + 1


Turn = tuple[int, int, int, Sign]
"""A window that closes: when (ms), in which rhythm and which of its rounds, and its sign."""


def turns(rhythms: Sequence[Rhythm]) -> list[Turn]:
    """The windows of some rhythms by due time, and of one due time by zone and sign."""
    found = [
        (due + round_ * hop, number, round_, sign)
        for number, (due, hop, rounds, signs) in enumerate(rhythms)
        for round_ in range(rounds)
        for sign in signs
    ]
    if len(rhythms) > 1:
        found.sort(key=_order_of_turn)
    return found


def _order_of_turn(turn: Turn) -> tuple[int, tuple[str, str]]:
    return turn[0], turn[3].order
