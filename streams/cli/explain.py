"""`vitals explain`: from an index or an alert down to the readings that made it."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.tree import Tree

from indicators.registry import catalogue
from streams.citypack import PackError, load_pack
from streams.lineage.files import ReplayRecords
from streams.lineage.tree import Found, Lineage, LineageError, Node
from streams.recording import RecordingError

_SHOWN = 8
"""Readings or values of one kind that are printed; JSON has them all."""


def explain(
    value: Annotated[
        str, typer.Argument(help="<place>/<sign>/<window end>, <place>/<sign>, or an alert's id")
    ],
    run: Annotated[Path, typer.Option(help="Output folder of `vitals replay`")],
    city: Annotated[Path, typer.Option(help="City pack of that replay")],
    recordings: Annotated[
        list[Path] | None,
        typer.Option("--recording", help="What it replayed; without it readings are left out"),
    ] = None,
    depth: Annotated[int, typer.Option(min=1, help="How many levels down")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="The whole tree as JSON")] = False,
) -> None:
    """Show what a value is made of.

    Examples:
      vitals explain dip/water_depth --run out --city seeds/sanshui --recording day.ndjson.gz

      vitals explain sanshui/health_index/2026-06-01T12:00:00+08:00 --run out --city seeds/sanshui
    """
    try:
        pack = load_pack(city)
        records = ReplayRecords(run, recordings or (), pack.city)
        node = Lineage(records, pack.city, catalogue(pack.limits), depth).explain(value)
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    except (LineageError, RecordingError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(node)))
        return
    tree = Tree(_headline(node.line))
    _grow(tree, node)
    Console().print(tree)


def _headline(line: dict[str, Any]) -> str:
    if "specversion" in line:
        return f"[bold]{line['data']['info'][0]['headline']}[/bold]\n{line['id']}"
    revision = f", revision {line['revision']}" if line["revision"] else ""
    words = line.get("text") or {}
    value = "NA" if line["value"] is None else f"{line['value']:g} {line['unit']}".rstrip(" 1")
    said = words.get("zh") or f"{line['indicator']} {value}"
    return f"{line['zone']}  {said}\n  {words.get('en', '')}  → {line['window_end']}{revision}"


def _grow(tree: Tree, node: Node) -> None:
    for below in node.made_of[:_SHOWN]:
        _grow(tree.add(_headline(below.line)), below)
    if len(node.made_of) > _SHOWN:
        tree.add(f"… and {len(node.made_of) - _SHOWN} more values (--json has all)")
    if node.note:
        tree.add(node.note)
    for reading in node.readings[:_SHOWN]:
        tree.add(_reading(reading))
    if len(node.readings) > _SHOWN:
        tree.add(f"… and {len(node.readings) - _SHOWN} more readings (--json has all)")
    if not (node.made_of or node.readings or node.note):
        tree.add("no readings")


def _reading(reading: Found) -> str:
    unit = "" if reading.unit == "1" else reading.unit
    return (
        f"{reading.time}  {reading.terminal}/{reading.quantity} = {reading.value:g} {unit}".rstrip()
    )
