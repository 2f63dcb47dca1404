"""The host of one partition against everything that can come between two of its awaits."""

import asyncio

import pytest
from aiokafka.errors import KafkaError

from streams.worker.partition_host import GapError, OtherPackError, PartitionHost, Site
from streams.worker.work import Record

INDICATIONS, COMMANDS = "indications", "commands"


class CountingWork:
    """Adds up numbers; its state is what it has seen."""

    def __init__(self):
        self.seen = []
        self.dumped = 0

    def process(self, topic, body, *, more=False):
        self.seen.append((topic, body.decode()))
        return [Record("out", 0, None, body)]

    def report(self, *, everything):
        return []

    def dump(self, *, everything):
        """A block for every ten inputs: some are written once, the last again and again."""
        tens = {f"part/{n // 10}": repr(self.seen[n : n + 10]).encode()
                for n in range(0, len(self.seen), 10)}  # fmt: skip
        changed = tens if everything else dict(list(tens.items())[self.dumped :])
        self.dumped = len(self.seen) // 10
        return changed

    def load(self, blocks):
        parts = sorted(blocks, key=lambda name: int(name.partition("/")[2]))
        self.seen = [item for name in parts for item in eval(blocks[name])]  # its own dump


class Log:
    """Kafka as the host sees it: one snapshot partition, committed offsets, slow sends."""

    def __init__(self):
        self.entries = {}
        self.out = []
        self.group = {}
        self.gate = None
        self.closed_after = None
        self.refused = set()

    async def send(self, topic, partition, key, value):
        if self.closed_after is not None:
            self.closed_after -= 1
            if self.closed_after < 0:
                self.gate = self.gate or asyncio.Event()
        if self.gate is not None:
            await self.gate.wait()
        if value in self.refused:
            future = asyncio.get_running_loop().create_future()
            future.set_exception(KafkaError(f"refused {value}"))
            return future
        await asyncio.sleep(0)
        if topic == "snapshots":
            self.entries[key] = value
            if value is None:
                del self.entries[key]
        else:
            self.out.append(value)
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    async def read_all(self, topic, partition):
        await asyncio.sleep(0)
        return dict(self.entries)

    async def committed(self, group, topics, partition):
        return {topic: self.group[topic] for topic in topics if topic in self.group}

    async def first_offset(self, topic, partition):
        return 0


class Event:
    def __init__(self, log, topic, offset):
        self.log, self.topic, self.offset = log, topic, offset

    def ack(self):
        """Commits at once, as far as the log's order allows is the consumer's business."""
        self.log.group[self.topic] = max(self.log.group.get(self.topic, 0), self.offset + 1)
        return True


class Worker:
    """A host and its work."""

    def __init__(self, log, pack="pack", interval=3600.0, *, adopt=False):
        self.log = log
        self.works = []
        site = Site(0, (INDICATIONS, COMMANDS), "snapshots", "group", str, ("1", pack), adopt)
        self.host = PartitionHost(site, self._make, log, interval)

    def _make(self):
        self.works.append(CountingWork())
        return self.works[-1]

    @property
    def seen(self):
        return self.works[-1].seen

    async def take(self, topic, *offsets):
        for offset in offsets:
            event = Event(self.log, topic, offset)
            await self.host.handle(event, topic, offset, f"{topic}{offset}".encode())


def inputs(indications, commands=0):
    return sorted(
        [(INDICATIONS, f"indications{n}") for n in range(indications)]
        + [(COMMANDS, f"commands{n}") for n in range(commands)]
    )


async def test_nothing_is_committed_before_a_checkpoint():
    log = Log()
    worker = Worker(log)
    await worker.take(INDICATIONS, *range(5))
    assert log.group == {}
    await worker.host.close()
    assert log.group == {INDICATIONS: 5}


async def test_restarted_worker_goes_on_after_its_checkpoint():
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(5))
    await first.host.close()
    second = Worker(log)
    await second.take(INDICATIONS, *range(3, 9))
    assert sorted(second.seen) == inputs(9)
    assert second.host.skipped == 2


