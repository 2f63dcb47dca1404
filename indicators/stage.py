"""The vitals stage of a partition: remembered readings into windows, windows into vital signs.

Times are Unix ms; `now` is the effective received. A window closes on time at end + grace, as
revision 0; whatever touches it later publishes one revision more, at the time of the line that
touched it.

Most readings touch open windows of running signs only. The stage need not see them: they are in the
row store when the window closes. `Edges` tells which do not, and only those come here one by one.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from indicators.closings import Closings
from indicators.edges import ANY, ASLEEP, Edges
from indicators.evaluate import Window, evaluate, heard
from indicators.gather import Gathering
from indicators.gathered import Gathered
from indicators.plan import ZonePlan
from indicators.sign_members import SignMembers, members_of
from indicators.state import ZoneState
from indicators.vital_sign import VitalValue
from indicators.zone_vitals import Sign, ZoneVitals
from sensors.directory import Directory
from sensors.regions import NEVER, Regions
from sensors.row_places import newest_in

_SLACK: Final = 16
_MOST_GATHERINGS: Final = 4096


class Vitals:
    """The vital signs of all zones of a partition.

    Args:
        directory: Numbers of terminals and channels.
        regions: Their readings.
    """

    def __init__(self, directory: Directory, regions: Regions) -> None:
        self._directory, self._regions = directory, regions
        self._closings = Closings()
        self.edges = Edges()
        self.zones: dict[str, ZoneVitals] = {}
        self._zone_of: list[ZoneVitals] = []
        self._dirty: set[tuple[str, str, int]] = set()
        self._gatherings: dict[tuple[int, ...], Gathering] = {}

    # -- zones and groups -------------------------------------------------------------------------

    def open(self, plan: ZonePlan, state: ZoneState) -> ZoneVitals:
        """Take a zone in, with the closings that its state implies."""
        zone = self.zones[plan.zone.id] = ZoneVitals(plan, state, self.edges)
        numbers = [
            self._directory.add_terminal(terminal.id, plan.make_up.kinds[terminal.quantities])
            for terminal in plan.terminals
        ]
        zone.numbers = np.array(numbers, np.int32)
        self._zone_of += [zone] * (len(self._directory.terminals) - len(self._zone_of))
        self.edges.set(zone.slot, ANY if state.awake else ASLEEP)
        for _, sign in sorted(zone.signs.items()):
            if sign.state.next_end is not None:
                self._run(sign, sign.state.next_end)
        return zone

    def zone_of(self, channel: int) -> ZoneVitals:
        """The zone of a channel."""
        return self._zone_of[int(self._directory.terminal[channel])]

    def sync_groups(self) -> None:
        """Take in the groups that the directory has opened since."""
        members = self._directory.members
        if self.edges.groups < len(members):
            self._gatherings.clear()
        while self.edges.groups < len(members):
            pairs: dict[tuple[int, int], None] = {}
            for channel in members[self.edges.groups]:
                if channel >= 0:
                    zone, about = self.zone_of(channel), self._directory.about(channel)
                    pairs[zone.slot, 0] = None
                    for sign in zone.feeds.get(about.quantity.name, ()):
                        pairs[sign.slot, about.shift_ms] = None
                        sign.members = None
            self.edges.add_group(pairs)

    # -- readings that need a closer look ----------------------------------------------------------

    def would_wake(self, channel: int, at: int, now: int) -> bool:
        """Whether a reading lets a window close earlier: until then nothing later may be taken."""
        zone, about = self.zone_of(channel), self._directory.about(channel)
        if not zone.state.awake:
            return True
        belongs = at - about.shift_ms
        for sign in zone.feeds.get(about.quantity.name, ()):
            plan, next_end = sign.plan, sign.state.next_end
            if next_end is None:
                return True
            end = (belongs // plan.hop + 1) * plan.hop
            last = end + plan.window - plan.hop
            if (
                end < next_end
                and last + plan.grace > now
                and next_end - plan.hop + plan.grace > now
            ):
                return True
        return False

    def touch(self, channel: int, at: int, now: int) -> None:
        """Take one accepted reading that is before an edge.

        What it changes is told by `revisions` and when windows close.

        Args:
            channel: Its channel.
            at: Event time.
            now: Effective received.
        """
        zone, about = self.zone_of(channel), self._directory.about(channel)
        if not zone.state.awake:
            self._wake_derived(zone, now)
        for sign in zone.feeds.get(about.quantity.name, ()):
            self._touch(sign, at - about.shift_ms, now)

    def _wake_derived(self, zone: ZoneVitals, now: int) -> None:
        zone.state.awake = True
        self.edges.set(zone.slot, ANY)
        for sign in zone.signs.values():
            if not sign.is_fed and sign.state.next_end is None:
                self._run(sign, (now // sign.plan.hop + 1) * sign.plan.hop)

    def _touch(self, sign: Sign, belongs: int, now: int) -> None:
        """Mark the closed windows that hold an instant; see that the open ones will close."""
        plan, state = sign.plan, sign.state
        state.newest = max(state.newest, belongs)
        end = (belongs // plan.hop + 1) * plan.hop
        if state.next_end is not None and end >= state.next_end:
            return
        last = end + plan.window - plan.hop
        while end <= last:
            if end + plan.grace > now:
                if state.next_end is None or end < state.next_end:
                    self._run(sign, end)
                return
            self._dirty.add((sign.place, plan.sign.id, end))
            end += plan.hop

    def _run(self, sign: Sign, end: int) -> None:
        """Let a window be the next to close."""
        sign.state.next_end = end
        self._closings.set(sign, end)
        self.edges.set(sign.slot, end - sign.plan.hop if sign.is_fed else ANY)

    def revisions(self, now: int) -> list[tuple[ZoneVitals, VitalValue]]:
        """The closed windows that a line touched, each once, by (zone, sign, window end)."""
        if not self._dirty:
            return []
        dirty, self._dirty = sorted(self._dirty), set()
        signs = [self.zones[zone].signs[name] for zone, name, _ in dirty]
        ends = [end for _, _, end in dirty]
        gathered = self._gather(signs, ends)
        out = []
        for index, (sign, end) in enumerate(zip(signs, ends, strict=True)):
            state = sign.state
            revision = state.revisions.get(end, 0) + 1
            self._remember(sign, end, revision, now)
            # A correction must not teach the formula's memory the same window twice.
            window = Window(sign, end, now, revision)
            value = evaluate(window, dict(state.memory), gathered, index, self._directory)
            if state.latest is None or end >= state.latest.window_end:
                state.latest = value
            out.append((sign.zone, value))
        return out

    def _remember(self, sign: Sign, end: int, revision: int, now: int) -> None:
        plan, state = sign.plan, sign.state
        state.revisions[end] = revision
        if len(state.revisions) > 2 * (plan.horizon + plan.window) // plan.hop + _SLACK:
            oldest = now - plan.horizon - plan.window
            state.revisions = {e: r for e, r in state.revisions.items() if e >= oldest}

    # -- windows -----------------------------------------------------------------------------------

    @property
    def due(self) -> int | None:
        """When the next window closes, ms; None where every sign sleeps."""
        return self._closings.due

    def close_next(self) -> list[tuple[ZoneVitals, VitalValue]]:
        """Close the windows that are due first, those of one instant together."""
        due, signs = self._closings.take()
        if not signs:
            return []
        ends = [due - sign.plan.grace for sign in signs]
        gathered, directory = self._gather(signs, ends), self._directory
        values = []
        going_on: dict[int, list[Sign]] = {}
        for index, (sign, end) in enumerate(zip(signs, ends, strict=True)):
            state, plan = sign.state, sign.plan
            window = Window(sign, end, due, 0)
            value = evaluate(window, state.memory, gathered, index, directory)
            state.latest = value
            values.append((sign.zone, value))
            if sign.is_fed and (newest := gathered.newest(index)) > state.newest:
                state.newest = newest
            if end - state.newest <= plan.silence or not self._is_silent(sign, end):
                state.next_end = end + plan.hop
                going_on.setdefault(plan.hop, []).append(sign)
            else:
                self._sleep(sign)
        for hop, some in going_on.items():
            self._go_on(some, due, hop)
        return values

    def _go_on(self, signs: list[Sign], due: int, hop: int) -> None:
        """Let the next windows of signs whose windows closed at `due` close one hop later."""
        self._closings.set_together(signs, due + hop)
        fed = [sign for sign in signs if sign.is_fed]
        # As by `_run`; what no reading feeds keeps the edge that it has while it runs.
        slots = [sign.slot for sign in fed]
        self.edges.set_all(slots, [due - sign.plan.grace for sign in fed])

    def _is_silent(self, sign: Sign, end: int) -> bool:
        """Whether nothing has come for long; a closer look than what the closed window held."""
        state = sign.state
        if sign.is_fed:
            # Newer ones may be of windows that are still open.
            state.newest = max(state.newest, self._newest_of(sign))
        else:
            terminals = heard(sign.zone, self._directory).values()
            state.newest = max((instant for instant, _ in terminals if instant), default=0)
        return end - state.newest > sign.plan.silence

    def _sleep(self, sign: Sign) -> None:
        sign.state.next_end = None
        if sign.is_fed:
            self.edges.set(sign.slot, ASLEEP)
        elif sign.zone.state.awake:
            # The next reading wakes what no reading feeds, as the zone's first one did.
            sign.zone.state.awake = False
            self.edges.set(sign.zone.slot, ASLEEP)

    def _newest_of(self, sign: Sign) -> int:
        """The newest remembered instant (shifted into its window) of all members of a sign."""
        members = self._members(sign)
        places = zip(members.group.tolist(), members.column.tolist(), members.shift, strict=True)
        found = (newest_in(self._regions, group, column) - shift for group, column, shift in places)
        return max(map(int, found), default=NEVER)

    def _members(self, sign: Sign) -> SignMembers:
        if sign.members is None:
            sign.members = members_of(sign.zone.plan, sign.plan, self._directory)
        return sign.members

    def _gather(self, signs: Sequence[Sign], ends: Sequence[int]) -> Gathered:
        first = ends[0]
        after = [end - first for end in ends]
        key = tuple([sign.slot for sign in signs] + after)
        gathering = self._gatherings.get(key)
        if gathering is None:
            if len(self._gatherings) >= _MOST_GATHERINGS:
                self._gatherings.clear()
            members = [self._members(sign) for sign in signs]
            windows = [sign.plan.window for sign in signs]
            gathering = self._gatherings[key] = Gathering(members, windows, after, self._regions)
        return gathering.gather(self._regions, first)
