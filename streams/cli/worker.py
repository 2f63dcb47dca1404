"""`vitals worker`: the Faust worker, in one process or several."""

import asyncio
import os
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from streams.kafka_topics import TopicError, ensure_topics
from streams.log import configure
from streams.settings import Settings
from streams.worker.fleet import run_fleet


def worker(
    kafka: Annotated[str, typer.Option(help="host:port,… of Kafka; else VITALS_KAFKA")] = "",
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Processes on this machine; else VITALS_WORKER_PROCESSES, or 1"
        ),
    ] = None,
) -> None:
    """Compute vital signs, scores, alerts and work orders from Kafka until interrupted.

    Start as many as there are partitions, on any machines: they share the work, and one that dies
    is replaced by the others from its last checkpoint without losing or repeating anything. With
    --processes N one command runs N of them, for N cores: it passes on signals, and if one dies it
    stops the others and ends with that one's code. Their metrics have the ports VITALS_METRICS_PORT
    and those that follow.

    Example: VITALS_CITY=seeds/sanshui vitals worker --kafka kafka:9092 --processes 2
    """
    given = {"kafka": kafka or None, "worker_processes": processes}
    settings = Settings(**{name: value for name, value in given.items() if value})  # type: ignore[arg-type]
    if not settings.kafka:
        raise typer.BadParameter("give --kafka HOST:PORT or set VITALS_KAFKA")
    configure(settings.log_level, json=settings.log_json)
    try:
        asyncio.run(ensure_topics(settings))
    except (KafkaError, TopicError) as error:
        typer.echo(f"vitals worker: {error}", err=True)
        raise typer.Exit(1) from None
    if settings.worker_processes > 1:
        os.environ["VITALS_KAFKA"] = settings.kafka
        raise typer.Exit(run_fleet(settings.worker_processes, settings.metrics_port))
    from streams.worker.app import run_worker  # noqa: PLC0415 - Faust is slow to import

    run_worker(settings)
