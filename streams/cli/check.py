"""`vitals check`: is a city pack usable, and if not, what is to be mended where."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from streams.citypack import CityPack, PackError, load_pack


def check(
    pack: Annotated[Path, typer.Argument(help="Folder of the city pack")],
    rules: Annotated[
        Path | None, typer.Option(help="Alert rules instead of the pack's own")
    ] = None,
) -> None:
    """Check a city pack: print a summary, or every problem with file, line and mend."""
    try:
        loaded = load_pack(pack, rules)
    except PackError as error:
        for problem in error.problems:
            typer.echo(str(problem))
        typer.echo(f"{len(error.problems)} problem(s)", err=True)
        raise typer.Exit(1) from None
    typer.echo("ok")
    Console().print(_summary(loaded))


def _summary(pack: CityPack) -> Table:
    table = Table(show_header=False, title=f"{pack.id}  {pack.name} / {pack.name_en}")
    city = pack.city
    levels = [level.level for rule in pack.rules.rules for level in rule.levels]
    rows = {
        "zones 区域": f"{len(city.zones)} ({_tally(zone.kind for zone in city.zones.values())})",
        "towns, districts 镇街、区": f"{len(city.towns)}, {len(city.districts)}",
        "terminals 终端": str(len(city.terminals)),
        "quantities 指标量": ", ".join(
            sorted({q.name for terminal in city.terminals.values() for q in terminal.quantities})
        ),
        "departments 部门": str(len(pack.departments)),
        "dispatch rows 分拨规则": str(len(pack.dispatch)),
        "rules 预警规则": f"{len(pack.rules.rules)} ({', '.join(levels)})",
        "rules version 规则版本": pack.rules.version,
        "digest 摘要": pack.digest,
    }
    for label, value in rows.items():
        table.add_row(label, value)
    return table


def _tally(kinds: Iterable[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(kinds).most_common())
