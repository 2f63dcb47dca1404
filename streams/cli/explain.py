"""`vitals explain`: from an index, an alert or a work order down to the readings that made it."""

from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from indicators.registry import catalogue
from streams.citypack import PackError, load_pack
from streams.lineage.files import ReplayRecords
from streams.lineage.readings import Found
from streams.lineage.tree import Lineage, LineageError, Node
from streams.recording import RecordingError
from streams.settings import Settings

_SHOWN = 8
"""Readings or values of one kind that are printed; JSON has them all."""
_PATIENCE_S = 60.0


class AskError(Exception):
    """The operations page gave no answer; says why and what to do."""


def explain(
    value: Annotated[
        str,
        typer.Argument(
            help="<place>/<sign>/<window end>, <place>/<sign>, or the id of an alert or work order"
        ),
    ],
    run: Annotated[
        Path | None,
        typer.Option(
            help="Output folder of `vitals replay`; without it the running system is asked"
        ),
    ] = None,
    city: Annotated[
        Path | None, typer.Option(help="City pack of that replay [VITALS_CITY]")
    ] = None,
    recordings: Annotated[
        list[Path] | None,
        typer.Option("--recording", help="What it replayed; without it readings are left out"),
    ] = None,
    ops: Annotated[
        str | None,
        typer.Option(
            help="URL of the operations page [VITALS_OPS, else port VITALS_OPS_PORT here]"
        ),
    ] = None,
    depth: Annotated[int, typer.Option(min=1, help="How many levels down, live at most 6")] = 4,
    as_json: Annotated[bool, typer.Option("--json", help="The whole tree as JSON")] = False,
) -> None:
    """Show what a value is made of.

    Examples:
      vitals explain xq-underpass/water_depth

      vitals explain sanshui/health_index --ops http://ops.example:8600

      vitals explain dip/water_depth --run out --city seeds/sanshui --recording day.ndjson.gz
    """
    try:
        if run is None:
            node = _asked(ops or _here(), value, depth)
        else:
            node = _of_replay(value, run, city or Settings().city, recordings or [], depth)
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    except (LineageError, RecordingError, AskError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(node)))
        return
    tree = Tree(_headline(node.line))
    _grow(tree, node)
    Console().print(tree)


def _of_replay(value: str, run: Path, city: Path, recordings: list[Path], depth: int) -> Node:
    """The tree of a replay."""
    pack = load_pack(city)
    records = ReplayRecords(run, recordings, pack.city)
    trace = Lineage(records, pack.city, catalogue(pack.limits), depth).trace(value)
    return trace.fill(records.readings(trace.leaves))


def _here() -> str:
    """The operations page that the settings name."""
    settings = Settings()
    return settings.ops or f"http://{settings.ops_host}:{settings.ops_port}"


def _asked(ops: str, value: str, depth: int) -> Node:
    """The tree of a running system.

    Raises:
        LineageError: It has no such value.
        AskError: It cannot be asked.
    """
    url = f"{ops.rstrip('/')}/api/explain"
    try:
        answer = httpx.get(url, params={"id": value, "depth": depth}, timeout=_PATIENCE_S)
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise AskError(
            f"no operations page answers at {ops}: {error}. Start it (`vitals up`), name it by "
            "--ops or VITALS_OPS, or explain a replay by --run"
        ) from None
    if answer.status_code == httpx.codes.OK:
        try:
            return msgspec.json.decode(answer.content, type=Node)
        except msgspec.DecodeError as error:
            raise AskError(f"{url} gave no tree ({error}): is it an operations page?") from None
    said = _detail(answer)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise LineageError(said)
    raise AskError(f"{url} answered {answer.status_code}: {said}")


def _detail(answer: httpx.Response) -> str:
    """What an answer says of an error."""
    try:
        detail = msgspec.json.decode(answer.content)["detail"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return answer.text[:200]
    return detail if isinstance(detail, str) else msgspec.json.encode(detail).decode()


def _headline(line: dict[str, Any]) -> str:
    if "specversion" in line:
        return _event(line)
    revision = f", revision {line['revision']}" if line["revision"] else ""
    words = line.get("text") or {}
    value = "NA" if line["value"] is None else f"{line['value']:g} {line['unit']}".rstrip(" 1")
    said = words.get("zh") or f"{line['indicator']} {value}"
    return f"{line['zone']}  {said}\n  {words.get('en', '')}  → {line['window_end']}{revision}"


def _event(event: dict[str, Any]) -> str:
    """An alert or a work order."""
    data = event["data"]
    if "order" in data:
        zh, en = data["title"]["zh"], data["title"]["en"]
        headline = f"工单 {zh}\n  work order: {en}  → {data['state']}"
    else:
        headline = data["info"][0]["headline"]
    return f"[bold]{escape(headline)}[/bold]\n{escape(event['id'])}  {event['time']}"


def _grow(tree: Tree, node: Node) -> None:
    for below in node.made_of[:_SHOWN]:
        _grow(tree.add(_headline(below.line)), below)
    if len(node.made_of) > _SHOWN:
        tree.add(f"… and {len(node.made_of) - _SHOWN} more values (--json has all)")
    if node.note:
        tree.add(escape("\n".join(node.note.values())))
    for reading in node.readings[:_SHOWN]:
        tree.add(_reading(reading))
    if len(node.readings) > _SHOWN:
        tree.add(f"… and {len(node.readings) - _SHOWN} more readings (--json has all)")
    if not (node.made_of or node.readings or node.note):
        tree.add("没有读数 no readings")


def _reading(reading: Found) -> str:
    unit = "" if reading.unit == "1" else reading.unit
    return (
        f"{reading.time}  {reading.terminal}/{reading.quantity} = {reading.value:g} {unit}".rstrip()
    )
