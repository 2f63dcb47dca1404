"""`vitals ops`: the operations page."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from streams import log
from streams.ops.server import run_ops
from streams.pack.problem import PackError
from streams.settings import Settings
from streams.stores.store import StoreRefusedError, StoreUnavailableError


def ops(
    city: Annotated[Path | None, typer.Option(help="Folder of the city pack [VITALS_CITY]")] = None,
    kafka: Annotated[str | None, typer.Option(help="host:port of Kafka [VITALS_KAFKA]")] = None,
    store: Annotated[
        str | None, typer.Option(help="sqlite:PATH or influxdb:URL [VITALS_STORE]")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on [VITALS_OPS_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [VITALS_OPS_PORT]")] = None,
) -> None:
    """Serve the operations page: vital signs, alerts, work orders, ledger, metrics.

    Everything else is read from the environment (VITALS_…). Ends on SIGTERM or Ctrl-C.

    Example: vitals ops --city seeds/sanshui --kafka localhost:9092 --port 8600
    """
    given = {"city": city, "kafka": kafka, "store": store, "ops_host": host, "ops_port": port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    if not settings.kafka:
        raise typer.BadParameter("no Kafka: give --kafka or VITALS_KAFKA (`vitals up` has its own)")
    log.configure(settings.log_level, json=settings.log_json)
    try:
        asyncio.run(run_ops(settings))
    except (PackError, ValueError, StoreUnavailableError, StoreRefusedError) as error:
        typer.echo(f"vitals ops: {error}", err=True)
        raise typer.Exit(1) from error
