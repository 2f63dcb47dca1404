"""`vitals worker`: one Faust worker process."""

import asyncio
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from streams.kafka_topics import TopicError, ensure_topics
from streams.log import configure
from streams.settings import Settings


def worker(
    kafka: Annotated[str, typer.Option(help="host:port,… of Kafka; else VITALS_KAFKA")] = "",
) -> None:
    """Compute vital signs, scores, alerts and work orders from Kafka until interrupted.

    Start as many as there are partitions, on any machines: they share the work, and one that dies
    is replaced by the others from its last checkpoint without losing or repeating anything.

    Example: VITALS_CITY=seeds/sanshui vitals worker --kafka kafka:9092
    """
    settings = Settings(**({"kafka": kafka} if kafka else {}))  # type: ignore[arg-type]
    if not settings.kafka:
        raise typer.BadParameter("give --kafka HOST:PORT or set VITALS_KAFKA")
    configure(settings.log_level, json=settings.log_json)
    try:
        asyncio.run(ensure_topics(settings))
    except (KafkaError, TopicError) as error:
        typer.echo(f"vitals worker: {error}", err=True)
        raise typer.Exit(1) from None
    from streams.worker.app import run_worker  # noqa: PLC0415 - Faust is slow to import

    run_worker(settings)
