"""Real Mosquitto and InfluxDB as child processes, for live tests.

    with mosquitto() as address: ...      # "127.0.0.1:20123"
    with influxd() as server: ...         # server.url, server.token, database "city"

Where a server is not installed the test is skipped; with VITALS_LIVE_REQUIRED=1 it fails instead.
"""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

import httpx
import pytest

from streams.embedded.child import end, last_lines, spawn
from streams.embedded.ports import HOST, answers, free_port

ROOT = Path(__file__).parents[2]
INSTALL = "run deploy/live/install.sh (`make test-live` does)"
PATIENCE_S = 30.0

_MOSQUITTO_CONF = """\
listener {port} {host}
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
max_queued_messages 0
max_inflight_messages 100
"""


class Influx(NamedTuple):
    """A running InfluxDB 1.8: `organisation` is "-", `bucket` has no retention limit."""

    url: str
    token: str
    bucket: str = "city/autogen"


def _absent(name: str) -> NoReturn:
    message = f"{name} is not installed: {INSTALL}"
    if os.environ.get("VITALS_LIVE_REQUIRED") == "1":
        raise RuntimeError(message)
    pytest.skip(message)


def mosquitto_binary() -> Path:
    """Path of mosquitto; skips the test where it is absent. Debian keeps it in /usr/sbin."""
    found = shutil.which(
        "mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    )
    return Path(found) if found else _absent("Mosquitto")


def influxd_binary() -> Path:
    """Path of influxd 1.8; skips the test where it is absent. Debian's own 1.6 is of no use."""
    built = ROOT / ".vitals" / "bin" / "influxd"
    return built if built.exists() else _absent("influxd 1.8")


def mosquitto_accounts_binary() -> Path:
    """Path of mosquitto_passwd, which comes with Mosquitto."""
    found = shutil.which("mosquitto_passwd")
    return Path(found) if found else _absent("mosquitto_passwd")


@contextmanager
def mosquitto(conf: str | None = None, port: int = 0) -> Iterator[str]:
    """A Mosquitto on a free port (or `port`); yields `host:port`.

    Args:
        conf: Its configuration instead of an open broker with sessions; `{port}`, `{host}`,
            `{folder}` (a fresh one) and `{user}` are filled in.
        port: To start again on the port of an earlier one.
    """
    binary = mosquitto_binary()
    port = port or free_port(0)
    with tempfile.TemporaryDirectory(prefix="mosquitto-") as name:
        folder = Path(name)
        text = (conf or _MOSQUITTO_CONF).format(
            port=port, host=HOST, folder=folder, user=getpass.getuser()
        )
        (folder / "mosquitto.conf").write_text(text)
        log = folder / "mosquitto.log"
        process = spawn([str(binary), "-c", str(folder / "mosquitto.conf")], log)
        try:
            _wait(process, log, lambda: answers(port))
            yield f"{HOST}:{port}"
        finally:
            end(process)


@contextmanager
def influxd() -> Iterator[Influx]:
    """An InfluxDB 1.8 with Flux and without accounts, its database "city" made."""
    binary = influxd_binary()
    port, backup = free_port(0), free_port(0)
    url = f"http://{HOST}:{port}"
    with tempfile.TemporaryDirectory(prefix="influxd-") as name:
        folder = Path(name)
        (folder / "influxdb.conf").write_text(_influx_conf(folder, port, backup))
        log = folder / "influxd.log"
        process = spawn([str(binary), "run", "-config", str(folder / "influxdb.conf")], log)
        try:
            _wait(process, log, lambda: answers(port))
            httpx.post(f"{url}/query", params={"q": "CREATE DATABASE city"}).raise_for_status()
            yield Influx(url, "live:live")
        finally:
            end(process)


def _influx_conf(folder: Path, port: int, backup: int) -> str:
    return f"""\
reporting-disabled = true
bind-address = "{HOST}:{backup}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
[http]
bind-address = "{HOST}:{port}"
flux-enabled = true
log-enabled = false
"""


def _wait(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    """Wait until a server is ready.

    Raises:
        RuntimeError: It ended or took too long; the message has the end of its log.
    """
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        if ready():
            return
        time.sleep(0.02)
    raise RuntimeError(f"{log.stem} is not ready:\n{last_lines(log, 20)}")
