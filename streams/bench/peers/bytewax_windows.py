"""Bytewax: tumbling windows in memory, without recovery."""

from datetime import UTC, datetime, timedelta
from typing import Any

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import windowing
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main

from streams.bench.peers.aggregate import Aggregates, add
from streams.bench.peers.marks import arguments

_ALIGNED = datetime(2025, 1, 1, tzinfo=UTC)
_LENGTH = timedelta(seconds=10)


class _Nowhere(StatelessSinkPartition):  # type: ignore[misc]
    def write_batch(self, items: list[object]) -> None:
        del items


class _NoSink(DynamicSink):  # type: ignore[misc]
    def build(self, *_where: object) -> _Nowhere:
        return _Nowhere()


def _event_time(pack: list[dict[str, Any]]) -> datetime:
    return datetime.fromtimestamp(pack[0]["bt"], UTC)


def _merge(one: Aggregates, other: Aggregates) -> Aggregates:
    return {**one, **other}


def main() -> None:
    """Run until the marks end the process."""
    kafka, marks = arguments()

    def decode(message: Any) -> tuple[str, list[dict[str, Any]]]:  # noqa: ANN401 - not typed here
        marks.pack()
        return message.key.decode(), orjson.loads(message.value)

    flow = Dataflow("windows")
    source = KafkaSource([kafka], ["packs"], batch_size=1000, tail=True)
    packs = op.map("decode", op.input("packs", flow, source), decode)
    clock = windowing.EventClock(
        ts_getter=_event_time, wait_for_system_duration=timedelta(seconds=0)
    )
    windower = windowing.TumblingWindower(length=_LENGTH, align_to=_ALIGNED)
    folded = windowing.fold_window("windows", packs, clock, windower, dict, add, _merge)
    op.output("out", folded.down, _NoSink())
    run_main(flow)


if __name__ == "__main__":
    main()
