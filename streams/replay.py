"""The replay host: recordings through the engine in this process, as fast as it goes or paced."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from indicators.registry import SignSet
from sensors.ledger import merged
from streams.citypack import CityPack, engine_config
from streams.engine.pipeline import Pipeline
from streams.output_files import OutputFiles
from streams.recording import FRAME_LINES, Cutter, RecordingError, merge_lines, read_lines
from streams.summary import span_of, summarise

Progress = Callable[[Path, int], None]


def replay(  # noqa: PLR0913 - all but three have defaults and are named
    recordings: Sequence[Path],
    pack: CityPack,
    out: Path,
    *,
    speed: float | None = None,
    frame_lines: int = FRAME_LINES,
    partitions: tuple[int, int] = (4, 2),
    signs: SignSet = SignSet.CATALOGUE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run recordings through the stages and write the output files.

    Args:
        recordings: Files; several merge by (received, file, line).
        pack: The city.
        out: Folder of the output files.
        speed: Stream seconds per second; None is as fast as possible.
        frame_lines: Lines a frame; changes nothing but speed.
        partitions: Zone and district partitions; changes nothing.
        signs: Which signs are computed.
        progress: Told file and bytes consumed.

    Returns:
        The summary, as written to `summary.json`. A Ctrl-C or a damaged recording ends the run
        early with valid files up to there, and `stopped` says why.
    """
    config = engine_config(pack, *partitions, signs)
    cutter = Cutter(config, frame_lines)
    started = time.monotonic()
    stopped: str | None = None
    with OutputFiles(out) as files:
        pipeline = Pipeline(config, files.add)
        pace = _Pace(speed)
        sources = [_with_progress(path, progress) for path in recordings]
        try:
            for frame in cutter.cut(merge_lines(sources)):
                pace.wait_for(cutter.received)
                pipeline.feed(frame)
                if frame.is_command:
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


def _with_progress(path: Path, progress: Progress | None) -> Iterator[bytes]:
    return read_lines(path, None if progress is None else lambda done: progress(path, done))


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
