"""The stack of one machine: Kafka, MQTT, gateway, worker, page; started in order, supervised."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import msgspec
import structlog

from streams.embedded.child import end, last_lines, spawn
from streams.embedded.kafka import EmbeddedKafka
from streams.embedded.mqtt import EmbeddedMqtt
from streams.embedded.ports import free_port
from streams.kafka_topics import ensure_topics
from streams.settings import Settings

log = structlog.get_logger("up")

PROCESSES: Final = ("gateway", "worker", "ops")
_MAX_RESTARTS: Final = 5
_RESTART_WINDOW_S: Final = 60.0


class StackError(RuntimeError):
    """Something does not start or keeps dying; the message names it, its log and the last lines."""


class Running(msgspec.Struct):
    """One row of the table of what runs where."""

    name: str
    where: str
    pid: int | None
    log: str


class Stack:
    """Starts and stops everything.

    Args:
        settings: Addresses left empty mean embedded servers in `settings.state_dir`.
        report: Told in a sentence what is being done.
    """

    def __init__(self, settings: Settings, report: Callable[[str], None]) -> None:
        self._given = settings
        self.settings = settings
        self._report = report
        self._folder = settings.state_dir
        self._kafka: EmbeddedKafka | None = None
        self._mqtt: EmbeddedMqtt | None = None
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, list[float]] = {}

    async def start(self) -> None:
        """Start the servers, create the topics, start the processes.

        Raises:
            StackError: Something did not come up.
            ServerError: An embedded server did not come up.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        given = self._given
        if not given.kafka:
            self._kafka = EmbeddedKafka(self._folder / "kafka", report=self._report)
            await asyncio.to_thread(self._kafka.start)
        if not given.mqtt:
            self._mqtt = EmbeddedMqtt(self._folder / "mqtt")
            await asyncio.to_thread(self._mqtt.start)
        self.settings = given.model_copy(
            update={
                "kafka": self._kafka.bootstrap if self._kafka else given.kafka,
                "mqtt": self._mqtt.address if self._mqtt else given.mqtt,
                "ops_port": free_port(given.ops_port) if given.ops_port else free_port(8600),
            }
        )
        self._report("creating topics")
        await ensure_topics(self.settings)
        for name in PROCESSES:
            self._start_child(name)
        self._report("waiting for the operations page")
        await self._wait_for_page()

    def _start_child(self, name: str) -> None:
        argv = [sys.executable, "-m", "streams.cli", name]
        _export(self.settings)
        self._children[name] = spawn(argv, self._log(name))

    def _log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    async def _wait_for_page(self, patience: float = 60.0) -> None:
        deadline = time.monotonic() + patience
        async with httpx.AsyncClient() as client:
            while time.monotonic() < deadline:
                try:
                    answer = await client.get(f"{self.page}/healthz")
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code == httpx.codes.OK:
                    return
                self.check()
                await asyncio.sleep(0.1)
        raise StackError(f"the operations page did not answer; see {self._log('ops')}")

    @property
    def page(self) -> str:
        """Address of the operations page."""
        return f"http://{self.settings.ops_host}:{self.settings.ops_port}"

    def table(self) -> list[Running]:
        """What runs where."""
        settings = self.settings
        kafka, mqtt = self._kafka, self._mqtt
        rows = [
            Running("Kafka", settings.kafka, kafka.pid if kafka else None,
                    str(kafka.log) if kafka else "external"),
            Running("MQTT", settings.mqtt, mqtt.pid if mqtt else None,
                    str(mqtt.log) if mqtt else "external"),
        ]  # fmt: skip
        where = {"gateway": "MQTT → Kafka", "worker": "Kafka → Kafka", "ops": self.page}
        for name, child in self._children.items():
            rows.append(Running(name, where[name], child.pid, str(self._log(name))))
        store = settings.store or f"sqlite:{settings.state_dir / 'vitals.sqlite'}"
        rows.append(Running("store", store, None, ""))
        return rows

    def check(self) -> None:
        """Restart a process that died; give up on one that keeps dying.

        Raises:
            StackError: A process died more than five times within a minute.
        """
        for name, child in list(self._children.items()):
            if child.poll() is None:
                continue
            now = time.monotonic()
            recent = [t for t in self._deaths.get(name, []) if now - t < _RESTART_WINDOW_S]
            self._deaths[name] = [*recent, now]
            if len(recent) >= _MAX_RESTARTS:
                tail = last_lines(self._log(name))
                raise StackError(f"{name} keeps dying; see {self._log(name)}:\n{tail}")
            log.warning("restarting", process=name, code=child.returncode)
            self._start_child(name)

    async def stop(self, *names: str) -> None:
        """Stop the named processes, or everything in the order that loses nothing."""
        for name in names or ("gateway", "worker", "ops"):
            child = self._children.pop(name, None)
            if child is not None:
                await asyncio.to_thread(end, child)
        if names:
            return
        if self._mqtt is not None:
            await asyncio.to_thread(self._mqtt.stop)
        if self._kafka is not None:
            await asyncio.to_thread(self._kafka.stop)


def _export(settings: Settings) -> None:
    """Give the children these settings; this process has read its own already."""
    for name, value in settings.model_dump().items():
        if value not in (None, ""):
            os.environ[f"VITALS_{name.upper()}"] = str(value)


def fresh_folder(folder: Path) -> Path:
    """An empty folder, for a run that must not see an earlier one."""
    if folder.exists():
        shutil.rmtree(folder)
    return folder
