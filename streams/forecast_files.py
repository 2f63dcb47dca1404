"""Forecasts and values of a run's folder, for their comparison."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from anomaly.forecast_evaluation import Made

Progress = Callable[[int], None]
T = TypeVar("T", bound=msgspec.Struct)


class RunFolderError(Exception):
    """A folder is not that of a run, or one of its lines cannot be read."""


class _Value(msgspec.Struct):
    zone: str
    indicator: str
    window_end: datetime
    value: float | None


class _Forecast(msgspec.Struct):
    zone: str
    indicator: str
    made_at: datetime
    horizon: int
    p10: float
    p50: float
    p90: float


def read_forecasts(folder: Path, progress: Progress) -> list[Made]:
    """The forecasts of a run.

    Args:
        folder: What `vitals replay` wrote.
        progress: Told the bytes of each line.

    Raises:
        RunFolderError: There are none, or one cannot be read.
    """
    made = [
        Made(row.zone, row.indicator, _ms(row.made_at), row.horizon, row.p10, row.p50, row.p90)
        for row in _rows(folder / "forecasts.ndjson", _Forecast, progress)
    ]
    if not made:
        raise RunFolderError(f"{folder / 'forecasts.ndjson'} holds no forecast")
    return made


def read_truths(
    folder: Path, forecasts: list[Made], progress: Progress
) -> dict[tuple[str, str], dict[int, float]]:
    """The values of the series that are forecast, the last revision of each window.

    Args:
        folder: What `vitals replay` wrote.
        forecasts: Whose truths are looked for.
        progress: Told the bytes of each line.

    Raises:
        RunFolderError: A line cannot be read.
    """
    wanted = {(made.zone, made.indicator) for made in forecasts}
    truths: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    # In the order of publication, so a later line is a later revision.
    for row in _rows(folder / "vitals.ndjson", _Value, progress):
        key = row.zone, row.indicator
        if key in wanted:
            if row.value is None:
                truths[key].pop(_ms(row.window_end), None)
            else:
                truths[key][_ms(row.window_end)] = row.value
    return truths


def _rows(path: Path, kind: type[T], progress: Progress) -> Iterator[T]:
    decode = msgspec.json.Decoder(kind).decode
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise RunFolderError(f"{path}:{number}: {error}") from None
                progress(len(line))
    except OSError as error:
        why = f"{path}: {error.strerror}; give the folder that `vitals replay` wrote"
        raise RunFolderError(why) from None


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
