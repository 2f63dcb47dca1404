"""The processes of a load: publishers, and a sink in the gateway's place."""

import subprocess
import sys
from typing import Final

import msgspec

from streams.bench.mqtt_load import Published, Share
from streams.bench.report import BenchError
from streams.clock import wall_seconds

PUBLISHERS: Final = 4
"""Connections, each of a process of its own."""
_LEAD_S: Final = 1.5
_LATE_S: Final = 0.5
_PATIENCE_S: Final = 120.0


class Publishers:
    """Publishers at work; they end by themselves.

    Args:
        address: `host:port` of the broker.
        numbers: Numbers of the packs to publish.
        rate: Packs a second; 0 = as fast as the broker takes them.

    Attributes:
        begin: Unix time of the first PUBLISH.
    """

    def __init__(self, address: str, numbers: range, rate: float) -> None:
        self.begin = wall_seconds() + _LEAD_S
        first, count, begin = numbers.start, len(numbers), self.begin
        self._processes = [
            _start(Share(address, index, PUBLISHERS, first, count, rate, begin))
            for index in range(PUBLISHERS)
        ]

    def wait(self) -> None:
        """Wait until the broker has acknowledged everything; safe to call twice.

        Raises:
            BenchError: One of them has failed, or could not begin in time.
        """
        began = [_result(process).began for process in self._processes]
        self._processes = []
        if began and max(began) - self.begin > _LATE_S:
            raise BenchError("the publishers did not start in time; the machine is busy")


def drain_alone(address: str, count: int) -> float:
    """Messages a second that publishers and broker manage if a bare client takes them."""
    sink = _start((address, count))
    if sink.stdout is None or sink.stdout.readline() != b"subscribed\n":
        raise BenchError("the sink could not subscribe")
    publishers = Publishers(address, range(count), 0.0)
    publishers.wait()
    return count / (_result(sink).ended - publishers.begin)


def _start(job: object) -> "subprocess.Popen[bytes]":
    argument = msgspec.json.encode(job).decode()
    command = [sys.executable, "-m", "streams.bench.mqtt_load", argument]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _result(process: "subprocess.Popen[bytes]") -> Published:
    output, _ = process.communicate(timeout=_PATIENCE_S)
    if process.returncode:
        raise BenchError(f"a process of the load has ended with {process.returncode}")
    return msgspec.json.decode(output, type=Published)
