"""The queues before the hosts: order, room, and partitions that do not wait for each other."""

import asyncio

from streams.worker.hosts import Hosts
from streams.worker.intake import WAITING_BYTES, Input, Intake


class Ackless:
    """An event that nobody acknowledges here."""

    def ack(self):
        return False


def an_input(offset, partition=0, body=b"x"):
    return Input(Ackless(), "readings", partition, offset, body)


class Taker:
    """Takes inputs, each when its gate is open."""

    def __init__(self):
        self.gate = asyncio.Event()
        self.gate.set()
        self.taken = []
        self.ended = []

    async def take(self, item):
        await self.gate.wait()
        if item.offset < 0:
            raise ValueError("an input that cannot be taken")
        self.taken.append(item.offset)

    def end(self, item, error):
        self.ended.append((item.offset, str(error)))


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_inputs_are_taken_in_order():
    taker = Taker()
    intake = Intake(taker.take, taker.end)
    for offset in range(10):
        await intake.put(an_input(offset))
    await settle()
    assert taker.taken == list(range(10))
    await intake.close()


async def test_full_queue_makes_the_stream_wait_and_loses_nothing():
    taker = Taker()
    taker.gate.clear()
    intake = Intake(taker.take, taker.end)
    large = b"x" * (WAITING_BYTES // 2)

    async def feed():
        for offset in range(8):
            await intake.put(an_input(offset, body=large))

    feeding = asyncio.create_task(feed())
    await settle()
    assert not feeding.done()
    taker.gate.set()
    await feeding
    await settle()
    assert taker.taken == list(range(8))
    await intake.close()


async def test_input_larger_than_the_queue_passes():
    taker = Taker()
    intake = Intake(taker.take, taker.end)
    async with asyncio.timeout(5):
        for offset in range(3):
            await intake.put(an_input(offset, body=b"x" * (2 * WAITING_BYTES)))
    await settle()
    assert taker.taken == [0, 1, 2]
    await intake.close()


async def test_input_that_cannot_be_taken_ends_it_all():
    taker = Taker()
    intake = Intake(taker.take, taker.end)
    for offset in (1, -1, 2):
        await intake.put(an_input(offset))
    await settle()
    assert taker.taken == [1]
    assert taker.ended == [(-1, "an input that cannot be taken")]
    await intake.close()


async def test_closed_intake_takes_nothing_more():
    taker = Taker()
    taker.gate.clear()
    intake = Intake(taker.take, taker.end)
    await intake.put(an_input(0))
    await intake.close()
    taker.gate.set()
    await settle()
    assert taker.taken == []


class WaitingHost:
    """A host in a long checkpoint, or none."""

    def __init__(self, gate):
        self.gate = gate
        self.skipped = 0
        self.offsets = []

    async def handle(self, event, topic, offset, body, *, more):
        await self.gate.wait()
        self.offsets.append(offset)

    async def close(self):
        self.offsets.append("closed")


class TwoHosts:
    """Hosts of two partitions, and the gates they wait at."""

    def __init__(self):
        self.gates = [asyncio.Event(), asyncio.Event()]
        self.made: dict = {}
        self.hosts = Hosts(
            lambda partition: self.made.setdefault(partition, WaitingHost(self.gates[partition]))
        )

    async def put(self, *offsets):
        """Inputs for both partitions."""
        async with asyncio.timeout(5):
            for offset in offsets:
                await self.hosts.put(an_input(offset, 0))
                await self.hosts.put(an_input(offset, 1))
        await settle()


async def test_partition_that_waits_does_not_stop_the_others():
    two = TwoHosts()
    for gate in two.gates:
        gate.set()
    await two.put(0)
    two.gates[0].clear()
    await two.put(1, 2, 3, 4)
    assert two.made[0].offsets == [0]
    assert two.made[1].offsets == [0, 1, 2, 3, 4]
    two.gates[0].set()
    await settle()
    assert two.made[0].offsets == [0, 1, 2, 3, 4]
    await two.hosts.close()
    assert two.made[0].offsets[-1] == two.made[1].offsets[-1] == "closed"


async def test_new_partition_waits_after_its_first_input_until_the_other_new_ones_are_open():
    two = TwoHosts()
    two.gates[1].set()
    await two.put(0, 1, 2)
    assert [two.made[0].offsets, two.made[1].offsets] == [[], [0]]
    two.gates[0].set()
    await settle()
    assert two.made[0].offsets == two.made[1].offsets == [0, 1, 2]
    await two.hosts.close()


async def test_partition_at_work_does_not_wait_for_one_that_comes():
    two = TwoHosts()
    two.gates[1].set()
    for offset in range(2):
        await two.hosts.put(an_input(offset, 1))
    await settle()
    await two.put(2)
    assert [two.made[0].offsets, two.made[1].offsets] == [[], [0, 1, 2]]
    two.gates[0].set()
    await two.hosts.close()


async def test_host_that_cannot_be_made_ends_it_all():
    ended = []

    def make(partition):
        raise LookupError("no such city")

    hosts = Hosts(make, lambda item, error: ended.append(str(error)))
    await hosts.put(an_input(0))
    await settle()
    assert ended == ["no such city"]
    await hosts.close()
