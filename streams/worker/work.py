"""What a worker does with one input: engine partitions as producers of Kafka records. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from streams.engine.config import EngineConfig
from streams.engine.district_partition import DistrictPartition
from streams.engine.indication import (
    Indication,
    IndicationFrame,
    decode_indications,
    encode_indications,
)
from streams.engine.published import ALERTS, WORKORDERS, Published
from streams.engine.zone_partition import ZonePartition
from streams.topics import COMMANDS, INDICATIONS, LEDGER
from streams.worker.held import RECORD_BYTES, HeldLines
from streams.worker.ledger_report import LedgerReport

HELD_ITEMS: Final = 32
"""Indications at which a worker that is behind sends them: a frame of plain windows gives two, one
clock for each of two districts, and a record costs 0.15 ms at its two ends whatever it holds. A
worker that keeps up sends them at once."""

HELD_BYTES: Final = 256 * 1024
"""Lines of vital signs, scores and refusals at which a worker that is behind sends them. A frame
gives some 20 KB of one stream and 2 KB of another; a record, and the request that takes it, cost
both ends as much whatever they hold."""


class Record(NamedTuple):
    """One record to be sent; `topic` without the prefix."""

    topic: str
    partition: int
    key: str | None
    value: bytes


class Work(Protocol):
    """One partition's work."""

    def process(self, topic: str, body: bytes, *, more: bool = False) -> list[Record]:
        """Take one input and say what is to be sent, in order.

        Args:
            topic: Its topic, without the prefix.
            body: Its content.
            more: Whether the log holds another input already, so that what may share a record with
                its outputs can wait: until then or, at the latest, `report`.
        """
        ...

    def report(self, *, everything: bool) -> list[Record]:
        """What is sent beside the outputs at every checkpoint; at the last one, all that waits.

        Outputs that `process` let wait come first: they are of inputs that the checkpoint covers.
        """
        ...

    def dump(self, *, everything: bool) -> Mapping[str, bytes | None]:
        """Name → content of the blocks that changed, or of all; None for one that is no more."""
        ...

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """Continue from all blocks."""
        ...


class ZoneWork:
    """A zone partition: `readings` in; vital signs, scores, rejects and indications out."""

    def __init__(self, config: EngineConfig, partition: int) -> None:
        self._engine = ZonePartition(config)
        self._partition = partition
        own = (t for t in config.city.terminals if config.zone_partition(t) == partition)
        self._ledger = LedgerReport(partition, own)
        self._held: dict[int, list[Indication]] = {}
        self._lines = HeldLines()

    def dump(self, *, everything: bool) -> Mapping[str, bytes | None]:
        """See `Work`."""
        return self._engine.dump(everything=everything)

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """See `Work`."""
        self._engine.load(blocks)

    def process(self, topic: str, body: bytes, *, more: bool = False) -> list[Record]:
        """See `Work`; lines and indications wait for those of the next input."""
        del topic
        published, indications = self._engine.step(body)
        for stream, lines in published.bodies():
            self._lines.add(stream, lines)
        for destination, items in indications.items():
            self._held.setdefault(destination, []).extend(items)
        records: list[Record] = []
        if not more or self._lines.size >= HELD_BYTES:
            records.extend(self._lines_let_go())
        if not more or sum(map(len, self._held.values())) >= HELD_ITEMS:
            records.extend(self._indications_let_go())
        return records

    def _lines_let_go(self) -> Iterator[Record]:
        """The lines that wait, as records."""
        for stream, body in self._lines.let_go():
            yield Record(stream, self._partition, None, body)

    def _indications_let_go(self) -> Iterator[Record]:
        """The indications that wait, as records."""
        held, self._held = self._held, {}
        for destination, items in sorted(held.items()):
            for frame in _frames(self._partition, items):
                yield Record(INDICATIONS, destination, None, frame)

    def report(self, *, everything: bool) -> list[Record]:
        """Lines and indications that wait, and the ledger, where it has changed."""
        engine = self._engine
        grown, total = engine.grown()
        records = self._ledger.records(
            grown, total, engine.now, engine.span(), everything=everything
        )
        found = [*self._lines_let_go(), *self._indications_let_go()]
        found.extend(Record(LEDGER, self._partition, key, value) for key, value in records)
        return found


class DistrictWork:
    """A district partition: `indications` and `commands` in; alerts, orders, roll-ups out."""

    def __init__(self, config: EngineConfig, partition: int) -> None:
        self._engine = DistrictPartition(config)
        self._partition = partition
        self._zone_partitions = config.zone_partitions

    def dump(self, *, everything: bool) -> Mapping[str, bytes | None]:
        """See `Work`."""
        return self._engine.dump(everything=everything)

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """See `Work`."""
        self._engine.load(blocks)

    def process(self, topic: str, body: bytes, *, more: bool = False) -> list[Record]:
        """See `Work`; nothing waits."""
        del more
        if topic == COMMANDS:
            published = self._engine.commands(body)
        else:
            published = self._engine.indications(decode_indications(body))
        return list(_records(published, self._partition % self._zone_partitions, self._partition))

    def report(self, *, everything: bool) -> list[Record]:
        """Nothing: alerts and orders are their own report."""
        del everything
        return []


def _records(published: Iterable[Published], lines_to: int, events_to: int) -> Iterator[Record]:
    """Lines of one stream share a record; each event has its own, in the order of publication."""
    lines = HeldLines()
    for output in published:
        if output.stream in (ALERTS, WORKORDERS):
            yield Record(output.stream, events_to, output.id, output.body)
        else:
            lines.add(output.stream, output.body)
    for stream, body in lines.let_go():
        yield Record(stream, lines_to, None, body)


def _frames(source: int, items: list[Indication]) -> Iterator[bytes]:
    """The items as one record, or halved until each record is within `RECORD_BYTES`.

    Their numbers let the receiver take them one by one; the clock stays the last.
    """
    frame = encode_indications(IndicationFrame(source, items))
    if len(frame) <= RECORD_BYTES or len(items) == 1:
        yield frame
        return
    middle = len(items) // 2
    yield from _frames(source, items[:middle])
    yield from _frames(source, items[middle:])
