"""One district partition: merge, roll-up, alerts, work orders."""

from collections.abc import Container, Mapping
from typing import Final, TypeVar

import msgspec

from anomaly.alert_stage import AlertStage
from anomaly.alert_state import AlertEvent, AlertState
from anomaly.cap import CapWriter
from indicators.registry import SIGNS
from indicators.rollup import HEALTH_INDEX, DistrictIndex, RollUp
from indicators.rollup import RANK as ROLLUP_RANK
from indicators.timers import Timer, Timers
from indicators.vital_sign import VitalValue
from sensors.line import Command, decode_line, received_ms, split_frame
from streams.engine.config import EngineConfig
from streams.engine.indication import IndicationFrame, clock_of
from streams.engine.line_writer import VitalWriter
from streams.engine.merge import Arrived, Merge, MergeState, SourceState
from streams.engine.published import ALERTS, WORKORDERS, Published, publish_event
from streams.workorders.cloudevent import OrderWriter
from streams.workorders.dispatch import DispatchTable
from streams.workorders.order import OrderEvent, Refusal
from streams.workorders.stage import OrdersState, OrderStage

T = TypeVar("T")

COMMAND_RANK: Final = 9
"""Commands are the last-ranked source: what the sensors said at the same instant goes first."""
_MERGE, _REST = "merge", "stages"


class Waiting(msgspec.Struct, array_like=True):
    """An item of the merge in a snapshot."""

    rank: int
    at: int
    value: VitalValue | None
    command: Command | None


class MergeSnapshot(msgspec.Struct):
    """The merge's part of a snapshot."""

    state: MergeState
    waiting: list[Waiting]
    commands_now: int = 0
    broken_commands: int = 0


class StagesSnapshot(msgspec.Struct):
    """The stages' part of a snapshot."""

    alerts: dict[str, dict[str, AlertState]] = {}
    orders: OrdersState = msgspec.field(default_factory=OrdersState)
    rollup: dict[str, DistrictIndex] = {}


