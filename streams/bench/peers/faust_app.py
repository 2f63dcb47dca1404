"""The Faust application that both Faust peers run, set up as Faust's manual shows it."""

import time

import faust


def app_of(name: str, kafka: str) -> faust.App:
    """A new application: it has read nothing yet.

    Args:
        name: Beginning of its id.
        kafka: `host:port` of Kafka.
    """
    return faust.App(
        f"{name}-{time.monotonic_ns()}", broker=f"kafka://{kafka}", store="memory://",
        topic_partitions=4, topic_replication_factor=1, consumer_auto_offset_reset="earliest",
        web_enabled=False,
    )  # fmt: skip
