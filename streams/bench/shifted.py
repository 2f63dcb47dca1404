"""A recording several times over, each time later by as many whole weeks as it is long."""

import gzip
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from sensors.senml import ABSOLUTE_FROM
from streams.recording import read_lines

WEEK_S: Final = 7 * 86_400
"""Copies lie whole weeks apart, so that the hours of the day and the days of the week stay."""


def write_repeated(recording: Path, times: int, out: Path) -> None:
    """Write a recording `times` times over; the first copy is as it is.

    Args:
        recording: Recording, gzip'd or plain.
        times: How often, >= 1.
        out: File to write, gzip'd.

    Raises:
        streams.recording.RecordingError: The recording cannot be read.
        OSError: The file cannot be written.
    """
    shift = 0 if times == 1 else span_s(recording)
    with gzip.open(out, "wb", compresslevel=1) as file:
        for copy in range(times):
            for line in shifted(read_lines(recording), copy * shift):
                file.write(line + b"\n")


def span_s(recording: Path) -> int:
    """Length of a recording in seconds, rounded up to whole weeks."""
    first = last = None
    for line in read_lines(recording):
        received = msgspec.json.decode(line)["received"]
        first = received if first is None else first
        last = received
    span = 0.0 if first is None or last is None else last - first
    return max(1, math.ceil(span / WEEK_S)) * WEEK_S


def shifted(lines: Iterator[bytes], seconds: int) -> Iterator[bytes]:
    """The lines, later by some seconds; relative times of a pack stay as they are.

    Example:
        >>> list(shifted(iter([b'{"received":1.5}']), 10))
        [b'{"received":11.5}']
    """
    for line in lines:
        if not seconds:
            yield line
            continue
        tree = msgspec.json.decode(line)
        tree["received"] += seconds
        for record in tree.get("pack", ()):
            _shift(record, seconds)
        yield msgspec.json.encode(tree)


def _shift(record: dict[str, Any], seconds: int) -> None:
    for field in ("bt", "t"):
        if record.get(field, 0) >= ABSOLUTE_FROM:
            record[field] += seconds
