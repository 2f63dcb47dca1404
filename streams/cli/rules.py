"""`vitals rules`: what alert rules do, tried without a stream."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from anomaly.rule import RuleSet
from anomaly.timeline import RuleTest
from anomaly.timeline_run import Difference, run_test
from streams.citypack import PackError, load_rules, seeds_dir

app = typer.Typer(help="Alert rules: tried on small timelines.", no_args_is_help=True,
                  add_completion=False, rich_markup_mode=None)  # fmt: skip


@app.callback()
def rules() -> None:
    """Try what alert rules do."""


@app.command("test")
def run_timelines(
    file: Annotated[Path, typer.Argument(help="Rule file, or folder of a city pack")],
    only: Annotated[str, typer.Option(help="Only timelines whose name or rule has this")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON")] = False,
) -> None:
    """Run the timelines that stand in a rule file under `tests`.

    A timeline gives the values of a rule's sign and says what is to come of them:

    \b
    tests:
      - name: half a wheel of water for two minutes
        rule: waterlogging-depth
        timeline:
          - {minute: 0, value: 0.28, level: none}
          - {minute: 1, level: W3, says: [raised]}

    Example: vitals rules test seeds/sanshui
    """  # noqa: D301 - click keeps the lines behind a backspace as they are
    path = _file_of(file)
    try:
        found = load_rules(path)
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    tests = [test for test in found.tests if only in test.name or only in test.rule]
    if not tests:
        which = f"has no timeline with {only!r}" if only and found.tests else "has no `tests`"
        typer.echo(f"{path} {which}; `vitals rules test --help` shows one", err=True)
        raise typer.Exit(1)
    outcome = {test.name: run_test(_rule_of(found, test), test) for test in tests}
    if as_json:
        typer.echo(json.dumps(_tree(tests, outcome), ensure_ascii=False))
    else:
        _print(found, tests, outcome)
    if any(outcome.values()):
        raise typer.Exit(1)


def _file_of(given: Path) -> Path:
    """The rule file; a pack without one has that of the defaults."""
    if not given.is_dir():
        return given
    own = given / "rules.yaml"
    return own if own.exists() else seeds_dir() / "default" / "rules.yaml"


def _rule_of(found: RuleSet, test: RuleTest) -> Any:  # noqa: ANN401 - checked: there is one
    return next(rule for rule in found.rules if rule.id == test.rule)


def _tree(tests: list[RuleTest], outcome: dict[str, list[Difference]]) -> list[dict[str, Any]]:
    return [
        {
            "name": test.name,
            "rule": test.rule,
            "passed": not outcome[test.name],
            "differences": [difference._asdict() for difference in outcome[test.name]],
        }
        for test in tests
    ]


def _print(found: RuleSet, tests: list[RuleTest], outcome: dict[str, list[Difference]]) -> None:
    console = Console(highlight=False)
    for test in tests:
        differences = outcome[test.name]
        mark = "[red]✗[/red]" if differences else "[green]✓[/green]"
        console.print(f"{mark} {escape(test.rule)}: {escape(test.name)}")
        unit = _rule_of(found, test).unit
        for minute, field, expected, came, value in differences:
            at = "NA" if value is None else f"{value:g} {unit}"
            console.print(f"    minute {minute:g} ({at}): {field} is {came}, not {expected}")
    failed = sum(map(bool, outcome.values()))
    untested = {rule.id for rule in found.rules} - {test.rule for test in found.tests}
    console.print(f"{len(tests)} timeline(s), {failed} failed")
    if untested:
        console.print(f"without a timeline: {', '.join(sorted(untested))}")
