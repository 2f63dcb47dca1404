"""The embedded MQTT broker: rumqttd from the wheel `iotcore`, as a child process.

It speaks MQTT 3.1.1 only (its MQTT 5 listener loses and doubles messages). It keeps sessions,
retained messages and waiting messages in memory: they outlive a client, not the broker. What waits
for an absent client beyond 256 MiB is dropped silently, oldest first (measured); where that matters
use Mosquitto, or rely on receipts.
"""

import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

from streams.embedded.child import ServerError, end, last_lines, spawn
from streams.embedded.ports import HOST, answers, free_port, is_free

MAX_PAYLOAD: Final = 16 << 20
"""Largest payload, bytes. Far above the contract's, for a larger one closes the client's connection
without a word, while one that arrives is rejected with a reason."""

# A filter's log keeps what was delivered until a segment is full: 16 x 16 MiB bound its memory.
_CONFIG: Final = """\
id = 0

[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 16777216
max_segment_count = 16

[v4.1]
name = "v4-1"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = {max_payload}
max_inflight_count = 500
dynamic_filters = true
"""

# Not `python -m iotcore`: rumqttd traces every packet as an error, which would fill the log.
_SERVE: Final = """
import logging, sys
logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
from iotcore import IotCoreBroker
IotCoreBroker(config_path=sys.argv[1]).run_forever()
"""


class EmbeddedMqtt:
    """An MQTT 3.1.1 broker on the loopback address: QoS 0-2, retained, persistent sessions, $share.

    Args:
        folder: Where configuration and log are kept; made if missing.
        port: 1-65535, or 0: a free one, remembered in the folder for later starts.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "mqtt.log"
        self._asked = port
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """`host:port` for clients.

        Raises:
            RuntimeError: It was never started.
        """
        if not self._port:
            raise RuntimeError("the MQTT broker has no address before its first start")
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id, or None while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, patience: float = 30.0) -> None:
        """Start and wait until it accepts connections. Nothing if it runs.

        Args:
            patience: How long it may take, s.

        Raises:
            ServerError: It did not start; the message names the cause and what to do.
        """
        if self.pid is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self._write_config()
        try:
            command = [sys.executable, "-P", "-c", _SERVE, str(config)]
            self._process = spawn(command, self.log)
            self._wait_ready(patience)
        except BaseException:  # an interrupt must not leave a broker behind either
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it. Safe to call twice, and after a crash."""
        if self._process is not None:
            end(self._process, patience=5.0)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _write_config(self) -> Path:
        """Choose the port, the remembered one if still free, and write `rumqttd.toml`."""
        if self._asked and not is_free(self._asked):
            raise ServerError(
                f"port {self._asked} on {HOST} is taken by another program. Stop it, give the MQTT "
                "broker another port or 0 for any free one, or set VITALS_MQTT=host:port to use "
                "the broker that runs there."
            )
        memory = self.folder / "port"
        past = int(memory.read_text("ascii")) if memory.exists() else 0
        self._port = self._asked or free_port(past)
        memory.write_text(f"{self._port}\n", "ascii")
        config = self.folder / "rumqttd.toml"
        config.write_text(
            _CONFIG.format(host=HOST, port=self._port, max_payload=MAX_PAYLOAD), "utf-8"
        )
        return config

    def _wait_ready(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.pid is None:
                raise ServerError(
                    f"the MQTT broker ended while it started; see {self.log}:\n"
                    f"{last_lines(self.log)}"
                )
            if answers(self._port):
                return
            time.sleep(0.02)
        raise ServerError(
            f"the MQTT broker did not answer on {self.address} within {patience:.0f} s; "
            f"see {self.log}:\n{last_lines(self.log)}"
        )
