"""A link against a broker that follows a script: what goes over the wire, and when."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from streams.embedded.ports import HOST
from streams.mqtt.client import LinkOptions
from streams.mqtt.link import Link
from streams.mqtt.wire import Message, encode_publish

CONNACK, SUBACK = b"\x20\x02\x01\x00", b"\x90\x03\x00\x01\x01"
Serve = Callable[["Client"], Awaitable[None]]


class Client:
    """The broker's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.write = writer.write

    async def read(self) -> bytes:
        """What came in one piece; empty at the end."""
        return await asyncio.wait_for(self._reader.read(1 << 20), 10)

    async def accept(self) -> None:
        """Let it connect and subscribe."""
        assert (await self.read())[0] == 0x10
        self.write(CONNACK)
        subscription = await self.read()
        assert subscription[0] == 0x82
        self.write(SUBACK[:2] + subscription[2:4] + SUBACK[4:])


@asynccontextmanager
async def link_to(
    *scripts: Serve, protocol: int = 4, manual_ack: bool = False
) -> AsyncIterator[Link]:
    """A link to a broker that does `scripts`, one a connection; the last one for all others."""
    tasks: list[asyncio.Task[None]] = []
    left = list(scripts)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())  # type: ignore[arg-type]
        await (left.pop(0) if len(left) > 1 else left[0])(Client(reader, writer))
        writer.close()

    server = await asyncio.start_server(connected, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    address = f"{HOST}:{port}"
    link = Link(
        LinkOptions(
            address=address, client_id="me", subscription="a/#", protocol=protocol,
            manual_ack=manual_ack,
        )
    )  # fmt: skip
    running = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.close()
        await asyncio.gather(*tasks)


async def test_acks_of_a_turn_go_out_in_one_write_and_only_when_given() -> None:
    written: list[bytes] = []
    done = asyncio.Event()

    async def serve(client: Client) -> None:
        await client.accept()
        client.write(b"".join(encode_publish("a/b", b"x", mid, 4) for mid in range(1, 101)))
        written.append(await client.read())
        done.set()
        assert await client.read() == b"\xe0\x00"  # DISCONNECT

    async with link_to(serve, manual_ack=True) as link:
        came: list[Message] = []

        def take(messages: Sequence[Message]) -> None:
            came.extend(messages)
            if len(came) == 100:
                for message in came:
                    link.ack([message.mid])

        link.on_messages = take
        await asyncio.wait_for(done.wait(), 10)
    assert came == [Message("a/b", b"x", mid) for mid in range(1, 101)]
    assert written == [b"".join(b"\x40\x02\x00" + bytes([mid]) for mid in range(1, 101))]


async def test_what_was_not_acknowledged_goes_out_again_on_the_next_connection() -> None:
    first: list[bytes] = []
    second: list[bytes] = []
    downs: list[None] = []

    async def lose(client: Client) -> None:
        await client.accept()
        first.append(await client.read())

    async def take(client: Client) -> None:
        await client.accept()
        second.append(await client.read())
        client.write(b"\x40\x02" + second[0][7:9])
        await client.read()

    async with link_to(lose, take) as link:
        ups: list[None] = []
        published: list[int] = []
        mids: list[int | None] = []
        link.on_down = lambda: downs.append(None)
        link.on_published = published.extend

        def up() -> None:
            if not ups:
                mids.append(link.publish("a/b", b"x"))
            ups.append(None)

        link.on_up = up
        async with asyncio.timeout(10):
            while not published:
                await asyncio.sleep(0.01)
        assert published == mids
        assert len(downs) == 1
    assert first[0][0] == 0x32
    assert second == [b"\x3a" + first[0][1:]]


@pytest.mark.parametrize("protocol", [4, 5])
async def test_terminal_acknowledges_by_itself_what_came_in_pieces(protocol: int) -> None:
    packet = encode_publish("a/b", b"x" * 200_000, 9, protocol)
    answers: list[bytes] = []
    done = asyncio.Event()

    async def serve(client: Client) -> None:
        assert (await client.read())[0] == 0x10
        client.write(b"\x20\x03\x01\x00\x00" if protocol == 5 else CONNACK)
        subscription = await client.read()
        properties = b"\x00" * (protocol == 5)
        client.write(bytes([0x90, 3 + len(properties)]) + subscription[2:4] + properties + b"\x01")
        for at in range(0, len(packet), 50_000):
            client.write(packet[at : at + 50_000])
            await asyncio.sleep(0.01)
        answers.append(await client.read())
        done.set()
        await client.read()

    async with link_to(serve, protocol=protocol) as link:
        sizes: list[int] = []
        link.on_messages = lambda messages: sizes.extend(len(m.payload) for m in messages)
        await asyncio.wait_for(done.wait(), 10)
    assert sizes == [200_000]
    assert answers == [b"\x40\x02\x00\x09"]


async def test_connection_with_nonsense_is_given_up_and_made_anew() -> None:
    async def nonsense(client: Client) -> None:
        await client.accept()
        client.write(b"\x32\x03\x00\x01a")
        assert await client.read() == b""

    async def fine(client: Client) -> None:
        await client.accept()
        client.write(encode_publish("a/b", b"fine", 1, 4))
        await client.read()
        await client.read()

    async with link_to(nonsense, fine) as link:
        came: list[bytes] = []
        link.on_messages = lambda messages: came.extend(m.payload for m in messages)
        async with asyncio.timeout(10):
            while not came:
                await asyncio.sleep(0.01)
    assert came == [b"fine"]


async def test_paused_link_leaves_messages_with_the_broker() -> None:
    sent = asyncio.Event()

    async def serve(client: Client) -> None:
        await client.accept()
        await asyncio.sleep(0.1)
        client.write(encode_publish("a/b", b"x", 1, 4))
        sent.set()
        await client.read()
        await client.read()

    async with link_to(serve) as link:
        came: list[Message] = []
        link.on_messages = came.extend
        link.on_up = link.pause
        await asyncio.wait_for(sent.wait(), 10)
        await asyncio.sleep(0.1)
        assert came == []
        link.resume()
        async with asyncio.timeout(10):
            while not came:
                await asyncio.sleep(0.01)


async def test_publishing_without_a_connection_is_refused() -> None:
    link = Link(LinkOptions(address=f"{HOST}:1", client_id="me"))
    assert link.publish("a", b"") is None
