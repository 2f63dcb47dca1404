"""One real Kafka for the whole test session, and how Hypothesis runs."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from sensors import native
from streams.embedded.kafka import EmbeddedKafka

# How long an example takes is no property of ours: machines are shared, and in a fresh clone the
# first text of all waits a second for Hypothesis' tables of Unicode.
# In CI the examples are the same every time, so that a change is judged by itself; everywhere else
# each run looks for new ones.
settings.register_profile(
    "vitals",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("vitals")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses the Kafka of the session needs a server."""
    for item in items:
        if "kafka" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.servers)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a Kafka; tests share it, so each uses topics and groups of its own."""
    with EmbeddedKafka(tmp_path_factory.mktemp("kafka"), report=print) as server:
        yield server.bootstrap


@pytest.fixture(scope="module", params=["numpy", "compiled"])
def twin(request: pytest.FixtureRequest) -> Iterator[None]:
    """The hot path by numpy, and by the compiled library where it could be built."""
    is_compiled = request.param == "compiled"
    native.use(compiled=is_compiled)
    if is_compiled and native.library() is None:
        pytest.skip("sensors/native was not compiled: no C compiler, see hatch_build.py")
    yield
    native.use(compiled=True)


@pytest.fixture
def logs_as_before() -> Iterator[None]:
    """For what sets up the logs of its process, which all tests share."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
