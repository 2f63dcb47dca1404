"""Readings of a running system, read from Kafka when somebody asks; never more than a little."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from sensors.city import City
from streams.lineage import notes
from streams.lineage.partition_log import Bounds, PartitionLog, new_consumer
from streams.lineage.readings import Picked, Picker, Wanted, Words
from streams.lineage.seeking import RUN_UP_MS, Stretch, first_offset, since_of, stretches
from streams.settings import Settings
from streams.topics import READINGS

_GRACE_S: Final = 4.0
"""What Kafka may take beyond the limit of seconds before it counts as away."""
_CACHED_READINGS: Final = 50_000

log = structlog.get_logger(__name__)


class Limits(msgspec.Struct, frozen=True):
    """What one question may cost.

    Attributes:
        nbytes: Bytes of frames that are read.
        seconds: Real seconds of reading, and of waiting for others.
        at_once: Questions that are read for at one time.
    """

    nbytes: int = 256 << 20
    seconds: float = 10.0
    at_once: int = 2


class _Budget:
    """What is left of the limits of one question."""

    def __init__(self, limits: Limits) -> None:
        self.nbytes = limits.nbytes
        self.until = asyncio.get_running_loop().time() + limits.seconds

    def is_spent(self) -> bool:
        return self.nbytes <= 0 or asyncio.get_running_loop().time() > self.until


class KafkaReadings:
    """Finds readings in the readings topic.

    Args:
        settings: Where Kafka is and how the topic is cut.
        city: Zones and terminals.
        broker_time: Stream time → the broker's clock at that moment, both Unix s.
        limits: Of one question.
    """

    def __init__(
        self, settings: Settings, city: City, broker_time: Callable[[float], float],
        limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self._settings, self._city, self._broker_time = settings, city, broker_time
        self._limits = limits or Limits()
        self._turns = asyncio.Semaphore(self._limits.at_once)
        self._cache: OrderedDict[Wanted, Picked] = OrderedDict()
        self._cached = 0

    async def __call__(self, wanted: Collection[Wanted]) -> dict[Wanted, Picked]:
        """The readings of values; never fails, a note says what is missing.

        Args:
            wanted: Of which values.
        """
        known = self._known(wanted)
        if len(known) == len(set(wanted)):
            return known
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._turns.acquire()
        except TimeoutError:
            return {each: known.get(each) or Picked([], notes.BUSY) for each in wanted}
        try:
            # Who waited may have waited for just this.
            known = self._known(wanted)
            return known | await self._looked_up([each for each in wanted if each not in known])
        finally:
            self._turns.release()

    def _known(self, wanted: Collection[Wanted]) -> dict[Wanted, Picked]:
        return {each: self._cache[each] for each in wanted if each in self._cache}

    async def _looked_up(self, wanted: Collection[Wanted]) -> dict[Wanted, Picked]:
        found: dict[Wanted, Picked] = {}
        why = ""
        try:
            async with asyncio.timeout(self._limits.seconds + _GRACE_S):
                await self._read_all(wanted, found)
        except TimeoutError:
            why = f"{self._settings.kafka}: no answer"
        # AssertionError and ValueError: aiokafka's words for a partition that does not exist.
        except (KafkaError, OSError, AssertionError, ValueError) as error:
            why = str(error) or type(error).__name__
        if why:
            log.warning("readings not read", why=why)
        self._remember(found)
        return {each: found.get(each) or Picked([], notes.away(why)) for each in wanted}

    async def _read_all(self, wanted: Collection[Wanted], found: dict[Wanted, Picked]) -> None:
        """Read stretch by stretch; what was found so far stands, whatever happens then."""
        if not wanted:
            return
        budget = _Budget(self._limits)
        async with _started(new_consumer(self._settings.kafka)) as consumer:
            for stretch in stretches(wanted, self._settings.zone_partitions):
                topic = self._settings.topic(READINGS)
                partition = PartitionLog(consumer, TopicPartition(topic, stretch.partition))
                found |= await self._read(partition, stretch, budget)

    async def _read(
        self, partition: PartitionLog, stretch: Stretch, budget: _Budget
    ) -> dict[Wanted, Picked]:
        """The readings of a stretch, as far as the budget goes."""
        if budget.is_spent():
            return {each: Picked([], self._cut()) for each in stretch.wanted}
        bounds = await partition.bounds()
        first = await self._first(partition, bounds, stretch.since)
        picker = Picker(self._city, _quantities(stretch))
        is_whole = True
        async for frames in partition.frames(first, bounds.high):
            await asyncio.to_thread(_take, picker, frames)
            budget.nbytes -= sum(map(len, frames))
            if picker.now > stretch.until:
                break
            if budget.is_spent():
                is_whole = False
                break
        # What retention drops meanwhile is missing too: the bounds of now count.
        lost = await _lost(partition, await partition.bounds(), stretch, first)
        reached = 2**62 if is_whole else picker.now
        return await asyncio.to_thread(self._picked, picker, stretch, lost, reached)

    async def _first(self, partition: PartitionLog, bounds: Bounds, since: int) -> int:
        about = self._broker_time((since - RUN_UP_MS) / 1000)
        guess = await partition.offset_at(round(about * 1000))
        low, high = bounds
        if low == high:
            return low
        return await first_offset(
            partition.stamp, low, high, since, high if guess is None else guess
        )

    def _picked(
        self, picker: Picker, stretch: Stretch, lost: int | None, reached: int
    ) -> dict[Wanted, Picked]:
        """What was found for each value, with what is missing.

        Args:
            picker: What was read.
            stretch: What was to be read.
            lost: Stream time before which nothing is kept, Unix ms; 0 where all is.
            reached: Stream time up to which was read, Unix ms.
        """
        found = {}
        for each in stretch.wanted:
            note: Words = {}
            if lost is None or lost > since_of(each):
                note = notes.gone(lost, self._city.zones[each.zone].timezone)
            elif reached <= each.by:
                note = self._cut()
            found[each] = Picked(picker.readings(each), note)
        return found

    def _cut(self) -> Words:
        return notes.cut(self._limits.nbytes, self._limits.seconds)

    def _remember(self, found: dict[Wanted, Picked]) -> None:
        """Keep what is whole: the readings of a value that was published do not change."""
        for wanted, picked in found.items():
            if not picked.note:
                self._cache[wanted] = picked
                self._cached += len(picked.readings) + 1
        while self._cached > _CACHED_READINGS:
            _, dropped = self._cache.popitem(last=False)
            self._cached -= len(dropped.readings) + 1


async def no_readings(wanted: Collection[Wanted]) -> dict[Wanted, Picked]:
    """For a page without Kafka."""
    return {each: Picked([], notes.NO_KAFKA) for each in wanted}


async def _lost(
    partition: PartitionLog, bounds: Bounds, stretch: Stretch, first: int
) -> int | None:
    """Stream time before which Kafka holds nothing, Unix ms: 0 for all is there, None for nothing.

    Args:
        partition: The partition.
        bounds: What it holds after reading.
        stretch: What was to be read.
        first: Offset from which on was read.
    """
    if bounds.low == bounds.high:
        return None
    if first > bounds.low:
        return 0
    oldest = await partition.stamp(bounds.low)
    # A log from which nothing was dropped begins with the system, maybe within a window.
    begins = stretch.since + RUN_UP_MS if bounds.low else stretch.until
    return 0 if oldest is not None and oldest <= begins else oldest


def _take(picker: Picker, frames: list[bytes]) -> None:
    for frame in frames:
        picker.take_frame(frame)


def _quantities(stretch: Stretch) -> dict[str, set[str]]:
    """Zone → quantities that are wanted of it."""
    found: dict[str, set[str]] = {}
    for each in stretch.wanted:
        found.setdefault(each.zone, set()).update(each.quantities)
    return found


@asynccontextmanager
async def _started(consumer: AIOKafkaConsumer) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that is stopped in the end, also where it could not start."""
    try:
        await consumer.start()
        # aiokafka's stop raises CancelledError where its own tasks have not begun to run.
        await asyncio.sleep(0)
        yield consumer
    finally:
        await consumer.stop()
