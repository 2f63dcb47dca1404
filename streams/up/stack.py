"""The stack of one machine: Kafka, MQTT, gateway, worker, page; started in order, supervised."""

import asyncio
import os
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
from streams.embedded.ports import free_port, is_free
from streams.kafka_topics import ensure_topics
from streams.settings import Settings
from streams.up.folder import full_disk
from streams.up.servers import Server, embedded_kafka, embedded_mqtt
from streams.up.stack_error import StackError

log = structlog.get_logger("up")

PROCESSES: Final = ("gateway", "worker", "ops")
_MAX_RESTARTS: Final = 5
_RESTART_WINDOW_S: Final = 60.0
_HURRY_S: Final = 2.0
_OPS_PORT: Final = 8600


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
        folder = self._folder = settings.state_dir
        self._kafka = None if settings.kafka else embedded_kafka(folder / "kafka", report)
        self._mqtt = None if settings.mqtt else embedded_mqtt(folder / "mqtt")
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._deaths: dict[str, list[float]] = {}

    async def start(self) -> None:
        """Start the servers, create the topics, start the processes; may be cancelled.

        Raises:
            StackError: Something did not come up.
            ServerError: An embedded server did not come up.
            aiokafka.errors.KafkaError: Kafka cannot be reached.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        port = self._page_port()
        for server in self._servers():
            await server.start()
        given = self._given
        self.settings = given.model_copy(
            update={
                "kafka": self._kafka.address if self._kafka else given.kafka,
                "mqtt": self._mqtt.address if self._mqtt else given.mqtt,
                "ops_port": port,
            }
        )
        self._report("creating topics")
        await ensure_topics(self.settings)
        for name in PROCESSES:
            self._start_child(name)
        self._report("waiting for the operations page")
        await self._wait_for_page()

    def _servers(self) -> list[Server]:
        return [server for server in (self._kafka, self._mqtt) if server is not None]

    def _page_port(self) -> int:
        """The page's port: one that was asked for must be free, the usual one need not be."""
        given = self._given
        wanted = given.ops_port or _OPS_PORT
        if is_free(wanted):
            return wanted
        if given.ops_port and "ops_port" in given.model_fields_set:
            raise StackError(
                f"port {wanted} for the operations page is taken by another program. Stop it, or "
                "set VITALS_OPS_PORT to another port, or to 0 for any free one."
            )
        port = free_port(0)
        self._report(
            f"port {wanted} is taken by another program: the operations page is on {port} "
            "(VITALS_OPS_PORT chooses another)"
        )
        return port

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
                if answer is not None and self._is_our_page(answer):
                    return
                await self.check()
                await asyncio.sleep(0.1)
        raise StackError(f"the operations page did not answer; see {self._log('ops')}")

    def _is_our_page(self, answer: httpx.Response) -> bool:
        """Whether the page answers, and not that of another city that took the port first."""
        if answer.status_code != httpx.codes.OK:
            return False
        return bool(answer.json().get("pid") == self._children["ops"].pid)

    @property
    def page(self) -> str:
        """Address of the operations page."""
        return f"http://{self.settings.ops_host}:{self.settings.ops_port}"

    def table(self) -> list[Running]:
        """What runs where; logs as the user would type them in the current folder."""
        settings = self.settings
        rows = [
            _server_row("Kafka", self._kafka, settings.kafka),
            _server_row("MQTT", self._mqtt, settings.mqtt),
        ]
        where = {"gateway": "MQTT → Kafka", "worker": "Kafka → Kafka", "ops": self.page}
        for name, child in self._children.items():
            rows.append(Running(name, where[name], child.pid, near(self._log(name))))
        store = settings.store or f"sqlite:{near(settings.state_dir / 'vitals.sqlite')}"
        rows.append(Running("store", store, None, ""))
        return rows

    async def check(self) -> None:
        """Restart what died; give up on what keeps dying.

        While Kafka is restarted the children wait for it; one that does not is restarted after.

        Raises:
            StackError: Something died more than five times within a minute.
            ServerError: An embedded server does not come up again.
        """
        for server in self._servers():
            if server.pid is None:
                self._count_death(server.name, server.log)
                log.warning("restarting", server=server.name, address=server.address)
                await server.restart()
                log.warning("restarted", server=server.name, pid=server.pid)
        for name, child in list(self._children.items()):
            if child.poll() is not None:
                self._count_death(name, self._log(name))
                log.warning("restarting", process=name, code=child.returncode)
                if name == "ops":
                    # The port was free when it was chosen; somebody may have been quicker.
                    self.settings = self.settings.model_copy(update={"ops_port": self._page_port()})
                self._start_child(name)

    def _count_death(self, name: str, path: Path) -> None:
        now = time.monotonic()
        recent = [t for t in self._deaths.get(name, []) if now - t < _RESTART_WINDOW_S]
        self._deaths[name] = [*recent, now]
        if len(recent) >= _MAX_RESTARTS:
            raise StackError(
                f"{name} keeps dying; see {near(path)}:\n{last_lines(path)}"
                f"{full_disk(self._folder)}"
            )

    async def stop(self, *names: str) -> None:
        """Stop the named processes, or everything in the order that loses nothing."""
        for name in names or PROCESSES:
            child = self._children.pop(name, None)
            if child is not None:
                await asyncio.to_thread(end, child)
        if names:
            return
        for server in reversed(self._servers()):
            await server.stop()

    async def stop_children_at_once(self) -> None:
        """Stop the processes together and soon; what they leave undone the next run does."""
        children = [self._children.pop(name) for name in list(self._children)]
        await asyncio.gather(*(asyncio.to_thread(end, child, _HURRY_S) for child in children))

    async def stop_at_once(self) -> None:
        """Stop everything as `stop_children_at_once` does."""
        await self.stop_children_at_once()
        await asyncio.gather(*(server.stop() for server in self._servers()))


def _server_row(name: str, server: Server | None, address: str) -> Running:
    if server is None:
        return Running(name, address, None, "external")
    return Running(name, address, server.pid, near(server.log))


def near(path: Path) -> str:
    """A path relative to the current folder if it lies in it, else in full."""
    full = path.resolve()
    here = Path.cwd()
    return str(full.relative_to(here)) if full.is_relative_to(here) else str(full)


def _export(settings: Settings) -> None:
    """Give the children these settings; this process has read its own already."""
    for name, value in settings.model_dump().items():
        if value not in (None, ""):
            os.environ[f"VITALS_{name.upper()}"] = str(value)
