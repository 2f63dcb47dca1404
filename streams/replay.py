"""The replay host: recordings through the engine in this process, as fast as it goes or paced."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from indicators.registry import SignSet
from sensors.ledger import merged
from streams.citypack import CityPack, engine_config
from streams.cutting import FRAME_LINES, Cutter, merge_lines
from streams.engine.pipeline import Frame, Pipeline
from streams.output_files import OutputFiles
from streams.recording import RecordingError, read_blocks, read_lines
from streams.summary import span_of, summarise

Progress = Callable[[Path, int], None]


def replay(  # noqa: PLR0913 - all but three have defaults and are named
    recordings: Sequence[Path],
    pack: CityPack,
    out: Path,
    *,
    speed: float | None = None,
    frame_lines: int | None = None,
    partitions: tuple[int, int] = (1, 1),
    signs: SignSet = SignSet.CATALOGUE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run recordings through the stages and write the output files.

    Args:
        recordings: Files; several merge by (received, file, line).
        pack: The city.
        out: Folder of the output files.
        speed: Stream seconds per second; None is as fast as possible.
        frame_lines: Lines a frame; None takes the blocks of the file where it can. Changes
            nothing but speed.
        partitions: Zone and district partitions; change nothing but speed.
        signs: Which signs are computed.
        progress: Told file and bytes consumed.

    Returns:
        The summary, as written to `summary.json`. A Ctrl-C or a damaged recording ends the run
        early with valid files up to there, and `stopped` says why.
    """
    config = engine_config(pack, *partitions, signs)
    cutter = Cutter(config, frame_lines or FRAME_LINES)
    in_blocks = (len(recordings), partitions[0], frame_lines, speed) == (1, 1, None, None)
    started = time.monotonic()
    stopped: str | None = None
    with OutputFiles(out) as files:
        pipeline = Pipeline(config, files.add)
        pace = _Pace(speed)
        try:
            for frame in _frames(recordings, cutter, pipeline, progress, in_blocks=in_blocks):
                pace.wait_for(cutter.received)
                pipeline.feed(frame)
                if frame.is_command and frame.partition == partitions[1] - 1:
                    files.release(pipeline.settled)
        except KeyboardInterrupt:
            stopped = "interrupted"
        except RecordingError as error:
            for frame in cutter.flush():
                pipeline.feed(frame)
            stopped = str(error)
        files.close()
        seconds = max(time.monotonic() - started, 1e-9)
        ledger = merged(zone.ledger() for zone in pipeline.zones)
        summary = summarise(ledger, files.counts, span_of(pipeline.zones), pack.timezone)
        summary |= {
            "digest": files.digest(),
            "readings_per_second": round(summary["received"] / seconds),
            "seconds": round(seconds, 3),
            "recordings": [path.name for path in recordings],
            "city": pack.id,
            "pack_digest": pack.digest,
            "rules_version": pack.rules.version,
            "stopped": stopped,
        }
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    return summary


def _frames(
    recordings: Sequence[Path],
    cutter: Cutter,
    pipeline: Pipeline,
    progress: Progress | None,
    *,
    in_blocks: bool,
) -> Iterator[Frame]:
    tells = [None if progress is None else partial(progress, path) for path in recordings]
    if in_blocks:
        return cutter.cut_blocks(
            read_blocks(recordings[0], tells[0]), lambda: pipeline.zones[0].now
        )
    lines = (read_lines(path, tell) for path, tell in zip(recordings, tells, strict=True))
    return cutter.cut(merge_lines(lines))


class _Pace:
    """Holds stream time back to `speed` stream seconds per second."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._start: tuple[float, float] | None = None

    def wait_for(self, received: float) -> None:
        if self._speed is None or not received:
            return
        if self._start is None:
            self._start = (time.monotonic(), received)
        began, first = self._start
        ahead = (received - first) / self._speed - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)
