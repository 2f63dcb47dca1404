"""The Faust worker on real Kafka publishes the bytes that replay writes, whatever dies on the way."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from streams.citypack import CityPack, engine_config
from streams.clock import fresh_id
from streams.cutting import Cutter, Head, Stamped, merge_lines
from streams.engine.pipeline import Frame
from streams.output_files import STREAMS
from streams.pack.scenarios import load_scenario
from streams.recorder import RecordingWriter, record_lines
from streams.replay import replay
from streams.settings import Settings
from tests.kafka_run import KafkaRun, WorkerProcess
from tests.storm_recording import leaping, sanshui, storm_lines, with_commands, with_gauge

MINUTES = 70
SESSION_TIMEOUT = 6.0


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return sanshui()


@pytest.fixture(scope="module")
def recording(pack: CityPack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storm over four zone and two district partitions, which zones and districts cross."""
    folder = tmp_path_factory.mktemp("storm")
    scenario = load_scenario("storm", pack.city)
    lines = with_gauge(storm_lines(pack, scenario, MINUTES), "WL-09", leaping(15, 0.8))
    lines = with_commands(pack, lines, folder)
    path = folder / "storm.ndjson"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture(scope="module")
def expected(pack: CityPack, recording: Path) -> Path:
    out = recording.parent / "expected"
    summary = replay([recording], pack, out)
    assert summary["balanced"]
    assert summary["alerts"] > 0
    assert summary["faults"] > 0
    assert '"state":"closed"' in (out / "workorders.ndjson").read_text()
    return out


def _settings(kafka: str, pack: CityPack, name: str) -> Settings:
    return Settings(
        kafka=kafka, city=pack.folder, topic_prefix=f"{name}-{fresh_id()}.",
        checkpoint_seconds=0.5,
    )  # fmt: skip


def _frames(pack: CityPack, recording: Path, lines: int) -> tuple[list[Frame], float]:
    cutter = Cutter(engine_config(pack), lines)
    frames = list(cutter.cut(merge_lines([iter(recording.read_bytes().splitlines())])))
    return frames, cutter.received


def _differing(left: Path, right: Path) -> list[str]:
    return [
        stream
        for stream in STREAMS
        if (left / f"{stream}.ndjson").read_bytes() != (right / f"{stream}.ndjson").read_bytes()
    ]


def test_recording_crosses_partitions(pack: CityPack) -> None:
    config = engine_config(pack)
    zones = pack.city.zones.values()
    crossed = {
        (config.zone_partition(t.id), config.district_partition(pack.city.district_of(t.zone)))
        for t in pack.city.terminals.values()
    }
    assert {zone for zone, _ in crossed} == set(range(4))
    assert {district for _, district in crossed} == {0, 1}
    assert len(crossed) > 4
    assert len(zones) >= 16


async def test_faust_host_publishes_what_replay_writes(
    kafka: str, pack: CityPack, recording: Path, expected: Path, tmp_path: Path
) -> None:
    run = KafkaRun(_settings(kafka, pack, "agree"))
    await run.prepare()
    worker = WorkerProcess(run.settings, "worker", tmp_path)
    try:
        frames, last = _frames(pack, recording, 50)
        await run.feed(frames)
        await run.drain(last)
    finally:
        code = worker.stop()
    await run.collect(tmp_path / "live")
    assert _differing(tmp_path / "live", expected) == []
    assert code == 0
    assert worker.events("fatal") == []
    assert {event["loop"] for event in worker.events("rebalanced")} == {"uvloop"}


async def test_processes_of_one_machine_share_evenly_and_stop_together(
    kafka: str, pack: CityPack, recording: Path, expected: Path, tmp_path: Path
) -> None:
    run = KafkaRun(_settings(kafka, pack, "fleet"))
    await run.prepare()
    frames, last = _frames(pack, recording, 50)
    half = len(frames) // 2
    first = WorkerProcess(run.settings, "first", tmp_path, processes=2)
    shares = await _shares(run.settings, first, 2)
    await run.feed(frames[:half], pause=6.0 / half)
    os.kill(next(iter(shares)), signal.SIGKILL)
    await run.feed(frames[half:])
    died = await asyncio.to_thread(first.process.wait, 30)
    second = WorkerProcess(run.settings, "second", tmp_path, processes=2)
    try:
        await run.drain(last)
        again = await _shares(run.settings, second, 2)
    finally:
        code = second.stop()
    await run.collect(tmp_path / "live")
    even = {"readings": 2, "indications": 1, "commands": 1}
    assert [*shares.values(), *again.values()] == [even] * 4
    assert died == 128 + signal.SIGKILL
    assert code == 0
    assert [event["code"] for event in first.events("a worker process ended")] == [-signal.SIGKILL]
    assert _differing(tmp_path / "live", expected) == []
    assert first.events("fatal") == second.events("fatal") == []
    assert not [pid for pid in [*shares, *again] if _is_running(pid)]


