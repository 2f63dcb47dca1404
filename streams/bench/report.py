"""A measurement as it is shown: on a terminal, as JSON, and on the page of measurements."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

from streams.bench.document import write_section
from streams.bench.facts import Facts

_WIDTH: Final = 170


class BenchError(RuntimeError):
    """A measurement that cannot be made or would be wrong; the message says why."""


class Grid(msgspec.Struct, frozen=True):
    """A table.

    Attributes:
        title: What it shows.
        columns: Headings; the first column holds names, the others figures.
        rows: Cells, as long as `columns`.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Report(msgspec.Struct, frozen=True):
    """What a command of `vitals bench` found.

    Attributes:
        section: Its section on the page, as in `document.SECTIONS`.
        title: Heading of the section.
        facts: Where it was measured.
        figures: Everything measured, for `--json`.
        grids: The same as tables.
        notes: What each figure means, one sentence a line.
    """

    section: str
    title: str
    facts: Facts
    figures: Mapping[str, Any]
    grids: tuple[Grid, ...]
    notes: tuple[str, ...]


def show(report: Report, *, as_json: bool, page: Path | None) -> None:
    """Print a report, and write it on the page where one is given.

    Raises:
        OSError: The page cannot be written.
    """
    if as_json:
        tree = {"facts": report.facts, **report.figures}
        Console(soft_wrap=True).print(
            msgspec.json.encode(tree).decode(), highlight=False, markup=False
        )
    else:
        _print(report)
    if page is not None:
        write_section(page, report.section, markdown(report))


def markdown(report: Report) -> str:
    """A report as a section of Markdown."""
    facts = report.facts
    versions = ", ".join(f"{name} {number}" for name, number in facts.versions.items())
    lines = [
        f"## {report.title}",
        "",
        "```",
        facts.command,
        "```",
        "",
        f"{facts.cpu}, {facts.cores} cores, {facts.memory_gb:g} GB, {facts.system}, "
        f"{facts.python}, hot path {facts.hot_path}. {versions}. "
        f"Commit {facts.commit or 'unknown'}.",
        "",
    ]
    for grid in report.grids:
        lines += [grid.title, "", *_rows(grid), ""]
    lines += [f"- {note}" for note in report.notes]
    return "\n".join(lines)


def _rows(grid: Grid) -> list[str]:
    ruler = ["---", *("---:" for _ in grid.columns[1:])]
    return ["| " + " | ".join(cells) + " |" for cells in (grid.columns, ruler, *grid.rows)]


def _print(report: Report) -> None:
    console = Console()
    # Wider than a narrow terminal rather than figures cut short.
    console.width = max(console.width, _WIDTH)
    for grid in report.grids:
        table = Table(title=grid.title, title_justify="left")
        for index, column in enumerate(grid.columns):
            table.add_column(column, justify="right" if index else "left")
        for row in grid.rows:
            table.add_row(*row)
        console.print(table)
