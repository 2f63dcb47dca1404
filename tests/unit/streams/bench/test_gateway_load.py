"""The load on the gateway, and whether what arrived is what was sent."""

import asyncio
import os
from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from sensors.line import encode_reception, encode_tick
from streams.bench.arrivals import Tally
from streams.bench.mqtt_load import TERMINALS, Share, name_of, pack_template, publish_share
from streams.bench.mqtt_raw import encode_publish, publish_head, take_identifiers
from streams.bench.usage import usage_of
from streams.clock import wall_seconds
from streams.embedded.ports import HOST
from streams.mqtt import wire

COUNT = 1200


def pack(number: int, sent: float) -> bytes:
    return pack_template(number % TERMINALS) % (sent, number)


def frame(numbers: list[int], sent: float = 100.0, received: float = 100.25) -> bytes:
    lines = [encode_reception(name_of(n % TERMINALS), received, pack(n, sent)) for n in numbers]
    return b"\n".join([*lines, encode_tick(received)])


def test_pack_has_ten_readings_its_number_and_its_time() -> None:
    tree = msgspec.json.decode(pack(7, 1_795_386_856.123456))
    assert len(tree) == 10
    assert tree[0]["bn"] == "t0007/"
    assert (tree[0]["bt"], tree[0]["v"]) == (1_795_386_856.123456, 7)
    assert len({reading["n"] for reading in tree}) == 10


def test_packets_of_the_load_are_those_of_the_gateway() -> None:
    packet = encode_publish(publish_head("a/b"), 300, b"x" * 200)
    assert packet == wire.encode_publish("a/b", b"x" * 200, 300, 4)
    buffer = bytearray(b"\xd0\x00" + packet * 2 + packet[:-1])
    assert take_identifiers(buffer) == [b"\x01\x2c"] * 2
    assert bytes(buffer) == packet[:-1]


@pytest.mark.parametrize("rate", [0.0, 4000.0])
async def test_shares_together_are_the_whole_load_and_a_terminal_has_one_connection(
    rate: float,
) -> None:
    got: list[list[tuple[str, int]]] = []

    async def broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x20\x02\x00\x00")
        packets, mine = wire.PacketReader(4), []
        while data := await reader.read(65_536):
            messages = packets.feed(data).messages
            mine += [(m.topic, msgspec.json.decode(m.payload)[0]["v"]) for m in messages]
            writer.write(wire.encode_acks(m.mid for m in messages))
        got.append(mine)
        writer.close()

    server = await asyncio.start_server(broker, HOST, 0)
    address = f"{HOST}:{server.sockets[0].getsockname()[1]}"
    begin = wall_seconds()
    shares = [Share(address, index, 4, 5000, COUNT, rate, begin) for index in range(4)]
    done = await asyncio.gather(*(asyncio.to_thread(publish_share, share) for share in shares))
    async with asyncio.timeout(10):
        while len(got) < 4:
            await asyncio.sleep(0.01)
    server.close()
    assert sum(each.packs for each in done) == COUNT
    assert Counter(n for mine in got for _, n in mine) == Counter(range(5000, 5000 + COUNT))
    topics = [{topic for topic, _ in mine} for mine in got]
    assert len(set().union(*topics)) == sum(map(len, topics)) == TERMINALS
    assert all(a < b for mine in got for (_, a), (_, b) in pairwise(mine))
    if rate:
        assert max(each.ended for each in done) - begin >= 0.9 * COUNT / rate


def test_everything_once_and_in_order_is_found_so() -> None:
    tally = Tally(range(10, 14))
    tally.add(frame([10, 12]), 100.5)
    tally.add(encode_tick(100.5), 100.5)
    tally.add(frame([11, 13], sent=99.0), 101.0)
    found = tally.result()
    assert (found.lost, found.twice, found.out_of_order) == (0, 0, 0)
    assert (found.frames, found.frame_lines) == (2, 2)
    assert found.frame_bytes == pytest.approx(len(frame([10, 12])), abs=1)
    assert found.to_gateway.max == pytest.approx(1250.0)
    assert found.to_kafka.max == pytest.approx(2000.0)
    assert found.in_gateway.p50 == pytest.approx(500.0)
    assert (found.first_received, found.last_append) == (100.25, 101.0)


def test_lost_doubled_and_disordered_packs_are_found() -> None:
    tally = Tally(range(2 * TERMINALS))
    later = TERMINALS + 3  # of the same terminal as 3
    tally.add(frame([later, 3, 5, 5]), 100.5)
    found = tally.result()
    assert (found.lost, found.twice, found.out_of_order) == (2 * TERMINALS - 3, 1, 1)


def test_packs_of_another_load_and_an_empty_topic_are_errors() -> None:
    with pytest.raises(ValueError, match="nothing has arrived"):
        Tally(range(3)).result()
    tally = Tally(range(3))
    tally.add(frame([3]), 100.5)
    with pytest.raises(ValueError, match="not published"):
        tally.result()


def test_usage_grows_with_work() -> None:
    before = usage_of(os.getpid())
    assert before.peak_bytes > 10 << 20
    while usage_of(os.getpid()).cpu_s == before.cpu_s:
        sum(range(100_000))
