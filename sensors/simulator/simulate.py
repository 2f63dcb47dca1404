"""The run of a scenario: every terminal's messages in the order of time."""

import heapq
import math
from collections.abc import Iterator

from sensors.city import City
from sensors.outgoing import Outgoing
from sensors.simulator.faults import Counts, Fate, Faults
from sensors.simulator.scenario import Scenario
from sensors.simulator.sender import Sender
from sensors.simulator.surroundings import World


def simulate(
    city: City,
    scenario: Scenario,
    start: float,
    seconds: float = math.inf,
    seed: int = 0,
    counts: Counts | None = None,
) -> Iterator[Outgoing]:
    """Simulate the terminals of a city.

    Args:
        city: Zones and terminals.
        scenario: What happens.
        start: Unix seconds of the run's beginning.
        seconds: Length of the run; infinite for a simulator that never ends.
        seed: The same seed gives the same bytes.
        counts: Gets what was sent, message by message as they are taken.

    Yields:
        Messages with `start < due < start + seconds`, ordered by due time.
    """
    tally = counts if counts is not None else Counts()
    # The number breaks ties, so that messages themselves are never compared.
    pending: list[tuple[float, int, Outgoing, Fate]] = []
    number = 0
    for reached, batch in _steps(city, scenario, start, seed):
        for message, fate in batch:
            number += 1
            heapq.heappush(pending, (message.due, number, message, fate))
        while pending and pending[0][0] <= reached:
            due, _, message, fate = heapq.heappop(pending)
            if due >= start + seconds:
                return
            tally.add(message, fate)
            yield message
        if reached >= start + seconds:
            return


def _steps(
    city: City, scenario: Scenario, start: float, seed: int
) -> Iterator[tuple[float, list[tuple[Outgoing, Fate]]]]:
    """Step by step: the instant reached, and the messages whose packs left by then."""
    world = World(city, scenario, start)
    faults = Faults(scenario.imperfections, seed)
    senders = [
        Sender(terminal, city.zones[terminal.zone], start, seed)
        for _, terminal in sorted(city.terminals.items())
    ]
    while True:
        reached = world.advance()
        batch: list[tuple[Outgoing, Fate]] = []
        for sender in senders:
            while sender.next_due <= reached:
                pack = sender.pack(world)
                if pack is not None:
                    batch += faults.messages(sender.terminal, pack)
        yield reached, batch
