"""Readings that a value is made of are those that screening accepted: first of an instant, in time."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sensors.city import DeclaredQuantity, Terminal, Zone, build_city
from sensors.line import encode_reception, encode_tick, join_frame
from streams.lineage.readings import Picker, Wanted

NOON = 1_780_286_400
DEPTH = DeclaredQuantity(name="water_depth", unit="m", cadence=60.0)
CITY = build_city(
    [Zone(id="a", district="north"), Zone(id="b", district="north")],
    [Terminal(id=id_, zone=id_[0], quantities=(DEPTH,)) for id_ in ("a-1", "a-2", "b-1")],
)
WANTED = Wanted("a", ("water_depth",), NOON * 1000, (NOON + 60) * 1000, (NOON + 65) * 1000)


def a_line(terminal: str = "a-1", at: float = 0, value: float = 0.5, late: float = 1) -> bytes:
    record = {"n": f"{terminal}/water_depth", "u": "m", "v": value, "t": NOON + at}
    return encode_reception(terminal, NOON + at + late, msgspec.json.encode([record]))


def respelled(line: bytes) -> bytes:
    """The line as another program than the gateway writes it: other order, spaces."""
    tree = json.loads(line)
    return json.dumps(dict(reversed(tree.items()))).encode()


def picked(*lines: bytes) -> list[tuple[str, float]]:
    picker = Picker(CITY, {"a": {"water_depth"}})
    picker.take(lines)
    return [(found.terminal, found.value) for found in picker.readings(WANTED)]


def test_of_an_instant_the_first_stands() -> None:
    assert picked(a_line(value=0.5), a_line(value=0.5), a_line(value=0.7)) == [("a-1", 0.5)]


def test_what_came_after_the_value_was_published_is_none_of_it() -> None:
    assert picked(a_line(at=1, late=64), a_line(at=2, late=64)) == [("a-1", 0.5)]


def test_a_late_gateway_clock_does_not_make_a_reading_early() -> None:
    assert picked(encode_tick(NOON + 66), a_line(at=1)) == []


def test_what_screening_refused_is_none_of_it() -> None:
    future, implausible = a_line(at=50, late=-40), a_line(at=3, value=1e6)
    assert picked(future, implausible, b"{broken", a_line(at=4, terminal="b-1")) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["a-1", "a-2", "b-1", "?"]), st.integers(0, 70), st.booleans()),
        max_size=60,
    ).map(lambda entries: sorted(entries, key=lambda entry: entry[1]))
)  # fmt: skip
def test_frames_say_what_their_lines_say(entries: list[tuple[str, int, bool]]) -> None:
    frames: list[list[bytes]] = [[]]
    for number, (terminal, at, ends) in enumerate(entries):
        line = a_line(terminal, at, value=number / 100)
        frames[-1].append(respelled(line) if number % 3 == 0 else line)
        if ends:
            frames.append([])
    by_line, by_frame = (Picker(CITY, {"a": {"water_depth"}}) for _ in range(2))
    by_line.take(line for frame in frames for line in frame)
    for frame in frames:
        by_frame.take_frame(join_frame(frame))
    assert by_frame.now == by_line.now
    assert by_frame.readings(WANTED) == by_line.readings(WANTED)
