"""Faust as its manual shows it, one event a pack, without state: each pack is only decoded."""

from typing import Any

import faust
import orjson

from streams.bench.peers.faust_app import app_of
from streams.bench.peers.marks import arguments


def main() -> None:
    """Run until the marks end the process."""
    kafka, marks = arguments()
    app = app_of("faust-plain", kafka)
    packs = app.topic("packs", key_type=bytes, value_type=bytes, value_serializer="raw")

    @app.agent(packs)
    async def windows(stream: Any) -> None:  # noqa: ANN401 - Faust's, untyped
        async for value in stream:
            orjson.loads(value)
            marks.pack()

    faust.Worker(app, loglevel="WARN", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main()
