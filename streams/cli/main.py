"""The command `vitals`: every subcommand is imported when it is asked for, so `--help` is quick."""

import importlib
import os
import sys
from typing import Any

import typer

from sensors import native

COMMANDS = {
    "up": "Run everything on this machine: Kafka, MQTT, gateway, worker, page, simulator",
    "replay": "Run recordings through the same logic, without any server",
    "explain": "Show what an index, a sign, an alert or an order is made of, down to the readings",
    "simulate": "Make a recording of simulated terminals, or publish it over MQTT",
    "record": "Record the readings and commands of a running system",
    "detect": "Score every `timestamp,value` CSV of a folder",
    "evaluate": "Tell how good the forecasts of a run were, beside what anybody could have said",
    "catalogue": "List the vital signs: what they are made of, levels, sources",
    "asyncapi": "Print topics, messages and vital signs as an AsyncAPI document",
    "check": "Check a city pack: every problem with file, line, value and mend",
    "rules": "Try alert rules on the timelines that stand in their file",
    "dlq": "Look at what was rejected, and why",
    "gateway": "Carry packs from MQTT to Kafka",
    "worker": "Compute vital signs, alerts and work orders (Faust)",
    "ops": "Keep the store and serve the operations page",
    "bench": "Measure engine, replay and gateway on this machine",
}


class _Lazy(typer.core.TyperGroup):
    """A group whose commands are modules of this package.

    Typed by Any where typer uses click's types: newer versions carry a click of their own.
    """

    def list_commands(self, ctx: object) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ANN401
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"streams.cli.{cmd_name}")
        if hasattr(module, "app"):
            command = typer.main.get_command(module.app)
        else:
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(getattr(module, cmd_name))
            command = typer.main.get_command(single)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: object, formatter: Any) -> None:  # noqa: ANN401
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(
    cls=_Lazy,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def vitals() -> None:
    """City vital-signs monitor: readings in; vital signs, alerts and work orders out.

    Start with `vitals up --scenario storm --speed 60 --for 90`, or with
    `vitals replay RECORDING --city PACK --out DIR`.
    """
    if "VITALS_NATIVE" in os.environ:
        from streams.settings import Settings  # noqa: PLC0415 - pydantic is slow to import

        native.use(compiled=Settings().native)


def main() -> None:
    """Entry point of the `vitals` script."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except ValueError as error:
        if not hasattr(error, "errors"):
            raise
        sys.exit(_settings_refused(error))


def _settings_refused(error: Any) -> str:  # noqa: ANN401 - pydantic's, which is slow to import
    """What is wrong with the environment, a line for each variable."""
    return "\n".join(
        f"VITALS_{str(part['loc'][0]).upper()}={part['input']}: {part['msg']}"
        for part in error.errors()
    )
