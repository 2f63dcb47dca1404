"""A terminal that sends far more than it declares: what is forgotten depends on its readings only.

What is forgotten is not the plain reference's business, which forgets nothing.
"""

import json
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from indicators.registry import SignSet
from sensors.line import encode_reception
from sensors.quantity import CATALOGUE
from streams.engine.published import Published
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0_MS, a_city, a_config, a_terminal, a_tick

HOUR = 3_600_000
CITY = a_city([a_terminal("s", "z", dict.fromkeys(("water_depth", "rain", "battery"), 3600.0))])
CONFIG = a_config(CITY, signs=SignSet.WINDOWS.signs)


def a_flood(seed: int) -> list[bytes]:
    """Packs of many instants, new and old, in order and not, of one quantity and of all."""
    random, now, lines = Random(seed), T0_MS, []
    for _ in range(random.choice([3, 5])):
        names = random.choice([["water_depth"], ["battery"], ["water_depth", "rain", "battery"]])
        count = random.choice([1, 40, 100, 150])
        ages = random.sample(range(random.choice([60_000, HOUR, 2 * HOUR, 26 * HOUR])), count)
        if random.random() < 0.5:
            ages.sort(reverse=random.random() < 0.8)
        size = random.choice([4, 20, count])
        for first in range(0, count, size):
            pack = [(name, now - age) for age in ages[first : first + size] for name in names]
            lines.append(_line(random, now, pack))
            now += random.choice([0, 0, 1, 1000])
        lines += random.sample(lines, random.choice([0, 1]))
        now += random.choice([0, 1000, 60_000, HOUR, HOUR + 100_000])
    return [*lines, a_tick(now / 1000 + 9000)]


def _line(random: Random, now: int, pack: list[tuple[str, int]]) -> bytes:
    records = [
        {"n": f"s/{name}", "u": CATALOGUE[name].unit, "t": at / 1000, "v": random.randrange(5) / 4}
        for name, at in pack
    ]
    return encode_reception("s", now / 1000, json.dumps(records).encode())


def outcome(frames: list[list[bytes]], *, restarts: bool = False) -> tuple[object, ...]:
    """All that a partition says of some frames, and its ledger."""
    partition, published = ZonePartition(CONFIG), list[Published]()
    for frame in frames:
        published += partition.step(b"\n".join(frame))[0]
        if restarts:
            blocks = {n: b for n, b in partition.dump(everything=True).items() if b is not None}
            partition = ZonePartition(CONFIG)
            partition.load(blocks)
    ledger = partition.ledger()
    row = ledger.terminals["s"]
    assert row.is_balanced
    out = sorted(published, key=lambda one: one.order)
    return [(one.order, one.body) for one in out], row, ledger.reasons


@settings(max_examples=50)
@given(st.integers(0, 2**64 - 1))
@example(5)
@example(9)
def test_what_is_forgotten_does_not_depend_on_frames_and_restarts(seed):
    lines = a_flood(seed)
    singly = outcome([[line] for line in lines])
    assert outcome([lines]) == singly
    assert outcome([lines[n : n + 3] for n in range(0, len(lines), 3)], restarts=True) == singly


def test_floods_are_reached():
    reasons = [outcome([a_flood(seed)])[2] for seed in range(12)]
    assert sum("beyond_memory" in found for found in reasons) >= 4  # type: ignore[operator]