async def _shares(
    settings: Settings, worker: WorkerProcess, processes: int
) -> dict[int, dict[str, int]]:
    """Process → input topic → how many partitions it has, once every partition has an owner."""
    everything = settings.zone_partitions + 2 * settings.district_partitions
    found: dict[int, dict[str, int]] = {}
    for _ in range(300):
        newest = {event["pid"]: event["assigned"] for event in worker.events("rebalanced")}
        found = {pid: _counted(settings, assigned) for pid, assigned in newest.items()}
        held = [count for share in found.values() for count in share.values()]
        if len(found) == processes and sum(held) == everything:
            return found
        await asyncio.sleep(0.1)
    raise TimeoutError(f"the partitions were not shared out: {found}")


def _counted(settings: Settings, assigned: list[str]) -> dict[str, int]:
    inputs = ("readings", "indications", "commands")
    return {
        name: sum(f"topic='{settings.topic(name)}'" in text for text in assigned) for name in inputs
    }


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_killed_and_paused_workers_change_nothing(
    kafka: str, pack: CityPack, recording: Path, expected: Path, tmp_path: Path
) -> None:
    run = KafkaRun(_settings(kafka, pack, "kills"))
    await run.prepare()
    crew = _Crew(run.settings, tmp_path)
    frames, last = _frames(pack, recording, 50)
    began = time.monotonic()
    try:
        feeding = asyncio.create_task(run.feed(frames, pause=66.0 / len(frames)))
        await crew.go_through_it()
        await feeding
        fed = time.monotonic() - began
        await run.drain(last, seconds=150)
    finally:
        crew.stop()
    repeated = await run.collect(tmp_path / "live")
    assert fed >= 60
    assert _differing(tmp_path / "live", expected) == []
    assert crew.deaths == ["outputs-sent", "among-blocks", "manifest-written", "before-commit"]
    assert repeated > 0, "no output came twice: the test did not test repeats"
    assert crew.skipped() > 0, "no input was skipped: the test did not test restores"
    assert crew.fatal() == []


class _Crew:
    """Two workers at a time; one after the other dies at a named point, then one is paused."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self.deaths: list[str] = []
        self.workers: list[WorkerProcess] = []

    def _start(self, failpoint: str = "") -> WorkerProcess:
        name = f"worker-{len(self.workers)}"
        worker = WorkerProcess(self._settings, name, self._folder, failpoint)
        self.workers.append(worker)
        return worker

    async def go_through_it(self) -> None:
        steady = self._start()
        for point in ("outputs-sent", "among-blocks", "manifest-written", "before-commit"):
            doomed = self._start(f"{point}:8")
            for _ in range(450):
                if doomed.died:
                    break
                await asyncio.sleep(0.1)
            if doomed.process.returncode == -signal.SIGKILL:
                self.deaths.append(point)
        self._start()
        await asyncio.sleep(4)
        os.kill(steady.process.pid, signal.SIGSTOP)
        await asyncio.sleep(SESSION_TIMEOUT + 4)
        os.kill(steady.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        for worker in self.workers:
            if not worker.died:
                worker.stop()

    def skipped(self) -> int:
        return sum(len(worker.events("skipped")) for worker in self.workers)

    def fatal(self) -> list[dict]:
        return [event for worker in self.workers for event in worker.events("fatal")]


async def test_recording_of_a_live_run_replays_what_was_published(
    kafka: str, pack: CityPack, recording: Path, tmp_path: Path
) -> None:
    """The log holds `received` as two gateways stamped it; nobody clamped it on the way in."""
    run = KafkaRun(_settings(kafka, pack, "record"))
    await run.prepare()
    worker = WorkerProcess(run.settings, "worker", tmp_path)
    try:
        lines = recording.read_bytes().splitlines()[:9000]
        cutter = Cutter(engine_config(pack), 50)
        await run.feed(cutter.cut(_as_stamped(lines)))
        await run.drain(cutter.received)
    finally:
        worker.stop()
    recorded = tmp_path / "recorded.ndjson.gz"
    writer = RecordingWriter(recorded)
    async for line in record_lines(run.settings, from_beginning=True, follow=False):
        writer.write(line)
    writer.close()
    await run.collect(tmp_path / "live")
    replay([recorded], pack, tmp_path / "replayed")
    assert (tmp_path / "live" / "vitals.ndjson").stat().st_size > 100_000
    assert _differing(tmp_path / "live", tmp_path / "replayed") == []


def _as_stamped(lines: list[bytes]) -> Iterator[Stamped]:
    for line in lines:
        head = msgspec.json.decode(line, type=Head)
        yield Stamped(head.received, line, head)
