"""Reception lines for the layout reader: plain ones, and what may look like them.

A line is told by a seed. Terminals have names that look like numbers, and quantities whose names
and units are equally long.
"""

from random import Random
from typing import Final

from sensors.city import City
from tests.builders import T0, a_city, a_terminal

TERMINALS: Final = {
    "wl-1": {"water_depth": 30.0, "battery": 60.0, "rain": 60.0, "temperature": 30.0},
    "wl-22": {"water_depth": 30.0, "battery": 60.0},
    "a": {"pm10": 30.0, "pm25": 30.0, "so2": 60.0, "no2": 60.0, "o3": 60.0},
    "b": {"pm10": 30.0, "pm25": 30.0},
    "ts:1": {"laeq": 10.0, "smoke": 10.0},
    "v": {"laeq": 10.0},
    "7:0.5": {"traffic_speed": 10.0, "occupancy": 10.0, "wind_speed": 10.0},
}
UNITS: Final = {
    "water_depth": ["m", "cm", "mm"], "rain": ["mm", "cm", "m"], "battery": ["%EL"],
    "temperature": ["Cel", "K"], "pm10": ["ug/m3", "mg/m3"], "pm25": ["ug/m3", "mg/m3"],
    "so2": ["ug/m3", "mg/m3"], "no2": ["ug/m3"], "o3": ["ug/m3"], "laeq": ["dB", "dBspl"],
    "smoke": ["%", "/"], "traffic_speed": ["km/h", "m/s"], "occupancy": ["%", "/"],
    "wind_speed": ["m/s", "km/h"],
}  # fmt: skip
ODD_NUMBERS: Final = (
    "0", "-0", "-0.0", "0.0", "1e1", "1E+2", "5.0e-1", "-1.5e0", "12345678901234567", "1e-400",
    "0.1234567890123456789", "123456789012345.5", "100000000000000000000", "1e400", "-1e999", "NaN",
    "01", "1.", ".5", "+1", "-", "--1", "1e", "1.5.5", "null", "true", '"1"', "[]", "-Infinity",
    " 5", "5 ", "0.10", "2.500000000", "99999999.9999999", "9007199254740993", "1e15", "1e14",
)  # fmt: skip
CITY: Final[City] = a_city([a_terminal(id_, "z", about) for id_, about in TERMINALS.items()])
"""All in one zone."""

Fields = list[tuple[str, str]]


