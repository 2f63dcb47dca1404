"""What a partition says has grown is what has grown, and sums up to the whole ledger."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.ledger import Ledger
from sensors.line import join_frame
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0, a_city, a_config, a_line, a_raw_line, a_terminal

NAMES = [f"t-{number}" for number in range(5)]
CONFIG = a_config(a_city([a_terminal(name, "z", {"water_depth": 60.0}) for name in NAMES]))


def a_frame(random: Random, at: float) -> bytes:
    lines = [
        a_line(
            random.choice([*NAMES, "stranger"]), at, water_depth=random.choice([0.1, 0.2, -900.0])
        )
        if random.random() < 0.8
        else a_raw_line(random.choice(NAMES), at, b"no")
        for _ in range(random.randrange(1, 5))
    ]
    return join_frame(lines)


@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_what_has_grown_sums_up_to_the_ledger(seed):
    random = Random(seed)
    zone, known = ZonePartition(CONFIG), Ledger()
    for step in range(12):
        before = {name: account.received for name, account in zone.ledger().terminals.items()}
        zone.step(a_frame(random, T0 + random.choice([step, step, step - 9000]) * 1.0))
        if random.random() < 0.3:
            blocks, zone = zone.dump(everything=True), ZonePartition(CONFIG)
            zone.load({name: block for name, block in blocks.items() if block is not None})
            before = {}
        now = zone.ledger()
        grown, total = zone.grown()
        changed = {n for n, account in now.terminals.items() if before.get(n) != account.received}
        assert changed <= grown.terminals.keys()
        assert all(now.terminals[name] == account for name, account in grown.terminals.items())
        known.terminals |= grown.terminals
        assert {n: a for n, a in known.terminals.items() if a.received} == now.terminals
        assert (total, grown.reasons) == (now.total(), now.reasons)
