"""`vitals gateway`: the MQTT gateway as a process."""

import asyncio
import signal
from typing import Annotated

import typer
import uvloop

from streams.gateway.gateway import run_gateway
from streams.gateway.spool import SpoolError
from streams.log import configure
from streams.pack.problem import PackError
from streams.settings import Settings


def gateway(
    kafka: Annotated[str, typer.Option(help="host:port,… of Kafka; else VITALS_KAFKA")] = "",
    mqtt: Annotated[str, typer.Option(help="host:port of the broker; else VITALS_MQTT")] = "",
    gateway_id: Annotated[
        str, typer.Option("--id", help="MQTT client id; each gateway has its own")
    ] = "",
    group: Annotated[
        str, typer.Option(help="Shared subscription: gateways of a group divide the messages")
    ] = "",
) -> None:
    """Carry packs from MQTT to Kafka until interrupted; no pack is acknowledged before it is safe.

    Everything else comes from the environment (VITALS_CITY, VITALS_ZONE_PARTITIONS,
    VITALS_MQTT_TLS_CA, VITALS_SPOOL_BYTES, …).

    Example: vitals gateway --kafka kafka:9092 --mqtt broker:1883 --id gateway-1
    """
    named = {"kafka": kafka, "mqtt": mqtt, "gateway_id": gateway_id}
    settings = Settings(**{name: value for name, value in named.items() if value})  # type: ignore[arg-type]
    configure(settings.log_level, json=settings.log_json)
    for name in ("kafka", "mqtt"):
        if not getattr(settings, name):
            raise typer.BadParameter(f"give --{name} HOST:PORT or set VITALS_{name.upper()}")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_interrupted(settings, group))
    except* (PackError, SpoolError) as errors:
        for error in errors.exceptions:
            typer.echo(f"vitals gateway: {error}", err=True)
        raise typer.Exit(1) from None


async def _until_interrupted(settings: Settings, group: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_gateway(settings, stop, group)
