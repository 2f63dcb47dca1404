"""The vitals stage of a partition: remembered readings into windows, windows into vital signs.

Times are Unix ms; `now` is the effective received. A window closes on time at end + grace, as
revision 0; whatever touches it later publishes one revision more, at the time of the line that
touched it.

Most readings touch open windows of running signs only. The stage need not see them: they are in the
row store when the window closes. `Edges` tells which do not, and only those come here one by one.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from indicators.closings import Closings
from indicators.corrections import Corrections
from indicators.edges import ANY, ASLEEP, Edges
from indicators.foresight import Foresight, Outlook, Rows
from indicators.gatherings import Gatherings
from indicators.heard import Heard
from indicators.lags import Lags
from indicators.plan import ZonePlan
from indicators.rounds import take_rhythms
from indicators.silence import Silence
from indicators.state import ZoneState
from indicators.vital_sign import Basis, VitalValue
from indicators.window_values import WindowValues
from indicators.zone_vitals import Sign, ZoneVitals
from sensors.directory import Directory
from sensors.regions import Regions


class Vitals:
    """The vital signs of all zones of a partition.

    Args:
        directory: Numbers of terminals and channels.
        regions: Their readings.

    Attributes:
        lags: Is told of frames, where signs of clocks are made.
    """

    def __init__(self, directory: Directory, regions: Regions) -> None:
        self._directory = directory
        self._closings = Closings()
        self._gatherings = Gatherings(directory, regions)
        self.lags = Lags(directory)
        self._heard = Heard(directory, self.lags)
        self._values = WindowValues(self._gatherings, self._heard)
        self._silence = Silence(self._gatherings, self._heard, regions)
        self.edges = Edges()
        self._foresight = Foresight(self.edges, self._newest_of)
        self._of_slot: list[Sign | ZoneVitals] = []
        # Until then no sign falls asleep, whatever lines have been taken; ms.
        self._awake_until: int | None = None
        self._is_liveness_asked = False
        self.zones: dict[str, ZoneVitals] = {}
        self._zone_of: list[ZoneVitals] = []
        self._corrections = Corrections(self._gatherings, self._heard)

    # -- zones and groups -------------------------------------------------------------------------

    def open(self, plan: ZonePlan, state: ZoneState) -> ZoneVitals:
        """Take a zone in, with the closings that its state implies."""
        zone = self.zones[plan.zone.id] = ZoneVitals(plan, state, self.edges)
        self._of_slot += [zone, *zone.signs.values()]
        bases = (sign.plan.sign.basis for sign in zone.signs.values())
        self._is_liveness_asked |= Basis.LIVENESS in bases
        numbers = [
            self._directory.add_terminal(terminal.id, plan.make_up.kinds[terminal.quantities])
            for terminal in plan.terminals
        ]
        zone.numbers = np.array(numbers, np.int32)
        self._zone_of += [zone] * (len(self._directory.terminals) - len(self._zone_of))
        self._gatherings.place(zone)
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
        while self.edges.groups < len(members):
            pairs: dict[tuple[int, int], None] = {}
            for channel in members[self.edges.groups]:
                if channel >= 0:
                    zone, about = self.zone_of(channel), self._directory.about(channel)
                    pairs[zone.slot, 0] = None
                    for sign in zone.feeds.get(about.quantity.name, ()):
                        pairs[sign.slot, about.shift_ms] = None
                        self._gatherings.forget(sign)
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
            ends, before = sign.ends_of(belongs), sign.end_before(next_end)
            if ends[0] < next_end and min(ends[-1], before) + plan.grace > now:
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
                # What is made of others corrects the windows that are over, and has no gap.
                since = now - sign.plan.grace if sign.made_of else now
                self._run(sign, sign.end_after(since))

    def _touch(self, sign: Sign, belongs: int, now: int) -> None:
        """Mark the closed windows that hold an instant; see that the open ones will close."""
        plan, state = sign.plan, sign.state
        state.newest = max(state.newest, belongs)
        for end in sign.ends_of(belongs):
            if state.next_end is not None and end >= state.next_end:
                return
            if end + plan.grace > now:
                self._run(sign, end)
                return
            if not plan.sign.is_internal:
                self._corrections.mark(sign, end)

    def _run(self, sign: Sign, end: int) -> None:
        """Let a window be the next to close."""
        sign.state.next_end = end
        self._closings.set(sign, end)
        self.edges.set(sign.slot, sign.end_before(end) if sign.is_fed else ANY)

    def revisions(self, now: int) -> list[VitalValue]:
        """The closed windows that a line touched, and those made of them, each once."""
        return self._corrections.made(self.zones, now)

    # -- windows -----------------------------------------------------------------------------------

    @property
    def due(self) -> int | None:
        """When the next window closes, ms; None where every sign sleeps."""
        return self._closings.due

    def close_until(self, now: int) -> Iterator[list[VitalValue]]:
        """Close all windows that are due by an effective received (ms), in their order."""
        if self._awake_until is not None:
            yield from self._close_together(min(now, self._awake_until))
        while self.due is not None and self.due <= now:
            yield self._close_next()
        # What was taken ahead of these windows is nothing special any more.
        self._awake_until = None
        self._heard.catch_up()

    def _close_together(self, until: int) -> Iterator[list[VitalValue]]:
        """Close what is due by `until` (ms), gathered at once: no sign falls asleep on the way."""
        while self.due is not None and self.due <= until:
            rhythms = take_rhythms(self._closings, until)
            yield self._values.of_rhythms(rhythms)
            for due, hop, rounds, signs in rhythms:
                if signs[0].plan.is_daily:
                    for sign in signs:
                        self._run(sign, sign.end_after(due - sign.plan.grace))
                else:
                    self._go_on(signs, due + rounds * hop)

    def _close_next(self) -> list[VitalValue]:
        """Close the windows that are due first, those of one instant together."""
        due, signs = self._closings.take()
        values = self._values.of_closing(due, signs)
        going_on: dict[int, list[Sign]] = {}
        for sign in signs:
            end, plan = due - sign.plan.grace, sign.plan
            is_near = end - sign.state.newest <= plan.silence
            if not is_near and self._silence.is_silent(sign, end):
                self._sleep(sign)
            elif plan.is_daily:
                self._run(sign, sign.end_after(end))
            else:
                going_on.setdefault(plan.hop, []).append(sign)
        for hop, some in going_on.items():
            self._go_on(some, due + hop)
        return values

    def _go_on(self, signs: Sequence[Sign], due: int) -> None:
        """Let the next windows of signs that closed together close at `due` (ms)."""
        self._closings.set_together(signs, due)
        slots, edges = [], []
        for sign in signs:
            plan = sign.plan
            sign.state.next_end = end = due - plan.grace
            # As by `_run`; what no reading feeds keeps the edge that it has while it runs.
            if sign.is_fed:
                slots.append(sign.slot)
                edges.append(end - plan.hop)
        self.edges.set_all(slots, edges)

    def _sleep(self, sign: Sign) -> None:
        sign.state.next_end = None
        self.edges.set(sign.slot, ASLEEP)
        if not sign.is_fed and sign.zone.state.awake:
            # The next reading wakes what no reading feeds, as the zone's first one did.
            sign.zone.state.awake = False
            self.edges.set(sign.zone.slot, ASLEEP)

    # -- lines that are taken before what is due on the way has closed ----------------------------

    def look_ahead(self, rows: Rows, least: int) -> Outlook:
        """How many rows can be taken now, as if windows had closed on the way.

        Args:
            rows: Rows to come, one at least.
            least: So many come before anything is due.
        """
        return self._foresight.look(rows, least)

    def run_ahead(self, outlook: Outlook, rows: Rows) -> None:
        """Rows are about to be taken; `close_until` is next."""
        self._awake_until = outlook.awake_until
        self._foresight.go(outlook)
        if self._is_liveness_asked:
            terminals = self._directory.group_terminal[rows.group]
            self._heard.run_ahead(terminals, rows.received, rows.at)

    def _newest_of(self, slot: int, now: int) -> int:
        return self._silence.newest_of(self._of_slot[slot], now)
