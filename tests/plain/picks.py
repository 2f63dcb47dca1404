"""Times, values and faults of readings, those that find errors more often than chance would."""

import math
from random import Random

from sensors.city import DeclaredQuantity, Terminal
from sensors.quantity import CATALOGUE, Conversion
from tests.plain import spelling
from tests.plain.screening import horizon_of
from tests.plain.senml_text import Record

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
NO_NUMBERS = ["+1", "01", ".5", "1.", "0x1", "1e", "--1", "1_0", "nan", "inf", "\uff11", "", "1 1"]
"""What Python may read as a number and JSON does not."""


def snapped(random: Random, at: int, earliest: int) -> int:
    """A time of reception: half of them on an edge of a window or of its grace, or 1 ms beside."""
    if random.random() < 0.5:
        return at
    grid = random.choice([1000, 10_000, MINUTE_MS, 5 * MINUTE_MS])
    edge = at - at % grid + random.choice([0, 0, 5000, 30_000, 6000])
    return max(edge + random.choice([-1, 0, 0, 1]), earliest)


def instant(random: Random, now: int, horizon: int) -> float:
    """An event time of any age, Unix ms; with a part of a ms now and then."""
    age = random.choice(
        [
            0, random.randrange(2000), random.randrange(10_000), random.randrange(10_000),
            random.randrange(10_000, 2 * MINUTE_MS), random.randrange(10_000, 2 * MINUTE_MS),
            random.randrange(2 * MINUTE_MS, 15 * MINUTE_MS), random.randrange(15 * MINUTE_MS),
            random.randrange(15 * MINUTE_MS, 2 * HOUR_MS), random.randrange(horizon),
            horizon - 1, horizon, horizon + 1, random.randrange(horizon, 2 * horizon),
            -random.randrange(30_000), -30_000, -30_001, -random.randrange(30_000, HOUR_MS),
            random.choice([-1, 1]) * 400 * 24 * HOUR_MS, now - 5000,
        ]
    )  # fmt: skip
    at = now - age
    if random.random() < 0.05:
        return at + random.choice([0.5, 0.25, -0.5, 0.4999])
    if random.random() < 0.5 or abs(age) > 24 * HOUR_MS:
        return at
    at -= at % random.choice([1000, 10_000, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS])
    return at + random.choice([0, 0, 0, -1, 1])


def age_of_backlog(random: Random, quantity: DeclaredQuantity) -> int:
    """How late (ms) a terminal is that sends what it kept; seldom more than the horizon."""
    longest = horizon_of(quantity.cadence)
    return random.choice([20_000, MINUTE_MS, random.randrange(longest), longest - MINUTE_MS])


def some(random: Random, terminal: Terminal) -> list[DeclaredQuantity]:
    """All quantities, one, or some, in any order."""
    every = list(terminal.quantities)
    how = random.choice(["all", "all", "one", "some"])
    if how == "one":
        return [random.choice(every)]
    return random.sample(every, random.randint(1, len(every))) if how == "some" else every


def record(random: Random, terminal: Terminal, declared: DeclaredQuantity, at: float) -> Record:
    """A reading that is in range, mostly of few digits."""
    quantity = CATALOGUE[declared.name]
    name = f"{terminal.id}/{declared.name}"
    low, high = quantity.low, min(quantity.high, quantity.low + 100.0)
    if random.random() < 0.1 and high >= 1:
        return Record(
            name, quantity.unit, at, spelling.any_number(random, max(int(low), 0), int(high))
        )
    value = low + (high - low) * random.choice([0, 0.5, 1, random.random(), random.random()])
    value = min(max(round(value, random.choice([0, 2, 3, 3, 15])), low), high)
    if low <= 0 and random.random() < 0.1:
        value = 0.0
    return Record(name, quantity.unit, at, spelling.number(random, value))


def other(random: Random, value: str) -> str:
    """Another value than one that was sent."""
    try:
        return spelling.number(random, float(value) + 0.5)
    except (ValueError, OverflowError):
        return "1"


def respelled(random: Random, record: Record) -> Record:
    """The same reading in other words: another spelling of the number, or another unit."""
    try:
        value = float(record.value)
    except ValueError:
        return record
    quantity = CATALOGUE.get(record.name.rpartition("/")[2])
    if not math.isfinite(value):
        return record
    if quantity is None or record.unit != quantity.unit or random.random() < 0.5:
        return record._replace(value=spelling.number(random, value))
    units = sorted(quantity.conversions) or [record.unit]
    unit = random.choice(units)
    conversion = quantity.conversions.get(unit, Conversion(1.0))
    sent = float(f"{(value - conversion.offset) / conversion.factor:.12g}")
    return record._replace(unit=unit, value=spelling.number(random, sent))


def spoilt(random: Random, record: Record, terminals: list[Terminal]) -> Record:
    """The record with one thing wrong, or in another unit that is understood."""
    owner, _, name = record.name.rpartition("/")
    known = CATALOGUE.get(name)
    units = sorted(known.conversions) if known else []
    unit = random.choice(units or ["K"])
    names = [f"{t.id}/{q.name}" for t in terminals for q in t.quantities]
    return random.choice(
        [
            record._replace(unit=random.choice(["", "furlong", "%", record.unit + " "])),
            record._replace(unit=unit),
            record._replace(unit=unit, value="12.3"),
            record._replace(unit=unit, value=spelling.any_number(random, 280, 300)),
            record._replace(value=random.choice(["1e9", "-1e9", "300", "1e400", "-1e400"])),
            record._replace(value=random.choice(["NaN", "Infinity", "-Infinity"])),
            record._replace(value=random.choice(['"12"', "true", "null", "[]"])),
            record._replace(value=random.choice(["vs", "vb", "vd", "s"])),
            record._replace(value=random.choice(NO_NUMBERS)),
            record._replace(name=f"{owner}/{random.choice(['odd', 'smoke', name + 'x'])}"),
            record._replace(name=random.choice([*names, "nobody/smoke", name, owner])),
            record._replace(name=random.choice(["-bad", "a b", "é/x"])),
            record._replace(at=random.choice([0, -5000, 5000, 268_435_455_999])),
            record._replace(at=record.at + random.choice([-1, 1]) * 10**10),
        ]
    )
