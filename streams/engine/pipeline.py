"""All partitions of a run in one process: what replay hosts, what Kafka does between workers."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from streams.engine.config import EngineConfig
from streams.engine.district_partition import DistrictPartition
from streams.engine.indication import Indication, IndicationFrame
from streams.engine.published import Published
from streams.engine.zone_partition import ZonePartition


class Frame(NamedTuple):
    """One record for a partition: of commands where `is_command`, else of readings."""

    is_command: bool
    partition: int
    body: bytes


class Pipeline:
    """Zone partitions wired to district partitions.

    Args:
        config: City, rules and partition counts.
        publish: Called with every batch of outputs.
    """

    def __init__(
        self, config: EngineConfig, publish: Callable[[Iterable[Published]], None]
    ) -> None:
        self.zones = [ZonePartition(config) for _ in range(config.zone_partitions)]
        self.districts = [DistrictPartition(config) for _ in range(config.district_partitions)]
        self._publish = publish

    def feed(self, frame: Frame) -> None:
        """Process one frame and all that follows from it."""
        if frame.is_command:
            self._publish(self.districts[frame.partition].commands(frame.body))
            return
        published, indications = self.zones[frame.partition].step(frame.body)
        self._publish(published)
        for destination, items in indications.items():
            self._indicate(frame.partition, destination, items)

    def _indicate(self, source: int, destination: int, items: list[Indication]) -> None:
        frame = IndicationFrame(source, items)
        self._publish(self.districts[destination].indications(frame))

    @property
    def settled(self) -> int:
        """Up to here (Unix ms, exclusive) every output has been published."""
        return min(district.stream_time for district in self.districts)
