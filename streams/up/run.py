"""One run of the whole city on this machine, from the first start to the summary."""

import asyncio
from typing import Any

from streams.citypack import load_pack
from streams.clock import wall_seconds
from streams.pack.scenarios import load_scenario
from streams.settings import Settings
from streams.up.city_run import CityRun
from streams.up.folder import held, refuse_shared_rehearsal, rehearsal
from streams.up.options import Ending, Options
from streams.up.reporter import Reporter
from streams.up.stack import Stack
from streams.up.stack_error import InterruptedStartError


async def run(
    settings: Settings, options: Options, reporter: Reporter, ending: Ending
) -> dict[str, Any]:
    """Start everything, run until told to stop or the time is over, drain, stop, sum up.

    Args:
        settings: Where what is left empty is embedded.
        options: What was asked for.
        reporter: Told what happens.
        ending: Asked to end the run.

    Returns:
        The run's summary; `balanced` and, with a scenario, `complete` say whether all is well.

    Raises:
        PackError: The city pack has problems.
        StackError: The run cannot begin, or something keeps dying; the message says what to do.
        ServerError: An embedded server did not come up.
        TopicError: A topic does not fit the settings.
        InterruptedStartError: Told to end before everything was up.
        aiokafka.errors.KafkaError: Kafka cannot be reached.
        OSError: The state folder cannot be written any more.
    """
    refuse_shared_rehearsal(settings)
    pack = load_pack(settings.city, settings.rules)
    scenario = load_scenario(options.scenario, pack.city) if options.scenario else None
    with held(settings.state_dir):
        settings = rehearsal(settings).model_copy(update={"clock_anchor": wall_seconds()})
        stack = Stack(settings, reporter.say)
        try:
            await _start(stack, ending)
            reporter.show(stack.table())
            return await CityRun(stack, pack, options, reporter).go(scenario, ending)
        finally:
            await stack.stop()


async def _start(stack: Stack, ending: Ending) -> None:
    """Start the stack, unless told to end meanwhile: then what has started is stopped."""
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(ending.stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            return
    finally:
        for task in (starting, stopping):
            task.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)
    await stack.stop_at_once()
    raise InterruptedStartError("interrupted before everything had started; all is stopped")