class Speller:
    """Writes the lines that follow from a seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def usual(self) -> bytes:
        """A line as a terminal of ours and the gateway write it."""
        terminal, records = self._pack()
        return _line([("terminal", f'"{terminal}"'), ("received", self._time())], records).encode()

    def changed(self, line: bytes) -> bytes:
        """A usual line with other numbers, or with something else in it, or in another order."""
        how = self._random.choice([self._numbers] * 4 + [self._bytes, self._swap, self._reorder])
        return how(line)

    def odd(self) -> bytes:
        """A line with everything that JSON and SenML allow, and some of what they do not."""
        random = self._random
        terminal, records = self._pack()
        fields: Fields = [("terminal", f'"{terminal}"'), ("received", self._time())]
        extra = [
            ("x", '{"v":%s}'), ("x", "%s"), ("bt", "%s"), ("v", "%s"), ("received", "%s"),
            ("x", '{"received":%s}'), ("x", '{"bt":%s,"v":1}'), ("x", '[{"v":%s}]'), ("note", '"a:%s"'), ("raw", '"W10="'),
            ("note", '"' + "y" * random.choice([3, 40, 500, 5000]) + '"'), ("raw", "null"),
            ("terminal", '"%s"'), ("x", '"\\u0031:%s"'),
        ]  # fmt: skip
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            key, value = random.choice(extra)
            value = value.replace("%s", self._number())
            fields.insert(random.randrange(len(fields) + 1), (key, value))
        for _ in range(random.choice([0, 0, 1, 2])):
            self._spoil(random.choice(records))
        if random.random() < 0.3:
            random.choice(records).reverse()
        gap = random.choice(["", "", "", " ", "  ", "\t"])
        line = _line(fields, records, gap, is_first=random.random() < 0.2)
        return line.encode("utf-8", "surrogatepass") + random.choice([b"", b"", b"\r", b" "])

    def _spoil(self, record: Fields) -> None:
        random = self._random
        record.insert(
            random.randrange(len(record) + 1),
            random.choice([
                ("t", self._number()), ("bv", self._number()), ("bu", '"m"'), ("v", self._number()),
                ("s", self._number()), ("vs", '"1"'), ("vb", "true"), ("odd", self._number()),
                ("odd_", "1"), ("n", '"rain"'), ("n", '"a:1"'), ("bt", self._time()), ("bn", '"wl-1/"'),
                ("bver", "10"), ("ut", "60"), ("u", '"%EL"'), ("u", "null"), ("bt", "null"), ("v", "null"),
            ]),
        )  # fmt: skip

    def _pack(self) -> tuple[str, list[Fields]]:
        random = self._random
        terminal = random.choice(sorted(TERMINALS))
        names = sorted(TERMINALS[terminal])
        chosen = (
            names if random.random() < 0.6 else random.sample(names, random.randint(1, len(names)))
        )
        records: list[Fields] = []
        for name in chosen:
            units = UNITS[name]
            unit = units[0] if random.random() < 0.8 else random.choice(units)
            records.append([("n", f'"{name}"'), ("u", f'"{unit}"'), ("v", self._plain_number())])
        records[0] = [("bn", f'"{terminal}/"'), ("bt", self._time()), *records[0]]
        return terminal, records

    def _time(self) -> str:
        random = self._random
        at = T0 + random.randrange(100)
        return random.choice([str(at), f"{at}.0", f"{at}.{random.randrange(1000):03}", f"{at}.5"])

    def _plain_number(self) -> str:
        random = self._random
        places = random.choice([0, 1, 2, 3, 7])
        value = random.choice(
            [random.uniform(0, 6), random.uniform(0, 100), random.uniform(-5, 2000)]
        )
        return f"{value:.{places}f}"

    def _number(self) -> str:
        random = self._random
        return self._plain_number() if random.random() < 0.3 else random.choice(ODD_NUMBERS)

    def _numbers(self, line: bytes) -> bytes:
        """Other values of the readings, plain or odd."""
        is_odd = self._random.random() < 0.4
        out, *parts = line.split(b'"v":')
        for part in parts:
            end = min((i for i in (part.find(b","), part.find(b"}")) if i >= 0), default=0)
            odd = is_odd and self._random.random() < 0.4
            text = self._number() if odd else self._plain_number()
            out += b'"v":' + text.encode() + part[end:]
        return out

    def _bytes(self, line: bytes) -> bytes:
        """A character or a stretch replaced, left out, put in, or there twice."""
        random, characters = self._random, b'0123456789.-+eE:,"{}[] \\\t\rnuvbtm%/'
        for _ in range(random.choice([1, 1, 2])):
            start = random.randrange(len(line))
            end = start + random.choice([0, 1, 1, 1, 2, 12])
            put = bytes(random.choices(characters, k=random.choice([0, 1, 1, 1, 3])))
            again = line[start:end] * random.choice([0] * 9 + [2])
            line = line[:start] + put + again + line[end:]
        return line

    def _swap(self, line: bytes) -> bytes:
        """A name, unit or terminal that is not what it was."""
        words = [*TERMINALS, *UNITS, *(unit for units in UNITS.values() for unit in units)]
        known = [word.encode() for word in words if word.encode() in line]
        one = self._random.choice(known)
        alike = [w.encode() for w in words if len(w) == len(one)]
        other = self._random.choice(
            alike if self._random.random() < 0.7 else [w.encode() for w in words]
        )
        return line.replace(one, other, self._random.choice([1, -1]))

    def _reorder(self, line: bytes) -> bytes:
        """Two records change their places, or the gateway's fields do."""
        begin, middle, rest = line.partition(b'"n":')
        records = (middle + rest).split(b"},{")
        self._random.shuffle(records)
        return begin + b"},{".join(records)


def _line(fields: Fields, records: list[Fields], gap: str = "", *, is_first: bool = False) -> str:
    pack = ("pack", "[" + f",{gap}".join(_object(record, gap) for record in records) + "]")
    return _object([pack, *fields] if is_first else [*fields, pack], gap)


def _object(fields: Fields, gap: str) -> str:
    return "{" + f",{gap}".join(f'"{key}":{gap}{value}' for key, value in fields) + "}"
