"""Faust as its manual shows it, one event a pack, the windows in a table with its changelog."""

from typing import Any

import faust
import orjson

from streams.bench.peers.faust_app import app_of
from streams.bench.peers.marks import arguments

_WINDOW_S = 10


def main() -> None:
    """Run until the marks end the process."""
    kafka, marks = arguments()
    app = app_of("faust-table", kafka)
    packs = app.topic("packs", key_type=bytes, value_type=bytes, value_serializer="raw")
    table = app.Table("windows", default=lambda: [0, 0.0, 1e300, -1e300], partitions=4)

    @app.agent(packs)
    async def windows(stream: Any) -> None:  # noqa: ANN401 - Faust's, untyped
        async for key, value in stream.items():
            pack = orjson.loads(value)
            window = int(pack[0]["bt"] // _WINDOW_S)
            for record in pack:
                name, reading = f"{key.decode()}|{record['n']}|{window}", record["v"]
                count, total, low, high = table[name]
                table[name] = [count + 1, total + reading, min(low, reading), max(high, reading)]
            marks.pack()

    faust.Worker(app, loglevel="WARN", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main()
