"""The Faust application: what it sets up, and what it leaves behind."""

from pathlib import Path

import pytest

from streams.settings import Settings
from streams.worker.app import build_app
from streams.worker.consumer import FETCH_WAIT_MS, ShortWaits


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", None)
    app = build_app(Settings(kafka="127.0.0.1:1"))
    app.finalize()
    return app


def test_worker_makes_no_folder(app, tmp_path):
    app._create_directories()  # what Faust calls at its start
    assert list(tmp_path.iterdir()) == []
    assert Path(app.conf.datadir).is_relative_to(tmp_path)


async def test_idle_topics_hold_a_fetch_for_a_moment_only(app):
    assert isinstance(app.transport, ShortWaits)
    consumer = app.consumer._thread._create_worker_consumer(app.transport)
    assert consumer._fetch_max_wait_ms == FETCH_WAIT_MS
    await consumer.stop()
