"""`vitals catalogue`: what is computed, from what, with which levels, after which source."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from indicators.registry import catalogue as signs_of
from indicators.topics import TOPICS
from indicators.vital_sign import VitalSign
from streams.catalogue import described
from streams.citypack import PackError, load_pack, seeds_dir

_COLOURS = {"orange": "dark_orange", "purple": "magenta", "maroon": "dark_red"}


def catalogue(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Only these vital signs, with all there is on them")
    ] = None,
    city: Annotated[
        Path | None, typer.Option(help="City pack whose figures count; the defaults without it")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON")] = False,
    limits: Annotated[
        bool, typer.Option("--limits", help="All figures a city may change, as its limits.yaml")
    ] = False,
) -> None:
    """List the vital signs.

    Examples:
      vitals catalogue

      vitals catalogue water_depth aqi_hourly

      vitals catalogue --json | jq '.[] | select(.topic == "flood") | .id'

      vitals catalogue --limits --city seeds/sanshui
    """
    try:
        pack = load_pack(city or seeds_dir() / "sanshui")
    except PackError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    settings = pack.limits
    if limits:
        plain = msgspec.to_builtins(settings)
        typer.echo(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), nl=False)
        return
    known = signs_of(settings)
    unknown = [id_ for id_ in ids or () if id_ not in known]
    if unknown:
        typer.echo(f"no vital sign {unknown[0]!r}: `vitals catalogue` lists them", err=True)
        raise typer.Exit(2)
    chosen = [known[id_] for id_ in ids or known]
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode([described(s) for s in chosen])))
    elif ids:
        for sign in chosen:
            Console().print(_sheet(sign))
    else:
        _list(chosen)


def _list(signs: list[VitalSign]) -> None:
    console = Console()
    for topic in TOPICS:
        members = [sign for sign in signs if sign.group in topic.groups]
        if members:
            console.print(_table(f"{topic.zh} {topic.en}", members))
    console.print(_table("综合 Composite", [sign for sign in signs if sign.group == "health"]))
    console.print(f"{len(signs)} vital signs; `vitals catalogue ID` shows one with its source")


def _table(title: str, signs: list[VitalSign]) -> Table:
    table = Table(title=title, title_justify="left", expand=True)
    for column in ("id", "体征 vital sign", "unit", "window", "made of", "levels"):
        table.add_column(column, overflow="fold")
    for sign in signs:
        table.add_row(
            sign.id, f"{sign.zh}\n{sign.en}", sign.unit, _window(sign), _made_of(sign),
            _levels(sign),
        )  # fmt: skip
    return table


def _sheet(sign: VitalSign) -> Table:
    table = Table(show_header=False, title=f"{sign.id}  {sign.zh} / {sign.en}")
    about = described(sign)
    for name in ("unit", "topic", "formula", "source", "owner", "min_coverage", "is_life_safety"):
        table.add_row(name, str(about[name]))
    table.add_row("window", _window(sign))
    table.add_row("made of", _made_of(sign))
    levels = Text("\n").join(_level(sign, number) for number in range(len(sign.levels)))
    table.add_row("levels", levels)
    points = ", ".join(f"{value:g} → {score:g}" for value, score in sign.utility)
    table.add_row("sub-score", points or "not in the index")
    return table


def _window(sign: VitalSign) -> str:
    hop = sign.hop_s or sign.window_s
    length = _span(sign.window_s)
    return length if hop == sign.window_s else f"{length} every {_span(hop)}"


def _span(seconds: float) -> str:
    """Seconds as people say them.

    Example:
        >>> [_span(s) for s in (10, 60, 5400, 7200, 86400)]
        ['10 s', '1 min', '90 min', '2 h', '24 h']
    """
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size and not seconds % size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _made_of(sign: VitalSign) -> str:
    return ", ".join(sign.inputs or sign.sources) or sign.basis.value


def _levels(sign: VitalSign) -> Text:
    return Text(" ").join(_level(sign, number, is_short=True) for number in range(len(sign.levels)))


def _level(sign: VitalSign, number: int, *, is_short: bool = False) -> Text:
    level = sign.levels[number]
    edge = f"{'≤' if sign.descending else '≥'}{level.edge:g}"
    words = edge if is_short else f"{level.id} {edge} {level.zh} {level.en}"
    return Text(words, style=_COLOURS.get(level.colour, level.colour))
