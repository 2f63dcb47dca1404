"""The people of a scenario: crews who accept, start and report orders done, through commands."""

import asyncio
from datetime import datetime
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from sensors.city import City
from sensors.line import Command, encode_command
from sensors.simulator.scenario import People
from streams.clock import Clock
from streams.settings import Settings
from streams.topics import COMMANDS, partition_of
from streams.worker.kafka_log import KafkaLog

log = structlog.get_logger("up")

ACTOR = "simulated crew"


class Crew:
    """Answers every order as the scenario says.

    Args:
        people: How fast.
        city: Which district a zone belongs to.
        settings: Where the commands go.
        clock: Stream time.
        kafka: A connected client.
    """

    def __init__(
        self, people: People, city: City, settings: Settings, clock: Clock, kafka: KafkaLog
    ) -> None:
        self._people = people
        self._city = city
        self._settings = settings
        self._clock = clock
        self._kafka = kafka
        self._tasks: set[asyncio.Task[None]] = set()

    def see(self, event: dict[str, Any]) -> None:
        """Look at an order event; dispatch and rework are what crews react to."""
        data = event["data"]
        change = data.get("change")
        people = self._people
        if change == "dispatched":
            answers = {
                "accept": people.accept_after, "start": people.start_after,
                "done": people.done_after,
            }  # fmt: skip
        elif change == "rework":
            answers = {"done": people.redo_after}
        else:
            return
        began = datetime.fromisoformat(event["time"]).timestamp()
        for action, after in answers.items():
            task = asyncio.create_task(self._answer(event["id"], data, action, began + after))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, cause: str, data: dict[str, Any], action: str, due: float) -> None:
        await self._clock.sleep_until(due)
        command = Command(
            id=f"{cause}-{action}", order=data["order"], zone=data["zone"], action=action,
            actor=ACTOR,
        )  # fmt: skip
        district = self._city.district_of(data["zone"])
        partition = partition_of(district, self._settings.district_partitions)
        line = encode_command(round(self._clock.now(), 3), command)
        try:
            sent = await self._kafka.send(self._settings.topic(COMMANDS), partition, None, line)
            await sent
        except KafkaError as error:  # as if the crew had forgotten: the order reminds of itself
            log.warning("answer not sent", order=data["order"], action=action, why=str(error))

    async def stop(self) -> None:
        """Forget the answers that are not due yet."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
