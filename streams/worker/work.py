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
from streams.worker.ledger_report import LedgerReport

RECORD_BYTES: Final = 512 * 1024
"""Where a record of lines or indications is cut: Kafka refuses large ones, and a worker whose
record is refused cannot go on. What one input gives has no bound: a tick ends every silence."""

HELD_ITEMS: Final = 32
"""Indications at which a worker that is behind sends them: a frame of plain windows gives two, one
clock for each of two districts, and a record costs 0.15 ms at its two ends whatever it holds. A
worker that keeps up sends them at once."""


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

    def dump(self, *, everything: bool) -> Mapping[str, bytes | None]:
        """See `Work`."""
        return self._engine.dump(everything=everything)

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """See `Work`."""
        self._engine.load(blocks)

    def process(self, topic: str, body: bytes, *, more: bool = False) -> list[Record]:
        """See `Work`; indications wait for those of the next input."""
        del topic
        published, indications = self._engine.step(body)
        records = list(_records(published, self._partition))
        for destination, items in indications.items():
            self._held.setdefault(destination, []).extend(items)
        if not more or sum(map(len, self._held.values())) >= HELD_ITEMS:
            records.extend(self._let_go())
        return records

    def _let_go(self) -> Iterator[Record]:
        """The indications that wait, as records."""
        held, self._held = self._held, {}
        for destination, items in sorted(held.items()):
            for frame in _frames(self._partition, items):
                yield Record(INDICATIONS, destination, None, frame)

    def report(self, *, everything: bool) -> list[Record]:
        """Indications that wait, and the ledger, where it has changed."""
        engine = self._engine
        records = self._ledger.records(
            engine.ledger(), engine.now, engine.span(), everything=everything
        )
        found = list(self._let_go())
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


def _records(
    published: Iterable[Published], lines_to: int, events_to: int | None = None
) -> Iterable[Record]:
    """Lines of one stream share a record; each event has its own, in the order of publication."""
    lines: dict[str, list[bytes]] = {}
    for output in published:
        if output.stream in (ALERTS, WORKORDERS):
            partition = lines_to if events_to is None else events_to
            yield Record(output.stream, partition, output.id, output.body)
        else:
            lines.setdefault(output.stream, []).append(output.body)
    for stream, bodies in lines.items():
        for body in _joined(bodies):
            yield Record(stream, lines_to, None, body)


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to bodies of at most `RECORD_BYTES`; a line larger than that stands alone."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) > RECORD_BYTES:
            yield b"\n".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield b"\n".join(held)


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