async def test_shutdown_while_an_output_waits_keeps_state_and_offsets_together():
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(5))
    log.gate = asyncio.Event()
    handling = asyncio.create_task(first.take(INDICATIONS, 5))
    await asyncio.sleep(0.01)
    closing = asyncio.create_task(first.host.close())
    await asyncio.sleep(0.01)
    log.gate.set()
    await asyncio.gather(handling, closing)
    second = Worker(log)
    await second.take(INDICATIONS, *range(log.group[INDICATIONS], 9))
    assert sorted(second.seen) == inputs(9)


async def test_cancelled_input_is_neither_lost_nor_counted_twice():
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(5))
    log.gate = asyncio.Event()
    handling = asyncio.create_task(first.take(INDICATIONS, 5))
    await asyncio.sleep(0.01)
    handling.cancel()
    await asyncio.gather(handling, return_exceptions=True)
    log.gate.set()
    await first.host.close()
    assert log.out.count(b"indications5") >= 1
    second = Worker(log)
    await second.take(INDICATIONS, *range(5, 9))
    assert sorted(second.seen) == inputs(9)


@pytest.mark.parametrize("sends", range(8))
async def test_checkpoint_broken_off_anywhere_is_made_good_by_the_next(sends):
    """Of a block that was never written, no later manifest may say that it is there."""
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(35))
    log.closed_after = sends
    closing = asyncio.create_task(first.host.close())
    await asyncio.sleep(0.01)
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    log.gate = log.closed_after = None
    await first.host.close()
    assert log.group == {INDICATIONS: 35}
    second = Worker(log)
    await second.take(INDICATIONS, *range(35, 40))
    assert sorted(second.seen) == inputs(40)


async def test_refused_output_is_fatal_and_its_input_is_not_committed():
    log = Log()
    worker = Worker(log)
    await worker.take(INDICATIONS, *range(3))
    log.refused = {b"indications3"}
    await worker.take(INDICATIONS, 3)
    with pytest.raises(KafkaError, match="refused"):
        await worker.host.close()
    assert log.group == {}
    assert not any(key.startswith("m/") for key in log.entries)


async def test_outputs_are_sent_in_the_order_of_their_inputs():
    log = Log()
    worker = Worker(log)
    await worker.take(INDICATIONS, *range(20))
    await worker.host.close()
    assert log.out == [f"indications{n}".encode() for n in range(20)]


async def test_input_after_closing_is_left_to_the_next_owner():
    log = Log()
    worker = Worker(log)
    await worker.take(INDICATIONS, 0)
    await worker.host.close()
    await worker.take(INDICATIONS, 1)
    assert worker.seen == inputs(1)
    assert log.group == {INDICATIONS: 1}


async def test_rebalance_during_a_checkpoint_begins_a_lease_after_it():
    log = Log()
    worker = Worker(log, interval=0.0)
    await worker.take(INDICATIONS, *range(3))
    log.gate = asyncio.Event()
    handling = asyncio.create_task(worker.take(INDICATIONS, 3))
    await asyncio.sleep(0.01)
    worker.host.new_lease()
    log.gate.set()
    await handling
    await worker.take(INDICATIONS, 4)
    await worker.host.close()
    leases = {key.split("/")[1] for key in log.entries}
    assert len(leases) == 1, "blocks of the former lease are dropped after the first own checkpoint"
    second = Worker(log)
    await second.take(INDICATIONS, 5)
    assert sorted(second.seen) == inputs(6)


async def test_paused_owner_beside_its_successor_leaves_a_state_to_go_on_from():
    """Two inputs make two states that neither contains the other; the committed one must win."""
    log = Log()
    paused = Worker(log)
    await paused.take(INDICATIONS, *range(100))
    await paused.take(COMMANDS, *range(50))
    await paused.host.close()
    zombie = Worker(log)
    await zombie.take(INDICATIONS, *range(100, 200))
    successor = Worker(log)
    await successor.take(INDICATIONS, *range(100, 150))
    await successor.take(COMMANDS, *range(50, 60))
    await successor.host.close()
    group = dict(log.group)
    await zombie.host.close()
    log.group = group  # its commit was fenced
    owner = zombie
    for _ in range(3):
        owner = Worker(log, interval=0.0)
        await owner.take(COMMANDS, *range(log.group[COMMANDS], log.group[COMMANDS] + 2))
        await owner.take(INDICATIONS, *range(log.group[INDICATIONS], log.group[INDICATIONS] + 10))
        await owner.host.close()
    assert sorted(owner.seen) == inputs(log.group[INDICATIONS], log.group[COMMANDS])


