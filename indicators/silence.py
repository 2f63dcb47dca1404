"""Whether a sign has heard nothing for so long that it falls asleep."""

from indicators.gatherings import Gatherings
from indicators.heard import Heard
from indicators.zone_vitals import Sign, ZoneVitals
from sensors.regions import NEVER, Regions
from sensors.row_places import newest_in


class Silence:
    """Looks up when signs were last fed.

    Args:
        gatherings: Knows what feeds them.
        heard: Knows when terminals were last heard.
        regions: The rows that are remembered.
    """

    def __init__(self, gatherings: Gatherings, heard: Heard, regions: Regions) -> None:
        self._gatherings, self._heard, self._regions = gatherings, heard, regions

    def is_silent(self, sign: Sign, end: int) -> bool:
        """Whether nothing has come for long, when its window has closed that ends at `end` (ms).

        A closer look than what the closed window held: newer readings may be in open ones.
        """
        state = sign.state
        if sign.is_fed:
            state.newest = max(state.newest, self._newest_remembered(sign))
        else:
            state.newest = self._newest_heard(sign.zone, end + sign.plan.grace)
        return end - state.newest > sign.plan.silence

    def newest_of(self, about: Sign | ZoneVitals, now: int) -> int:
        """The newest instant that fed a sign or came in a zone, ms; 0 before the first."""
        if isinstance(about, ZoneVitals):
            return self._newest_heard(about, now)
        if not about.is_fed:
            return self._newest_heard(about.zone, now)
        return max(about.state.newest, self._newest_remembered(about))

    def _newest_heard(self, zone: ZoneVitals, by: int) -> int:
        instants = (instant for instant, _ in self._heard.of(zone, by).values())
        return max((instant for instant in instants if instant), default=0)

    def _newest_remembered(self, sign: Sign) -> int:
        """The newest remembered instant (shifted into its window) of all members of a sign."""
        members = self._gatherings.members(sign)
        places = zip(members.group.tolist(), members.column.tolist(), members.shift, strict=True)
        found = (newest_in(self._regions, group, column) - shift for group, column, shift in places)
        return max(map(int, found), default=NEVER)
