"""Streams of reception lines with everything in them that terminals, networks and clocks do.

A stream is a list of moves, each one line or a short run of lines. A move is its kind, the time
that passed before it, and a seed for the rest: what one move does depends little on the others.
"""

from random import Random
from typing import NamedTuple

from sensors.city import City
from sensors.line import Command, encode_command, encode_reception, encode_tick
from tests.plain import picks, spelling
from tests.plain.screening import horizon_of
from tests.plain.senml_text import Record, payload_of

START_MS = 1_760_000_400_000
"""A full hour."""


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
        if move.gap:
            self._now = picks.snapped(self._random, self._now + move.gap, self._now)
        getattr(self, f"_{move.kind}")()

    def _tick(self) -> None:
        self.lines.append(encode_tick(self._received()))

    def _run(self) -> None:
        """A terminal, or the whole city, sends on as it always does; now and then oddly."""
        random = self._random
        terminals = random.choice([self._terminals, [random.choice(self._terminals)]])
        pace = random.choice([1000, 10_000, 10_000, 10_000, 60_000, 60_000, 300_000])
        for _ in range(random.choice([2, 4, 8, 12]) if len(terminals) == 1 else 4):
            for terminal in terminals:
                at = self._now - self._now % random.choice([1000, 1000, 1, pace])
                records = [picks.record(random, terminal, q, at) for q in terminal.quantities]
                if random.random() < 0.05:
                    index = random.randrange(len(records))
                    records[index] = picks.spoilt(random, records[index], self._terminals)
                self._send(terminal.id, records, is_usual=random.random() < 0.9)
            self._now += pace

    def _sparse(self) -> None:
        """A reading now and then for many windows: on time, within the grace, late or a part."""
        random = self._random
        terminals = random.sample(self._terminals, random.randint(1, len(self._terminals)))
        pace = random.choice([10_000, 60_000, 60_000, 300_000, 3_600_000])
        for _ in range(random.choice([10, 20, 40]) if pace < 3_600_000 else 8):
            terminal = random.choice(terminals)
            late = random.choice([0] * 16 + [500, 2000, 4999, 5000, 29_000, pace, 3 * pace])
            at = self._now - late
            at -= at % random.choice([1, 1000, 1000, pace])
            is_part = random.random() < 0.2
            quantities = picks.some(random, terminal) if is_part else terminal.quantities
            records = [picks.record(random, terminal, q, at) for q in quantities]
            self._send(terminal.id, records, is_usual=random.random() < 0.95)
            self._now += random.choice([0, 1, pace // 3, pace, pace, pace, 2 * pace])
            if random.random() < 0.02:
                self._now += random.choice([20, 70, 300]) * picks.MINUTE_MS

    def _season(self) -> None:
        """One quantity for longer than its horizon; then late readings, as old as may be."""
        random = self._random
        terminal = random.choice(self._terminals)
        declared = random.choice(terminal.quantities)
        horizon = horizon_of(declared.cadence)
        for _ in range(45):
            self._now += horizon // 30
            at = self._now - self._now % 1000
            self._send(terminal.id, [picks.record(random, terminal, declared, at)], is_usual=True)
        for _ in range(10):
            at = self._now - random.choice(
                [random.randrange(horizon), horizon - random.randrange(60)]
            )
            self._send(terminal.id, [picks.record(random, terminal, declared, at)], is_usual=True)
            self._now += random.choice([0, 1, 1000])

    def _backlog(self) -> None:
        """A terminal that had no network sends what it kept, pack by pack, at once."""
        random = self._random
        terminal = random.choice(self._terminals)
        pace = random.choice([1000, 10_000, 10_000, 60_000])
        first = self._now - picks.age_of_backlog(random, random.choice(terminal.quantities))
        for number in range(random.choice([2, 4, 8])):
            at = first - first % 1000 + number * pace
            records = [picks.record(random, terminal, q, at) for q in terminal.quantities]
            self._send(terminal.id, records, is_usual=True)
            self._now += random.choice([0, 0, 1, 50])

    def _pack(self) -> None:
        """One pack with a time of any age and any of its quantities."""
        terminal = self._random.choice(self._terminals)
        quantities = picks.some(self._random, terminal)
        at = picks.instant(self._random, self._now, horizon_of(quantities[0].cadence))
        records = [picks.record(self._random, terminal, q, at) for q in quantities]
        self._send(terminal.id, records, is_usual=self._random.random() < 0.5)

    def _batch(self) -> None:
        """A pack with several instants, of one quantity or of all."""
        random = self._random
        terminal = random.choice(self._terminals)
        quantities = picks.some(random, terminal)
        cadence = round(quantities[0].cadence * 1000)
        last = picks.instant(random, self._now, horizon_of(quantities[0].cadence))
        step = random.choice([1, 500, cadence, cadence, cadence, 60_000])
        count = random.choice([2, 3, 5, 12] + [90 if len(quantities) == 1 else 20] * 2)
        ats = [last - n * step for n in range(count)]
        random.shuffle(ats) if random.random() < 0.3 else ats.reverse()
        records = [picks.record(random, terminal, q, at) for at in ats for q in quantities]
        if random.random() < 0.3:
            records.sort()
        self._send(terminal.id, records, is_usual=random.random() < 0.5)

    def _faulty(self) -> None:
        """A pack in which some records are wrong or unusual."""
        random = self._random
        terminal = random.choice(self._terminals)
        at = self._now - random.choice([0, 500, 1000, 60_000])
        records = [picks.record(random, terminal, q, at) for q in picks.some(random, terminal)]
        for _ in range(random.choice([1, 1, 2])):
            index = random.randrange(len(records))
            records[index] = picks.spoilt(random, records[index], self._terminals)
        self._send(terminal.id, records, is_usual=random.random() < 0.6)

    def _twice(self) -> None:
        """One name twice in a pack: the same again, or another value of the same instant."""
        random = self._random
        terminal = random.choice(self._terminals)
        at = self._now - random.choice([0, 1000, 60_000, 120_000])
        quantities = picks.some(random, terminal)
        records = [picks.record(random, terminal, q, at) for q in quantities]
        index = random.randrange(len(records))
        another = picks.record(random, terminal, quantities[index], at)
        again = random.choice([records[index], another])
        records.insert(random.randrange(len(records) + 1), again)
        self._send(terminal.id, records, is_usual=random.random() < 0.5)

    def _again(self) -> None:
        """What was sent once comes again: the bytes, the readings, or the times with other values."""
        if not self._sent:
            return
        random = self._random
        terminal, records, payload = random.choice(self._sent[-12:])
        how = random.choice(["bytes", "readings", "part", "respelled", "respelled", "conflict"])
        if how == "bytes":
            self.lines.append(encode_reception(terminal, self._received(), payload))
            return
        if how == "part":
            records = random.sample(records, random.randint(1, len(records)))
        if how == "respelled":
            records = [picks.respelled(random, r) for r in records]
        if how == "conflict":
            records = [r._replace(value=picks.other(random, r.value)) for r in records]
        self._send(terminal, records, is_usual=random.random() < 0.3)

    def _broken(self) -> None:
        """What is no line, no payload or no pack."""
        random = self._random
        terminal = random.choice(self._terminals).id
        payloads = [
            b"", b" ", b"no json", b"{}", b"[]", b"[1]", b"\xff\xfe", b'[{"v":1}]', b"null",
            b'[{"n":"x/y","v":1,"vs":"a"}]', b'[{"bn":"x/","bver":99,"n":"y","v":1}]',
            b'[{"n":"x/y","v":1,"odd_":2}]', b'[{"bn":"x/"}]', b'[{"n":"x/y","v":1}',
        ]  # fmt: skip
        if random.random() < 0.5:
            self.lines.append(encode_reception(terminal, self._received(), random.choice(payloads)))
            return
        head = f'{{"received":{self._received():.3f}'
        ours = f'{head},"terminal":"{terminal}"'
        lines = [
            "garbage", "{}", "[]", '{"received":"x"}', '{"received":-1}', '{"received":1e300}',
            head, f'{head},"terminal":5}}', f'{{"terminal":"{terminal}"}}', f"{ours}}}",
            f'{ours},"pack":null}}', f'{ours},"raw":"%%"}}', f'{ours},"pack":[}}',
            f'{ours},"pack":[{{}}],"oversized":{{"length":300000,"sha256":"00"}}}}',
        ]  # fmt: skip
        line = random.choice([b"\xff", *(line.encode() for line in lines)])
        self.lines += [line] * random.choice([1, 1, 2])

    def _stranger(self) -> None:
        """A terminal that nobody knows, or a command."""
        random = self._random
        if random.random() < 0.3:
            command = Command(id="c", order="o", zone="dip", action="accept")
            self.lines.append(encode_command(self._received(), command))
            return
        known = random.choice(self._terminals)
        records = [picks.record(random, known, q, self._now) for q in picks.some(random, known)]
        self._send(
            random.choice(["stranger", "", known.id + "x", known.id.upper()]), records,
            is_usual=True,
        )  # fmt: skip

    def _received(self) -> float:
        """What the gateway stamps: mostly ms; sometimes finer, sometimes a step back."""
        random = self._random
        odd = random.random()
        if odd < 0.05:
            return (self._now - random.choice([1, 500, 2000, 90_000])) / 1000
        return self._now / 1000 + (0.0004 if odd < 0.1 else 0.0)

    def _send(self, terminal: str, records: list[Record], *, is_usual: bool) -> None:
        payload = payload_of(self._random, records, is_usual=is_usual)
        self._sent.append((terminal, records, payload))
        self.lines.append(spelling.a_line(self._random, terminal, self._received(), payload))


def lines_of(city: City, moves: list[Move]) -> list[bytes]:
    """The lines of a stream."""
    scene = Scene(city)
    for move in moves:
        scene.play(move)
    return scene.lines