class Meanwhile(Log):
    """Something happens between the first two questions that a new owner asks."""

    def __init__(self):
        super().__init__()
        self.between = None

    async def _happen(self):
        happens, self.between = self.between, None
        if happens is not None:
            await happens()

    async def read_all(self, topic, partition):
        found = await super().read_all(topic, partition)
        await self._happen()
        return found

    async def committed(self, group, topics, partition):
        found = await super().committed(group, topics, partition)
        await self._happen()
        return found


async def test_paused_owner_that_commits_while_its_successor_opens_is_no_gap():
    log = Meanwhile()
    paused = Worker(log)
    await paused.take(INDICATIONS, *range(5))
    successor = Worker(log)
    log.between = paused.host.close
    await successor.take(INDICATIONS, *range(9))
    assert log.group == {INDICATIONS: 5}
    assert sorted(successor.seen) == inputs(9)


async def test_returning_owner_acknowledges_nothing_that_its_state_does_not_hold():
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(10))
    await first.host.close()
    returning = Worker(log)
    await returning.take(INDICATIONS, *range(10, 30))
    other = Worker(log)
    await other.take(INDICATIONS, *range(10, 15))
    await other.take(COMMANDS, 0)
    await other.host.close()
    returning.host.new_lease()
    await returning.take(COMMANDS, 1)
    await returning.host.close()
    restored = Worker(log)
    await restored.take(INDICATIONS, *range(log.group[INDICATIONS], 40))
    assert sorted(restored.seen) == inputs(40, 2)


async def test_missing_input_is_fatal():
    log = Log()
    worker = Worker(log)
    await worker.take(INDICATIONS, *range(3))
    with pytest.raises(GapError, match="offset 6"):
        await worker.take(INDICATIONS, 7)


async def test_lost_snapshots_are_fatal_and_not_a_fresh_start():
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(3))
    await first.host.close()
    log.entries.clear()
    with pytest.raises(GapError, match="delete the consumer group"):
        await Worker(log).take(INDICATIONS, 3)


async def test_state_of_another_pack_is_taken_over_only_on_request():
    log = Log()
    first = Worker(log)
    await first.take(INDICATIONS, *range(3))
    await first.host.close()
    with pytest.raises(OtherPackError, match="VITALS_ADOPT_PACK"):
        await Worker(log, "other").take(INDICATIONS, 3)
    adopting = Worker(log, "other", adopt=True)
    await adopting.take(INDICATIONS, 3)
    assert sorted(adopting.seen) == inputs(4)


async def take_behind(worker, *offsets):
    """Inputs that others follow."""
    for offset in offsets:
        event, body = Event(worker.log, INDICATIONS, offset), f"indications{offset}".encode()
        await worker.host.handle(event, INDICATIONS, offset, body, more=True)


async def test_checkpoint_follows_at_once_when_a_log_is_worked_off_that_was_not():
    log = Log()
    worker = Worker(log, interval=0.0)
    await take_behind(worker, *range(3))
    worker.host._interval = 3600.0
    await take_behind(worker, 3, 4)
    assert log.group == {INDICATIONS: 3}
    await worker.take(INDICATIONS, 5)
    assert log.group == {INDICATIONS: 6}


async def test_worker_that_keeps_up_makes_no_checkpoint_before_its_time():
    log = Log()
    worker = Worker(log, interval=0.0)
    await worker.take(INDICATIONS, *range(3))
    worker.host._interval = 3600.0
    await take_behind(worker, 3)
    await worker.take(INDICATIONS, 4, 5)
    await take_behind(worker, 6)
    await worker.take(INDICATIONS, 7)
    assert log.group == {INDICATIONS: 3}
