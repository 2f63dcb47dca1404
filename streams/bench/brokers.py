"""The MQTT broker of a measurement: Mosquitto where it is installed, else the embedded one."""

import getpass
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from streams.embedded.child import ServerError, end, last_lines, spawn
from streams.embedded.mqtt import EmbeddedMqtt
from streams.embedded.ports import HOST, answers, free_port

_PATIENCE_S: Final = 10.0
# What decides the speed is as in deploy/mosquitto; accounts and rights are left out.
_CONFIG: Final = """\
listener {port} {host}
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 10
max_queued_messages 0
max_queued_bytes 1073741824
max_inflight_messages 200
connection_messages false
log_type error
"""


class Broker(NamedTuple):
    """A running broker: its name, `host:port` and process id."""

    name: str
    address: str
    pid: int


def mosquitto_path() -> str | None:
    """Where mosquitto is; None where it is not installed. Debian keeps it in /usr/sbin."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def broker(name: str, folder: Path) -> Iterator[Broker]:
    """A broker on a free port, ended when the context ends.

    Args:
        name: "mosquitto", "embedded", or "" for the first of them that is there.
        folder: Where it keeps configuration, data and log; made if missing.

    Raises:
        ServerError: It is not installed or does not start.
    """
    if name == "embedded" or (not name and mosquitto_path() is None):
        with EmbeddedMqtt(folder) as server:
            yield Broker("embedded", server.address, server.pid or 0)
        return
    process, port = _start_mosquitto(folder)
    try:
        yield Broker("mosquitto", f"{HOST}:{port}", process.pid)
    finally:
        end(process)


def _start_mosquitto(folder: Path) -> "tuple[subprocess.Popen[bytes], int]":
    path = mosquitto_path()
    if path is None:
        raise ServerError("Mosquitto is not installed: run deploy/live/install.sh")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port(0)
    config, log = folder / "mosquitto.conf", folder / "mosquitto.log"
    config.write_text(
        _CONFIG.format(port=port, host=HOST, user=getpass.getuser(), folder=folder), "utf-8"
    )
    process = spawn([path, "-c", str(config)], log)
    deadline = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        if answers(port):
            return process, port
        time.sleep(0.02)
    end(process)
    raise ServerError(f"Mosquitto did not start:\n{last_lines(log)}")
