"""Gatherings by the signs whose windows close together, kept until one of the signs changes.

Signs stand on *shelves*, some zones each: a new group changes the signs of its zone, and what must
be worked out again is one shelf's gatherings, not those of a whole city.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from indicators.gather import Gathering
from indicators.gathered import Gathered
from indicators.sign_members import SignMembers, members_of
from indicators.zone_vitals import Sign, ZoneVitals
from sensors.directory import Directory
from sensors.regions import Regions

_SHELF: Final = 16_384
"""Members of a shelf, about: so many that the numpy calls of a gathering do not count."""
_MOST: Final = 4096


class Spot(NamedTuple):
    """Where the window of a sign is: among which ones that were gathered, and which of them."""

    gathered: Gathered
    number: int


class Gatherings:
    """Gathers windows.

    Args:
        directory: Numbers of channels.
        regions: Their rows.

    Attributes:
        has_days: Whether readings feed signs whose windows are days of the place.
        changes: How often a sign got a group: what was kept of gatherings before is out of date.
    """

    def __init__(self, directory: Directory, regions: Regions) -> None:
        self._directory, self._regions = directory, regions
        self._members = 0
        self.has_days = False
        self.changes = 0
        self._by_shelf: dict[int, dict[tuple[int, ...], Gathering]] = {}

    def place(self, zone: ZoneVitals) -> None:
        """Put a zone's signs on a shelf."""
        zone.shelf = self._members // _SHELF
        self._members += sum(sign.size for sign in zone.signs.values())
        fed = (sign.plan for sign in zone.signs.values() if sign.is_fed)
        self.has_days |= any(plan.is_daily for plan in fed)

    def forget(self, sign: Sign) -> None:
        """Look its members up again: one of them got a group."""
        sign.members = None
        self.changes += 1
        self._by_shelf.pop(sign.zone.shelf, None)

    def members(self, sign: Sign) -> SignMembers:
        """The members of a sign that have been heard."""
        if sign.members is None:
            sign.members = members_of(sign.zone.plan, sign.plan, self._directory)
        return sign.members

    def gather(self, signs: Sequence[Sign], ends: Sequence[int]) -> list[Spot]:
        """Gather a window of each sign, once.

        Args:
            signs: Signs that readings feed.
            ends: End of the window of each, ms.

        Returns:
            Where the window of each sign is.
        """
        spots: dict[int, Spot] = {}
        for numbers, gathering in self.shelved(signs, ends):
            gathered = gathering.gather(self._regions, ends[numbers[0]])
            for index, number in enumerate(numbers):
                spots[number] = Spot(gathered, index)
        return [spots[number] for number in range(len(signs))]

    def shelved(
        self, signs: Sequence[Sign], ends: Sequence[int]
    ) -> list[tuple[list[int], Gathering]]:
        """How windows are gathered: the numbers of the signs of each shelf, and their gathering."""
        shelves: dict[int, list[int]] = {}
        for number, sign in enumerate(signs):
            shelves.setdefault(sign.zone.shelf, []).append(number)
        return [
            (numbers, self._gathering([signs[n] for n in numbers], [ends[n] for n in numbers]))
            for numbers in shelves.values()
        ]

    def take(
        self, gatherings: Sequence[tuple[Gathering, int]], due: int, hop: int, rounds: int
    ) -> list[Gathered]:
        """Gather windows; of several rounds, one hop after the other.

        Args:
            gatherings: How, and the end of the first window of each relative to `due`, ms.
            due: When the windows of the first round close, ms.
            hop: From one round to the next, ms.
            rounds: How many there are.
        """
        return [
            gathering.gather(self._regions, due + end, hop, rounds) for gathering, end in gatherings
        ]

    def _gathering(self, signs: Sequence[Sign], ends: Sequence[int]) -> Gathering:
        first = ends[0]
        after = [end - first for end in ends]
        windows = [sign.plan.window for sign in signs]
        key = tuple([sign.slot for sign in signs] + after)
        if self.has_days:
            windows = [end - s.start_of(end) for s, end in zip(signs, ends, strict=True)]
            key += tuple(windows)
        shelf = self._by_shelf.setdefault(signs[0].zone.shelf, {})
        gathering = shelf.get(key)
        if gathering is None:
            if sum(map(len, self._by_shelf.values())) >= _MOST:
                self._by_shelf.clear()
                shelf = self._by_shelf[signs[0].zone.shelf] = {}
            members = [self.members(sign) for sign in signs]
            gathering = shelf[key] = Gathering(members, windows, after, self._regions)
        return gathering
