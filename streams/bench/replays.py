"""`vitals bench replay`: how fast recordings go through the engine, and in how much memory."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from indicators.registry import SignSet
from streams.bench.case_process import run_in_process
from streams.bench.facts import facts
from streams.bench.frames import receptions
from streams.bench.places import Shape, places_of, write_city
from streams.bench.replay_case import QUARTERS, ReplayFigures, ReplaySpec
from streams.bench.report import BenchError, Grid, Report
from streams.bench.schedule import schedule
from streams.bench.shifted import write_repeated

Say = Callable[[str], None]

SEED: Final = 7
_SYNTHETIC: Final = (10, 1)
"""Readings a pack of the recordings that are made where none is given."""


class Job(NamedTuple):
    """One recording to be replayed: what to call it, its files and its city."""

    name: str
    recordings: tuple[Path, ...]
    city: Path


class ReplayRow(msgspec.Struct, frozen=True):
    """A replay: of what, with which signs, and what it took."""

    name: str
    signs: SignSet
    figures: ReplayFigures

    @property
    def readings_per_second(self) -> float:
        """Per second of the clock."""
        return self.figures.readings / self.figures.seconds


def bench_replay(
    recordings: Sequence[Path], city: Path | None, packs: int, repeat: int, say: Say
) -> Report:
    """Replay, windows only and the whole catalogue.

    Args:
        recordings: Files, each replayed by itself; synthetic ones are made where there is none.
        city: Folder of their city pack; required with recordings.
        packs: Packs of a synthetic recording.
        repeat: How many times over each recording is replayed.
        say: Gets a line on each step.

    Raises:
        BenchError: A replay failed or lost readings.
        streams.recording.RecordingError: A recording cannot be read.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="vitals-bench-") as scratch:
        folder = Path(scratch)
        given = _given(recordings, city) if recordings else _made(folder, packs, say)
        for job in _repeated(given, repeat, folder, say):
            for signs in (SignSet.WINDOWS, SignSet.CATALOGUE):
                say(f"replaying {job.name}, {signs}")
                rows.append(ReplayRow(job.name, signs, _run(job, signs)))
    return _report(rows)


def _given(recordings: Sequence[Path], city: Path | None) -> list[Job]:
    if city is None:
        raise BenchError("recordings need their city pack: give --city FOLDER")
    missing = [str(path) for path in recordings if not path.is_file()]
    if missing:
        raise BenchError(f"no such recording: {', '.join(missing)}")
    return [Job(path.name.partition(".")[0], (path,), city) for path in recordings]


def _made(folder: Path, packs: int, say: Say) -> list[Job]:
    """Synthetic recordings: ten readings a pack, and one reading a pack."""
    jobs = []
    for readings in _SYNTHETIC:
        name = f"{readings} a line"
        say(f"making a recording of {packs:,} packs, {name}")
        places = places_of(Shape(quantities=readings))
        city, path = folder / f"city-{readings}", folder / f"made-{readings}.ndjson"
        write_city(places, city)
        with path.open("wb") as file:
            for reception in receptions(schedule(places, packs, SEED), SEED):
                file.write(reception.line + b"\n")
        jobs.append(Job(name, (path,), city))
    return jobs


def _repeated(jobs: Sequence[Job], repeat: int, folder: Path, say: Say) -> Iterator[Job]:
    for number, job in enumerate(jobs):
        if repeat == 1:
            yield job
            continue
        say(f"writing {job.name} {repeat} times over")
        path = folder / f"repeated-{number}.ndjson.gz"
        write_repeated(job.recordings[0], repeat, path)
        yield Job(f"{job.name} x {repeat}", (path,), job.city)
        path.unlink()


def _run(job: Job, signs: SignSet) -> ReplayFigures:
    spec = ReplaySpec(tuple(str(path) for path in job.recordings), str(job.city), signs)
    figures = run_in_process("replay_case", spec, ReplayFigures)
    if figures.stopped or not figures.balanced:
        why = figures.stopped or "its ledger does not balance"
        raise BenchError(f"the replay of {job.name} is no measurement: {why}")
    return figures


def _report(rows: Sequence[ReplayRow]) -> Report:
    columns = ("recording", "signs", "readings", "readings/s", "CPU µs a reading",
               *(f"MB at {quarter} %" for quarter in QUARTERS))  # fmt: skip
    grid = Grid("Replay of recordings in one process", columns, tuple(map(_cells, rows)))
    notes = (
        "readings/s: readings received, by seconds from the first byte read to the last output "
        "written; gzip, JSON, screening, ledger and output files included.",
        "windows: count, sum, least and largest of every quantity in windows of ten seconds; "
        "catalogue: all vital signs, scores, alerts and work orders.",
        "MB at 25 % …: the process's largest resident size by the time that share was read.",
    )
    figures = {
        "replay": [
            {
                "recording": row.name,
                "signs": row.signs,
                "readings_per_second": row.readings_per_second,
                **msgspec.to_builtins(row.figures),
            }
            for row in rows
        ]
    }
    return Report("replay", "Replay", facts(), figures, (grid,), notes)


def _cells(row: ReplayRow) -> tuple[str, ...]:
    figures = row.figures
    return (
        row.name,
        row.signs,
        f"{figures.readings:,}",
        f"{row.readings_per_second:,.0f}",
        f"{1e6 * figures.cpu_s / max(1, figures.readings):.2f}",
        *(f"{peak / 1e6:.0f}" for peak in figures.peak_bytes),
    )
