"""What has arrived in `readings`: all of it, once, in order; how late, and in what frames."""

import msgspec
import numpy as np
from aiokafka import AIOKafkaConsumer, TopicPartition

from sensors.line import split_frame


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds: median, 99th percentile, largest."""

    p50: float
    p99: float
    max: float


class Arrivals(msgspec.Struct, frozen=True):
    """What stands in the topic of the packs of one load.

    Attributes:
        lost: Packs that are not there.
        twice: Lines that stand there again.
        out_of_order: Lines of a terminal whose pack was published before that of the line ahead.
        frames: Records with at least one pack.
        frame_lines: Median of the packs in a frame.
        frame_bytes: Median of a frame's length.
        to_gateway: From a pack's PUBLISH to its `received`.
        to_kafka: From its PUBLISH to Kafka's append; Kafka keeps whole ms, rounded down.
        in_gateway: From `received` to Kafka's append.
        first_received: Unix time of the first `received`.
        last_append: Unix time of the last append.
    """

    lost: int
    twice: int
    out_of_order: int
    frames: int
    frame_lines: int
    frame_bytes: int
    to_gateway: Latency
    to_kafka: Latency
    in_gateway: Latency
    first_received: float
    last_append: float


class _Reading(msgspec.Struct):
    v: float
    bt: float = 0.0


class _Line(msgspec.Struct):
    received: float
    terminal: str = ""
    pack: list[_Reading] = []


_line = msgspec.json.Decoder(_Line)


async def end_offsets(kafka: str, topic: str, partitions: int) -> list[int]:
    """Where each partition of a topic ends now."""
    parts = [TopicPartition(topic, p) for p in range(partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(parts)
    finally:
        await consumer.stop()
    return [ends[part] for part in parts]


async def arrivals(
    kafka: str, topic: str, begins: list[int], ends: list[int], numbers: range
) -> Arrivals:
    """Read what stands between two sets of offsets and compare it with what was published.

    Args:
        kafka: `host:port` of Kafka.
        topic: Full name of the topic.
        begins: Offset per partition at which to begin.
        ends: Offset per partition at which to end.
        numbers: The numbers of the packs that were published.

    Raises:
        ValueError: There is none of them, or a pack that was not published.
    """
    count = Tally(numbers)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", max_partition_fetch_bytes=4 << 20
    )
    await consumer.start()
    try:
        parts = [TopicPartition(topic, p) for p in range(len(begins))]
        consumer.assign(parts)
        for part in parts:
            consumer.seek(part, begins[part.partition])
        for part in parts:
            while await consumer.position(part) < ends[part.partition]:
                for record in (await consumer.getmany(part, timeout_ms=500)).get(part, []):
                    if record.offset < ends[part.partition]:
                        count.add(record.value, record.timestamp / 1000)
    finally:
        await consumer.stop()
    return count.result()


class Tally:
    """Adds up the records of a load.

    Args:
        numbers: The numbers of the packs that were published.
    """

    def __init__(self, numbers: range) -> None:
        self._numbers = numbers
        self._seen: list[int] = []
        self._times: list[tuple[float, float, float]] = []  # published, received, appended
        self._frames: list[tuple[int, int]] = []  # packs, bytes
        self._last: dict[str, int] = {}
        self._out_of_order = 0

    def add(self, value: bytes, appended: float) -> None:
        """Add a record, and the Unix time at which Kafka appended it."""
        packs = 0
        for raw in split_frame(value):
            line = _line.decode(raw)
            if not line.terminal:
                continue
            packs += 1
            number = int(line.pack[0].v)
            self._seen.append(number)
            self._times.append((line.pack[0].bt, line.received, appended))
            self._out_of_order += number < self._last.get(line.terminal, -1)
            self._last[line.terminal] = number
        if packs:
            self._frames.append((packs, len(value)))

    def result(self) -> Arrivals:
        """What was found.

        Raises:
            ValueError: There is no pack, or one that was not published.
        """
        if not self._seen:
            raise ValueError("nothing has arrived")
        places = np.array(self._seen) - self._numbers.start
        if places.min() < 0 or places.max() >= len(self._numbers):
            raise ValueError("a pack has arrived that was not published")
        times = np.bincount(places, minlength=len(self._numbers))
        published, received, appended = np.array(self._times).T
        packs, sizes = np.array(self._frames).T
        return Arrivals(
            lost=int((times == 0).sum()),
            twice=int((times[times > 1] - 1).sum()),
            out_of_order=self._out_of_order,
            frames=len(packs),
            frame_lines=int(np.median(packs)),
            frame_bytes=int(np.median(sizes)),
            to_gateway=_latency(received - published),
            to_kafka=_latency(appended - published),
            in_gateway=_latency(appended - received),
            first_received=float(received.min()),
            last_append=float(appended.max()),
        )


def _latency(seconds: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Latency:
    p50, p99, largest = np.percentile(seconds * 1000, (50, 99, 100))
    return Latency(round(float(p50), 1), round(float(p99), 1), round(float(largest), 1))
