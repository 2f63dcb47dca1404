"""The gateway on a real Mosquitto, MQTT 3.1.1 and 5: nothing lost, receipts for everything."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from sensors.line import decode_line
from sensors.outgoing import Outgoing
from streams.clock import Clock
from streams.gateway.intake import HELD_MESSAGES
from streams.terminals.play import PlayOptions, play
from tests.gateway_run import (
    CITY,
    create_topics,
    gateway_running,
    pack_number,
    read_lines,
    receptions,
    settings_for,
    until,
)
from tests.live.servers import mosquitto, mosquitto_accounts_binary

pytestmark = pytest.mark.live
NO_RESEND = PlayOptions(resend=(60.0, 60.0), patience=60.0)


@pytest.mark.parametrize("protocol", [4, 5])
async def test_everything_published_arrives_in_order_and_is_confirmed(
    kafka: str, tmp_path: Path, protocol: int
) -> None:
    packs = [pack_number(n % 6, n) for n in range(3000)]
    packs += [Outgoing(0.0, "T-1", b"\xff" * (2 << 20), 1), Outgoing(0.0, "T-1", b"", 1)]
    with mosquitto() as address:
        settings = settings_for(kafka, address, tmp_path, mqtt_protocol=protocol)
        await create_topics(settings)
        async with gateway_running(settings) as gateway:
            options = PlayOptions(protocol=protocol, resend=(60.0, 60.0))
            counts = await play(packs, CITY, Clock(), address, options)
            await until(lambda: gateway.counts.receipts == len(packs), 20, "receipts")
    assert (counts.receipts, counts.resent) == (len(packs), 0)
    lines = await read_lines(settings)
    arrived = [line for _, line in receptions(lines)]
    assert len(arrived) == len(packs)
    for terminal in CITY.terminals:
        texts = [bytes(x.pack) for x in arrived if x.terminal == terminal and x.raw is None]
        wanted = [p.payload for p in packs if p.terminal == terminal and p.payload[:1] == b"["]
        assert texts == wanted
    for its in lines:
        stamps = [decode_line(raw).received for raw in its]
        assert stamps == sorted(stamps)


@pytest.mark.parametrize("protocol", [4, 5])
async def test_what_came_while_the_gateway_was_off_is_delivered_when_it_is_back(
    kafka: str, tmp_path: Path, protocol: int
) -> None:
    packs = [pack_number(n % 6, n) for n in range(HELD_MESSAGES * 2)]
    with mosquitto() as address:
        settings = settings_for(kafka, address, tmp_path, mqtt_protocol=protocol)
        await create_topics(settings)
        async with gateway_running(settings) as gateway:
            counts = await play(packs[:6], CITY, Clock(), address, NO_RESEND)
            assert counts.receipts == 6
        publishing = asyncio.create_task(play(packs[6:], CITY, Clock(), address, NO_RESEND))
        await asyncio.sleep(3)
        async with gateway_running(settings) as gateway:
            counts = await publishing
            await until(lambda: gateway.counts.receipts == len(packs) - 6, 20, "receipts")
    assert (counts.receipts, counts.resent) == (len(packs) - 6, 0)
    arrived = [(x.terminal, bytes(x.pack)) for _, x in receptions(await read_lines(settings))]
    assert sorted(map(str, arrived)) == sorted(str((p.terminal, p.payload)) for p in packs)


async def test_two_gateways_of_a_group_divide_the_messages(kafka: str, tmp_path: Path) -> None:
    packs = [pack_number(n % 6, n) for n in range(600)]
    with mosquitto() as address:
        one = settings_for(kafka, address, tmp_path)
        await create_topics(one)
        two = one.model_copy(update={"gateway_id": f"{one.gateway_id}-b"})
        async with gateway_running(one, "city") as first, gateway_running(two, "city") as second:
            await until(lambda: bool(first.counts.ticks and second.counts.ticks), 20, "Kafka")
            counts = await play(packs, CITY, Clock(), address, NO_RESEND)
        assert counts.receipts == 600
        assert first.counts.lines + second.counts.lines == 600
        assert min(first.counts.lines, second.counts.lines) > 0
    assert sum(1 for _ in receptions(await read_lines(one))) == 600


SECURED = """\
listener {port} {host}
user {user}
cafile CERTS/ca.pem
certfile CERTS/server.pem
keyfile CERTS/server.key
password_file CERTS/passwords
allow_anonymous false
max_queued_messages 0
"""


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """A certificate authority, a server's certificate for the loopback address, two accounts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path / "certs"
    folder.mkdir()
    subject = ["-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    steps = [
        ["req", "-x509", *subject, "-subj", "/CN=test ca", "-keyout", "ca.key", "-out", "ca.pem"],
        ["req", *subject, "-subj", "/CN=broker", "-keyout", "server.key", "-out", "server.csr"],
        ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
         "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem"],
    ]  # fmt: skip
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    for step in steps:
        subprocess.run([openssl, *step], cwd=folder, check=True, capture_output=True)
    (folder / "passwords").touch()
    for name in ("gateway", "terminals"):
        tool = mosquitto_accounts_binary()
        subprocess.run([tool, "-b", folder / "passwords", name, "secret"], check=True)
    return folder


@pytest.mark.parametrize("protocol", [4, 5])
async def test_encrypted_broker_with_accounts_is_no_different(
    kafka: str, tmp_path: Path, certificates: Path, protocol: int
) -> None:
    packs = [pack_number(n % 6, n) for n in range(1500)]
    packs += [Outgoing(0.0, "T-1", b"\xff" * (2 << 20), 1), Outgoing(0.0, "T-2", b"", 1)]
    authority = certificates / "ca.pem"
    with mosquitto(SECURED.replace("CERTS", str(certificates))) as address:
        settings = settings_for(
            kafka, address, tmp_path, mqtt_protocol=protocol, mqtt_tls_ca=authority,
            mqtt_username="gateway", mqtt_password="secret",
        )  # fmt: skip
        await create_topics(settings)
        options = PlayOptions(
            protocol=protocol, tls_ca=str(authority), username="terminals", password="secret",
            resend=(60.0, 60.0),
        )  # fmt: skip
        async with gateway_running(settings) as gateway:
            counts = await play(packs, CITY, Clock(), address, options)
            await until(lambda: gateway.counts.receipts == len(packs), 20, "receipts")
    assert (counts.receipts, counts.resent) == (len(packs), 0)
    assert sum(1 for _ in receptions(await read_lines(settings))) == len(packs)
