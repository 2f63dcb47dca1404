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


class Record(NamedTuple):
    """One record to be sent; `topic` without the prefix."""

    topic: str
    partition: int
    key: str | None
    value: bytes


class Work(Protocol):
    """One partition's work."""

    def process(self, topic: str, body: bytes) -> list[Record]:
        """Take one input and say what is to be sent, in order."""
        ...

    def report(self, *, everything: bool) -> list[Record]:
        """What is sent beside the outputs at every checkpoint; at the last one, all that waits."""
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

    def dump(self, *, everything: bool) -> Mapping[str, bytes | None]:
        """See `Work`."""
        return self._engine.dump(everything=everything)

    def load(self, blocks: Mapping[str, bytes]) -> None:
        """See `Work`."""
        self._engine.load(blocks)

    def process(self, topic: str, body: bytes) -> list[Record]:
        """See `Work`."""
        del topic
        published, indications = self._engine.step(body)
        records = list(_records(published, self._partition))
        for destination, items in sorted(indications.items()):
            records.extend(
                Record(INDICATIONS, destination, None, frame)
                for frame in _frames(self._partition, items)
            )
        return records

    def report(self, *, everything: bool) -> list[Record]:
        """The ledger, where it has changed."""
        engine = self._engine
        records = self._ledger.records(
            engine.ledger(), engine.now, engine.span(), everything=everything
        )
        return [Record(LEDGER, self._partition, key, value) for key, value in records]


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

    def process(self, topic: str, body: bytes) -> list[Record]:
        """See `Work`."""
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
