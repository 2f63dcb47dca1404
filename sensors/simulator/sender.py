"""One simulated terminal: when it measures, what it reads, how it packs."""

import math
from random import Random
from zlib import crc32

import msgspec

from sensors.city import DeclaredQuantity, Terminal, Zone
from sensors.simulator.amounts import AMOUNTS
from sensors.simulator.readings import BEHAVIOURS
from sensors.simulator.surroundings import World

TIP_MM = 0.1
"""A rain gauge counts tips of this much."""


class Pack(msgspec.Struct, frozen=True):
    """The readings of one message.

    Attributes:
        due: Unix seconds at which it leaves the terminal.
        at: Its base time, that of the last reading.
        readings: (quantity, unit, instant, value) in the declared units.
    """

    due: float
    at: float
    readings: tuple[tuple[str, str, float, float], ...]

    def payload(self, terminal: str, shift: float = 0.0) -> bytes:
        """The SenML pack, its stamps moved by `shift` seconds."""
        records: list[dict[str, object]] = []
        for name, unit, instant, value in self.readings:
            record: dict[str, object] = {"n": name, "u": unit, "v": value}
            if instant != self.at:
                record["t"] = round(instant - self.at, 3)
            records.append(record)
        records[0] = {"bn": f"{terminal}/", "bt": _whole(self.at + shift), **records[0]}
        return msgspec.json.encode(records)


class Sender:
    """A terminal at work.

    Args:
        terminal: What it is.
        zone: Where it stands.
        start: Unix seconds of the run's beginning; the first reading comes after it.
        seed: Seed of the run; each terminal has its own random numbers.
    """

    def __init__(self, terminal: Terminal, zone: Zone, start: float, seed: int) -> None:
        self.terminal = terminal.id
        self._zone = zone
        self._random = Random(f"{seed}/{terminal.id}")  # noqa: S311 - noise, not a secret
        shortest = min(declared.cadence for declared in terminal.quantities)
        self._period = min(max(shortest, 10.0), 60.0)
        spread = crc32(terminal.id.encode())
        # Terminals do not all measure at the full minute.
        self._phase = float(spread % max(1, int(self._period)))
        self._latency = 0.2 + spread % 8 / 10.0
        self._number = self._after(self._period, start)
        self._next = {
            declared.name: self._after(declared.cadence, start) for declared in terminal.quantities
        }
        self._declared = terminal.quantities
        self._drift = {declared.name: self._random.gauss(0.0, 1.0) for declared in self._declared}

    @property
    def next_due(self) -> float:
        """Unix seconds at which the next pack leaves, if it has readings."""
        return self._phase + self._number * self._period + self._latency

    def pack(self, world: World) -> Pack | None:
        """The next pack; None where nothing was measured in its period."""
        at, due = self._phase + self._number * self._period, self.next_due
        self._number += 1
        readings = [
            (declared.name, declared.unit, instant, self._read(declared, world, instant))
            for declared in self._declared
            for instant in self._instants(declared, at)
        ]
        if not readings:
            return None
        return Pack(due, max(instant for _, _, instant, _ in readings), tuple(readings))

    def _after(self, cadence: float, start: float) -> int:
        return math.floor((start - self._phase) / cadence) + 1

    def _instants(self, declared: DeclaredQuantity, until: float) -> list[float]:
        instants = []
        while (at := self._phase + self._next[declared.name] * declared.cadence) <= until:
            instants.append(round(at, 3))
            self._next[declared.name] += 1
        return instants

    def _read(self, declared: DeclaredQuantity, world: World, at: float) -> float:
        value, decimals = self._canonical(declared, world, at)
        quantity = declared.quantity
        value = round(min(max(value, quantity.low), quantity.high), decimals) + 0.0
        conversion = quantity.conversions.get(declared.unit)
        if conversion is None or declared.unit == quantity.unit:
            return value
        return float(f"{(value - conversion.offset) / conversion.factor:.6g}")

    def _canonical(self, declared: DeclaredQuantity, world: World, at: float) -> tuple[float, int]:
        """A value in the canonical unit and its decimals."""
        if declared.name == "rain":
            marks = world.rain_between(self._zone, at - declared.cadence, at)
            before, after = (math.floor(mark / TIP_MM + 1e-9) for mark in marks)
            return (after - before) * TIP_MM, 1
        around = world.around(self._zone, at)
        amount = AMOUNTS.get(declared.name)
        if amount is not None:
            mean = amount.rate(around) * declared.cadence
            return max(0.0, self._random.gauss(mean, math.sqrt(mean))), amount.decimals
        behaviour = BEHAVIOURS[declared.name]
        drift = self._noise(declared, behaviour.memory) * behaviour.noise
        value = behaviour.read(around)
        return (value * (1.0 + drift) if behaviour.relative else value + drift), behaviour.decimals

    def _noise(self, declared: DeclaredQuantity, memory: float) -> float:
        """Standard normal noise that forgets itself over `memory` seconds."""
        keep = math.exp(-declared.cadence / memory)
        fresh = math.sqrt(1.0 - keep * keep) * self._random.gauss(0.0, 1.0)
        self._drift[declared.name] = keep * self._drift[declared.name] + fresh
        return self._drift[declared.name]


def _whole(seconds: float) -> float | int:
    """Whole seconds as an integer, as terminals write them."""
    return int(seconds) if seconds == int(seconds) else round(seconds, 3)
