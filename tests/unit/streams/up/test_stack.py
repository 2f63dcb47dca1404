"""Parts of the stack that need no servers."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiokafka.errors import KafkaTimeoutError

from streams.settings import Settings
from streams.terminals.counts import PublishedCounts
from streams.up.city_run import _raise_failures
from streams.up.options import Ending
from streams.up.outcome import completeness
from streams.up.stack import Stack, near
from streams.up.stack_error import StackError


async def test_page_port_that_was_asked_for_and_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings(ops_port=port, state_dir=tmp_path)
        with pytest.raises(StackError, match=f"port {port} .* VITALS_OPS_PORT"):
            await Stack(settings, print).start()
    assert list(tmp_path.iterdir()) == []


def test_usual_page_port_that_is_taken_is_replaced_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr("streams.up.stack._OPS_PORT", port)
        found = Stack(Settings(ops_port=0, state_dir=tmp_path), said.append)._page_port()
    assert found != port
    assert f"port {port} is taken" in said[0]
    assert str(found) in said[0]


def test_path_in_the_current_folder_is_shown_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "state" / "a.log") == "state/a.log"
    assert near(Path("state/a.log")) == "state/a.log"
    assert near(Path("/elsewhere/a.log")) == "/elsewhere/a.log"


def test_second_wish_to_end_waits_for_nothing() -> None:
    ending = Ending()
    ending.ask()
    assert (ending.stop.is_set(), ending.now.is_set()) == (True, False)
    ending.ask()
    assert ending.now.is_set()


async def test_task_that_lost_kafka_ends_the_run_with_the_reason() -> None:
    async def watch() -> None:
        raise KafkaTimeoutError("too long")

    async def wait() -> None:
        await asyncio.sleep(60)

    failed, running = asyncio.create_task(watch()), asyncio.create_task(wait())
    await asyncio.wait({failed})
    _raise_failures(running)
    with pytest.raises(StackError, match="too long"):
        _raise_failures(running, failed)
    running.cancel()


def test_run_whose_terminals_were_cut_short_is_not_complete() -> None:
    assert not completeness(10, None, expected=True)["complete"]
    assert completeness(10, None, expected=False)["complete"]


@pytest.mark.parametrize(("received", "complete"), [(77, False), (78, True), (82, True)])
def test_run_is_complete_though_a_dying_broker_took_the_first_copy_along(
    received: int, complete: bool
) -> None:
    published = PublishedCounts(packs=36, records=78, unique=36, receipts=36, resent_records=4)
    found = completeness(received, published, expected=True)
    assert (found["complete"], found["redelivered"]) == (complete, received - 78)
