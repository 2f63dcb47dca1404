"""One partition of `readings`: screening, vital signs and scores of the zones that live in it."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from anomaly.stage import Series, ZoneScores
from indicators.plan import ZonePlan
from indicators.stage import ZoneVitals
from indicators.state import ZoneState
from indicators.timers import Timers
from indicators.vital_sign import VitalValue
from sensors.ledger import UNKNOWN, Ledger, merged
from sensors.line import Line, decode_line, received_ms, split_frame, stamp_of
from sensors.reason import Reason
from sensors.screening import Memory, admit, convert
from sensors.senml import Resolved, SenmlError, decode
from streams.engine.config import EngineConfig
from streams.engine.indication import Indication, clock_of
from streams.engine.payload import payload_of
from streams.engine.published import Published, publish_score, publish_vital
from streams.engine.rejecting import Numbers, Refused, detail_of

PARTITION_BLOCK: Final = "partition"


class ZoneSnapshot(msgspec.Struct):
    """The snapshot of one zone: vitals and scores, and the grid of panes and hops they are on."""

    vitals: ZoneState
    scores: dict[str, Series]
    grid: dict[str, int] = {}


class PartitionSnapshot(msgspec.Struct):
    """The snapshot of what belongs to no zone."""

    now: int = 0
    clock: int = 0
    seqs: list[int] = []
    strangers: Ledger = msgspec.field(default_factory=Ledger)
    letters: Numbers = msgspec.field(default_factory=Numbers)


class _Zone:
    """The stages of one zone."""

    def __init__(self, plan: ZonePlan, config: EngineConfig, timers: Timers) -> None:
        self._plan = plan
        self._config = config
        self._timers = timers
        self.start(ZoneSnapshot(ZoneState(), {}))

    def start(self, snapshot: ZoneSnapshot) -> None:
        plan = self._plan
        snapshot.grid = snapshot.grid or dict(plan.grid)
        if snapshot.grid != plan.grid:
            # The state of another pack: accounts and remembered instants hold, windows do not fit.
            snapshot.vitals.panes, snapshot.vitals.signs = {}, {}
            snapshot.vitals.awake = False
            snapshot.grid = dict(plan.grid)
        keep = {s: p.horizon + p.window for s, p in plan.signs.items()}
        self.snapshot = snapshot
        self.vitals = ZoneVitals(plan, snapshot.vitals, self._timers)
        self.scores = ZoneScores(plan.zone.timezone, self._config.signs, keep, snapshot.scores)


class ZonePartition:
    """One partition. Feed it frames in log order; it answers with what is to be published.

    Args:
        config: City, signs and partition counts.
    """

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._timers = Timers()
        self._zones: dict[str, _Zone] = {}
        self._own = PartitionSnapshot(seqs=[0] * config.district_partitions)
        self._touched: set[str] = set()
        self._published: list[Published] = []
        self._indications: dict[int, list[Indication]] = {}

    @property
    def now(self) -> int:
        """Stream time: the largest received so far, Unix ms."""
        return self._own.now

    def step(self, frame: bytes) -> tuple[list[Published], dict[int, list[Indication]]]:
        """Process one frame.

        Args:
            frame: Lines separated by LF.

        Returns:
            What is published, and what each district partition is told, both in order.
        """
        self._published, self._indications = [], {}
        for line in split_frame(frame):
            try:
                decoded = decode_line(line)
                received = received_ms(decoded.received)
            except msgspec.DecodeError as error:
                self._refuse_line(line, str(error))
                continue
            self._advance(received)
            if decoded.terminal is not None:
                self._receive(decoded.terminal, decoded)
        self._tell_clock()
        return self._published, self._indications

    def _advance(self, received: int) -> None:
        """Move stream time to the effective received; fire what falls due on the way."""
        own = self._own
        own.now = max(own.now, received)
        while (timer := self._timers.next_due(own.now)) is not None:
            zone = self._zones[timer.zone]
            value = zone.vitals.fire(timer)
            if value is not None:
                self._touched.add(timer.zone)
                self._emit(zone, (value,))

    def _receive(self, terminal: str, line: Line) -> None:
        home = self._config.city.terminals.get(terminal)
        refused = Refused(
            self._own.now, terminal, home.zone if home else "",
            self._config.city.zones[home.zone].timezone if home else "UTC", line, self._own.letters,
        )  # fmt: skip
        zone = None if home is None else self._zone(home.zone)
        ledger = self._own.strangers if zone is None else zone.snapshot.vitals.ledger
        account = ledger.account(terminal if home else UNKNOWN)
        if home is not None:
            self._touched.add(home.zone)
        try:
            records = decode(payload_of(line))
        except SenmlError as error:
            account.received += 1
            ledger.refuse(account, error.reason)
            self._published.append(refused.pack(error.reason, error.detail))
            return
        account.received += len(records)
        if home is None or zone is None:
            for _ in records:
                ledger.refuse(account, Reason.UNKNOWN_TERMINAL)
            detail = f"terminal {terminal!r} is not in the city pack"
            letter = refused.pack(Reason.UNKNOWN_TERMINAL, detail, len(records))
            self._published.append(letter)
            return
        for reason, indices in self._screen(zone, home.id, records).items():
            detail = self._detail(zone, records[indices[0]], reason)
            self._published.append(refused.records(reason, detail, indices))
        self._emit(zone, zone.vitals.revisions(self._own.now))

    def _screen(
        self, zone: _Zone, terminal: str, records: list[Resolved]
    ) -> dict[Reason, list[int]]:
        """Take the records of a pack and book each; the indices of the refused ones by reason."""
        ledger = zone.snapshot.vitals.ledger
        account = ledger.account(terminal)
        refused: dict[Reason, list[int]] = {}
        for index, record in enumerate(records):
            reason = self._take(zone, terminal, record)
            if reason is None:
                account.accepted += 1
            elif reason is False:
                account.duplicate += 1
            else:
                ledger.refuse(account, reason)
                refused.setdefault(reason, []).append(index)
        return refused

    def _detail(self, zone: _Zone, record: Resolved, reason: Reason) -> str:
        known = zone.vitals.plan.channels.get(record.name)
        return detail_of(reason, record, known[1] if known else None, self._own.now)

    def _take(self, zone: _Zone, terminal: str, record: Resolved) -> Reason | Literal[False] | None:
        """Screen one record and give it to the windows; None: accepted, False: a duplicate."""
        known = zone.vitals.plan.channels.get(record.name)
        if known is None or known[0] != terminal:
            is_own = record.name.startswith(f"{terminal}/")
            return Reason.UNKNOWN_QUANTITY if is_own else Reason.TERMINAL_MISMATCH
        channel = known[1]
        value = convert(channel, record.unit, record.value)
        if isinstance(value, Reason):
            return value
        memories = zone.snapshot.vitals.memories
        memory = memories.get(record.name)
        if memory is None:
            memory = memories[record.name] = Memory()
        verdict = admit(channel, memory, record.at, value, self._own.now)
        if verdict is not True:
            return verdict
        zone.vitals.accept(terminal, channel, record.at, value, self._own.now)
        return None

    def _emit(self, zone: _Zone, values: Iterable[VitalValue]) -> None:
        place = zone.vitals.plan.zone
        for value in values:
            self._published.append(publish_vital(value, place.timezone))
            score = zone.scores.step(value)
            if score is not None:
                self._published.append(publish_score(score, place.timezone))
            if value.indicator in self._config.indicated:
                self._tell(self._config.district_partition(place.district), value.at, value)

    def _tell(self, destination: int, at: int, value: VitalValue | None) -> None:
        self._own.seqs[destination] += 1
        item = Indication(self._own.seqs[destination], at, value)
        self._indications.setdefault(destination, []).append(item)

    def _tell_clock(self) -> None:
        """Once a frame at most: only the last clock of a frame can matter."""
        clock = clock_of(self._own.now)
        if clock > self._own.clock:
            self._own.clock = clock
            for destination in range(self._config.district_partitions):
                self._tell(destination, clock, None)

    def _refuse_line(self, line: bytes, detail: str) -> None:
        stamp = stamp_of(line)
        if stamp is not None:
            # Its time counts: else the letter's time would depend on what shares the partition.
            self._advance(stamp)
        ledger = self._own.strangers
        account = ledger.account(UNKNOWN)
        account.received += 1
        ledger.refuse(account, Reason.BROKEN_LINE)
        refused = Refused(self._own.now, UNKNOWN, "", "UTC", line, self._own.letters)
        self._published.append(refused.pack(Reason.BROKEN_LINE, detail))

    def _zone(self, zone_id: str) -> _Zone:
        zone = self._zones.get(zone_id)
        if zone is None:
            plan = self._config.plan(zone_id)
            zone = self._zones[zone_id] = _Zone(plan, self._config, self._timers)
        return zone

    def ledger(self) -> Ledger:
        """The ledger of this partition, all zones and strangers together."""
        zones = (zone.snapshot.vitals.ledger for _, zone in sorted(self._zones.items()))
        return merged((*zones, self._own.strangers))

    def span(self) -> tuple[int, int] | None:
        """First and last accepted event time, Unix ms."""
        heard = [z.snapshot.vitals for z in self._zones.values() if z.snapshot.vitals.oldest]
        if not heard:
            return None
        return min(z.oldest for z in heard), max(z.newest for z in heard)

    def dump(self, *, everything: bool) -> dict[str, bytes]:
        """The blocks that changed since the last dump, or all of them."""
        names = set(self._zones) if everything else self._touched
        self._touched = set()
        blocks = {PARTITION_BLOCK: msgspec.msgpack.encode(self._own)}
        for name in sorted(names):
            zone = self._zones[name]
            zone.scores.dump()
            blocks[f"zone/{name}"] = msgspec.msgpack.encode(zone.snapshot)
        return blocks

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """Continue from the newest version of every block ever dumped.

        Raises:
            msgspec.DecodeError: A block is of another version.
        """
        self._own = msgspec.msgpack.decode(blocks[PARTITION_BLOCK], type=PartitionSnapshot)
        for name in sorted(blocks):
            kind, _, zone_id = name.partition("/")
            if kind != "zone":
                continue
            snapshot = msgspec.msgpack.decode(blocks[name], type=ZoneSnapshot)
            if zone_id not in self._config.city.zones:
                # The zone left the pack; what was booked there stays booked.
                self._own.strangers.merge(snapshot.vitals.ledger)
                continue
            zone = self._zone(zone_id)
            zone.start(snapshot)
            zone.vitals.rearm()
