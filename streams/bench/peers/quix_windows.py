"""Quix Streams: tumbling windows in RocksDB with their changelog."""

import tempfile
import time
from datetime import timedelta
from typing import Any

import orjson
from quixstreams import Application

from streams.bench.peers.aggregate import Aggregates, add
from streams.bench.peers.marks import arguments


def _event_ms(value: bytes, *_rest: object) -> int:
    return int(orjson.loads(value)[0]["bt"] * 1000)


def _first(pack: list[dict[str, Any]]) -> Aggregates:
    return add({}, pack)


def main() -> None:
    """Run until the marks end the process."""
    kafka, marks = arguments()

    def decode(value: bytes) -> list[dict[str, Any]]:
        marks.pack()
        pack: list[dict[str, Any]] = orjson.loads(value)
        return pack

    app = Application(
        broker_address=kafka, consumer_group=f"quix-{time.monotonic_ns()}",
        auto_offset_reset="earliest", state_dir=tempfile.mkdtemp(prefix="vitals-bench-quix-"),
        loglevel="WARNING",
    )  # fmt: skip
    packs = app.topic("packs", value_deserializer="bytes", timestamp_extractor=_event_ms)
    windows = app.dataframe(packs).apply(decode).tumbling_window(timedelta(seconds=10))
    windows.reduce(reducer=add, initializer=_first).final()
    app.run()


if __name__ == "__main__":
    main()
