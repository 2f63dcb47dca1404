"""`vitals detect`: the anomaly detector over folders of CSV files."""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, TextIO, cast

import typer
from rich.progress import track

from anomaly.registry import detector_for

COLUMNS = ("timestamp", "value")


def detect(
    in_dir: Annotated[Path, typer.Argument(help="Folder of CSV files with timestamp,value")],
    out_dir: Annotated[Path, typer.Argument(help="Folder for the scored copies")],
) -> None:
    """Score every CSV of a folder and write timestamp,value,anomaly_score at the same path.

    One parameter set for all series, one pass, no look-ahead: a row's score depends on it and on
    the rows before. From 0.5 on a row is the onset of something unusual; what goes on is 0 until it
    gets worse. While the detector is learning, the score is 0: these files have no place for "not
    known yet". Files may be packed (.csv.gz) and come out as they came in.

    Example: vitals detect data/ scored/
    """
    files = sorted(path for end in ("csv", "csv.gz") for path in in_dir.rglob(f"*.{end}"))
    if not files:
        raise typer.BadParameter(f"{in_dir} holds no .csv or .csv.gz file")
    for path in track(files, description="scoring", transient=True):
        target = out_dir / path.relative_to(in_dir)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _text(path, "rt") as source, _text(target, "wt") as sink:
            writer = csv.writer(sink)
            writer.writerow((*COLUMNS, "anomaly_score"))
            writer.writerows(_scored(path, csv.DictReader(source)))
    typer.echo(f"{len(files)} files scored into {out_dir}")


def _scored(path: Path, rows: "csv.DictReader[str]") -> Iterator[tuple[str, str, float]]:
    if rows.fieldnames is None or any(name not in rows.fieldnames for name in COLUMNS):
        raise typer.BadParameter(f"{path}: the first line must name {', '.join(COLUMNS)}")
    detector = detector_for("value")
    for number, row in enumerate(rows, 2):
        try:
            at, value = _instant(row["timestamp"]), float(row["value"])
            verdict = detector.score_one(at, value)
        except ValueError as error:
            raise typer.BadParameter(f"{path}:{number}: {error}") from None
        detector.learn_one(at, value)
        onset = verdict.score if verdict.is_record and verdict.score is not None else 0.0
        yield row["timestamp"], row["value"], round(onset, 6)


def _text(path: Path, mode: Literal["rt", "wt"]) -> TextIO:
    """A file of text, packed where its name says so."""
    opens = gzip.open if path.suffix == ".gz" else open
    return cast("TextIO", opens(path, mode, encoding="utf-8", newline=""))


def _instant(text: str) -> int:
    """Local ms since the epoch of a timestamp; the stamp's own offset is its local time."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
