"""One real Kafka for the whole test session."""

from collections.abc import Iterator

import pytest

from streams.embedded.kafka import EmbeddedKafka


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a Kafka; tests share it, so each uses topics and groups of its own."""
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka"), report=print) as server:
        yield server.bootstrap
