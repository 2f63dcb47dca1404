"""Streams of reception lines with everything in them that terminals, networks and clocks do.

A stream is a list of moves, each one line or a short run of lines. A move is its kind, the time
that passed before it, and a seed for the rest: so Hypothesis can leave out what does not matter.
"""

from random import Random
from typing import NamedTuple

from sensors.city import City, DeclaredQuantity, Terminal
from sensors.line import Command, encode_command, encode_reception, encode_tick
from sensors.quantity import CATALOGUE
from tests.plain import spelling
from tests.plain.screening import horizon_of
from tests.plain.senml_text import Record, payload_of

START_MS = 1_760_000_400_000
"""A full hour."""
HOUR_MS = 3_600_000


class Move(NamedTuple):
    """One step of a stream: what happens, ms since the step before, seed of the rest."""

    kind: str
    gap: int
    seed: int


class Scene:
    """Turns moves into lines.

    Args:
        city: Its terminals speak.
    """

    def __init__(self, city: City) -> None:
        self._terminals = [t for _, t in sorted(city.terminals.items())]
        self._now = START_MS
        self._sent: list[tuple[str, list[Record], bytes]] = []
        self._random = Random(0)
        self.lines: list[bytes] = []

    def play(self, move: Move) -> None:
        """Add the lines of one move."""
        self._random = Random(move.seed)
        self._now = self._snapped(self._now + move.gap) if move.gap else self._now
        getattr(self, f"_{move.kind}")()

    # What happens -------------------------------------------------------------------------

    def _rest(self) -> None:
        """Nothing but time."""

    def _tick(self) -> None:
        self.lines.append(encode_tick(self._received()))

    def _run(self) -> None:
        """A terminal, or the whole city, sends on as it always does; now and then oddly."""
        random = self._random
        terminals = random.choice([self._terminals, [random.choice(self._terminals)]])
        pace = random.choice([1000, 1000, 10_000, 10_000, 60_000, 300_000])
        for _ in range(random.choice([2, 4, 8])):
            for terminal in terminals:
                at = self._now - self._now % random.choice([1000, 1000, 1, pace])
                records = [self._record(terminal, q, at) for q in terminal.quantities]
                self._send(terminal.id, records, is_usual=random.random() < 0.9)
            self._now += pace

    def _pack(self) -> None:
        """One pack with a time of any age and any of its quantities."""
        terminal = self._random.choice(self._terminals)
        quantities = self._some(terminal)
        at = self._instant(quantities[0])
        records = [self._record(terminal, q, at) for q in quantities]
        self._send(terminal.id, records, is_usual=self._random.random() < 0.5)

    def _batch(self) -> None:
        """A pack with several instants, of one quantity or of all."""
        random = self._random
        terminal = random.choice(self._terminals)
        quantities = self._some(terminal)
        last = self._instant(quantities[0])
        step = random.choice([1, 500, 1000, 10_000, 60_000, 600_000])
        ats = [last - n * step for n in range(random.choice([2, 3, 5, 12]))]
        random.shuffle(ats) if random.random() < 0.3 else ats.reverse()
        records = [self._record(terminal, q, at) for at in ats for q in quantities]
        if random.random() < 0.3:
            records.sort()
        self._send(terminal.id, records, is_usual=random.random() < 0.5)

    def _faulty(self) -> None:
        """A pack in which some records are wrong or unusual."""
        random = self._random
        terminal = random.choice(self._terminals)
        at = self._now - random.choice([0, 500, 1000, 60_000])
        records = [self._record(terminal, q, at) for q in self._some(terminal)]
        for _ in range(random.choice([1, 1, 2])):
            index = random.randrange(len(records))
            records[index] = self._spoilt(records[index])
        self._send(terminal.id, records, is_usual=random.random() < 0.6)

    def _twice(self) -> None:
        """One name twice in a pack: the same again, or another value of the same instant."""
        random = self._random
        terminal = random.choice(self._terminals)
        at = self._instant(terminal.quantities[0])
        records = [self._record(terminal, q, at) for q in self._some(terminal)]
        again = random.choice(records)
        quantity = next(q for q in terminal.quantities if again.name.endswith(f"/{q.name}"))
        records.insert(
            random.randrange(len(records) + 1),
            random.choice([again, self._record(terminal, quantity, at)]),
        )
        self._send(terminal.id, records, is_usual=random.random() < 0.5)

    def _again(self) -> None:
        """What was sent once comes again: the bytes, the readings, or the times with other values."""
        if not self._sent:
            return
        random = self._random
        terminal, records, payload = random.choice(self._sent[-12:])
        how = random.choice(["bytes", "readings", "part", "conflict"])
        if how == "bytes":
            self.lines.append(encode_reception(terminal, self._received(), payload))
            return
        if how == "part":
            records = random.sample(records, random.randint(1, len(records)))
        if how == "conflict":
            records = [r._replace(value=self._other(r.value)) for r in records]
        self._send(terminal, records, is_usual=random.random() < 0.3)

    def _broken(self) -> None:
        """What is no line, no payload or no pack."""
        random = self._random
        terminal = random.choice(self._terminals).id
        received = f"{self._received():.3f}"
        payloads = [
            b"", b" ", b"no json", b"{}", b"[]", b"[1]", b"\xff\xfe", b'[{"v":1}]', b"null",
            b'[{"n":"x/y","v":1,"vs":"a"}]', b'[{"bn":"x/","bver":99,"n":"y","v":1}]',
            b'[{"n":"x/y","v":1,"odd_":2}]', b'[{"bn":"x/"}]', b'[{"n":"x/y","v":1}',
        ]  # fmt: skip
        lines = [
            b"garbage", b"\xff", b"{}", b"[]", b'{"received":"x"}', b'{"received":-1}',
            b'{"received":1e300}', f'{{"received":{received},"terminal":5}}'.encode(),
            f'{{"received":{received},"terminal":"{terminal}"}}'.encode(),
            f'{{"received":{received},"terminal":"{terminal}","pack":null}}'.encode(),
            f'{{"received":{received},"terminal":"{terminal}","raw":"%%"}}'.encode(),
            f'{{"received":{received},"terminal":"{terminal}","pack":[}}'.encode(),
            f'{{"received":{received},"terminal":"{terminal}","pack":[{{}}],"oversized":'
            '{"length":300000,"sha256":"00"}}'.encode(),
            f'{{"received":{received}'.encode(), b'{"terminal":"' + terminal.encode() + b'"}',
        ]  # fmt: skip
        if random.random() < 0.5:
            self.lines.append(encode_reception(terminal, self._received(), random.choice(payloads)))
        else:
            self.lines += [random.choice(lines)] * random.choice([1, 1, 2])

    def _stranger(self) -> None:
        """A terminal that nobody knows, or a command."""
        if self._random.random() < 0.3:
            command = Command(id="c", order="o", zone="dip", action="accept")
            self.lines.append(encode_command(self._received(), command))
            return
        known = self._random.choice(self._terminals)
        records = [self._record(known, q, self._now) for q in self._some(known)]
        name = self._random.choice(["stranger", "", known.id + "x", known.id.upper()])
        self._send(name, records, is_usual=True)

    # Times --------------------------------------------------------------------------------

    def _received(self) -> float:
        """What the gateway stamps: mostly ms; sometimes finer, sometimes a step back."""
        random = self._random
        odd = random.random()
        if odd < 0.05:
            return (self._now - random.choice([1, 500, 2000, 90_000])) / 1000
        return self._now / 1000 + (0.0004 if odd < 0.1 else 0.0)

    def _snapped(self, at: int) -> int:
        """Often on an edge: of a window, or of a window's grace, or a millisecond beside it."""
        random = self._random
        if random.random() < 0.5:
            return at
        grid = random.choice([1000, 10_000, 60_000, 300_000])
        edge = at - at % grid + random.choice([0, 0, 5000, 30_000, 6000])
        return max(edge + random.choice([-1, 0, 0, 1]), self._now)

    def _instant(self, quantity: DeclaredQuantity) -> int:
        """An event time of any age."""
        random = self._random
        horizon = horizon_of(quantity.cadence)
        minute = 60_000
        age = random.choice(
            [
                0, random.randrange(2000), random.randrange(10_000),
                random.randrange(10_000, 2 * minute), random.randrange(2 * minute, 15 * minute),
                random.randrange(15 * minute, 2 * HOUR_MS), random.randrange(horizon),
                horizon - 1, horizon, horizon + 1, random.randrange(horizon, 2 * horizon),
                -random.randrange(30_000), -30_000, -30_001, -random.randrange(30_000, HOUR_MS),
                random.choice([-1, 1]) * 400 * 24 * HOUR_MS, self._now - 5000, self._now + 5000,
            ]
        )  # fmt: skip
        at = self._now - age
        if random.random() < 0.6 or abs(age) > 24 * HOUR_MS:
            return at
        at -= at % random.choice([1000, 10_000, 60_000, 300_000, HOUR_MS])
        return at + random.choice([0, 0, 0, -1, 1])

    # Readings -----------------------------------------------------------------------------

    def _some(self, terminal: Terminal) -> list[DeclaredQuantity]:
        """All quantities, one, or some, in any order."""
        random = self._random
        every = list(terminal.quantities)
        how = random.choice(["all", "all", "one", "some"])
        if how == "one":
            return [random.choice(every)]
        return random.sample(every, random.randint(1, len(every))) if how == "some" else every

    def _record(self, terminal: Terminal, declared: DeclaredQuantity, at: int) -> Record:
        random = self._random
        quantity = CATALOGUE[declared.name]
        span = min(quantity.high - quantity.low, 100.0)
        value = quantity.low + span * random.choice([0, 0.5, 1, random.random(), random.random()])
        value = round(value, random.choice([0, 2, 3, 3, 15]))
        value = min(max(value, quantity.low), quantity.high)
        if quantity.low <= 0 and random.random() < 0.1:
            value = 0.0
        text = spelling.number(random, value)
        return Record(f"{terminal.id}/{declared.name}", quantity.unit, at, text)

    def _other(self, value: str) -> str:
        try:
            return spelling.number(self._random, float(value) + 0.5)
        except (ValueError, OverflowError):
            return "1"

    def _spoilt(self, record: Record) -> Record:
        """The record with one thing wrong, or in another unit that is understood."""
        random = self._random
        owner, _, name = record.name.rpartition("/")
        quantity = CATALOGUE.get(name)
        units = sorted(quantity.conversions) if quantity else []
        unit = random.choice([*units, "K"]) if units else "furlong"
        others = [f"{t.id}/{q.name}" for t in self._terminals for q in t.quantities]
        return random.choice(
            [
                record._replace(unit=random.choice(["", "furlong", "%", record.unit + " "])),
                record._replace(unit=unit), record._replace(unit=unit, value="12.3"),
                record._replace(value=random.choice(["1e9", "-1e9", "300", "1e400", "-1e400"])),
                record._replace(value=random.choice(["NaN", "Infinity", "-Infinity"])),
                record._replace(value=random.choice(['"12"', "true", "null", "[]"])),
                record._replace(value=random.choice(["vs", "vb", "vd", "s"])),
                record._replace(name=f"{owner}/{random.choice(['odd', 'smoke', name + 'x'])}"),
                record._replace(name=random.choice([*others, "nobody/smoke", name, owner])),
                record._replace(name=random.choice(["-bad", "a b", "é/x"])),
                record._replace(at=random.choice([0, -5000, 5000, 268_435_455_999])),
                record._replace(at=record.at + random.choice([-1, 1]) * 10**10),
            ]
        )  # fmt: skip

    # Writing ------------------------------------------------------------------------------

    def _send(self, terminal: str, records: list[Record], *, is_usual: bool) -> None:
        payload = payload_of(self._random, records, is_usual=is_usual)
        self._sent.append((terminal, records, payload))
        self.lines.append(spelling.a_line(self._random, terminal, self._received(), payload))


def lines_of(city: City, moves: list[Move]) -> list[bytes]:
    """The lines of a stream; a tick at its end closes what is due by then."""
    scene = Scene(city)
    for move in moves:
        scene.play(move)
    return scene.lines
