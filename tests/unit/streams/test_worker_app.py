"""The Faust application: what it sets up, and what it leaves behind."""

import asyncio
from pathlib import Path

import pytest

from streams.settings import Settings
from streams.worker.app import build_app
from streams.worker.consumer import FETCH_WAIT_MS, Begun, ShortWaits


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


async def test_message_that_need_not_wait_is_handed_over_without_a_task(app):
    async def hand_over() -> str:
        return "done"

    tasks = len(asyncio.all_tasks())
    suspended = asyncio.Event()
    results = await app.consumer.wait_first(hand_over(), suspended.wait())
    assert (results.results, results.stopped) == (["done"], False)
    assert len(asyncio.all_tasks()) == tasks


async def test_message_that_waits_is_given_up_when_the_flow_is_suspended(app):
    room, suspended = asyncio.Event(), asyncio.Event()
    seen = []

    async def hand_over() -> None:
        seen.append("begun")
        try:
            await room.wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    asyncio.get_running_loop().call_soon(suspended.set)
    await app.consumer.wait_first(hand_over(), suspended.wait())
    await asyncio.sleep(0)
    assert seen == ["begun", "cancelled"]


async def test_message_that_waits_for_room_is_handed_over_in_the_end(app):
    room, lock, suspended = asyncio.Event(), asyncio.Lock(), asyncio.Event()

    async def hand_over() -> str:
        async with lock:
            await room.wait()
        await asyncio.sleep(0)
        return "done"

    asyncio.get_running_loop().call_soon(room.set)
    results = await app.consumer.wait_first(hand_over(), suspended.wait())
    assert results.results == ["done"]
    assert not lock.locked()


async def test_error_before_the_first_wait_is_raised(app):
    async def hand_over() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await app.consumer.wait_first(hand_over(), asyncio.Event().wait())


async def test_begun_coroutine_gets_errors_and_gives_its_result():
    async def waits() -> str:
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)
        except TimeoutError:
            return "late"
        return "never"

    async def outer() -> str:
        await asyncio.sleep(0)
        return await waits()

    begun = Begun(outer())
    assert not begun.is_done
    assert await begun == "late"
