"""`vitals evaluate`: how good the forecasts of a run were."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from anomaly.forecast_evaluation import Row
from anomaly.forecast_evaluation import evaluate as evaluated
from streams.forecast_files import RunFolderError, read_forecasts, read_truths


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `vitals replay` wrote")],
    forecasts: Annotated[
        bool, typer.Option("--forecasts", help="Forecasts beside persistence, trend, last week")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
) -> None:
    """Compare what a run said with what came.

    Skill is 1 − error ÷ error of the baseline, errors being mean absolute ones of the median: 0 is
    as good as the baseline, 1 perfect. Cover is the share of truths between p10 and p90, 80 % if
    the interval is right.

    Example: vitals evaluate --forecasts out/
    """
    if not forecasts:
        raise typer.BadParameter("say what to evaluate: --forecasts")
    try:
        rows = _rows(folder)
    except RunFolderError as error:
        typer.echo(f"vitals evaluate: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    Console().print(_table(rows))


def _rows(folder: Path) -> list[Row]:
    names = ("forecasts.ndjson", "vitals.ndjson")
    total = sum(path.stat().st_size for name in names if (path := folder / name).is_file())
    with Progress(transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading", total=total)

        def tell(done: int) -> None:
            progress.advance(task, done)

        made = read_forecasts(folder, tell)
        return evaluated(read_truths(folder, made, tell), made)


def _table(rows: list[Row]) -> Table:
    table = Table(title="Forecasts 预测: skill against baselines")
    for name in ("sign", "horizon min", "forecasts", "error", "cover %", "persistence", "trend",
                 "last week"):  # fmt: skip
        table.add_column(
            name, justify="left" if name == "sign" else "right", no_wrap=name == "sign"
        )
    for row in rows:
        table.add_row(
            row.indicator, f"{row.horizon / 60:g}", f"{row.count:,}", f"{row.error:.4g}",
            f"{100 * row.cover:.1f}", *map(_skill, row.skills()),
        )  # fmt: skip
    return table


def _skill(skill: float | None) -> str:
    return "–" if skill is None else f"{skill:+.2f}"
