"""Writes the checkpoints of one partition: what is sent, and what is waited for."""

from collections.abc import Callable, Iterable, Mapping

from streams.clock import fresh_id
from streams.worker.failpoint import failpoint
from streams.worker.kafka_log import KafkaLog, Sent, acknowledged
from streams.worker.snapshot import Lineage


class Checkpoints:
    """The checkpoints of one lease, and of those that follow where the writing is broken off.

    A checkpoint waits twice: for outputs and blocks together, and for the manifest. Only the
    manifest makes the blocks a state, so they need no order of their own; tombstones are waited for
    by the next checkpoint.

    Args:
        kafka: The worker's client.
        topic: The snapshot topic, with its prefix.
        partition: The partition of it.
        identity: (version of the program, digest of the city pack).
        inherited: Keys that the snapshot partition holds.
    """

    def __init__(
        self,
        kafka: KafkaLog,
        topic: str,
        partition: int,
        identity: tuple[str, str],
        inherited: Iterable[str],
    ) -> None:
        self._kafka = kafka
        self._topic = topic
        self._partition = partition
        self._lineage = Lineage(fresh_id(), identity, inherited)
        self._dropping: list[Sent] = []

    @property
    def is_first(self) -> bool:
        """Whether the next checkpoint must hold every block."""
        return self._lineage.is_first

    async def write(
        self,
        blocks: Mapping[str, bytes | None],
        offsets: Mapping[str, int],
        outputs: list[Sent],
        acknowledge: Callable[[], None],
    ) -> None:
        """Write a checkpoint.

        Args:
            blocks: What changed, see `Lineage.plan`.
            offsets: Input topic → last offset in the state.
            outputs: The outputs of these inputs, handed over before; emptied when they are safe.
            acknowledge: Lets go of the inputs; called when the manifest is safe.

        Raises:
            KafkaError: Something was not taken; what Kafka has of it is not known.
            ManifestSizeError: There are too many blocks.
        """
        plan = self._lineage.plan(blocks, offsets)
        try:
            await failpoint("outputs-sent", outputs)
            written = await self._send_blocks(plan.blocks)
            await acknowledged([*self._dropping, *outputs, *written])
            outputs.clear()
            await acknowledged([await self._send(*plan.manifest)])
            await failpoint("manifest-written")
            acknowledge()
            await failpoint("before-commit")
            self._dropping = [await self._send(key, None) for key in plan.tombstones]
        except BaseException:  # a cancellation too: what Kafka has is not known
            self._lineage = self._lineage.abandoned(fresh_id(), plan)
            raise

    async def _send_blocks(self, blocks: list[tuple[str, bytes]]) -> list[Sent]:
        half = len(blocks) // 2
        sent = [await self._send(*block) for block in blocks[:half]]
        await failpoint("among-blocks", sent)
        sent += [await self._send(*block) for block in blocks[half:]]
        return sent

    async def _send(self, key: str, value: bytes | None) -> Sent:
        return await self._kafka.send(self._topic, self._partition, key, value)