class DistrictPartition:
    """One partition. Feed it indications and command frames; it answers with what is published.

    Args:
        config: City, rules and partition counts.
    """

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._sources = config.zone_partitions + 1
        state = MergeState([SourceState() for _ in range(self._sources)])
        self._restart(MergeSnapshot(state, []), StagesSnapshot())

    def _restart(self, merge: MergeSnapshot, stages: StagesSnapshot) -> None:
        config = self._config
        self._own = merge
        self._stages = stages
        self._merge = Merge(merge.state, [_arrived(item) for item in merge.waiting])
        self._timers = Timers()
        self._alerts = AlertStage(config.rules, config.city, stages.alerts)
        self._orders = OrderStage(
            config.city, DispatchTable(config.dispatch), config.deadlines, stages.orders,
            self._timers,
        )  # fmt: skip
        # Where no zone has an index (plain windows), there is nothing to roll up.
        sign = config.signs.get(HEALTH_INDEX, SIGNS[HEALTH_INDEX])
        self._rollup = RollUp(config.city, sign, config.health, stages.rollup, self._timers)
        self._vitals = VitalWriter(config.signs, config.city, config.rules.version)
        self._orders.rearm()
        self._rollup.rearm()
        self._cap = CapWriter(config.city_id, config.rules, config.city)
        self._writer = OrderWriter(config.city_id, config.city, config.departments, config.rules)
        self._published: list[Published] = []

    @property
    def stream_time(self) -> int:
        """Up to where every source has been heard, Unix ms."""
        return self._merge.state.stream_time

    @property
    def repeated(self) -> int:
        """Items that arrived again after a crash of their source."""
        return self._merge.state.repeated

    def indications(self, frame: IndicationFrame) -> list[Published]:
        """Take one record of the `indications` topic."""
        for item in frame.items:
            if not self._merge.is_next(frame.source, item.seq):
                continue
            if item.value is None:
                self._merge.set_clock(frame.source, item.at)
            else:
                self._merge.put(_value_arrived(item.value))
        return self._advance()

    def commands(self, frame: bytes) -> list[Published]:
        """Take one record of the `commands` topic: commands and ticks."""
        own = self._own
        for raw in split_frame(frame):
            try:
                line = decode_line(raw)
                own.commands_now = max(own.commands_now, received_ms(line.received))
            except msgspec.DecodeError:
                own.broken_commands += 1
                continue
            if line.command is not None:
                self._merge.put(_command_arrived(own.commands_now, line.command))
        self._merge.set_clock(self._sources - 1, clock_of(own.commands_now))
        return self._advance()

    def _advance(self) -> list[Published]:
        self._published = []
        moved = self._merge.advance()
        if moved is None:
            return []
        stream_time, items = moved
        for item in items:
            self._fire_until(item.at)
            if isinstance(item.payload, Command):
                self._publish_orders(self._orders.on_command(item.at, item.payload))
            else:
                self._take(item.payload)
        self._fire_until(stream_time)
        return self._published

    def _take(self, value: VitalValue) -> None:
        if value.zone not in self._config.city.zones:
            return  # told by a pack in which the zone still was
        if value.indicator == HEALTH_INDEX:
            self._rollup.on_value(value)
        for event in self._alerts.step(value):
            self._publish_alert(event)
            rung = self._alerts.mildest(event.rule, event.zone)
            self._publish_orders(self._orders.on_alert(event, rung.clear_at, rung.raise_at))
        self._publish_orders(self._orders.on_value(value))

    def _fire_until(self, at: int) -> None:
        while (timer := self._timers.next_due(at)) is not None:
            self._fire(timer)

    def _fire(self, timer: Timer) -> None:
        if timer.rank != ROLLUP_RANK:
            self._publish_orders(self._orders.fire(timer))
            return
        district = self._config.city.districts[timer.zone]
        for value in self._rollup.fire(timer):
            timezones = {value.zone: self._timezone(district.id)}
            self._published += self._vitals.publish([value], timezones)

    def _timezone(self, district: str) -> str:
        zones = self._config.city.zones.values()
        return next((zone.timezone for zone in zones if zone.district == district), "UTC")

    def _publish_alert(self, event: AlertEvent) -> None:
        body = self._cap.cloud_event(event)
        self._published.append(publish_event(ALERTS, event.at, event.zone, event.kind, body))

    def _publish_orders(self, events: list[OrderEvent] | list[OrderEvent | Refusal]) -> None:
        for event in events:
            if isinstance(event, Refusal):
                zone, kind, body = event.zone, "refused", self._writer.refusal(event)
            else:
                zone, kind = event.order.zone, event.order.kind
                body = self._writer.cloud_event(event)
            self._published.append(publish_event(WORKORDERS, event.at, zone, kind, body))

    def dump(self, *, everything: bool) -> dict[str, bytes]:
        """The blocks of this partition; both change at every record, so `everything` is ignored."""
        del everything
        self._own.waiting = [_waiting(item) for item in self._merge.waiting]
        return {
            _MERGE: msgspec.msgpack.encode(self._own),
            _REST: msgspec.msgpack.encode(self._stages),
        }

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """Continue from the newest version of both blocks.

        Raises:
            msgspec.DecodeError: A block is of another version.
        """
        merge = msgspec.msgpack.decode(blocks[_MERGE], type=MergeSnapshot)
        stages = msgspec.msgpack.decode(blocks[_REST], type=StagesSnapshot)
        self._forget_strangers(stages)
        self._restart(merge, stages)

    def _forget_strangers(self, stages: StagesSnapshot) -> None:
        """Leave out the places and kinds that a state of another pack has and this pack has not."""
        city = self._config.city
        kinds = {rule.kind for rule in self._config.rules.rules}
        stages.alerts = _known(stages.alerts, city.zones, kinds)
        stages.orders.open = _known(stages.orders.open, city.zones, kinds)
        for district in list(stages.rollup):
            if district not in city.districts:
                del stages.rollup[district]
                continue
            newest = stages.rollup[district].newest
            stages.rollup[district].newest = {z: v for z, v in newest.items() if z in city.zones}


def _known(
    by_zone: dict[str, dict[str, T]], zones: Container[str], kinds: Container[str]
) -> dict[str, dict[str, T]]:
    return {
        zone: {kind: item for kind, item in by_kind.items() if kind in kinds}
        for zone, by_kind in by_zone.items()
        if zone in zones
    }


def _value_arrived(value: VitalValue) -> Arrived:
    return Arrived(
        value.at, 0, value.zone, value.indicator, value.window_end, value.revision, "", value
    )


def _command_arrived(at: int, command: Command) -> Arrived:
    return Arrived(at, COMMAND_RANK, command.zone, command.action, 0, 0, command.id, command)


def _waiting(item: Arrived) -> Waiting:
    if isinstance(item.payload, Command):
        return Waiting(item.rank, item.at, None, item.payload)
    return Waiting(item.rank, item.at, item.payload, None)


def _arrived(item: Waiting) -> Arrived:
    if item.command is not None:
        return _command_arrived(item.at, item.command)
    if item.value is None:
        raise ValueError("a waiting item holds a value or a command")
    return _value_arrived(item.value)
